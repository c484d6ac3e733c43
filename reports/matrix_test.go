package reports_test

import (
	"testing"

	"github.com/mallcheck/mallcheck/reports"
	"github.com/mallcheck/mallcheck/reports/internal/fixture"
)

// The totals of a matrix are summarized in one line.
func TestMatrixTotals(t *testing.T) {
	if got, want := fixture.Matrix().Totals(), "1 of 2 faults caught; 2 of 3 checks catch a fault; 1 of 1 mutations catch a fault"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

// The id of a case gives the id of its check.
func TestCheckOf(t *testing.T) {
	for id, want := range map[string]string{
		"SIG-001": "SIG-001", "SIG-004/addSims": "SIG-004", "GEN/singleOrder/body/payAmount/missing": "GEN/*/missing",
		"GEN/singleOrder/body/payAmount/wrong-type.boolean": "GEN/*/wrong-type", "GEN/singleVerify/body/version/known-value.3.0": "GEN/*/known-value",
	} {
		if got := reports.CheckOf(id); got != want {
			t.Errorf("%s: %s, want %s", id, got, want)
		}
	}
}
