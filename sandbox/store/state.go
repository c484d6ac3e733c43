package store

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"
)

// State is the state of a sandbox: partners, SIM cards, groups, tasks and orders. Hooks receive it under
// the sandbox's lock: its exported methods take no lock, and it is valid until the hook returns.
type State struct {
	Mu     sync.Mutex
	Now    func() time.Time
	seed   int64
	delay  time.Duration
	Bounds Bounds
	hooks  Interceptor

	Partners  map[string]bool
	Sims      map[string]bool
	Groups    map[string]*Group
	ids       *requestIDs
	Tasks     taskBook
	OrderBook orderBook
	topUps    []*Order // paid and not yet in effect, by due time
	stripe    stripeIDs
	Next      next

	Push   *Pusher // nil if pushes are off
	alarm  *time.Timer
	closed bool
}

// Group is a group of SIM cards that share a plan. A SIM card counts as often as it was added.
type Group struct {
	ID, Name, Owner string
	Plan            Plan
	Counts          map[string]int
	size            int // the sum of counts
	reserved        int // SIM cards that unfinished tasks may add
}

// Settings are the settings of a sandbox that its state depends on.
type Settings struct {
	Seed      int64
	Now       func() time.Time
	TaskDelay time.Duration
	Bounds    Bounds
}

// NewState returns the state that a sandbox starts with.
func NewState(cfg Settings, hooks Interceptor) *State {
	st := &State{Now: cfg.Now, seed: cfg.Seed, delay: cfg.TaskDelay, Bounds: cfg.Bounds, hooks: hooks}
	st.Fill()
	return st
}

// Fill resets the state to the fixtures.
func (st *State) Fill() {
	f := NewFixtures()
	st.Partners = map[string]bool{f.Partner: true, f.SecondPartner: true}
	st.Sims = make(map[string]bool, len(f.SIMs))
	st.Groups = map[string]*Group{}
	st.ids = newRequestIDs(st.seed)
	st.Tasks = newTaskBook()
	st.OrderBook = newOrderBook()
	st.topUps = nil
	st.stripe = newStripeIDs(st.seed)
	st.Next = next{}
	for _, sim := range f.SIMs {
		st.Sims[sim] = true
	}
	for _, g := range startingGroups() {
		st.Groups[g.ID] = g
	}
}

// Lock locks the state after applying every task and top-up that is due. The caller must call unlock.
func (st *State) Lock() (unlock func()) {
	st.Mu.Lock()
	now := st.Now()
	st.finishDue(now)
	st.finishTopUps(now)
	return st.Mu.Unlock
}

// Exists reports whether a SIM card with this ICCID exists.
func (st *State) Exists(sim string) bool { return st.Sims[sim] }

// Count returns how often a SIM card is in a group; 0 if there is no such group.
func (st *State) Count(groupID, sim string) int {
	if g := st.Groups[groupID]; g != nil {
		return g.Counts[sim]
	}
	return 0
}

// Change adds a SIM card to a group delta times, or removes it -delta times, within 0 and the bound of
// the group. It ignores an unknown group.
func (st *State) Change(groupID, sim string, delta int) {
	g := st.Groups[groupID]
	if g == nil {
		return
	}
	delta = min(max(delta, -g.Counts[sim]), st.Bounds.GroupSIMs-g.size)
	g.size += delta
	if g.Counts[sim] += delta; g.Counts[sim] == 0 {
		delete(g.Counts, sim)
	}
}

// Listed returns the sorted SIM cards of a group, each repeated as often as it is counted.
func (g *Group) Listed() []string {
	sims := make([]string, 0, g.size)
	for _, sim := range slices.Sorted(maps.Keys(g.Counts)) {
		for range g.Counts[sim] {
			sims = append(sims, sim)
		}
	}
	return sims
}

