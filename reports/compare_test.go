package reports

import (
	"bytes"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// laterRun is sampleRun a day later: one violation is gone, another is new, a
// check is gone, one is new, an answer has other members.
func laterRun() *Run {
	run := sampleRun()
	run.Started, run.Tool.Contract = run.Started.Add(24*time.Hour), "77"
	run.Results = append(run.Results[:7:7], sampleResult("ZZZ-001", "a check that is new", Skipped, Read))
	run.Results[0].Verdict = Failed
	run.Results[0].Deviations = []Deviation{{
		Clause: "async/action-code-add", Summary: "the code is wrong", Expected: `"70"`, Actual: `"71"`, Exchange: -1, Verdict: Failed,
	}}
	run.Results[6].Verdict, run.Results[6].Deviations = Passed, nil
	exchange := &run.Results[6].Exchanges[1]
	exchange.Duration *= 2
	exchange.Response.Body = Body(`{"operateCode":"S","data":{"list":[{"a/b":1},{"c":null}],"payId":"<redacted:payId:number>"}}`)
	run.Codes[2] = Code{"asyncResult", 503, "", 7}
	return run
}

func TestCompare(t *testing.T) {
	before := sampleRun()
	for i := range before.Results {
		if i != 6 {
			before.Results[i].Exchanges = nil
		}
	}
	after := laterRun()
	for i := range after.Results {
		if i != 6 {
			after.Results[i].Exchanges = nil
		}
	}
	before.Results[6].Exchanges[1].Response.Body = Body(`{"operateCode":"S","data":{"request_id":"RQ-2","list":[]}}`)
	got := Compare(before, after)
	if want := []Violation{{"ASY-001", "async/action-code-add", "the code is wrong", `"70"`, `"71"`}}; !reflect.DeepEqual(got.New, want) {
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
	shapes := []ShapeChange{{
		"asyncResult", "success",
		[]string{"/data/list/* object", "/data/list/*/a~1b number", "/data/list/*/c null", "/data/payId number"},
		[]string{"/data/request_id string"},
	}}
	if !reflect.DeepEqual(got.Shapes, shapes) {
		t.Errorf("shapes: %+v", got.Shapes)
	}
	if want := []CodeChange{{"asyncResult", 502, "", 1, 0}, {"asyncResult", 503, "", 0, 7}}; !reflect.DeepEqual(got.Codes, want) {
		t.Errorf("codes: %+v", got.Codes)
	}
	if last := got.Latencies[len(got.Latencies)-1]; last.Operation != "asyncResult" || last.Factor() != 2 {
		t.Errorf("latencies: %+v", got.Latencies)
	}
	for name, markdown := range map[string]bool{"compare.txt": false, "compare.md": true} {
		var out bytes.Buffer
		if err := WriteComparison(&out, got, markdown); err != nil {
			t.Fatal(err)
		}
		golden(t, name, out.Bytes())
	}
}

// TestCompareWithItself shows that a run has nothing new against itself, and
// that what is new one way is gone the other way.
func TestCompareWithItself(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := anyRun().Draw(t, "a"), anyRun().Draw(t, "b")
		same := Compare(a, a)
		if len(same.New)+len(same.Gone)+len(same.Verdicts)+len(same.Shapes)+len(same.Codes) > 0 && !repeats(a) {
			t.Fatalf("a run differs from itself: %+v", same)
		}
		if there, back := Compare(a, b), Compare(b, a); !reflect.DeepEqual(there.New, back.Gone) || !reflect.DeepEqual(there.Gone, back.New) {
			t.Fatalf("%+v is not the reverse of %+v", there, back)
		}
		if err := WriteComparison(&bytes.Buffer{}, Compare(a, b), true); err != nil {
			t.Fatal(err)
		}
	})
}

// repeats reports whether two results of a run have one id.
func repeats(run *Run) bool {
	ids := map[string]bool{}
	for _, result := range run.Results {
		if ids[result.ID] {
			return true
		}
		ids[result.ID] = true
	}
	return false
}

// TestCompareTellsAbsentChecksTogether compares a run with one of a few of its checks.
func TestCompareTellsAbsentChecksTogether(t *testing.T) {
	changes := []VerdictChange{{Check: "ASY-001", Before: Passed, After: Failed}}
	for i := range 5 {
		changes = append(changes, VerdictChange{Check: fmt.Sprintf("SIG-%03d", i), Before: Passed})
	}
	got := comparePlain.verdicts(changes)
	want := []string{"ASY-001: passed → failed", "passed → not run: 5 checks, SIG-000, SIG-001, SIG-002 and 2 more"}
	if !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}
