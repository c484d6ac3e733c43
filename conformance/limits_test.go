package conformance_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/mallcheck/mallcheck/conformance"
	"github.com/mallcheck/mallcheck/conformance/target"
	"github.com/mallcheck/mallcheck/internal/testlevel"
	"github.com/mallcheck/mallcheck/reports"
	"github.com/mallcheck/mallcheck/reports/render"
	"github.com/mallcheck/mallcheck/sandbox"
)

// limited returns a target with variants that names some SIM cards. It is treated as any
// other server is.
func limited(t *testing.T, variants, sims []string, only ...string) *target.Target {
	t.Helper()
	under := configured(t, settings(func(s *target.Settings) {
		s.Variant, s.SIM, s.Only, s.Seed, s.Strict, s.Concurrency = variants, sims, only, "1", "documented", "8"
		s.TaskTimeout, s.PushTimeout, s.BudgetPurchases = "2s", "1s", "none"
	}))
	under.Sandbox, under.ReportDir = false, t.TempDir()
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
			run, err := conformance.Run(t.Context(), limited(t, []string{"one-renewal-per-sim"}, sandbox.NewFixtures().SIMs[:n], only...), nil)
			if err != nil {
				t.Fatal(err)
			}
			for _, r := range run.Results {
				needsTwo := r.Verdict == reports.Skipped && strings.Contains(r.Reason, "needs 2 SIM cards") && n == 1
				if r.Verdict != reports.Passed && !needsTwo {
					t.Error(told(r))
				}
			}
			if code := conformance.ExitCode(run); code != conformance.ExitPassed {
				t.Errorf("exit code %d", code)
			}
		})
	}
}

// A target that puts one order of a SIM card at a time in effect violates nothing by that. Checks
// that need a card without a plan say so, and wait once at most.
func TestOnePlanForEachSIM(t *testing.T) {
	testlevel.Plain(t)
	remote(t)
	only := []string{"op:rechargeSuccess", "op:singleQueryOrder"}
	if testlevel.Pick(0, 0, 1) > 0 {
		only = nil
	}
	for _, variants := range [][]string{{"one-plan-per-sim"}, {"one-plan-per-sim", "pending-orders-unlisted"}} {
		for n, inconclusive := range map[int]bool{1: true, 2: true, 48: false} {
			t.Run(fmt.Sprintf("%s, %d SIM cards", strings.Join(variants, " and "), n), func(t *testing.T) {
				started := time.Now()
				run, err := conformance.Run(t.Context(), limited(t, variants, sandbox.NewFixtures().SIMs[:n], only...), nil)
				if err != nil {
					t.Fatal(err)
				}
				waiting := 0
				for _, r := range run.Results {
					switch {
					case r.Verdict == reports.Passed || r.Verdict == reports.Skipped && n == 1:
					case r.Verdict == reports.Inconclusive && inconclusive && strings.Contains(r.Reason, "more SIM cards (--sim)"):
						waiting++
					default:
						t.Error(told(r))
					}
				}
				if inconclusive && (waiting == 0 || waiting > 40) || time.Since(started) > 30*time.Second {
					t.Errorf("%d checks say that they need SIM cards, after %s", waiting, time.Since(started))
				}
			})
		}
	}
}

// A target that asks to wait an hour is told as that, at once, and not called again and again. It makes
// no difference whether it does so from the beginning, and whether it sends an envelope.
func TestLongWait(t *testing.T) {
	for _, body := range []string{"slow down", `{"operateCode":"BUSY","message":"slow down"}`} {
		for _, served := range []int64{0, 20} {
			var calls atomic.Int64
			genuine := configured(t, settings(func(s *target.Settings) { s.Seed = "1" }))
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if calls.Add(1) > served {
					w.Header().Set("Retry-After", "3600")
					w.WriteHeader(http.StatusTooManyRequests)
					fmt.Fprint(w, body)
					return
				}
				address, _ := url.Parse(genuine.URLs["vshop"])
				address.Path = ""
				httputil.NewSingleHostReverseProxy(address).ServeHTTP(w, r)
			}))
			under := configured(t, settings(func(s *target.Settings) { s.Seed, s.Only = "1", []string{"area:SIG", "area:ERR"} }))
			for service, address := range genuine.URLs {
				parsed, _ := url.Parse(address)
				under.URLs[service] = server.URL + parsed.Path
			}
			under.Sandbox, under.Strict, under.ReportDir = false, string(reports.Documented), t.TempDir()
			run, err := conformance.Run(t.Context(), under, nil)
			server.Close()
			if err != nil {
				t.Fatal(err)
			}
			var told strings.Builder
			if err := render.NewTerminal(&told, render.TerminalOptions{}).End(run, nil); err != nil {
				t.Fatal(err)
			}
			words := strings.TrimSpace(told.String())
			const want = "Reason: the target limits the rate of calls: it answers HTTP 429 and asks to wait 1h0m0s; run with a lower --rate."
			if code := conformance.ExitCode(run); code != conformance.ExitInconclusive || !strings.HasSuffix(words, want) {
				t.Errorf("after %d calls: exit code %d, %s", served, code, words)
			}
			if n := calls.Load(); n > served+60 {
				t.Errorf("after %d calls: it was called %d times", served, n)
			}
		}
	}
}

// An auto-renewal of somebody else on a SIM card is passed over, and named where there is no
// other card.
func TestRenewalOfSomebodyElse(t *testing.T) {
	testlevel.Plain(t)
	remote(t)
	sims := sandbox.NewFixtures().SIMs[:2]
	under := limited(t, []string{"one-renewal-per-sim"}, sims, "op:stripeSubDirectly")
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
