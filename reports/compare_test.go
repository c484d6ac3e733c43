package reports_test

import (
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/mallcheck/mallcheck/reports"
	"github.com/mallcheck/mallcheck/reports/internal/fixture"
)

func TestCompare(t *testing.T) {
	got := reports.Compare(fixture.Compared())
	if want := []reports.Violation{{Check: "ASY-001", Clause: "async/action-code-add", Summary: "the code is wrong", Expected: `"70"`, Actual: `"71"`}}; !reflect.DeepEqual(got.New, want) {
		t.Errorf("new: %+v", got.New)
	}
	if len(got.Gone) != 1 || got.Gone[0].Check != "RID-001" {
		t.Errorf("gone: %+v", got.Gone)
	}
	var verdicts []string
	for _, change := range got.Verdicts {
		verdicts = append(verdicts, change.Check+" "+string(change.Before)+">"+string(change.After))
	}
	if want := "ASY-001 passed>failed, RID-001 failed>passed, VSH-001 skipped>, ZZZ-001 >skipped"; strings.Join(verdicts, ", ") != want {
		t.Errorf("verdicts: %s", strings.Join(verdicts, ", "))
	}
	shapes := []reports.ShapeChange{{
		Operation: "asyncResult", Kind: "success",
		Added:   []string{"/data/list/* object", "/data/list/*/a~1b number", "/data/list/*/c null", "/data/payId number"},
		Removed: []string{"/data/request_id string"},
	}}
	if !reflect.DeepEqual(got.Shapes, shapes) {
		t.Errorf("shapes: %+v", got.Shapes)
	}
	if want := []reports.CodeChange{{Operation: "asyncResult", Status: 502, OperateCode: "", Before: 1, After: 0}, {Operation: "asyncResult", Status: 503, OperateCode: "", Before: 0, After: 7}}; !reflect.DeepEqual(got.Codes, want) {
		t.Errorf("codes: %+v", got.Codes)
	}
	if last := got.Latencies[len(got.Latencies)-1]; last.Operation != "asyncResult" || last.Factor() != 2 {
		t.Errorf("latencies: %+v", got.Latencies)
	}
}

// A run has nothing new compared with itself, and what is new in one direction is gone in the other.
func TestCompareWithItself(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := fixture.AnyRun().Draw(t, "a"), fixture.AnyRun().Draw(t, "b")
		same := reports.Compare(a, a)
		if len(same.New)+len(same.Gone)+len(same.Verdicts)+len(same.Shapes)+len(same.Codes) > 0 && !repeats(a) {
			t.Fatalf("a run differs from itself: %+v", same)
		}
		if there, back := reports.Compare(a, b), reports.Compare(b, a); !reflect.DeepEqual(there.New, back.Gone) || !reflect.DeepEqual(there.Gone, back.New) {
			t.Fatalf("%+v is not the reverse of %+v", there, back)
		}
	})
}

// repeats reports whether two results of a run have one id.
func repeats(run *reports.Run) bool {
	ids := map[string]bool{}
	for _, result := range run.Results {
		if ids[result.ID] {
			return true
		}
		ids[result.ID] = true
	}
	return false
}

func TestCompareWithAnIncompleteRun(t *testing.T) {
	good := func() *reports.Run {
		run := fixture.Run()
		run.Services[1].Reached, run.Services[1].Problem = true, ""
		return run
	}
	for name, change := range map[string]func(run *reports.Run){
		"the later run did not reach the service topup":                   func(run *reports.Run) { run.Services[0].Reached = false },
		"the later run ended early (time limit)":                          func(run *reports.Run) { run.Stopped = reports.TimedOut },
		"checks that the earlier run judged and the later run did not: 1": func(run *reports.Run) { run.Results[0].Verdict = reports.Inconclusive },
	} {
		after := good()
		change(after)
		if got := reports.Compare(good(), after).Incomplete; len(got) != 1 || got[0] != name {
			t.Errorf("%q, want %q", got, name)
		}
		if got := reports.Compare(after, after).Incomplete; got != nil {
			t.Errorf("a run is incomplete against itself: %q", got)
		}
	}
}
