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
		c := &Supply{target: &target.Target{SIMs: sims, Shard: reports.Shard{Index: index, Count: 3}}, nextSIM: 5}
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
	few := &Supply{target: &target.Target{SIMs: sims[:1], Shard: reports.Shard{Index: 2, Count: 3}}}
	if got := few.SIMs(2, Part{}); !slices.Equal(got, []string{"1", "1"}) {
		t.Errorf("took %q of one", got)
	}
}
