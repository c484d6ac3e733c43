package target

import (
	"slices"

	"github.com/mallcheck/mallcheck/openapi"
	"github.com/mallcheck/mallcheck/reports"
)

// Expectation overrides the contract for a kind of case, for targets that are more lenient
// or stricter on purpose.
type Expectation struct {
	reports.Expectation
	// Origin says where it is written, such as "mallcheck.yaml:7: expectations"; "" if
	// unknown.
	Origin string
}

// expectWords are the words for the expected outcome in a file.
var expectWords = map[string]reports.Expect{
	"accept": reports.ExpectAccepted, "reject": reports.ExpectRefused, "either": reports.ExpectEither,
}

// expectations returns the expectations of the first layer that has some.
func (r *resolver) expectations() []Expectation {
	for i := range r.layers {
		if len(r.layers[i].expectations) > 0 {
			return slices.Clone(r.layers[i].expectations)
		}
	}
	return nil
}

// operationIDs returns the ids of the operations for which keep returns true.
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
