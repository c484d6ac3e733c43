package supply

import (
	"slices"
	"testing"

	"github.com/mallcheck/mallcheck/conformance/target"
	"github.com/mallcheck/mallcheck/reports"
)

// Shards take different SIM cards, however many
// each takes, unless a check needs more than its shard has.
func TestShardsKeepToTheirSIMs(t *testing.T) {
	sims := []string{"1", "2", "3", "4", "5", "6", "7"}
	takenBy := map[string]int{}
	for index := 1; index <= 3; index++ {
		c := New(&target.Target{SIMs: sims, Shard: reports.Shard{Index: index, Count: 3}, Seed: 5})
		for range 10 {
			pair := c.SIMs(2, Part{})
			if pair[0] == pair[1] {
				t.Errorf("shard %d takes %q twice", index, pair[0])
			}
			for _, sim := range pair {
				if by, taken := takenBy[sim]; taken && by != index {
					t.Errorf("shards %d and %d take %s", by, index, sim)
				}
				takenBy[sim] = index
			}
		}
		if all := c.SIMs(7, Part{}); len(slices.Compact(slices.Sorted(slices.Values(all)))) != 7 {
			t.Errorf("shard %d takes %q of seven", index, all)
		}
	}
	few := New(&target.Target{SIMs: sims[:1], Shard: reports.Shard{Index: 2, Count: 3}})
	if got := few.SIMs(2, Part{}); !slices.Equal(got, []string{"1", "1"}) {
		t.Errorf("took %q of one", got)
	}
}

// A reserved SIM card is handed out to nobody, each part keeps one, and an idle card is preferred.
func TestReservedCards(t *testing.T) {
	sims := []string{"0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11"}
	always, ignore := func(string) bool { return true }, func(string) {}
	s := New(&target.Target{SIMs: sims})
	reserved := map[string]bool{}
	for range mostAside {
		for _, part := range []Part{Counted, Ordered, Changed} { // before and between reservations
			handed := s.SIMs(1, part)[0]
			if reserved[handed] {
				t.Errorf("%s is reserved and handed out", handed)
			}
		}
		sim, ok := s.ReserveIdle(always, always, ignore)
		if !ok || reserved[sim] || s.handed[sim] {
			t.Fatalf("reserved %q (%v), handed out before: %v", sim, ok, s.handed[sim])
		}
		reserved[sim] = true
	}
	if sim, ok := s.ReserveIdle(always, always, ignore); ok {
		t.Errorf("%s is reserved, too, and its part keeps none", sim)
	}
	for _, part := range []Part{Counted, Ordered, Changed, Compared} {
		if len(s.unreserved(part.of(sims))) == 0 {
			t.Errorf("no card of %v is left", part)
		}
	}
}

func TestBusyCardsAreReleased(t *testing.T) {
	sims := []string{"0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11"}
	s := New(&target.Target{SIMs: sims})
	var released []string
	looked := 0
	sim, ok := s.ReserveIdle(func(string) bool { looked++; return looked == 3 },
		func(sim string) bool { return sim != s.aside[0] }, func(sim string) { released = append(released, sim) })
	if !ok || len(released) != 2 || slices.Contains(released, sim) {
		t.Fatalf("reserved %q (%v), released %q", sim, ok, released)
	}
	for _, other := range released {
		if s.reserved[other] || !s.reserved[sim] {
			t.Errorf("reserved: %v", s.reserved)
		}
	}
	busy, ok := s.ReserveIdle(func(string) bool { return false }, func(string) bool { return true }, func(string) {})
	if !ok || busy == sim {
		t.Errorf("without an idle card, %q is reserved (%v)", busy, ok)
	}
}

func TestFewCardsAreNotSetAside(t *testing.T) {
	for depth, sims := range map[string][]string{
		"standard": {"0", "1", "2", "3", "4", "5", "6"}, "quick": {"0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11"},
	} {
		s := New(&target.Target{SIMs: sims, Depth: depth})
		if taken := s.SIMs(len(sims), Part{}); len(slices.Compact(slices.Sorted(slices.Values(taken)))) != len(sims) {
			t.Errorf("%s: took %q of %d", depth, taken, len(sims))
		}
	}
}
