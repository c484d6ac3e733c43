package habits

import (
	"testing"

	"github.com/mallcheck/mallcheck/reports"
)

const (
	shop   = "/paths/~1singleVerify/post/requestBody/content/application~1json/schema"
	lookup = "/paths/~1async-result~1{request_id}/get/responses/200/content/application~1json/schema/properties/data"
)

func finding(clause string) reports.Deviation {
	return reports.Deviation{Clause: clause, Grade: reports.Derived, Verdict: reports.Finding, Exchange: -1}
}

func result(id string, verdict reports.Verdict, deviations ...reports.Deviation) reports.Result {
	return reports.Result{ID: id, Area: id[:3], Operations: []string{"singleVerify"}, Verdict: verdict, Deviations: deviations}
}

func TestLeniencyIsAHabitAndNoFinding(t *testing.T) {
	for _, test := range []struct{ check, clause, want, evidence string }{
		{"GEN/singleVerify/body/mark/number", shop + "/properties/mark/type", "numbers-for-strings", "1 parameter of 1 operation"},
		{"GEN/singleVerify/body/mark/null", shop + "/properties/mark/type", "null-for-strings", "1 parameter of 1 operation"},
		{"GEN/singleVerify/body/mark/wrong-type.array", shop + "/properties/mark/type", "other-types", "1 parameter of 1 operation"},
		{"GEN/singleVerify/body/mark/missing", shop + "/required/mark", "missing-parameters", "1 parameter of 1 operation"},
		{"GEN/singleVerify/body/mark/empty", shop + "/properties/mark/minLength", "empty-values", "1 parameter of 1 operation"},
		{"GEN/singleVerify/body/version/space.before", shop + "/properties/version/pattern", "spaces-around-values", "1 parameter of 1 operation"},
		{"GEN/singleVerify/body/version/pattern-broken.x", shop + "/properties/version/pattern", "malformed-values", "1 parameter of 1 operation"},
		{"GEN/singleVerify/request/body/trailing-data.brace", "errors/malformed-json-refused", "trailing-data", "1 operation"},
		{"GEN/singleVerify/request/body/malformed.comment", "errors/malformed-json-refused", "malformed-json", "1 operation"},
		{"GEN/singleVerify/request/media-type/xml", "errors/other-media-type-refused", "other-media-types", "1 operation"},
		{"GEN/singleVerify/request/method/PUT", "errors/other-method-refused", "other-methods", "1 operation"},
		{"GEN/singleVerify/body/mark/duplicate", "signature/ambiguous-request-refused", "repeated-parameters", "1 operation"},
		{"SIG-025", "signature/upper-case-sign-refused", "upper-case-signs", "1 operation"},
	} {
		run := reports.Run{Results: []reports.Result{result(test.check, reports.Finding, finding(test.clause))}}
		Take(&run)
		if len(run.Habits) != 1 || run.Habits[0].Name != test.want || run.Habits[0].Evidence != test.evidence || run.Habits[0].Sentence == "" {
			t.Errorf("%s: habits %+v, want %s of %s", test.check, run.Habits, test.want, test.evidence)
		}
		if r := run.Results[0]; r.Verdict != reports.Passed || len(r.Deviations) != 0 {
			t.Errorf("%s is still %s: %+v", test.check, r.Verdict, r.Deviations)
		}
	}
}

func TestCheckThatAHabitKeepsFromItsSubjectIsSkipped(t *testing.T) {
	lenient := finding(shop + "/required/tradeTime")
	lenient.Summary = "precondition failed: singleVerify accepted a request without tradeTime"
	hindered := result("PAY-042", reports.Inconclusive, lenient)
	hindered.Reason = lenient.Summary
	elsewhere := result("PAY-043", reports.Inconclusive, lenient)
	elsewhere.Reason = "precondition failed: the SIM card is unknown"
	run := reports.Run{Results: []reports.Result{hindered, elsewhere}}
	Take(&run)
	if got := run.Results[0]; got.Verdict != reports.Skipped || got.Reason != lenient.Summary {
		t.Errorf("the check that the habit hinders is %s: %s", got.Verdict, got.Reason)
	}
	if got := run.Results[1]; got.Verdict != reports.Inconclusive {
		t.Errorf("a check that came to no outcome for another reason is %s", got.Verdict)
	}
}

// What is at stake in these is not how lenient the target is.
func TestWhatAnEngineerShouldSeeStaysAFinding(t *testing.T) {
	for _, clause := range []string{
		"groups/partner-isolation", "globals/unknown-partner-refused", "request-id/unique", "async/no-mixing",
		"signature/wrong-sign-refused", "errors/no-server-error", lookup + "/required/details",
	} {
		run := reports.Run{Results: []reports.Result{result("RID-001", reports.Finding, finding(clause))}}
		Take(&run)
		if len(run.Habits) != 0 || run.Results[0].Verdict != reports.Finding {
			t.Errorf("%s became a habit: %+v", clause, run.Habits)
		}
	}
}

func TestAnswersAreReportedOnce(t *testing.T) {
	missing := finding(lookup + "/required/details")
	run := reports.Run{Results: []reports.Result{
		result("ASY-001", reports.Finding, missing), result("ASY-002", reports.Finding, missing), result("ASY-003", reports.Failed, missing),
	}}
	Take(&run)
	for i, want := range []struct {
		verdict    reports.Verdict
		deviations int
	}{{reports.Finding, 1}, {reports.Passed, 0}, {reports.Failed, 1}} {
		if r := run.Results[i]; r.Verdict != want.verdict || len(r.Deviations) != want.deviations {
			t.Errorf("%s: %s with %d deviations, want %+v", r.ID, r.Verdict, len(r.Deviations), want)
		}
	}
}

func TestAnExpectationMakesAHabitAViolation(t *testing.T) {
	clause := shop + "/properties/mark/type"
	r := result("GEN/singleVerify/body/mark/number", reports.Finding, finding(clause))
	r.Clause = clause
	run := reports.Run{Results: []reports.Result{r}}
	run.Policy.Expectations = []reports.Expectation{{Operation: "*", Mutation: "number", Expect: reports.ExpectRefused}}
	Take(&run)
	if len(run.Habits) != 0 || run.Results[0].Verdict != reports.Failed {
		t.Errorf("habits %+v, verdict %s", run.Habits, run.Results[0].Verdict)
	}
}

func TestViolationsAreNoHabits(t *testing.T) {
	d := finding("errors/malformed-json-refused")
	d.Verdict = reports.Failed
	run := reports.Run{Results: []reports.Result{result("ENV-022", reports.Failed, d)}}
	Take(&run)
	if len(run.Habits) != 0 || len(run.Results[0].Deviations) != 1 {
		t.Errorf("a violation became a habit: %+v", run)
	}
}
