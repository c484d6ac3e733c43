package conformance_test

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/mallcheck/mallcheck/conformance/target"
	"github.com/mallcheck/mallcheck/internal/testlevel"
	"github.com/mallcheck/mallcheck/sandbox/faults"
)

// TestCausesAreInferred commits faults, one or two at random, and requires the right cause to
// come first, and both among the first three. The causes were learnt from other seeds. The
// numbers in the README were measured with this test's way over all faults and 100 pairs.
func TestCausesAreInferred(t *testing.T) {
	remote(t)
	const most = 3 // causes that the reports tell in full
	for _, of := range []struct {
		name  string
		many  int // faults at once
		times int
		right float64 // part that must be right
	}{
		{"single faults", 1, testlevel.Pick(1, 4, 10), 0.9},
		{"pairs", 2, testlevel.Pick(0, 2, 10), 0.8},
	} {
		t.Run(of.name, func(t *testing.T) {
			random, all := rand.New(rand.NewPCG(11, 0)), faults.Faults()
			right, judged := 0, 0
			for range of.times {
				var ids []string
				for _, i := range random.Perm(len(all))[:of.many] {
					ids = append(ids, all[i].ID)
				}
				run := runAgainst(t, settings(func(s *target.Settings) {
					s.Fault, s.Seed, s.TaskTimeout, s.PushTimeout = ids, "11", "300ms", "500ms"
				}))
				first := run.Causes
				if of.many == 1 {
					first = first[:min(1, len(first))]
				}
				var names []string
				for _, cause := range first[:min(most, len(first))] {
					names = append(names, cause.Name)
				}
				judged++
				if !slices.ContainsFunc(ids, func(id string) bool { return !slices.Contains(names, id) }) {
					right++
				} else {
					t.Logf("%v: the causes are %v", ids, names)
				}
			}
			if float64(right) < of.right*float64(judged) {
				t.Errorf("right for %d of %d", right, judged)
			}
		})
	}
}
