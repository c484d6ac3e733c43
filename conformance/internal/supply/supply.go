// Package supply gives the checks of a run their SIM cards and ids.
package supply

import (
	"fmt"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/mallcheck/mallcheck/conformance/target"
)

// Supply hands out SIM cards and ids. It is safe for concurrent use.
type Supply struct {
	target *target.Target

	mu       sync.Mutex
	reserved map[string]bool // SIM cards that are no longer given out
	aside    []string        // those of them that nobody has reserved yet
	handed   map[string]bool // SIM cards that were given out
	nextSIM  int
	nextID   int
}

const (
	// mostAside is how many SIM cards are set aside for orders that keep their card to themselves.
	mostAside = 6
	// roomy is how many SIM cards a target must name for any to be set aside.
	roomy = 8
	// mostKept is how many auto-renewals a run keeps for checks that look at them.
	mostKept = 2
	// SIMsToRenew bounds the SIM cards with auto-renewals of one check at a time.
	SIMsToRenew = 3
	// mostLooks bounds the SIM cards that are looked at to find an idle one.
	mostLooks = 8
)

// New returns the supply of a target.
func New(t *target.Target) *Supply {
	s := &Supply{target: t, nextSIM: int(t.Seed % 1024), reserved: map[string]bool{}, handed: map[string]bool{}}
	if s.Roomy() && t.Depth != "quick" {
		s.setAside()
	}
	return s
}

// Roomy reports whether the target names enough SIM cards to reserve some.
func (s *Supply) Roomy() bool { return len(s.Own()) >= roomy }

// Part is a part of the target's SIM cards: of Of equal pieces, those numbered From, counted from 0, up to
// but not including To. The zero value is all of them.
type Part struct{ From, To, Of int }

// The parts of the SIM cards to which checks that run at once keep. Those that overlap do not disturb each
// other: orders change no group, and groups no order.
var (
	// Changed is for checks that change groups.
	Changed = Part{0, 1, 3}
	// Compared is for checks that compare the content of a group.
	Compared = Part{1, 2, 3}
	// Ordered is for checks that order.
	Ordered = Part{0, 2, 3}
	// Counted is for checks that count orders.
	Counted = Part{2, 3, 3}
)

// of returns the part of SIM cards.
func (p Part) of(sims []string) []string {
	if p.Of < 2 {
		return sims
	}
	return sims[p.From*len(sims)/p.Of : p.To*len(sims)/p.Of]
}

// SIMs returns n of the target's SIM cards: different ones on each call while there are enough, with
// repetitions if there are fewer than n. Reserved SIM cards are left out while there are others.
func (s *Supply) SIMs(n int, of Part) []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	sims := s.target.SIMs
	if own := s.Own(); len(own) >= n {
		sims = own
	}
	if part := of.of(sims); len(part) > 0 && len(part) >= n {
		sims = part
	}
	if free := s.unreserved(sims); len(free) > 0 && len(free) >= n {
		sims = free
	}
	taken := make([]string, n)
	for i := range taken {
		taken[i] = sims[(s.nextSIM+i)%len(sims)]
		s.handed[taken[i]] = true
	}
	s.nextSIM += n
	return taken
}

// Keeps reports whether the target names enough SIM cards to keep n auto-renewals that several checks look
// at: with fewer, the valid requests of the run would displace each other. On the occupied cards, somebody
// else has an auto-renewal.
func (s *Supply) Keeps(n, occupied int) bool { return len(s.Own())-occupied > 2*n }

// Subscribers returns how many checks may begin auto-renewals at once: each needs its own SIM cards.
func (s *Supply) Subscribers() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	free := len(s.unreserved(Ordered.of(s.Own())))
	if s.Keeps(mostKept, 0) {
		free -= mostKept
	}
	return max(1, free/SIMsToRenew)
}

