package sandbox

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
	mu     sync.Mutex
	now    func() time.Time
	seed   int64
	delay  time.Duration
	bounds Bounds
	hooks  Interceptor

	partners map[string]bool
	sims     map[string]bool
	groups   map[string]*group
	ids      *requestIDs
	tasks    taskBook
	orders   orderBook
	topUps   []*Order // paid and not yet in effect, by due time
	stripe   stripeIDs
	next     next

	push   *pusher // nil if pushes are off
	alarm  *time.Timer
	closed bool
}

// group is a group of SIM cards that share a plan. A SIM card counts as often as it was added.
type group struct {
	id, name, owner string
	plan            plan
	counts          map[string]int
	size            int // the sum of counts
	reserved        int // SIM cards that unfinished tasks may add
}

func newState(cfg Config, hooks Interceptor) *State {
	st := &State{now: cfg.Now, seed: cfg.Seed, delay: cfg.TaskDelay, bounds: cfg.Bounds, hooks: hooks}
	st.fill()
	return st
}

// fill resets the state to the fixtures.
func (st *State) fill() {
	f := NewFixtures()
	st.partners = map[string]bool{f.Partner: true, f.SecondPartner: true}
	st.sims = make(map[string]bool, len(f.SIMs))
	st.groups = map[string]*group{}
	st.ids = newRequestIDs(st.seed)
	st.tasks = newTaskBook()
	st.orders = newOrderBook()
	st.topUps = nil
	st.stripe = newStripeIDs(st.seed)
	st.next = next{}
	for _, sim := range f.SIMs {
		st.sims[sim] = true
	}
	for _, g := range startingGroups() {
		st.groups[g.id] = g
	}
}

// lock locks the state after applying every task and top-up that is due. The caller must call unlock.
func (st *State) lock() (unlock func()) {
	st.mu.Lock()
	now := st.now()
	st.finishDue(now)
	st.finishTopUps(now)
	return st.mu.Unlock
}

// Exists reports whether a SIM card with this ICCID exists.
func (st *State) Exists(sim string) bool { return st.sims[sim] }

// Count returns how often a SIM card is in a group; 0 if there is no such group.
func (st *State) Count(groupID, sim string) int {
	if g := st.groups[groupID]; g != nil {
		return g.counts[sim]
	}
	return 0
}

// Change adds a SIM card to a group delta times, or removes it -delta times, within 0 and the bound of
// the group. It ignores an unknown group.
func (st *State) Change(groupID, sim string, delta int) {
	g := st.groups[groupID]
	if g == nil {
		return
	}
	delta = min(max(delta, -g.counts[sim]), st.bounds.GroupSIMs-g.size)
	g.size += delta
	if g.counts[sim] += delta; g.counts[sim] == 0 {
		delete(g.counts, sim)
	}
}

// listed returns the sorted SIM cards of a group, each repeated as often as it is counted.
func (g *group) listed() []string {
	sims := make([]string, 0, g.size)
	for _, sim := range slices.Sorted(maps.Keys(g.counts)) {
		for range g.counts[sim] {
			sims = append(sims, sim)
		}
	}
	return sims
}

// findGroup returns one of the caller's groups.
func (st *State) findGroup(c *Call, id string) (*group, *Refusal) {
	l := Lookup{Kind: LookupGroup, Key: id}
	if g := st.groups[id]; g != nil {
		l.Owner, l.Found = g.owner, g.owner == c.Partner
	}
	st.hooks.Lookup(st, c, &l)
	if !l.Found {
		return nil, &Refusal{Reason: NotFound, In: "path", Name: "group_id", Message: fmt.Sprintf(
			"group_id %s: partner %s has no such group; GET %s lists its groups",
			shown(id), shown(c.Partner), topupBase+bundlesPath)}
	}
	g := st.groups[l.Key]
	if g == nil {
		if len(st.groups) >= st.bounds.Groups {
			return nil, refuse(Full, "this sandbox keeps at most %d groups", st.bounds.Groups)
		}
		g = &group{id: l.Key, name: l.Key, owner: c.Partner, plan: catalogue[0], counts: map[string]int{}}
		st.groups[g.id] = g
	}
	return g, nil
}

// partner refuses a caller with an unknown partnerCode.
func (st *State) partner(c *Call) *Refusal {
	defer st.lock()()
	l := Lookup{Kind: LookupPartner, Key: c.Partner, Owner: c.Partner, Found: st.partners[c.Partner]}
	st.hooks.Lookup(st, c, &l)
	if !l.Found {
		return &Refusal{Reason: UnknownPartner, In: c.op.place(), Name: "partnerCode", Message: fmt.Sprintf(
			"partnerCode %s: no such partner; this sandbox knows %v",
			shown(c.Partner), slices.Sorted(maps.Keys(st.partners)))}
	}
	c.Partner = l.Key
	return nil
}

// sim refuses an unknown ICCID.
func (st *State) sim(c *Call, iccid string) *Refusal {
	defer st.lock()()
	return st.findSIM(c, iccid)
}

// findSIM is sim for callers that hold the lock.
func (st *State) findSIM(c *Call, iccid string) *Refusal {
	l := Lookup{Kind: LookupSIM, Key: iccid, Found: st.sims[iccid]}
	st.hooks.Lookup(st, c, &l)
	if !l.Found {
		return &Refusal{Reason: NotFound, In: "body", Name: "deviceCode",
			Message: fmt.Sprintf("deviceCode %s: no SIM card has this ICCID", shown(iccid))}
	}
	return nil
}

// listing returns the SIM cards of one of the caller's groups.
func (st *State) listing(c *Call, groupID string) (Listing, *Refusal) {
	defer st.lock()()
	g, refusal := st.findGroup(c, groupID)
	if refusal != nil {
		return Listing{}, refusal
	}
	l := Listing{Group: g.id, SIMs: g.listed()}
	st.hooks.Listing(st, c, &l)
	return l, nil
}

// groupInfo describes a group without its SIM cards.
type groupInfo struct {
	id, name string
	plan     plan
	size     int
}

// bundles returns the caller's groups, sorted by id.
func (st *State) bundles(c *Call) []groupInfo {
	defer st.lock()()
	infos := []groupInfo{}
	for _, g := range st.groups {
		if g.owner == c.Partner {
			infos = append(infos, groupInfo{g.id, g.name, g.plan, g.size})
		}
	}
	slices.SortFunc(infos, func(a, b groupInfo) int { return strings.Compare(a.id, b.id) })
	return infos
}
