package selection

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/mallcheck/mallcheck/conformance/checks"
	"github.com/mallcheck/mallcheck/conformance/target"
	"github.com/mallcheck/mallcheck/reports"
)

// Divide returns the checks of a shard. The shards together have each check once, with about the same
// work each. The result depends only on the checks, so that independent processes divide them in the
// same way. The checks that await pushes stay together in the first shard, because only one process can
// listen for them.
func Divide(selected []checks.Check, shard reports.Shard) ([]checks.Check, error) {
	if shard.Count == 0 {
		return selected, nil
	}
	byCost := slices.Clone(selected)
	slices.SortFunc(byCost, func(a, b checks.Check) int {
		return cmp.Or(cmp.Compare(cost(b), cost(a)), strings.Compare(a.ID, b.ID))
	})
	loads := make([]int, shard.Count)
	mine := map[string]bool{}
	give := func(check checks.Check, to int) {
		loads[to] += cost(check)
		if to == shard.Index-1 {
			mine[check.ID] = true
		}
	}
	awaitsPush := func(check checks.Check) bool { return slices.Contains(check.Operations, "rechargeSuccess") }
	for _, check := range byCost {
		if awaitsPush(check) {
			give(check, 0)
		}
	}
	for _, check := range byCost {
		if !awaitsPush(check) {
			give(check, slices.Index(loads, slices.Min(loads)))
		}
	}
	if len(mine) == 0 {
		return nil, &target.Error{
			Origin: "--shard", Value: shard.String(), Problem: "has nothing to do",
			Instead: fmt.Sprintf("%d checks are selected: make fewer shards", len(selected)),
		}
	}
	return slices.DeleteFunc(slices.Clone(selected), func(check checks.Check) bool { return !mine[check.ID] }), nil
}

// cost is the approximate number of calls of a check, including its prerequisites and the polling of
// tasks and payments.
func cost(check checks.Check) int {
	calls := 2 * len(check.Operations)
	switch check.Does {
	case reports.Write:
		calls += 3
	case reports.Purchase:
		calls += 2
	}
	return calls
}
