package reports

import (
	"bytes"
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"
)

func TestBound(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		run := anyRun().Draw(t, "run")
		before := writeJSON(t, run)
		limit := rapid.IntRange(1, 20).Draw(t, "limit")
		bounded := Bound(run, limit)
		for i, result := range bounded.Results {
			for j, ex := range result.Exchanges {
				old := run.Results[i].Exchanges[j]
				checkCut(t, old.Request.Body, ex.Request.Body, ex.Request.Cut-old.Request.Cut, limit)
				if ex.Response != nil {
					checkCut(t, old.Response.Body, ex.Response.Body, ex.Response.Cut-old.Response.Cut, limit)
				}
			}
		}
		if !bytes.Equal(before, writeJSON(t, run)) {
			t.Fatal("Bound changed the run that it was handed")
		}
		if again := Bound(bounded, limit); !reflect.DeepEqual(again, bounded) {
			t.Fatal("Bound of a bounded run changes it")
		}
	})
}

func checkCut(t *rapid.T, old, body Body, cut int64, limit int) {
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

func TestBoundOffAndShown(t *testing.T) {
	run := sampleRun()
	if got := Bound(run, 0); !reflect.DeepEqual(got, run) {
		t.Error("a limit of 0 changes something")
	}
	result := Bound(run, 10).Results[6]
	result.Deviations[0].Exchange = 0
	text := junitForm.result(&result)
	for _, want := range []string{`> {"sim_ids"… (108 bytes left out)`, "# 108 bytes are left out at the end of the body"} {
		if !strings.Contains(text, want) {
			t.Errorf("nothing says %q:\n%s", want, text)
		}
	}
}
