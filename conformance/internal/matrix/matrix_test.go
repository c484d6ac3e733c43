package matrix

import (
	"slices"
	"strings"
	"testing"

	"github.com/mallcheck/mallcheck/reports"
)

// failing returns a failed result with violations of clauses.
func failing(id string, clauses ...string) reports.Result {
	result := reports.Result{ID: id, Verdict: reports.Failed}
	for _, clause := range clauses {
		result.Deviations = append(result.Deviations, reports.Deviation{Clause: clause, Verdict: reports.Failed})
	}
	return result
}

// Only a violation of the fault's own clause catches it.
func TestRow(t *testing.T) {
	finding := failing("ASY-007", "async/empty-batch-refused")
	finding.Deviations[0].Verdict = reports.Finding
	run := &reports.Run{Results: []reports.Result{
		failing("ASY-060", "async/empty-batch-refused"),
		failing("ASY-005", "envelope/present", "async/empty-batch-refused"),
		failing("ENV-001", "envelope/present"),
		finding,
		{ID: "GRP-001", Verdict: reports.Inconclusive},
		{ID: "GRP-002", Verdict: reports.Passed},
		{ID: "GRP-003", Verdict: reports.Skipped},
	}}
	row := Row("empty-batch-accepted", "async/empty-batch-refused", "accepts", run)
	if want := []string{"ASY-060", "ASY-005"}; !slices.Equal(row.CaughtBy, want) || !row.Caught() {
		t.Errorf("caught by %q, want %q", row.CaughtBy, want)
	}
	if len(row.SideEffects) != 2 || !slices.Equal(row.SideEffects["ENV-001"], []string{"envelope/present"}) {
		t.Errorf("side effects: %v", row.SideEffects)
	}
	if !slices.Equal(row.Inconclusive, []string{"GRP-001"}) || row.Ran != 6 || len(row.Missing) > 0 || row.Problem != "" {
		t.Errorf("the row is %+v", row)
	}
	run.Results[0] = failing("ASY-060", "envelope/present")
	if row = Row("empty-batch-accepted", "async/empty-batch-refused", "accepts", run); !slices.Equal(row.Missing, []string{"ASY-060"}) {
		t.Errorf("missing are %q", row.Missing)
	}
	run.Stopped = reports.TimedOut
	if row = Row("empty-batch-accepted", "async/empty-batch-refused", "accepts", run); row.Problem == "" || row.Caught() {
		t.Errorf("a run that was stopped proves %+v", row)
	}
}

// The matrix lists everything that it does not prove.
func TestMatrixProblems(t *testing.T) {
	for _, test := range []struct {
		name string
		row  reports.FaultRow
		want string
	}{
		{"caught", reports.FaultRow{ID: "empty-batch-accepted", CaughtBy: []string{"ASY-060"}}, ""},
		{"missed", reports.FaultRow{ID: "empty-batch-accepted"}, "is missed: no check fails"},
		{"a side effect", reports.FaultRow{ID: "empty-batch-accepted", SideEffects: map[string][]string{"ENV-001": {"x"}}}, "none for"},
		{"not as expected", reports.FaultRow{ID: "empty-batch-accepted", CaughtBy: []string{"ASY-001"}, Missing: []string{"ASY-060"}}, "is not caught by ASY-060"},
		{"not run", reports.FaultRow{ID: "empty-batch-accepted", CaughtBy: []string{"ASY-060"}, Problem: "broke"}, "broke"},
		{"a crash", reports.FaultRow{ID: "space-crashes", Clause: "errors/no-server-error", CaughtBy: []string{"GEN/singleOrder/body/servicePlanShowName/trailing-space"},
			SideEffects: map[string][]string{"ENV-001": {"envelope/no-server-error", "x"}}}, ""},
		{"a crash that is told as something else", reports.FaultRow{ID: "space-crashes", Clause: "errors/no-server-error", CaughtBy: []string{"GEN/x"},
			SideEffects: map[string][]string{"ENV-001": {"envelope/present"}}}, "1 of 2 checks that fail under a fault that crashes"},
		{"not expected", reports.FaultRow{ID: "no-such-fault", CaughtBy: []string{"ASY-060"}}, "no check is expected"},
	} {
		m := New([]reports.FaultRow{test.row}, reports.Tool{}, 1, false)
		if got := strings.Join(m.Problems, "\n"); test.want == "" && got != "" || !strings.Contains(got, test.want) {
			t.Errorf("%s: %q, want %q", test.name, got, test.want)
		}
	}
	whole := New([]reports.FaultRow{{ID: "empty-batch-accepted", CaughtBy: []string{"ASY-060", "SIG-020/addSims"}}}, reports.Tool{}, 1, true)
	problems := strings.Join(whole.Problems, "\n")
	if !strings.Contains(problems, "GRP-001 catches no fault") || strings.Contains(problems, "ASY-060") || strings.Contains(problems, "SIG-020") {
		t.Errorf("a whole matrix says:\n%s", problems)
	}
}

// Only the useful derived cases run against a fault.
func TestWorthDeriving(t *testing.T) {
	run := &reports.Run{}
	for _, operation := range []string{"singleVerify", "addSims", "rechargeSuccess", "removeSims", "listBundles"} {
		result := failing("ENV-001/"+operation, "envelope/present")
		result.Exchanges = []reports.Exchange{{Operation: operation}}
		run.Results = append(run.Results, result)
	}
	passed := reports.Result{ID: "ENV-002", Verdict: reports.Passed, Exchanges: []reports.Exchange{{Operation: "addGroup"}}}
	run.Results = append(run.Results, passed)
	if got, want := WorthDeriving("empty-batch-accepted", run, "thorough"), []string{"GEN/addSims/*", "GEN/listBundles/*", "GEN/removeSims/*"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	if got, want := WorthDeriving("batch-of-fifty-refused", &reports.Run{}, "thorough"), ExpectedToCatch("batch-of-fifty-refused"); !slices.Equal(got, want) || len(got) == 0 {
		t.Errorf("%q, want %q", got, want)
	}
}
