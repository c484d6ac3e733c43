package verdict

import (
	"path"

	"github.com/mallcheck/mallcheck/reports"
)

// Case is a request that was derived from the contract, and what became of it.
type Case struct {
	// Operation is the id of the operation, Mutation what was changed of a valid
	// request ("wrong-type.boolean").
	Operation, Mutation string
	// Expect is what the contract makes of the request.
	Expect reports.Expect
	// Accepted and Refused are what the target made of it. Neither holds of an
	// answer without an envelope.
	Accepted, Refused bool
}

// OfCase returns what is expected of a case, and whether the answer deviates from
// it. The target's own expectation counts before that of the contract, the last of
// several that name the operation and the mutation. An answer that is expected to
// be either never deviates: what is wrong with its form is for the oracle.
func OfCase(c Case, policy reports.Policy) (expected reports.Expect, deviates bool) {
	expected = c.Expect
	for _, own := range policy.Expectations {
		if Named(own.Operation, c.Operation) && Named(own.Mutation, c.Mutation) {
			expected = own.Expect
		}
	}
	switch expected {
	case reports.ExpectRefused:
		return expected, !c.Refused
	case reports.ExpectAccepted:
		return expected, !c.Accepted
	}
	return expected, false
}

// Named reports whether a glob names an id. A glob that is malformed names nothing.
func Named(glob, id string) bool {
	matched, err := path.Match(glob, id)
	return err == nil && matched
}
