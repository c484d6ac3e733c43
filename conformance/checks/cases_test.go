package checks

import (
	"testing"

	"github.com/mallcheck/mallcheck/openapi"
	"github.com/mallcheck/mallcheck/reports"
)

// Every required member of a body is found under the pointer of its schema, and only
// operations without a body have none.
func TestRequiredMembersStandInTheContract(t *testing.T) {
	contract, err := openapi.Mall()
	if err != nil {
		t.Fatal(err)
	}
	for _, operation := range operations() {
		if operation.hasBody() != (len(operation.required) > 0) {
			t.Errorf("%s %s: required members %v", operation.Method, operation.id, operation.required)
		}
		for _, name := range operation.required {
			if _, known := contract.Clause(operation.BodySchema() + "/required/" + name); !known {
				t.Errorf("%s: the contract does not require %s", operation.id, name)
			}
		}
	}
}

// What a valid request does to the target includes what creating its preconditions does.
func TestPrerequisitesCountAsEffects(t *testing.T) {
	for id, want := range map[string]reports.Does{
		"listBundles": reports.Read, "asyncResult": reports.Write, "removeSims": reports.Write, "queryOrder": reports.Purchase,
		"cancelAutoRenewalRecord": reports.Purchase, "singleOrder": reports.Purchase,
	} {
		if got := operationOf(id).does; got != want {
			t.Errorf("%s: %s, want %s", id, got, want)
		}
	}
}

// The subject of each case comes first, and each operation once.
func TestOnEachNamesNoOperationTwice(t *testing.T) {
	for _, check := range All() {
		if twice := repeated(check.Operations); len(twice) > 0 {
			t.Errorf("%s names %v more than once", check.ID, twice)
		}
	}
}
