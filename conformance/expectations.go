package conformance

import (
	"fmt"
	"slices"

	"github.com/mallcheck/mallcheck/conformance/cases"
	"github.com/mallcheck/mallcheck/conformance/session"
	"github.com/mallcheck/mallcheck/conformance/target"
	"github.com/mallcheck/mallcheck/conformance/verdict"
)

// checkExpectations returns an error of type *target.Error for an expectation that
// names no case or says nothing that can be expected.
func checkExpectations(t *target.Target) error {
	if len(t.Expectations) == 0 {
		return nil
	}
	known, err := cases.All()
	if err != nil {
		return err
	}
	for i, own := range session.PolicyOf(t).Expectations {
		place := fmt.Sprintf("expectation %d of the target", i+1)
		if own.Expect == "" {
			return &target.Error{Place: place, Value: t.Expectations[i].Expect, Problem: "cannot be expected", Instead: "write accept, reject or either"}
		}
		names := func(c cases.Case) bool {
			return verdict.Named(own.Operation, c.Operation) && verdict.Named(own.Mutation, c.Mutation)
		}
		if !slices.ContainsFunc(known, names) {
			return &target.Error{Place: place, Value: own.Operation + " " + own.Mutation, Problem: "names no generated case",
				Instead: "mallcheck list --only GEN shows them"}
		}
	}
	return nil
}
