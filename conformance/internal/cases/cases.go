// Package cases derives cases from the contract: one change to a valid request,
// one case, one name.
//
// It walks the parameters and the body of every operation in the document, so
// that a constraint that is added there is tested without a line of Go. A case is
// data: what is changed, by which clause, and what is expected. Making a valid
// request, changing, signing and sending it is for whoever runs the case.
package cases

import (
	"fmt"
	"slices"
	"sync"

	"github.com/mallcheck/mallcheck/openapi"
	"github.com/mallcheck/mallcheck/reports"
)

// The expected outcomes. Either applies where no clause says whether the request is
// refused: the answer must then be an envelope and not a server error.
const (
	Refused  = reports.ExpectRefused
	Accepted = reports.ExpectAccepted
	Either   = reports.ExpectEither
)

// The places of what is changed.
const (
	InPath    = "path"
	InQuery   = "query"
	InHeader  = "header"
	InBody    = "body"
	InRequest = "request" // the request as a whole
)

// The clauses by which a request is judged where no constraint of its own does.
const (
	validAccepted = "requests/valid-accepted"
	inEnvelope    = "errors/no-server-error"
)

// Case is one change to a valid request.
type Case struct {
	// ID is GEN/<operation>/<place>/<field>/<mutation>.
	ID string
	// Operation is the id of the operation that is called.
	Operation string
	// In is where the change is made: path, query, header, body or request.
	In string
	// Field is the parameter or member, with dots between the names of nested ones
	// and "items" for those of an array ("sim_ids.items"); of a request as a whole
	// it is the part of it ("method").
	Field string
	// Mutation is what is changed, a family and where that has several a dot and what
	// tells them apart: "null", "wrong-type.boolean".
	Mutation string
	// Family is the kind of the mutation, one of Families: "wrong-type".
	Family string
	// Clause is the constraint that the request breaks, or the rule by which it is
	// accepted or answered: a JSON pointer, or the id of a rule.
	Clause string
	// Expect is what follows from the contract.
	Expect reports.Expect
	// Request describes the request in the words that follow "a request" in a
	// sentence: "without payAmount".
	Request string
	// Requirement states the expected outcome in one sentence, without the full stop.
	Requirement string
	// Changes are applied in order.
	Changes []Change
}

// all are the operations of the mall's contract with what was derived for them.
var all = sync.OnceValues(func() ([]*deriver, error) {
	contract, err := openapi.Mall()
	if err != nil {
		return nil, fmt.Errorf("reading the contract: %w", err)
	}
	return walk(contract)
})

// All returns the cases of the mall's contract, in the order of its operations.
// They are derived on the first call; the slice is the caller's, the changes in it
// must not be written to. An error is one of the contract.
func All() ([]Case, error) {
	walked, err := all()
	return casesOf(walked), err
}

// Families returns the families of mutations that the cases of the mall's contract
// belong to, in alphabetical order. An error is one of the contract.
func Families() ([]string, error) {
	derived, err := All()
	var families []string
	for i := range derived {
		families = append(families, derived[i].Family)
	}
	slices.Sort(families)
	return slices.Compact(families), err
}
