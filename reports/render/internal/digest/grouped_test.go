package digest

import (
	"fmt"
	"reflect"
	"testing"

	"github.com/mallcheck/mallcheck/reports"
)

// The check that was written for a clause comes first and provides the words.
func TestGroupDeviations(t *testing.T) {
	result := func(id, clause string, verdict reports.Verdict) reports.Result {
		return reports.Result{ID: id, Area: id[:3], Clause: clause, Verdict: verdict, Deviations: []reports.Deviation{
			{Clause: "c", Summary: "as " + id + " tells it", Verdict: reports.Failed}, {Clause: "d", Summary: "d", Verdict: reports.Finding},
		}}
	}
	run := &reports.Run{Results: []reports.Result{
		result("ASY-001", "other", reports.Failed), result("GEN/a", "c", reports.Failed), result("GEN/b", "c", reports.Failed),
		result("SIG-001", "c", reports.Failed), result("SIG-002", "c", reports.Failed), result("SIG-003", "c", reports.Waived),
	}}
	violations, findings := GroupDeviations(run)
	if len(violations) != 1 || violations[0].Summary != "as SIG-001 tells it" ||
		!reflect.DeepEqual(violations[0].Checks, []string{"SIG-001", "SIG-002", "GEN/a", "GEN/b", "ASY-001"}) {
		t.Errorf("violations: %+v", violations[0])
	}
	if len(findings) != 1 || len(findings[0].Checks) != 5 {
		t.Errorf("findings: %+v", findings)
	}
}

// An undocumented value is one finding, however many clauses it appears under.
func TestGroupDeviationsOfOneKind(t *testing.T) {
	run := &reports.Run{}
	for i, clause := range []string{"a", "b", "a", "c"} {
		run.Results = append(run.Results, reports.Result{ID: fmt.Sprintf("ENV-00%d", i), Area: "ENV", Clause: clause, Verdict: reports.Finding, Deviations: []reports.Deviation{
			{Clause: clause, Grade: reports.Assumed, Summary: "the member trace is not in the contract", Undocumented: true, Verdict: reports.Finding},
			{Clause: clause, Grade: reports.Assumed, Summary: "the member time is not in the contract", Undocumented: true, Verdict: reports.Finding},
		}})
	}
	_, findings := GroupDeviations(run)
	if len(findings) != 2 {
		t.Fatalf("%d findings, want 2: %+v", len(findings), findings)
	}
	for _, finding := range findings {
		if finding.Clause != "a" || !reflect.DeepEqual(finding.Others, []string{"b", "c"}) || len(finding.Checks) != 4 {
			t.Errorf("%s: clause %s and %v, checks %v", finding.Summary, finding.Clause, finding.Others, finding.Checks)
		}
	}
}
