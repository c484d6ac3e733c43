package reports_test

import (
	"testing"

	"github.com/mallcheck/mallcheck/reports"
)

func TestPolicyWaive(t *testing.T) {
	valid := reports.Waiver{Reason: "being mended", Owner: "payments", Ticket: "T-1", Expiry: "2026-12-31"}
	expired := valid
	expired.Expired = true
	strict := reports.Policy{FailOnFinding: true}
	for _, test := range []struct {
		name     string
		verdict  reports.Verdict
		covering []reports.Waiver
		policy   reports.Policy
		want     reports.Verdict
	}{
		{"a failure", reports.Failed, []reports.Waiver{valid}, reports.Policy{}, reports.Waived},
		{"no waiver", reports.Failed, nil, reports.Policy{}, reports.Failed},
		{"an expired waiver", reports.Failed, []reports.Waiver{expired}, reports.Policy{}, reports.Failed},
		{"an expired and a valid one", reports.Failed, []reports.Waiver{expired, valid}, reports.Policy{}, reports.Waived},
		{"a finding", reports.Finding, []reports.Waiver{valid}, reports.Policy{}, reports.Finding},
		{"a finding that fails the run", reports.Finding, []reports.Waiver{valid}, strict, reports.Waived},
		{"not asked", reports.Inconclusive, []reports.Waiver{valid}, strict, reports.Inconclusive},
		{"passed", reports.Passed, []reports.Waiver{valid}, strict, reports.Passed},
	} {
		result := reports.Result{Verdict: test.verdict}
		test.policy.Waive(&result, test.covering)
		if result.Verdict != test.want || (result.Reason == "until 2026-12-31, payments (T-1): being mended") != (test.want == reports.Waived) {
			t.Errorf("%s: got %s, %q", test.name, result.Verdict, result.Reason)
		}
	}
}

// TestWaiverIsStale shows when a waiver has done its work: only when all that it covers
// was judged and passed.
func TestWaiverIsStale(t *testing.T) {
	for _, test := range []struct {
		name     string
		covers   int
		verdicts []reports.Verdict
		want     bool
	}{
		{"all passed", 2, []reports.Verdict{reports.Passed, reports.Finding}, true},
		{"one is waived", 2, []reports.Verdict{reports.Passed, reports.Waived}, false},
		{"one failed", 2, []reports.Verdict{reports.Passed, reports.Failed}, false},
		{"one was not asked", 2, []reports.Verdict{reports.Passed, reports.Inconclusive}, false},
		{"one was skipped", 2, []reports.Verdict{reports.Passed, reports.Skipped}, false},
		{"one was not selected", 2, []reports.Verdict{reports.Passed}, false},
		{"nothing was run", 1, nil, false},
	} {
		waiver := reports.Waiver{Covers: test.covers}
		for _, verdict := range test.verdicts {
			waiver.Count(&reports.Result{Verdict: verdict}, reports.Policy{})
		}
		if waiver.Stale() != test.want || waiver.Fails() != test.want {
			t.Errorf("%s: %+v", test.name, waiver)
		}
	}
}
