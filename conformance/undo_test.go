package conformance_test

import (
	"context"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/mallcheck/mallcheck/conformance"
	"github.com/mallcheck/mallcheck/conformance/checks"
	"github.com/mallcheck/mallcheck/conformance/embedded"
	"github.com/mallcheck/mallcheck/conformance/internal/cases"
	"github.com/mallcheck/mallcheck/conformance/target"
	"github.com/mallcheck/mallcheck/internal/testlevel"
	"github.com/mallcheck/mallcheck/reports"
	"github.com/mallcheck/mallcheck/sandbox"
)

// foreign starts a sandbox and returns it as a target of somebody else: what a run
// does to it is written into a journal and has to be undone.
func foreign(t *testing.T, faults []string, change func(*target.Settings)) (*target.Target, *sandbox.Server) {
	t.Helper()
	return foreignWith(t, faults, nil, change)
}

// foreignWith is foreign with variants, too.
func foreignWith(t *testing.T, faults, variants []string, change func(*target.Settings)) (*target.Target, *sandbox.Server) {
	t.Helper()
	interceptors, behaviour, err := embedded.Behaviour(faults, variants)
	if err != nil {
		t.Fatal(err)
	}
	config := sandbox.Config{Seed: 1, TaskDelay: time.Millisecond, Interceptors: interceptors, Control: true, Terse: true}
	server, err := sandbox.Start(context.Background(), config, sandbox.DefaultListen)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		_ = server.Close(ctx) // nobody calls it any more
	})
	values := server.Settings()
	maps.Copy(values, behaviour)
	layer, err := target.Sandbox(values)
	if err != nil {
		t.Fatal(err)
	}
	var given target.Settings
	change(&given)
	under, err := target.Resolve(target.Flags(given), layer)
	if err != nil {
		t.Fatal(err)
	}
	under.Sandbox, under.ReportDir = false, t.TempDir()
	return under, server
}

// heldBy returns what a sandbox holds that a run has to leave as it was, once no task is running.
func heldBy(t *testing.T, server *sandbox.Server) string {
	t.Helper()
	for range 400 {
		response, err := http.Get(server.URL() + sandbox.ControlPath + "state")
		if err != nil {
			t.Fatal(err)
		}
		state, err := io.ReadAll(response.Body)
		_ = response.Body.Close()
		if err != nil || response.StatusCode != http.StatusOK {
			t.Fatalf("HTTP %d %s (%v)", response.StatusCode, state, err)
		}
		if strings.Contains(string(state), `"tasks":0`) {
			return string(state)
		}
		time.Sleep(5 * time.Millisecond)
	}
	t.Fatal("the tasks do not end")
	return ""
}

// A shard whose part of the SIM cards is a single one finds another card elsewhere.
func TestShardWithOneSIM(t *testing.T) {
	under, _ := foreign(t, nil, func(s *target.Settings) {
		s.Only, s.Seed, s.Shard, s.Timeout = []string{"VSH-036", "VSH-037", "VSH-038"}, "1", "2/2", "20s"
	})
	under.SIMs = under.SIMs[:2]
	started := time.Now()
	run, err := conformance.Run(t.Context(), under, nil)
	if err != nil {
		t.Fatal(err)
	}
	if run.Stopped != "" || len(run.Results) == 0 {
		t.Errorf("after %s the run was stopped (%s) with %d results", time.Since(started), run.Stopped, len(run.Results))
	}
	for _, result := range run.Results {
		if result.Verdict != reports.Passed {
			t.Error(told(result))
		}
	}
}

// A run leaves groups and auto-renewals as they were, whatever it selects and in
// whatever order, also where the target accepts what it should refuse.
func TestRunLeavesNothing(t *testing.T) {
	testlevel.Plain(t)
	seeds := testlevel.Pick(0, 2, 12)
	for number, test := range []struct {
		name   string
		faults []string
		only   string
	}{
		{"cases of payments", nil, "GEN/stripeSubDirectly,GEN/synOrderInfo,GEN/cancelAutoRenewalRecord"},
		{"an order is subscribed to twice", []string{"paid-twice", "third-party-order-paid-again"}, "area:PAY,VSH-08*"},
		{"every order is renewed", []string{"every-order-renewed"}, "area:PAY,GEN/stripeSingleAuthorization"},
		{"foreign orders are paid", []string{"payments-of-other-partners-seen"}, "area:PAY,area:VSH"},
	} {
		t.Run(test.name, func(t *testing.T) {
			for seed := number * seeds; seed < (number+1)*seeds; seed++ { // no seed is tried twice
				under, server := foreign(t, test.faults, func(s *target.Settings) {
					s.Only, s.Seed, s.Timeout = strings.Split(test.only, ","), fmt.Sprint(seed+1), "2m"
				})
				before := heldBy(t, server)
				run, err := conformance.Run(t.Context(), under, nil)
				if err != nil {
					t.Fatal(err)
				}
				if after := heldBy(t, server); after != before {
					t.Errorf("seed %d: the target holds\n%s\nbefore the run it held\n%s\nleft: %q", seed+1, after, before, run.Left)
				}
			}
		})
	}
}

// subsets are selections of checks: each area of those that run against a mall, and each
// family of mutations of the derived cases.
func subsets(t *testing.T) []string {
	t.Helper()
	var all []string
	for _, check := range checks.All() {
		if area := "area:" + check.Area(); check.Area() != "GEN" && !slices.Contains(all, area) {
			all = append(all, area)
		}
	}
	families, err := cases.Families()
	if err != nil {
		t.Fatal(err)
	}
	for _, family := range families {
		all = append(all, "GEN/*/*/*/"+family+"*")
	}
	return all
}

// Each subset of the checks leaves groups and auto-renewals as they were, also after the runs of other
// subsets. In the long proofs, each of 50 seeds runs a quarter of the subsets, a different one than the
// seeds next to it.
func TestEverySubsetLeavesNothing(t *testing.T) {
	testlevel.Plain(t)
	seeds, share, all := testlevel.Pick(0, 1, 50), testlevel.Pick(1, 1, 4), subsets(t)
	if len(all) < 40 {
		t.Fatalf("%d subsets: %q", len(all), all)
	}
	const atOnce = 6 // they mostly wait
	var group sync.WaitGroup
	for first := range atOnce {
		group.Go(func() {
			for seed := first; seed < seeds; seed += atOnce {
				var some []string
				for i, subset := range all {
					if i%share == seed%share {
						some = append(some, subset)
					}
				}
				t.Run(fmt.Sprint(seed), func(t *testing.T) { leaveNothing(t, fmt.Sprint(1000+seed), some) })
			}
		})
	}
	group.Wait()
}

// leaveNothing runs subsets of the checks, one after another, against one sandbox.
func leaveNothing(t *testing.T, seed string, subsets []string) {
	t.Helper()
	under, server := foreign(t, nil, func(s *target.Settings) { s.Seed, s.Timeout = seed, "2m" })
	before := heldBy(t, server)
	for _, subset := range subsets {
		of := *under
		of.Only, of.ReportDir = []string{subset}, t.TempDir()
		run, err := conformance.Run(t.Context(), &of, nil)
		if err != nil {
			t.Fatal(err)
		}
		if len(run.Results) == 0 || run.Stopped != "" {
			t.Fatalf("%s had %d results (%s)", subset, len(run.Results), run.Stopped)
		}
		after := heldBy(t, server)
		if after != before {
			t.Errorf("after %s the target holds\n%s\nbefore it held\n%s\nleft: %q", subset, after, before, run.Left)
		}
		before = after
	}
}