// Own returns the SIM cards that the run may use. A shard uses only its part of them if there are
// enough; otherwise the changes of one shard would look like mistakes of the target to another.
func (s *Supply) Own() []string {
	if shard := s.target.Shard; shard.Count > 1 {
		if part := (Part{shard.Index - 1, shard.Index, shard.Count}).of(s.target.SIMs); len(part) > 0 {
			return part
		}
	}
	return s.target.SIMs
}

// ReserveIdle reserves a SIM card: nobody else gets it. It prefers cards that are set aside, then those that
// were never handed out, and among the first mostLooks of them one that is idle. Only cards that claim
// claims are taken; release is called for those that are not used in the end. It returns false if no card
// is left.
func (s *Supply) ReserveIdle(idle, claim func(sim string) bool, release func(sim string)) (sim string, reserved bool) {
	var looked []string
	defer func() {
		for _, other := range looked {
			if other != sim {
				s.release(other)
				release(other)
			}
		}
	}()
	for len(looked) < mostLooks {
		next, left := s.reserve(claim)
		if !left {
			break
		}
		if looked = append(looked, next); idle(next) {
			return next, true
		}
	}
	if len(looked) == 0 {
		return "", false
	}
	return looked[0], true
}

// reserve reserves a SIM card that claim claims, or returns false if there is none.
func (s *Supply) reserve(claim func(sim string) bool) (sim string, left bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if i := slices.IndexFunc(s.aside, claim); i >= 0 {
		sim = s.aside[i]
		s.aside = slices.Delete(s.aside, i, i+1)
		return sim, true
	}
	for _, free := range s.spare() {
		for _, sim := range free {
			if !s.handed[sim] && claim(sim) {
				s.reserved[sim] = true
				return sim, true
			}
		}
	}
	return "", false
}

// LeaveOut takes SIM cards out of those of the target, and out of use.
func (s *Supply) LeaveOut(sims []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	gone := func(sim string) bool { return slices.Contains(sims, sim) }
	s.target.SIMs = slices.DeleteFunc(slices.Clone(s.target.SIMs), gone)
	s.target.UnknownSIMs = slices.DeleteFunc(slices.Clone(s.target.UnknownSIMs), gone)
	s.aside = slices.DeleteFunc(s.aside, gone)
}

// release ends the reservation of a SIM card.
func (s *Supply) release(sim string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.reserved, sim)
}

// spare returns the SIM cards that are not reserved of the parts of which some may be reserved, the larger
// one first. Each part keeps at least one, and that for orders enough for the auto-renewals that are kept
// and those of one check. The caller holds the lock.
func (s *Supply) spare() (pieces [][]string) {
	if free := s.unreserved(Counted.of(s.Own())); len(free) > 1 {
		pieces = append(pieces, free)
	}
	if free := s.unreserved(Changed.of(s.Own())); len(free) > 1 && len(s.unreserved(Ordered.of(s.Own()))) > mostKept+2 {
		pieces = append(pieces, free)
	}
	slices.SortStableFunc(pieces, func(a, b []string) int { return len(b) - len(a) })
	return pieces
}

// setAside sets SIM cards aside for ReserveIdle, before any is handed out.
func (s *Supply) setAside() {
	for range mostAside {
		pieces := s.spare()
		if len(pieces) == 0 {
			return
		}
		sim := pieces[0][len(pieces[0])-1]
		s.reserved[sim] = true
		s.aside = append(s.aside, sim)
	}
}

// unreserved returns the SIM cards that are not reserved. The caller holds the lock.
func (s *Supply) unreserved(sims []string) []string {
	if len(s.reserved) == 0 {
		return sims
	}
	return slices.DeleteFunc(slices.Clone(sims), func(sim string) bool { return s.reserved[sim] })
}

// ID returns 20 digits that no other call, no other run and no other shard of this run
// returns.
func (s *Supply) ID() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.nextID++
	now := strconv.FormatInt(time.Now().UnixMilli(), 10)
	return now + fmt.Sprintf("%04d%03d", (s.target.Seed+int64(s.target.Shard.Index))%10_000, s.nextID%1000)
}
