package conformance

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/mallcheck/mallcheck/conformance/checks"
	"github.com/mallcheck/mallcheck/conformance/internal/expect"
	"github.com/mallcheck/mallcheck/conformance/internal/session"
	"github.com/mallcheck/mallcheck/conformance/target"
	"github.com/mallcheck/mallcheck/openapi"
	"github.com/mallcheck/mallcheck/reports"
	"github.com/mallcheck/mallcheck/signing"
)

// ran runs checks of a test's own against a server that answers every listBundles
// with success and a member that no page names.
func ran(t *testing.T, ctx context.Context, change func(*target.Target), list ...checks.Check) *reports.Run {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprint(w, `{"data":[],"operateCode":"S","message":"success","trace":"1"}`)
	}))
	t.Cleanup(server.Close)
	contract, err := openapi.Mall()
	if err != nil {
		t.Fatal(err)
	}
	under := &target.Target{
		Name: "test", URLs: map[string]string{"topup": server.URL}, PartnerCode: "P1", Sign: signing.Default(), RequestIDHeader: "request_id",
		Allow: target.Permissions{Read: true}, Strict: "documented", Seed: 1, CallTimeout: time.Second, TaskTimeout: time.Second,
	}
	change(under)
	r, err := newRunner(under, contract, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.run.Services = []reports.Service{{Name: "topup", URL: server.URL, Reached: true}}
	for i := range list {
		list[i].Level, list[i].Operations, list[i].Requirement = reports.Must, []string{"listBundles"}, "the requirement of "+list[i].ID
		if list[i].Does == "" {
			list[i].Does = reports.Read
		}
	}
	r.awaitAll = func(list []checks.Check, await func(checks.Check) (reports.Result, bool)) {
		for _, check := range list {
			await(check)
		}
	}
	r.all(ctx, list)
	r.finish(context.Cause(ctx))
	return &r.run
}

func asIs(*target.Target) {}

// Each way of ending a check leads to the right verdict.
func TestHowChecksEnd(t *testing.T) {
	documented := "signature/missing-sign-refused"
	assumed := "orders/duplicate-refused"
	for _, test := range []struct {
		name    string
		check   checks.Check
		verdict reports.Verdict
		reason  string // part of
	}{
		{"nothing wrong", checks.Check{Clause: documented, Run: func(context.Context, *session.Session) {}}, reports.Passed, ""},
		{"a failed assertion of a documented clause", checks.Check{Clause: documented, Run: func(context.Context, *session.Session) {
			expect.Expect(1).To(expect.Equal(2), "one is two")
		}}, reports.Failed, ""},
		{"a failed assertion of an assumed clause", checks.Check{Clause: assumed, Run: func(context.Context, *session.Session) {
			expect.Expect(1).To(expect.Equal(2), "one is two")
		}}, reports.Finding, ""},
		{"a violation of another clause", checks.Check{Clause: assumed, Run: func(_ context.Context, s *session.Session) {
			s.Violates(documented, -1, "s", "e", "a")
		}}, reports.Failed, ""},
		{"an assumed clause that keeps the check from its own", checks.Check{Clause: documented, Run: func(_ context.Context, s *session.Session) {
			s.Prevents(assumed, -1, "it could not be tested", "e", "a")
		}}, reports.Inconclusive, "it could not be tested"},
		{"a documented clause that does", checks.Check{Clause: assumed, Run: func(_ context.Context, s *session.Session) {
			s.Prevents(documented, -1, "it could not be tested", "e", "a")
		}}, reports.Failed, ""},
		{"the check's own clause", checks.Check{Clause: assumed, Run: func(_ context.Context, s *session.Session) {
			s.Prevents(assumed, -1, "s", "e", "a")
		}}, reports.Finding, ""},
		{"a skip", checks.Check{Clause: documented, Run: func(_ context.Context, s *session.Session) { s.Skip("no reason") }}, reports.Skipped, "no reason"},
		{"a missing fixture", checks.Check{Clause: documented, Run: func(_ context.Context, s *session.Session) { s.Group() }}, reports.Skipped, "--group"},
		{"a panic", checks.Check{Clause: documented, Run: func(context.Context, *session.Session) {
			var none []int
			_ = none[len(none)]
		}}, reports.Inconclusive, "Please report this as a bug of mallcheck"},
		{"a permission that is missing", checks.Check{Clause: documented, Does: reports.Write, Run: func(context.Context, *session.Session) {}},
			reports.Skipped, "the target allows no writes (--allow write)"},
	} {
		t.Run(test.name, func(t *testing.T) {
			test.check.ID = "TST-001"
			run := ran(t, t.Context(), asIs, test.check)
			got := run.Results[0]
			if got.Verdict != test.verdict || !strings.Contains(got.Reason, test.reason) {
				t.Errorf("%s %q %+v, want %s with %q", got.Verdict, got.Reason, got.Deviations, test.verdict, test.reason)
			}
			if strings.Contains(got.Reason, "/") && strings.Contains(got.Reason, ".go:") {
				t.Errorf("the reason tells paths of the building machine: %s", got.Reason)
			}
		})
	}
}

