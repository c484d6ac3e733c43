package selection

import (
	"slices"
	"testing"

	"github.com/mallcheck/mallcheck/conformance/checks"
	"github.com/mallcheck/mallcheck/reports"
)

// The shards together have each check once, in order and evenly divided, with the push checks in
// the first.
func TestDivide(t *testing.T) {
	all := checks.All()
	for _, count := range []int{1, 2, 3, 7} {
		times := map[string]int{}
		var loads []int
		for index := 1; index <= count; index++ {
			shard := reports.Shard{Index: index, Count: count}
			part, err := Divide(all, shard)
			if err != nil {
				t.Fatal(err)
			}
			load := 0
			for _, check := range part {
				times[check.ID]++
				load += cost(check)
				if index > 1 && slices.Contains(check.Operations, "rechargeSuccess") {
					t.Errorf("shard %v has %s, which awaits a push", shard, check.ID)
				}
			}
			loads = append(loads, load)
			again, err := Divide(all, shard)
			if err != nil || len(again) != len(part) || again[0].ID != part[0].ID {
				t.Errorf("shard %v is another one the second time (%v)", shard, err)
			}
		}
		for _, check := range all {
			if times[check.ID] != 1 {
				t.Errorf("of %d shards, %d have %s", count, times[check.ID], check.ID)
			}
		}
		if slices.Max(loads)-slices.Min(loads) > 20 {
			t.Errorf("the shards have %v to do", loads)
		}
	}
	if _, err := Divide(all[:2], reports.Shard{Index: 3, Count: 3}); err == nil {
		t.Error("a shard with nothing to do is no error")
	}
	if part, err := Divide(all, reports.Shard{}); err != nil || len(part) != len(all) {
		t.Errorf("no shard has %d of %d checks (%v)", len(part), len(all), err)
	}
}
