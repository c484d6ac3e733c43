package embedded_test

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/mallcheck/mallcheck/conformance"
	"github.com/mallcheck/mallcheck/conformance/checks"
	"github.com/mallcheck/mallcheck/conformance/embedded"
	"github.com/mallcheck/mallcheck/conformance/target"
	"github.com/mallcheck/mallcheck/internal/testlevel"
	"github.com/mallcheck/mallcheck/reports"
)

// mostOf are how many calls and orders a run of a depth may take.
var mostOf = map[checks.Depth]struct{ calls, orders int }{
	checks.Quick: {150, 3}, checks.Standard: {4000, 40},
}

// TestDepthsKeepToTheirCost runs each depth against the sandbox. Plans are exact within 10 %.
func TestDepthsKeepToTheirCost(t *testing.T) {
	testlevel.Plain(t)
	for _, depth := range checks.Depths[:testlevel.Pick(1, 1, 2)] {
		t.Run(depth, func(t *testing.T) {
			layer := target.Flags(target.Settings{Seed: "3", Depth: depth})
			s, err := embedded.Start(layer)
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			calls, orders := cost(t, s.Target)
			if most := mostOf[checks.Depth(depth)]; calls > most.calls || orders > most.orders {
				t.Errorf("%d calls and %d orders, at most %d and %d are allowed", calls, orders, most.calls, most.orders)
			}
			planned(t, "the sandbox", calls, orders, layer)
		})
	}
}

// TestCostWithFewSIMs runs the standard depth with the first SIM cards of the sandbox only. Fewer cards cost more orders,
// but never a violation, not even where each card has one plan and one auto-renewal at a time.
func TestCostWithFewSIMs(t *testing.T) {
	testlevel.Plain(t)
	limits := []string{"one-plan-per-sim", "one-renewal-per-sim"}
	for _, few := range []struct {
		sims, orders int
		variants     []string
		seed         string
	}{
		{sims: 12, orders: 45, seed: "3"}, {sims: 2, orders: 130, seed: "2"}, {sims: 8, orders: 60, variants: limits, seed: "1"},
		{sims: 8, orders: 60, seed: "3"}, {sims: 3, orders: 80, seed: "3"}, {sims: 12, orders: 45, variants: limits, seed: "1"},
	}[:testlevel.Pick(3, 3, 6)] {
		t.Run(fmt.Sprint(few.sims, " cards, seed ", few.seed, few.variants), func(t *testing.T) {
			t.Parallel()
			s, err := embedded.Start(target.Flags(target.Settings{Seed: few.seed, Variant: few.variants}))
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			s.Target.SIMs = s.Target.SIMs[:few.sims]
			run, err := conformance.Run(t.Context(), s.Target, nil)
			if err != nil {
				t.Fatal(err)
			}
			for _, result := range run.Results {
				if result.Verdict == reports.Failed || result.Verdict == reports.Inconclusive && !strings.Contains(result.Reason, "(--sim)") {
					t.Errorf("%s: %s (%s)", result.ID, result.Verdict, result.Reason)
				}
			}
			if run.Cost.Orders > few.orders {
				t.Errorf("%d orders, at most %d are allowed", run.Cost.Orders, few.orders)
			}
		})
	}
}

// cost runs the checks against a target and returns how many calls and orders that took.
func cost(t *testing.T, under *target.Target) (calls, orders int) {
	t.Helper()
	run, err := conformance.Run(t.Context(), under, nil)
	if err != nil {
		t.Fatal(err)
	}
	if code := conformance.ExitCode(run); code != conformance.ExitPassed {
		t.Errorf("exit code %d", code)
	}
	return run.Cost.Calls, run.Cost.Orders
}

// planned requires that the plan of a run is within 10 % of what it took.
func planned(t *testing.T, what string, calls, orders int, layers ...target.Layer) {
	t.Helper()
	plan, err := embedded.Plan(t.Context(), layers...)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%s: planned %d calls and %d orders, made %d and %d", what, plan.Total, plan.Orders, calls, orders)
	for _, number := range []struct{ planned, made int }{{plan.Total, calls}, {plan.Orders, orders}} {
		if math.Abs(float64(number.planned-number.made)) > 0.1*float64(number.made) {
			t.Errorf("%s: %d planned, %d made", what, number.planned, number.made)
		}
	}
}

// TestLenientTarget tests a sandbox that accepts requests without version. Where that is no violation, it costs at most
// a few orders, and each check that is held back says so; where it is one, every operation is shown to violate it.
func TestLenientTarget(t *testing.T) {
	testlevel.Plain(t)
	for strict, want := range map[string]struct{ failed, held bool }{"documented": {held: true}, "derived": {failed: true}} {
		t.Run(strict, func(t *testing.T) {
			s, err := embedded.Start(target.Flags(target.Settings{Seed: "3", Fault: []string{"version-not-required"}, Strict: strict}))
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			run, err := conformance.Run(t.Context(), s.Target, nil)
			if err != nil {
				t.Fatal(err)
			}
			failed, held := 0, 0
			for _, result := range run.Results {
				switch {
				case strings.HasSuffix(result.ID, "/body/version/missing") && result.Verdict == reports.Failed:
					failed++
				case result.Verdict == reports.Skipped && strings.Contains(result.Reason, "--depth thorough sends it"):
					held++
				}
			}
			if (failed >= 10) != want.failed || (held >= 5) != want.held || want.failed == (held > 0) {
				t.Errorf("%d checks failed, %d were held back", failed, held)
			}
			if orders := run.Cost.Orders; want.held && orders > mostOf[checks.Standard].orders {
				t.Errorf("%d orders, at most %d are allowed", orders, mostOf[checks.Standard].orders)
			}
		})
	}
}