// A failed assertion becomes a deviation with both values as JSON.
func TestAssertionsAreReported(t *testing.T) {
	run := ran(t, t.Context(), asIs, checks.Check{ID: "TST-001", Clause: "request-id/unique", Run: func(ctx context.Context, s *session.Session) {
		s.Send(ctx, s.NewListBundles())
		expect.Expect("got").To(expect.Equal("wanted"), "the id")
	}})
	d := run.Results[0].Deviations[0]
	if d.Clause != "request-id/unique" || d.Summary != "the id" || d.Exchange != 0 ||
		d.Actual != `"got"` || d.Expected != `"wanted"` || !d.Grade.Valid() || d.Source == "" {
		t.Errorf("told as %+v", d)
	}
}

// A member that no page names is a habit of the target, not a finding of each check.
func TestUndocumentedMembersAreOneHabit(t *testing.T) {
	see := func(ctx context.Context, s *session.Session) { s.Send(ctx, s.NewListBundles()) }
	run := ran(t, t.Context(), asIs,
		checks.Check{ID: "TST-002", Clause: "request-id/unique", Run: see}, checks.Check{ID: "TST-001", Clause: "request-id/unique", Run: see})
	for _, result := range run.Results {
		if result.Verdict != reports.Passed {
			t.Errorf("%s: %s", result.ID, result.Verdict)
		}
	}
	if len(run.Habits) != 1 || run.Habits[0].Name != "additional-members" || !slices.Equal(run.Habits[0].Operations, []string{"listBundles"}) {
		t.Errorf("habits %+v", run.Habits)
	}
}

// A stopped run skips the rest and says why it ended.
func TestStopped(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	stop := func(context.Context, *session.Session) { cancel() }
	run := ran(t, ctx, asIs, checks.Check{ID: "TST-001", Clause: "request-id/unique", Run: stop},
		checks.Check{ID: "TST-002", Clause: "request-id/unique", Run: stop}, checks.Check{ID: "TST-003", Clause: "request-id/unique", Run: stop})
	passed, skipped := 0, 0
	for _, r := range run.Results {
		switch {
		case r.Verdict == reports.Passed:
			passed++
		case r.Verdict == reports.Skipped && strings.Contains(r.Reason, "stopped"):
			skipped++
		}
	}
	if passed != 1 || skipped != 2 || run.Stopped != reports.Interrupted || ExitCode(run) != ExitInterrupted {
		t.Errorf("%d passed, %d skipped, stopped %q, exit code %d", passed, skipped, run.Stopped, ExitCode(run))
	}
}

// The order of checks depends on the seed alone.
func TestOrderFollowsTheSeed(t *testing.T) {
	order := func(seed int64) string {
		var ids []string
		var list []checks.Check
		for i := range 250 {
			id := fmt.Sprintf("TST-%03d", i)
			list = append(list, checks.Check{ID: id, Clause: "request-id/unique", Run: func(context.Context, *session.Session) { ids = append(ids, id) }})
		}
		ran(t, t.Context(), func(under *target.Target) { under.Seed = seed }, list...)
		return strings.Join(ids, " ")
	}
	first := order(1)
	if strings.Count(first, "TST") != 250 {
		t.Fatalf("%d checks ran", strings.Count(first, "TST"))
	}
	if first != order(1) || first == order(2) {
		t.Error("the order does not follow the seed")
	}
}

// A failed check runs once more. This changes no verdict and repeats no purchase, and the number
// of repeats is bounded.
func TestFlaky(t *testing.T) {
	const clause = "signature/missing-sign-refused"
	fails := func(times int) (*int, func(context.Context, *session.Session)) {
		ran := 0
		return &ran, func(context.Context, *session.Session) {
			ran++
			expect.Expect(ran > times).To(expect.Equal(true))
		}
	}
	for _, test := range []struct {
		name  string
		does  reports.Does
		times int // how often it fails
		runs  int
		flaky bool
		box   bool // on the embedded sandbox
	}{
		{"fails once", reports.Read, 1, 2, true, false},
		{"fails always", reports.Write, 9, 2, false, false},
		{"fails never", reports.Read, 0, 1, false, false},
		{"buys", reports.Purchase, 1, 1, false, false},
		{"the embedded sandbox", reports.Read, 1, 1, false, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			runs, run := fails(test.times)
			got := ran(t, t.Context(), func(under *target.Target) {
				under.Sandbox, under.Allow = test.box, target.Permissions{Read: true, Write: true, Purchase: true}
			}, checks.Check{ID: "TST-001", Clause: clause, Does: test.does, Run: run}).Results[0]
			want := reports.Failed
			if test.times == 0 {
				want = reports.Passed
			}
			if *runs != test.runs || got.Flaky != test.flaky || got.Verdict != want {
				t.Errorf("ran %d times, %s, flaky %v; want %d, %s, %v", *runs, got.Verdict, got.Flaky, test.runs, want, test.flaky)
			}
		})
	}
	var list []checks.Check
	total := 0
	for i := range 3 * maxRepeats {
		list = append(list, checks.Check{ID: fmt.Sprintf("TST-%03d", i), Clause: clause, Run: func(context.Context, *session.Session) {
			total++
			expect.Expect(total).To(expect.BeZero())
		}})
	}
	if ran(t, t.Context(), asIs, list...); total != 4*maxRepeats {
		t.Errorf("%d checks that fail were run %d times in all", len(list), total)
	}
}
