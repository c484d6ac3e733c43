package plan

import (
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/mallcheck/mallcheck/conformance/target"
	"github.com/mallcheck/mallcheck/reports"
)

// dry is a dry run of three checks.
func dry() *reports.Run {
	return &reports.Run{
		Results: []reports.Result{
			{ID: "A", Verdict: reports.Passed}, {ID: "B", Verdict: reports.Passed},
			{ID: "C", Verdict: reports.Skipped, Reason: "held back, see GEN/x"}, {ID: "D", Verdict: reports.Skipped, Reason: "held back, see GEN/y"},
		},
		Codes: []reports.Code{
			{Operation: "singleOrder", OperateCode: "S", Times: 3}, {Operation: "singleOrder", OperateCode: "F", Times: 2},
			{Operation: "addSims", OperateCode: "S", Times: 4}, {Operation: "listBundles", OperateCode: "S", Times: 1},
		},
		Cost: &reports.Cost{Orders: 3, Payments: 1},
	}
}

// A plan counts the calls of the dry run, and what a conforming target accepts of them.
func TestNew(t *testing.T) {
	p := New(&target.Target{Name: "uat", Amount: "4.99", Currency: "USD", Rate: 2, Timeout: time.Minute}, dry())
	if p.Checks != 2 || p.Skipped != 2 || p.Why["held back"] != 2 {
		t.Errorf("%d checks, %d skipped: %v", p.Checks, p.Skipped, p.Why)
	}
	if p.Total != 10 || p.Takes != 5*time.Second || p.GroupChanges != 4 || p.Orders != 3 || p.Payments != 1 || p.OrdersAtMost != 5 {
		t.Errorf("the plan is %+v", p)
	}
	if p.Cost != "14.97" || p.CostAtMost != "24.95" || len(p.Warnings) > 0 {
		t.Errorf("costs %s, at most %s; warnings %q", p.Cost, p.CostAtMost, p.Warnings)
	}
	if len(p.Calls) != 3 || p.Calls[0].Operation != "addSims" || p.Calls[2] != (Calls{"singleOrder", 5, 3}) {
		t.Errorf("calls: %+v", p.Calls)
	}
}

// The plan in words has one payment, not one payments.
func TestWriteCountsNouns(t *testing.T) {
	var out strings.Builder
	if err := New(&target.Target{Name: "uat"}, dry()).Write(&out, false); err != nil {
		t.Fatal(err)
	}
	if want := "4 changes of groups, which are undone; 3 orders and 1 payment, which stay"; !strings.Contains(out.String(), want) {
		t.Errorf("no %q in:\n%s", want, out.String())
	}
}

// A plan warns of everything that would stop the run.
func TestWarnings(t *testing.T) {
	under := &target.Target{Amount: "4.99", Rate: 2, Timeout: time.Second, Budget: target.Budget{Purchases: 2, Amount: big.NewRat(10, 1)}}
	warnings := strings.Join(New(under, dry()).Warnings, "\n")
	for _, want := range []string{"--timeout", "--budget-purchases", "--budget-amount"} {
		if !strings.Contains(warnings, want) {
			t.Errorf("no warning about %s in:\n%s", want, warnings)
		}
	}
}
