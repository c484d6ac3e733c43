package cases

import (
	"math/rand/v2"
	"reflect"
	"testing"

	"github.com/mallcheck/mallcheck/openapi"
)

// Random requests keep and break the intended constraints, the same source produces the same
// requests, and smaller ones are smaller.
func TestRandomRequests(t *testing.T) {
	contract, err := openapi.Mall()
	if err != nil {
		t.Fatal(err)
	}
	for _, operation := range contract.Operations() {
		r, err := RandomOf(operation.ID)
		if err != nil {
			t.Fatal(err)
		}
		for seed := range uint64(50) {
			valid, violation := r.Valid(rand.New(rand.NewPCG(seed, 1))), r.Violation(rand.New(rand.NewPCG(seed, 2)))
			if again := r.Violation(rand.New(rand.NewPCG(seed, 2))); !reflect.DeepEqual(again.Changes(), violation.Changes()) {
				t.Errorf("%s, seed %d: %s, and then %s", operation.ID, seed, violation, again)
			}
			holds(t, valid, 0)
			holds(t, violation, 1)
			for _, smaller := range valid.Smaller() {
				holds(t, smaller, 0)
			}
			for _, smaller := range violation.Smaller() {
				holds(t, smaller, 1)
				if smaller.Clause != violation.Clause || size(smaller) > size(violation) {
					t.Errorf("%s is not smaller than %s", smaller, violation)
				}
			}
		}
	}
	if _, err := RandomOf("singleOrdr"); err == nil {
		t.Error("there are random requests of an unknown operation")
	}
}

// holds requires as many breaches in a request as it is to have.
func holds(t *testing.T, request Request, breaches int) {
	t.Helper()
	found := 0
	for _, c := range request.choices {
		if c.violates {
			found++
		}
		if c.isString && (c.field.judge(c.text).expect == Refused) != c.violates {
			t.Errorf("%s: %q is not what it should be", request, c.text)
		}
	}
	if found != breaches || (request.Clause != "") != (breaches > 0) {
		t.Errorf("%s: %d breaches, clause %q", request, found, request.Clause)
	}
}

// size is the number of changes and of characters in them.
func size(request Request) int {
	n := 0
	for _, c := range request.choices {
		n += 1000 + len([]rune(c.text))
	}
	return n
}
