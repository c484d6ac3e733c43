package target

import (
	"slices"

	"github.com/mallcheck/mallcheck/openapi"
	"github.com/mallcheck/mallcheck/reports"
)

// Expectation says what a target does with a kind of case, whatever the contract
// says: for targets that are meant to be more lenient or stricter than it.
type Expectation struct {
	reports.Expectation
	// Place says where it was written, "mallcheck.yaml:7: expectations"; "" when
	// that is not known.
	Place string
}

// expectWords are the words that a file uses to say what it expects.
var expectWords = map[string]reports.Expect{
	"accept": reports.ExpectAccepted, "reject": reports.ExpectRefused, "either": reports.ExpectEither,
}

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
