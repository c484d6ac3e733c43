package conformance

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/mallcheck/mallcheck/conformance/internal/cases"
	"github.com/mallcheck/mallcheck/conformance/target"
	"github.com/mallcheck/mallcheck/reports"
)

// checkExpectations returns an error of type *target.Error for an expectation that
// names no case or that no answer can meet.
func checkExpectations(t *target.Target) error {
	if len(t.Expectations) == 0 {
		return nil
	}
	known, err := cases.All()
	if err != nil {
		return err
	}
	for i, own := range t.Policy().Expectations {
		origin := cmp.Or(t.Expectations[i].Origin, fmt.Sprintf("expectation %d of the target", i+1))
		if !slices.Contains([]reports.Expect{reports.ExpectAccepted, reports.ExpectRefused, reports.ExpectEither}, own.Expect) {
			return &target.Error{Origin: origin, Value: string(own.Expect), Problem: "cannot be expected", Instead: "write accept, reject or either"}
		}
		names := func(c cases.Case) bool {
			return own.Matches(c.Operation, c.Mutation)
		}
		if !slices.ContainsFunc(known, names) {
			return &target.Error{Origin: origin, Value: strings.TrimSpace(own.Operation + " " + own.Mutation), Problem: "names no generated case",
				Instead: nearestMutation(known, own)}
		}
	}
	return nil
}

// nearestMutation suggests a mutation of the operation for a name that is unknown.
func nearestMutation(known []cases.Case, wrong reports.Expectation) string {
	var mutations []string
	for _, c := range known {
		if wrong.MatchesOperation(c.Operation) && !slices.Contains(mutations, c.Mutation) {
			mutations = append(mutations, c.Mutation)
		}
	}
	return target.DidYouMean(wrong.Mutation, mutations, "mallcheck list --only GEN shows them")
}
