// Package cases derives cases from the contract. A case is one change to a valid request, and has a
// name.
//
// It walks the parameters and the body of every operation in the document, so that a new constraint is
// tested without a line of Go. A case is data: the change, the clause and the expected outcome. Whoever
// runs the case builds, changes, signs and sends a valid request.
package cases

import (
	"fmt"
	"slices"
	"sync"

	"github.com/mallcheck/mallcheck/openapi"
	"github.com/mallcheck/mallcheck/reports"
)

// The expected outcomes. Either applies if no clause says whether the request is refused: the answer
// must then be an envelope and not a server error.
const (
	Refused  = reports.ExpectRefused
	Accepted = reports.ExpectAccepted
	Either   = reports.ExpectEither
)

// The parts of a request that a case changes.
const (
	InPath    = "path"
	InQuery   = "query"
	InHeader  = "header"
	InBody    = "body"
	InRequest = "request" // the request as a whole
)

// The clauses by which a request is judged if no constraint of its own applies.
const (
	validAccepted = "requests/valid-accepted"
	inEnvelope    = "errors/no-server-error"
)

// Case is one change to a valid request.
type Case struct {
	// ID is GEN/<operation>/<part>/<field>/<mutation>.
	ID string
	// Operation is the id of the operation that is called.
	Operation string
	// In is the part that is changed: path, query, header, body or request.
	In string
	// Field is the parameter or member, with dots between nested names and "items" for the elements of
	// an array ("sim_ids.items"). For a request as a whole it names an aspect ("method").
	Field string
	// Mutation is the change: a family and, if the family has several mutations, a dot and a name:
	// "null", "wrong-type.boolean".
	Mutation string
	// Family is the kind of the mutation, one of Families: "wrong-type".
	Family string
	// Clause is the constraint that the request breaks, or the rule by which it is accepted or answered:
	// a JSON pointer or the id of a rule.
	Clause string
	// Expect is the outcome that follows from the contract.
	Expect reports.Expect
	// Request describes the request in words that follow "a request" in a sentence: "without payAmount".
	Request string
	// Requirement states the expected outcome in one sentence, without the full stop.
	Requirement string
	// Changes are applied in order.
	Changes []Change
}

// all are the operations of the mall's contract with their derived cases.
var all = sync.OnceValues(func() ([]*deriver, error) {
	contract, err := openapi.Mall()
	if err != nil {
		return nil, fmt.Errorf("reading the contract: %w", err)
	}
	return walk(contract)
})

// All returns the cases of the mall's contract, in the order of its operations. They are derived on the
// first call. The caller owns the slice but must not modify the changes in it. An error means that the
// contract cannot be read.
func All() ([]Case, error) {
	walked, err := all()
	return casesOf(walked), err
}

// Families returns the families of mutations in the mall's contract, in alphabetical order. An error
// means that the contract cannot be read.
func Families() ([]string, error) {
	derived, err := All()
	var families []string
	for i := range derived {
		families = append(families, derived[i].Family)
	}
	slices.Sort(families)
	return slices.Compact(families), err
}
