// Package pool runs the checks of a run, several at once: which may run beside which others, in what
// order, and to which SIM cards each keeps.
package pool

import (
	"cmp"
	"context"
	"math/rand/v2"
	"slices"
	"sync"

	"github.com/mallcheck/mallcheck/conformance/checks"
	"github.com/mallcheck/mallcheck/conformance/internal/supply"
	"github.com/mallcheck/mallcheck/conformance/target"
	"github.com/mallcheck/mallcheck/reports"
)

// manySIMs is how many SIM cards a target must name for checks that need silence to have their own.
const manySIMs = 6

// simsOfAdder is how many SIM cards a target must name for each concurrent check that changes a group.
const simsOfAdder = 8

// Pool runs the checks of a run, several at once. Ginkgo's specs await their results.
type Pool struct {
	run func(checks.Check) reports.Result
	// slowed returns how often the target asked to slow down; each time halves the checks at once.
	slowed  func() int
	workers int
	// crowded is set when too few SIM cards are named to keep other orders from a check that counts them.
	crowded bool
	// subscribers bounds the checks that may begin auto-renewals at once: each needs its own SIM cards.
	subscribers int

	mu      sync.Mutex
	changed *sync.Cond
	waiting []*checks.Check
	lanes   map[string]checks.Lane // by check id: asked for again and again
	running int
	busy    map[checks.Lane]bool
	// adders is how many checks that change groups may run at once, adding how many do.
	adders, adding int
	ordering       int // running checks that may place orders and do not count them
	renewing       int // running checks that may begin auto-renewals
	results        map[string]chan *reports.Result
}

// New returns a pool for the checks of a run against a target. run runs one of them. slowed returns how
// often the target asked to slow down. At most subscribers checks may begin auto-renewals at once.
func New(t *target.Target, subscribers int, slowed func() int, run func(checks.Check) reports.Result) *Pool {
	return &Pool{
		run: run, slowed: slowed, workers: t.Concurrency, crowded: len(t.SIMs) < manySIMs,
		adders: len(t.SIMs) / simsOfAdder, subscribers: subscribers,
	}
}

// Part returns the part of the target's SIM cards to which a check keeps, and false if it may use all.
func Part(t *target.Target, check checks.Check) (supply.Part, bool) {
	if t.Concurrency < 2 || len(t.SIMs) < manySIMs {
		return supply.Part{}, false
	}
	switch lane := check.Lane(); {
	case lane == checks.Orders:
		return supply.Counted, true
	case lane == checks.Groups:
		return supply.Compared, true
	case check.LeavesGroups():
		return supply.Ordered, true
	}
	return supply.Changed, true
}

// InOrder returns checks in the order of their importance, and in the random order of
// the seed within one area. Only what a lenient target sells something for has a fixed order.
func InOrder(selected []checks.Check, seed int64) []checks.Check {
	ordered := slices.Clone(selected)
	slices.SortFunc(ordered, func(a, b checks.Check) int { return cmp.Compare(a.ID, b.ID) })
	random := rand.New(rand.NewPCG(uint64(seed), 0)) //nolint:gosec // any 64 bits make a seed
	random.Shuffle(len(ordered), func(i, j int) { ordered[i], ordered[j] = ordered[j], ordered[i] })
	ranks := make(map[string]int, len(ordered)) // comparing them costs less than asking each check again
	for _, check := range ordered {
		ranks[check.ID] = check.Importance()
	}
	slices.SortStableFunc(ordered, func(a, b checks.Check) int {
		if order := cmp.Compare(ranks[a.ID], ranks[b.ID]); order != 0 || ranks[a.ID] != checks.SellingWrongly {
			return order
		}
		return checks.ByChange(a, b)
	})
	return ordered
}

