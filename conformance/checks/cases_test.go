package checks

import (
	"slices"
	"testing"

	"github.com/mallcheck/mallcheck/openapi"
)

// TestBodiesAreThoseOfTheContract keeps the tables of bodies and of the members
// that they must have equal to the contract.
func TestBodiesAreThoseOfTheContract(t *testing.T) {
	contract, err := openapi.Mall()
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, members := range requiredMembers {
		names = append(names, members...)
	}
	for _, operation := range contract.Operations() {
		schema, hasBody := bodySchemas[operation.ID]
		if hasBody == (operation.Method == "GET") {
			t.Errorf("%s %s: has a body: %t", operation.Method, operation.ID, hasBody)
		}
		for _, name := range slices.Compact(slices.Sorted(slices.Values(names))) {
			_, required := contract.Clause(schema + "/required/" + name)
			if listed := slices.Contains(requiredMembers[operation.ID], name); hasBody && listed != required {
				t.Errorf("%s: %s is listed as required: %t, required by the contract: %t", operation.ID, name, listed, required)
			}
		}
	}
}

// TestOnEachNamesNoOperationTwice holds the operations of each case: what it is
// about first, and each once.
func TestOnEachNamesNoOperationTwice(t *testing.T) {
	for _, check := range All() {
		if twice := repeated(check.Operations); len(twice) > 0 {
			t.Errorf("%s names %v more than once", check.ID, twice)
		}
	}
}
