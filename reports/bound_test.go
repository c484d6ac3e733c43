package reports_test

import (
	"bytes"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"github.com/mallcheck/mallcheck/reports"
	"github.com/mallcheck/mallcheck/reports/internal/fixture"
)

func TestBound(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		run := fixture.AnyRun().Draw(t, "run")
		before := fixture.JSON(t, run)
		limit := rapid.IntRange(1, 20).Draw(t, "limit")
		bounded := reports.Bound(run, limit)
		for i, result := range bounded.Results {
			for j, ex := range result.Exchanges {
				old := run.Results[i].Exchanges[j]
				checkCut(t, old.Request.Body, ex.Request.Body, ex.Request.Cut-old.Request.Cut, limit)
				if ex.Response != nil {
					checkCut(t, old.Response.Body, ex.Response.Body, ex.Response.Cut-old.Response.Cut, limit)
				}
			}
		}
		if !bytes.Equal(before, fixture.JSON(t, run)) {
			t.Fatal("Bound changed the run that it was handed")
		}
		if again := reports.Bound(bounded, limit); !reflect.DeepEqual(again, bounded) {
			t.Fatal("Bound of a bounded run changes it")
		}
	})
}

func checkCut(t *rapid.T, old, body reports.Body, cut int64, limit int) {
	t.Helper()
	if len(body) > limit || !bytes.HasPrefix(old, body) || int64(len(body))+cut != int64(len(old)) {
		t.Fatalf("%q became %q and %d bytes left out, limit %d", old, body, cut, limit)
	}
	if utf8.Valid(old) && !utf8.Valid(body) {
		t.Fatalf("%q was cut inside a character: %q", old, body)
	}
	if len(old) > limit && utf8.Valid(old) && len(body) <= limit-utf8.UTFMax {
		t.Fatalf("%q was cut to %q, limit %d", old, body, limit)
	}
}

func TestBoundHeaders(t *testing.T) {
	run := fixture.Run()
	response := run.Results[6].Exchanges[0].Response
	response.Header = append(response.Header, reports.Header{Name: "X-Long", Value: strings.Repeat("é", 500)})
	for i := range 200 {
		run.Results[6].Exchanges[1].Response.Header = append(run.Results[6].Exchanges[1].Response.Header, reports.Header{Name: fmt.Sprint("X-", i)})
	}
	bounded := reports.Bound(run, 100).Results[6].Exchanges
	long := bounded[0].Response.Header[2].Value
	if len(long) > 100 || !strings.HasPrefix(long, "é") || !strings.HasSuffix(long, "é… (1000 bytes in total)") {
		t.Errorf("%d bytes: %q", len(long), long)
	}
	many := bounded[1].Response.Header
	if len(many) != 100 || many[99] != (reports.Header{Name: "x-mallcheck-left-out", Value: "102 header fields"}) {
		t.Errorf("%d fields, the last is %+v", len(many), many[len(many)-1])
	}
	if len(response.Header[2].Value) != 1000 {
		t.Error("Bound changed the run that it was handed")
	}
}
