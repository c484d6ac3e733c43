package pool

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/mallcheck/mallcheck/conformance/checks"
	"github.com/mallcheck/mallcheck/conformance/target"
	"github.com/mallcheck/mallcheck/reports"
)

// sims returns some SIM cards.
func sims(n int) []string { return slices.Repeat([]string{"89852000000000000001"}, n) }

// The order depends on the seed and on nothing else, and the areas stay in the order of their importance.
func TestInOrder(t *testing.T) {
	all := checks.All()
	shuffled := slices.Clone(all)
	slices.Reverse(shuffled)
	ids := func(list []checks.Check) string {
		var names []string
		for _, check := range list {
			names = append(names, check.ID)
		}
		return strings.Join(names, " ")
	}
	first := InOrder(all, 7)
	if ids(first) != ids(InOrder(shuffled, 7)) {
		t.Error("the order depends on the order of the selection")
	}
	if ids(first) == ids(InOrder(all, 8)) {
		t.Error("two seeds give the same order")
	}
	if len(first) != len(all) || !slices.IsSortedFunc(first, func(a, b checks.Check) int { return a.Importance() - b.Importance() }) {
		t.Error("checks are missing, or a less important one comes first")
	}
}

// No two checks of a lane run at once, although several workers run checks.
func TestChecksOfALaneRunAlone(t *testing.T) {
	var mu sync.Mutex
	running, most := map[checks.Lane]int{}, map[checks.Lane]int{}
	under := &target.Target{Concurrency: 8, SIMs: sims(24)}
	p := New(under, 5, func() int { return 0 }, func(check checks.Check) reports.Result {
		lane := check.Lane()
		mu.Lock()
		running[lane]++
		most[lane] = max(most[lane], running[lane])
		mu.Unlock()
		time.Sleep(20 * time.Microsecond) // others may begin
		mu.Lock()
		running[lane]--
		mu.Unlock()
		return reports.Result{ID: check.ID}
	})
	all := InOrder(checks.All(), 1)
	wait := p.Start(t.Context(), all)
	for _, check := range all {
		if result, ran := p.Await(check); !ran || result.ID != check.ID {
			t.Errorf("%s: ran %t with the result of %s", check.ID, ran, result.ID)
		}
	}
	wait()
	for lane, n := range most {
		if lane != checks.Shared && n > 1 {
			t.Errorf("%d checks of the lane %s ran at once", n, lane)
		}
	}
}

// A stopped run gives up the checks that have not begun, and tells whoever awaits them.
func TestStopped(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	all := InOrder(checks.All(), 1)[:10]
	p := New(&target.Target{Concurrency: 1}, 1, func() int { return 0 }, func(check checks.Check) reports.Result {
		cancel()
		return reports.Result{ID: check.ID}
	})
	wait := p.Start(ctx, all)
	defer wait()
	ran := 0
	for _, check := range all {
		if _, was := p.Await(check); was {
			ran++
		}
	}
	if ran != 1 {
		t.Errorf("%d checks ran, want the one that stopped the run", ran)
	}
}

// Checks share the SIM cards only where there are too few of them, or one check runs at a time.
func TestPart(t *testing.T) {
	check := checks.All()[0]
	for _, test := range []struct {
		concurrency, sims int
		divided           bool
	}{{8, 24, true}, {8, manySIMs, true}, {8, manySIMs - 1, false}, {1, 24, false}} {
		under := &target.Target{Concurrency: test.concurrency, SIMs: sims(test.sims)}
		if _, divided := Part(under, check); divided != test.divided {
			t.Errorf("%d at once with %d SIM cards: divided %t", test.concurrency, test.sims, divided)
		}
	}
}