// findGroup returns one of the caller's groups.
func (st *State) findGroup(c *Call, id string) (*Group, *Refusal) {
	l := Lookup{Kind: LookupGroup, Key: id}
	if g := st.Groups[id]; g != nil {
		l.Owner, l.Found = g.Owner, g.Owner == c.Partner
	}
	st.hooks.Lookup(st, c, &l)
	if !l.Found {
		return nil, &Refusal{Reason: NotFound, In: "path", Name: "group_id", Clause: "groups/unknown-group-refused", Message: fmt.Sprintf(
			"group_id %s: partner %s has no such group; GET %s lists its groups",
			Shown(id), Shown(c.Partner), TopupBase+BundlesPath)}
	}
	g := st.Groups[l.Key]
	if g == nil {
		if len(st.Groups) >= st.Bounds.Groups {
			return nil, Refuse(Full, "this sandbox keeps at most %d groups", st.Bounds.Groups)
		}
		g = &Group{ID: l.Key, Name: l.Key, Owner: c.Partner, Plan: Catalogue[0], Counts: map[string]int{}}
		st.Groups[g.ID] = g
	}
	return g, nil
}

// Partner refuses a caller with an unknown partnerCode.
func (st *State) Partner(c *Call) *Refusal {
	defer st.Lock()()
	l := Lookup{Kind: LookupPartner, Key: c.Partner, Owner: c.Partner, Found: st.Partners[c.Partner]}
	st.hooks.Lookup(st, c, &l)
	if !l.Found {
		return &Refusal{Reason: UnknownPartner, In: c.ParametersIn(), Name: "partnerCode", Clause: "globals/unknown-partner-refused", Message: fmt.Sprintf(
			"partnerCode %s: no such partner; this sandbox knows %v",
			Shown(c.Partner), slices.Sorted(maps.Keys(st.Partners)))}
	}
	c.Partner = l.Key
	return nil
}

// Sim refuses an unknown ICCID.
func (st *State) Sim(c *Call, iccid string) *Refusal {
	defer st.Lock()()
	refusal := st.findSIM(c, iccid)
	if refusal != nil {
		refusal.Clause = "vshop/unknown-sim-refused"
	}
	return refusal
}

// findSIM is sim for callers that hold the lock.
func (st *State) findSIM(c *Call, iccid string) *Refusal {
	l := Lookup{Kind: LookupSIM, Key: iccid, Found: st.Sims[iccid]}
	st.hooks.Lookup(st, c, &l)
	if !l.Found {
		return &Refusal{Reason: NotFound, In: "body", Name: "deviceCode", Clause: "orders/unknown-sim-refused",
			Message: fmt.Sprintf("deviceCode %s: no SIM card has this ICCID", Shown(iccid))}
	}
	return nil
}

// Listing returns the SIM cards of one of the caller's groups.
func (st *State) Listing(c *Call, groupID string) (Listing, *Refusal) {
	defer st.Lock()()
	g, refusal := st.findGroup(c, groupID)
	if refusal != nil {
		return Listing{}, refusal
	}
	l := Listing{Group: g.ID, SIMs: g.Listed()}
	st.hooks.Listing(st, c, &l)
	return l, nil
}

// groupInfo describes a group without its SIM cards.
type groupInfo struct {
	ID, Name string
	Plan     Plan
	Size     int
}

// Bundles returns the caller's groups, sorted by id.
func (st *State) Bundles(c *Call) []groupInfo {
	defer st.Lock()()
	infos := []groupInfo{}
	for _, g := range st.Groups {
		if g.Owner == c.Partner {
			infos = append(infos, groupInfo{g.ID, g.Name, g.Plan, g.size})
		}
	}
	slices.SortFunc(infos, func(a, b groupInfo) int { return strings.Compare(a.ID, b.ID) })
	return infos
}

// The outcomes that the control path can set for the next payment or task.
const (
	NextFail = "fail"
	NextHold = "hold"
)

// Next is the outcome set for the next payment and the next task; empty leaves it to the sandbox.
type next struct {
	Payment, Task string
}