// Start runs checks in the given order until all are done or ctx is. wait returns
// when no check runs any more.
func (p *Pool) Start(ctx context.Context, ordered []checks.Check) (wait func()) {
	p.changed = sync.NewCond(&p.mu)
	p.waiting = make([]*checks.Check, len(ordered))
	p.busy = map[checks.Lane]bool{}
	p.lanes = make(map[string]checks.Lane, len(ordered))
	p.results = make(map[string]chan *reports.Result, len(ordered))
	for i := range ordered {
		p.waiting[i] = &ordered[i]
		p.lanes[ordered[i].ID] = ordered[i].Lane()
		p.results[ordered[i].ID] = make(chan *reports.Result, 1)
	}
	stopped := context.AfterFunc(ctx, func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.giveUp()
	})
	var group sync.WaitGroup
	for range max(1, min(p.workers, len(ordered))) {
		group.Go(func() { p.work(ctx) })
	}
	return func() {
		group.Wait()
		stopped()
	}
}

// giveUp drops the checks that have not begun. The caller holds the lock.
func (p *Pool) giveUp() {
	for _, check := range p.waiting {
		close(p.results[check.ID])
	}
	p.waiting = nil
	p.changed.Broadcast()
}

// Await returns the result of a check, and false when the run was stopped before it.
func (p *Pool) Await(check checks.Check) (reports.Result, bool) {
	if result, ran := <-p.results[check.ID]; ran {
		return *result, true
	}
	return reports.Result{}, false
}

// work runs one check after another.
func (p *Pool) work(ctx context.Context) {
	for {
		check, more := p.next(ctx)
		if !more {
			return
		}
		result := p.run(check)
		p.done(check)
		p.results[check.ID] <- &result
		close(p.results[check.ID])
	}
}

// next returns the first check that may run beside those that run already, and false
// when none is left.
func (p *Pool) next(ctx context.Context) (checks.Check, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if ctx.Err() != nil {
		p.giveUp()
	}
	for len(p.waiting) > 0 {
		if p.running < max(1, p.workers>>min(p.slowed(), 8)) {
			if i := slices.IndexFunc(p.waiting, func(c *checks.Check) bool { return p.mayRun(*c) }); i >= 0 {
				check := p.waiting[i]
				copy(p.waiting[1:i+1], p.waiting[:i]) // mostly none: the first may run
				p.waiting = p.waiting[1:]
				p.begin(*check)
				return *check, true
			}
		}
		p.changed.Wait()
	}
	return checks.Check{}, false
}

// mayRun reports whether a check disturbs none of those that run. The caller holds the lock.
func (p *Pool) mayRun(check checks.Check) bool {
	lane := p.lanes[check.ID]
	switch {
	case lane != checks.Shared && p.busy[lane], check.Subscribes() && p.renewing >= max(1, p.subscribers):
		return false
	case lane == checks.Groups && p.adding > 0, check.Adds() && (p.busy[checks.Groups] || p.adding >= max(1, p.adders)):
		return false
	case p.crowded && lane == checks.Orders:
		return p.ordering == 0
	case p.crowded && p.mayOrder(check):
		return !p.busy[checks.Orders]
	}
	return true
}

// mayOrder reports whether a check may place orders beside others that do.
func (p *Pool) mayOrder(check checks.Check) bool {
	return check.Does == reports.Purchase && p.lanes[check.ID] != checks.Orders
}

// begin notes that a check runs. The caller holds the lock.
func (p *Pool) begin(check checks.Check) {
	p.running++
	if check.Subscribes() {
		p.renewing++
	}
	if lane := p.lanes[check.ID]; lane != checks.Shared {
		p.busy[lane] = true
	}
	if check.Adds() {
		p.adding++
	}
	if p.mayOrder(check) {
		p.ordering++
	}
}

// done notes that a check has ended.
func (p *Pool) done(check checks.Check) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.running--
	if check.Subscribes() {
		p.renewing--
	}
	if lane := p.lanes[check.ID]; lane != checks.Shared {
		p.busy[lane] = false
	}
	if check.Adds() {
		p.adding--
	}
	if p.mayOrder(check) {
		p.ordering--
	}
	p.changed.Broadcast()
}
