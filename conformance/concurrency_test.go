package conformance_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/mallcheck/mallcheck/conformance/target"
	"github.com/mallcheck/mallcheck/internal/testlevel"
	"github.com/mallcheck/mallcheck/reports"
	"github.com/mallcheck/mallcheck/sandbox/faults"
)

// TestConcurrencyChangesNoVerdict runs the checks of tasks, groups, orders, payments and pushes
// one at a time and eight at once: every check comes to the same verdict. The long level does so
// against the sandbox under some seeds, and against every variant, under 20 seeds in turn.
func TestConcurrencyChangesNoVerdict(t *testing.T) {
	testlevel.Plain(t)
	remote(t)
	var variants []string
	for _, variant := range faults.Variants() {
		variants = append(variants, variant.ID)
	}
	const seeds = 20
	for seed := 1; seed <= testlevel.Pick(0, 1, 8); seed++ {
		sameVerdicts(t, seed, nil)
	}
	for i := 0; i < testlevel.Pick(0, 1, len(variants)); i++ {
		sameVerdicts(t, i%seeds+1, variants[i:i+1])
	}
}

// sameVerdicts compares the verdicts of a run of one check at a time with those of eight at once.
func sameVerdicts(t *testing.T, seed int, variants []string) {
	t.Helper()
	t.Run(fmt.Sprintf("seed %d %q", seed, variants), func(t *testing.T) {
		var verdicts [2]map[string]reports.Verdict
		for i, concurrency := range []string{"1", "8"} {
			run := runAgainst(t, settings(func(s *target.Settings) {
				s.Seed, s.Variant, s.Concurrency, s.Strict = fmt.Sprint(seed), variants, concurrency, "documented"
				s.Skip = []string{"area:SIG", "area:ENV", "area:ERR", "area:GEN"}
			}))
			verdicts[i] = map[string]reports.Verdict{}
			for _, result := range run.Results {
				verdicts[i][result.ID] = ownVerdict(&result)
			}
		}
		for id, verdict := range verdicts[0] {
			if other := verdicts[1][id]; other != verdict {
				t.Errorf("%s: %s by itself, %s beside others", id, verdict, other)
			}
		}
		if len(verdicts[0]) < 300 || len(verdicts[0]) != len(verdicts[1]) {
			t.Errorf("%d checks by themselves, %d beside others", len(verdicts[0]), len(verdicts[1]))
		}
	})
}

// ownVerdict is the verdict of a check without undocumented values, which a run reports once, at the
// first check that saw them.
func ownVerdict(result *reports.Result) reports.Verdict {
	if result.Verdict == reports.Finding &&
		!slices.ContainsFunc(result.Deviations, func(d reports.Deviation) bool { return !d.Undocumented }) {
		return reports.Passed
	}
	return result.Verdict
}
