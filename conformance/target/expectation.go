package target

import (
	"slices"

	"github.com/mallcheck/mallcheck/openapi"
)

// Expectation sets what a target does with a kind of case, in the place of what
// the grade of the constraint says: it is for targets that are more lenient, or
// stricter, than the contract, and are meant to be.
type Expectation struct {
	// Operation is the id of an operation, or a glob of ids, "" for all.
	Operation string
	// Mutation is the name of a mutation, as it ends the name of a case, or a glob
	// ("wrong-type.*"), "" for all.
	Mutation string
	// Expect is Accept, Reject or Either.
	Expect string
	// Place says where it was written, "mallcheck.yaml:7: expectations"; "" when
	// that is not known.
	Place string
}

// What an Expectation may expect of a target.
const (
	Accept = "accept"
	Reject = "reject"
	Either = "either"
)

// expectations returns those of the first layer that has any.
func (r *resolver) expectations() []Expectation {
	for i := range r.layers {
		if len(r.layers[i].expectations) > 0 {
			return slices.Clone(r.layers[i].expectations)
		}
	}
	return nil
}

// operationIDs returns the ids of the operations of the contract for which keep holds.
func operationIDs(keep func(openapi.Operation) bool) []string {
	contract, err := openapi.Mall()
	if err != nil {
		return nil
	}
	var ids []string
	for _, operation := range contract.Operations() {
		if keep(operation) {
			ids = append(ids, operation.ID)
		}
	}
	return ids
}
