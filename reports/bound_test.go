package reports_test

import (
	"github.com/mallcheck/mallcheck/reports"
	"github.com/mallcheck/mallcheck/reports/internal/fixture"

	"bytes"
	"reflect"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"
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
