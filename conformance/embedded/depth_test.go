package embedded_test

import (
	"context"
	"math"
	"net"
	"testing"
	"time"

	"github.com/mallcheck/mallcheck/conformance"
	"github.com/mallcheck/mallcheck/conformance/checks"
	"github.com/mallcheck/mallcheck/conformance/embedded"
	"github.com/mallcheck/mallcheck/conformance/target"
	"github.com/mallcheck/mallcheck/internal/testlevel"
	"github.com/mallcheck/mallcheck/sandbox"
)

// mostOf are how many calls and orders a run of each depth may take.
var mostOf = map[checks.Depth]struct{ calls, orders int }{
	checks.Quick: {150, 3}, checks.Standard: {4000, 40}, checks.Thorough: {7000, 300},
}

// TestDepthsKeepToTheirCost runs each depth against the sandbox, and as any target is tested: with a
// baseline, several checks at once, and tasks that take a while. Plans are exact within 10 %.
func TestDepthsKeepToTheirCost(t *testing.T) {
	testlevel.Plain(t)
	for _, depth := range checks.Depths[:testlevel.Pick(1, 2, 3)] {
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

			served, values := serve(t, 50*time.Millisecond)
			defer func() { _ = served.Close(context.WithoutCancel(t.Context())) }()
			layers := []target.Layer{target.Flags(target.Settings{Seed: "4", Depth: depth, BudgetPurchases: "none", ReportDir: t.TempDir()}), values}
			under, err := target.Resolve(layers...)
			if err != nil {
				t.Fatal(err)
			}
			calls, orders = cost(t, under)
			planned(t, "another target", calls, orders, target.Flags(target.Settings{Seed: "5", Depth: depth, BudgetPurchases: "none"}), values)
		})
	}
}

// serve starts a sandbox that is tested as any target is, with the settings for that.
func serve(t *testing.T, delay time.Duration) (*sandbox.Server, target.Layer) {
	t.Helper()
	inbox, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := inbox.Addr().String()
	if err := inbox.Close(); err != nil {
		t.Fatal(err)
	}
	push := embedded.WithKey(sandbox.Push{To: "http://" + address + "/rechargeSuccess", Backoff: 10 * time.Millisecond})
	served, err := sandbox.Start(t.Context(), sandbox.Config{Seed: 9, TaskDelay: delay, Push: push, Terse: true}, sandbox.DefaultListen)
	if err != nil {
		t.Fatal(err)
	}
	values := served.Settings()
	embedded.DescribePush(values, push)
	environ := make([]string, 0, len(values))
	for key, value := range values {
		environ = append(environ, target.EnvironmentName(key)+"="+value)
	}
	layer, err := target.Environment(environ)
	if err != nil {
		t.Fatal(err)
	}
	return served, layer
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
