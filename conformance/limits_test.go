package conformance_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/mallcheck/mallcheck/conformance"
	"github.com/mallcheck/mallcheck/conformance/target"
	"github.com/mallcheck/mallcheck/internal/testlevel"
	"github.com/mallcheck/mallcheck/reports"
	"github.com/mallcheck/mallcheck/sandbox"
)

// limited returns a target with a variant that names some SIM cards, served as any other
// server is.
func limited(t *testing.T, variant string, sims []string, only ...string) *target.Target {
	t.Helper()
	under, _ := foreignWith(t, nil, []string{variant}, func(s *target.Settings) {
		s.SIM, s.Only, s.Seed, s.Strict, s.Concurrency = sims, only, "1", "documented", "8"
		s.TaskTimeout, s.PushTimeout, s.BudgetPurchases = "2s", "1s", "none"
	})
	return under
}

// A target that allows one active auto-renewal for each SIM card can be tested with any
// number of cards: no fixture fails, and no case passes because of another refusal.
func TestOneRenewalForEachSIM(t *testing.T) {
	testlevel.Plain(t)
	remote(t)
	only := []string{"op:stripeSubDirectly", "op:cancelAutoRenewalRecord"}
	if testlevel.Pick(0, 0, 1) > 0 {
		only = nil
	}
	for _, n := range []int{1, 2, 8} {
		t.Run(fmt.Sprintf("%d SIM cards", n), func(t *testing.T) {
			run, err := conformance.Run(t.Context(), limited(t, "one-renewal-per-sim", sandbox.NewFixtures().SIMs[:n], only...), nil)
			if err != nil {
				t.Fatal(err)
			}
			for _, r := range run.Results {
				needsTwo := r.Verdict == reports.Skipped && strings.Contains(r.Reason, "needs 2 SIM cards") && n == 1
				if r.Verdict != reports.Passed && !needsTwo && !strings.Contains(r.Reason, "push-listen") {
					t.Error(told(r))
				}
			}
			if code := conformance.ExitCode(run); code != conformance.ExitPassed {
				t.Errorf("exit code %d", code)
			}
		})
	}
}

// An auto-renewal of somebody else on a SIM card is passed over, and named where there is no
// other card.
func TestRenewalOfSomebodyElse(t *testing.T) {
	testlevel.Plain(t)
	remote(t)
	sims := sandbox.NewFixtures().SIMs[:2]
	under := limited(t, "one-renewal-per-sim", sims, "op:stripeSubDirectly")
	for _, operation := range []string{"singleOrder", "stripeSubDirectly"} {
		if _, err := conformance.Call(t.Context(), under, operation, somebodyElses(under)[operation]); err != nil {
			t.Fatal(err)
		}
	}
	run, err := conformance.Run(t.Context(), under, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range run.Results {
		if r.Verdict == reports.Failed || r.Verdict == reports.Finding || r.Verdict == reports.Inconclusive {
			t.Error(told(r))
		}
	}
	under.SIMs = sims[:1]
	if run, err = conformance.Run(t.Context(), under, nil); err != nil {
		t.Fatal(err)
	}
	inconclusive := 0
	for _, r := range run.Results {
		switch {
		case r.Verdict == reports.Failed || r.Verdict == reports.Finding:
			t.Error(told(r))
		case r.Verdict == reports.Inconclusive && strings.Contains(r.Reason, "(--sim)"):
			inconclusive++
		}
	}
	if code := conformance.ExitCode(run); code != conformance.ExitInconclusive || inconclusive == 0 {
		t.Errorf("exit code %d, %d results name --sim", code, inconclusive)
	}
}

// somebodyElses has the members of requests that begin an auto-renewal for the first SIM card.
func somebodyElses(under *target.Target) map[string][]string {
	of := []string{"payId=P0", "payAmount=" + under.Amount, "payCurrency=" + under.Currency}
	return map[string][]string{
		"singleOrder": append([]string{"orderNo=N0", "deviceCode=" + under.SIMs[0], "packageCode=" + under.Package,
			"orderPeriod=1", "autoRenewal=1"}, of...),
		"stripeSubDirectly": append([]string{"plan_id=SP20180428000007", "pm_id=" + under.PayingMethod, "email=a@example.com"}, of...),
	}
}
