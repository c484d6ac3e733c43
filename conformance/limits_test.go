package conformance_test

import (
	"bytes"
	"fmt"
	"maps"
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
	few := map[int]bool{2: true, 128: false}
	both := [][]string{{"one-plan-per-sim", "pending-orders-unlisted"}}
	for _, variants := range testlevel.Pick(both, both, append(both, []string{"one-plan-per-sim"})) {
		for n, inconclusive := range testlevel.Pick(few, few, map[int]bool{1: true, 2: true, 48: false, 64: false, 100: false}) {
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

// Where SIM cards have owners, the second partner orders for a card of its own (--second-sim), and
// the checks of both partners say what they miss without one.
func TestSIMsHaveOwners(t *testing.T) {
	remote(t)
	for _, test := range []struct {
		named   bool
		verdict reports.Verdict
		reason  string
	}{
		{true, reports.Passed, ""},
		{false, reports.Skipped, "name one of its own with --second-sim"},
	} {
		under := limited(t, []string{"sims-have-owners"}, sandbox.NewFixtures().SIMs[:8], "ORD-063", "ORD-064", "NTF-007")
		if !test.named {
			under.SecondSIMs = nil
		}
		run, err := conformance.Run(t.Context(), under, nil)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range run.Results {
			bothOrder := r.ID == "ORD-064" && test.named // no SIM card has orders of both partners
			if bothOrder && r.Verdict == reports.Skipped && strings.Contains(r.Reason, "refuses an order of the first partner") {
				continue
			}
			if r.Verdict != test.verdict || !strings.Contains(r.Reason, test.reason) {
				t.Errorf("--second-sim %t: %s", test.named, told(r))
			}
		}
	}
}

// fronted returns a target that is a sandbox behind a server that changes what comes and goes.
func fronted(t *testing.T, genuine *target.Target, serve func(w http.ResponseWriter, r *http.Request, next http.Handler)) *target.Target {
	t.Helper()
	address, err := url.Parse(genuine.URLs["vshop"])
	if err != nil {
		t.Fatal(err)
	}
	address.Path = ""
	next := httputil.NewSingleHostReverseProxy(address)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { serve(w, r, next) }))
	t.Cleanup(server.Close)
	under := *genuine
	under.URLs = map[string]string{}
	for service, text := range genuine.URLs {
		under.URLs[service] = strings.Replace(text, address.String(), server.URL, 1)
	}
	under.Sandbox, under.Strict, under.ReportDir = false, string(reports.Documented), t.TempDir()
	return &under
}

// What an answer of an undocumented form holds is not known: nothing is said to be missing from it.
func TestUnknownForms(t *testing.T) {
	testlevel.Plain(t)
	remote(t)
	renamed := strings.NewReplacer(`"sim_ids"`, `"rows"`, `"group_id"`, `"gid"`, `"deviceCode"`, `"iccid"`, `"sim_count"`, `"n"`)
	genuine := configured(t, settings(func(s *target.Settings) { s.Seed, s.Allow = "1", []string{"read", "write"} }))
	under := fronted(t, genuine, func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		recorded := httptest.NewRecorder()
		next.ServeHTTP(recorded, r)
		body := recorded.Body.String()
		if strings.HasSuffix(r.URL.Path, "/singleVerify") || r.Method == http.MethodGet && strings.HasSuffix(r.URL.Path, "/sims") {
			body = renamed.Replace(body)
		}
		maps.Copy(w.Header(), recorded.Header())
		w.Header().Del("Content-Length")
		w.WriteHeader(recorded.Code)
		fmt.Fprint(w, body)
	})
	under.Only = []string{"area:GRP", "VSH-00*"}
	run, err := conformance.Run(t.Context(), under, nil)
	if err != nil {
		t.Fatal(err)
	}
	unknown := 0
	for _, r := range run.Results {
		if r.Verdict == reports.Failed || strings.Contains(told(r), "does not list") {
			t.Error(told(r))
		}
		if r.Verdict == reports.Inconclusive && strings.HasSuffix(r.Reason, "data of the listGroupSims answer has an unknown form") {
			unknown++
		}
	}
	if unknown < 10 {
		t.Errorf("%d checks of %d say that the form of a listing is unknown", unknown, len(run.Results))
	}
}

// A refusal in other words than that of a wrong sign is not blamed on the sign, also where status and
// code are the same.
func TestOtherRefusalsAreNoMatterOfTheSign(t *testing.T) {
	remote(t)
	genuine := configured(t, settings(func(s *target.Settings) { s.Seed, s.Allow = "1", []string{"read", "write", "purchase"} }))
	under := fronted(t, genuine, func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		recorded := httptest.NewRecorder()
		next.ServeHTTP(recorded, r)
		body := recorded.Body.Bytes()
		if strings.HasSuffix(r.URL.Path, "/singleQueryOrder") {
			message := "sign error"
			if bytes.Contains(body, []byte(`"operateCode":"S"`)) {
				message = "the order does not exist"
			}
			body = fmt.Appendf(nil, `{"operateCode":"F","message":%q}`, message)
		}
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusOK)
		_, _ = w.Write(body)
	})
	under.Only = []string{"SIG-003/singleQueryOrder", "SIG-003/singleVerify"}
	run, err := conformance.Run(t.Context(), under, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range run.Results {
		want := map[string]reports.Verdict{"singleQueryOrder": reports.Inconclusive, "singleVerify": reports.Passed}[r.Operations[0]]
		if r.Verdict != want || strings.Contains(r.Reason, "sign") || strings.Contains(r.Reason, "version") {
			t.Error(told(r))
		}
	}
}

// A target that asks to wait an hour is reported at once, and not called again and again. It makes
// no difference whether it does so from the beginning, and whether it sends an envelope.
func TestLongWait(t *testing.T) {
	for _, body := range []string{"slow down", `{"operateCode":"BUSY","message":"slow down"}`} {
		for _, served := range []int64{0, 20} {
			var calls atomic.Int64
			genuine := configured(t, settings(func(s *target.Settings) { s.Seed = "1" }))
			under := fronted(t, genuine, func(w http.ResponseWriter, r *http.Request, next http.Handler) {
				if calls.Add(1) > served {
					w.Header().Set("Retry-After", "3600")
					w.WriteHeader(http.StatusTooManyRequests)
					fmt.Fprint(w, body)
					return
				}
				next.ServeHTTP(w, r)
			})
			under.Only = []string{"area:SIG", "area:ERR"}
			run, err := conformance.Run(t.Context(), under, nil)
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
