package main

import (
	"strings"
	"testing"

	"github.com/mallcheck/mallcheck/internal/testlevel"
)

// A run stops before it exceeds its budget, says so, and exits with code 3.
func TestBudget(t *testing.T) {
	testlevel.Plain(t)
	s := serve(t, "--quiet", "--task-delay=2ms")
	for _, test := range []struct {
		name, flag, want string
	}{
		{"purchases", "--budget-purchases=5", "5 purchases were made and --budget-purchases allows no more"},
		{"amount", "--budget-amount=20", "exceeds --budget-amount 20.00"},
	} {
		t.Run(test.name, func(t *testing.T) {
			dir := t.TempDir()
			got := process{arguments: []string{"run", "--only=area:VSH", test.flag}, environ: s.env, dir: dir}.run(t)
			if got.code != 3 || !strings.Contains(got.out, test.want) || !strings.Contains(got.out, "the budget was reached, and checks that would order more were skipped") {
				t.Errorf("exit code %d:\n%s%s", got.code, got.out, got.err)
			}
			if !strings.Contains(got.out, "orders of partner") {
				t.Errorf("the orders that stay are not told:\n%s", got.out)
			}
			if report := readJUnit(t, dir); report.Skipped == 0 || report.Failures != 0 {
				t.Errorf("JUnit: %+v", report)
			}
		})
	}
	got := process{arguments: []string{"run", "--budget-purchases=0"}}.run(t)
	if want := "mallcheck: --budget-purchases: \"0\" is not a valid number of purchases; write a whole number from 1"; got.code != 2 || !strings.HasPrefix(got.err, want) {
		t.Errorf("exit code %d: %s", got.code, got.err)
	}
	// A real target has a budget unless its user says otherwise, the sandbox has none.
	var bare []string
	for _, line := range s.env {
		if !strings.HasPrefix(line, "MALLCHECK_BUDGET") {
			bare = append(bare, line)
		}
	}
	got = process{arguments: []string{"run", "--depth=thorough", "--only=area:VSH,area:PAY,area:ORD,GEN/singleOrder/*,GEN/synOrderInfo/*,GEN/stripeSingleAuthorization/*"}, environ: bare}.run(t)
	if got.code != 3 || !strings.Contains(got.out, "100 purchases were made") {
		t.Errorf("without a budget of its own: exit code %d:\n%s", got.code, got.out)
	}
}
