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
	nextSIM  int
	nextID   int
}

// New returns the supply of a target.
func New(t *target.Target) *Supply { return &Supply{target: t, nextSIM: int(t.Seed % 1024)} }

// Part is the I-th of N equal parts of the target's SIM cards, counted from 0; the zero value is all of
// them.
type Part struct{ I, N int }

// of returns the part of SIM cards.
func (p Part) of(sims []string) []string {
	if p.N < 2 {
		return sims
	}
	return sims[p.I*len(sims)/p.N : (p.I+1)*len(sims)/p.N]
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
	}
	s.nextSIM += n
	return taken
}

// Own returns the SIM cards that the run may use. A shard uses only its part of them if there are
// enough; otherwise the changes of one shard would look like mistakes of the target to another.
func (s *Supply) Own() []string {
	if shard := s.target.Shard; shard.Count > 1 {
		if part := (Part{shard.Index - 1, shard.Count}).of(s.target.SIMs); len(part) > 0 {
			return part
		}
	}
	return s.target.SIMs
}

// Reserve prevents a SIM card from being handed out again.
func (s *Supply) Reserve(sim string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.reserved == nil {
		s.reserved = map[string]bool{}
	}
	s.reserved[sim] = true
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
