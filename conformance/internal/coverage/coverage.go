// Package coverage counts which parts of the contract the exchanges of a run exercised, operation by
// operation, and says why the others were not exercised.
//
// It looks at recorded requests and answers, never at the names of checks: a constraint counts as broken
// if a request was sent that breaks it. It judges no answer; that is the oracle's job.
//
// What counts as exercised:
//
// - A request counts if it has the method and the path of its operation, is JSON if it has a body, and
// was answered.
// - A constraint is kept, a parameter is sent or left out, and a value is sent by a request that keeps
// all constraints.
// - A constraint is broken, and a required parameter is left out, by a request that breaks no other
// parameter's constraint: otherwise a refusal could be due to the other.
// - A response member is seen if a success, or a refusal, contains it and it is not null.
// - A code is seen if an answer contains it. A code is a value of a response member that the contract
// lists, as an enum or as a known value.
// - A signature rule is tested for an operation if a check that is about the rule and names the
// operation came to a verdict.
//
// Some parts cannot be exercised and are not counted: leaving out a path parameter, the type of a text
// outside a JSON body, and a member for which the contract gives only a name.
package coverage

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/mallcheck/mallcheck/openapi"
	"github.com/mallcheck/mallcheck/reports"
)

// The kinds of parts, named as in reports.CoveredParts.
const (
	Responses = "responses"              // success and refusal; for the push, the receiver's
	Sent      = "parameters sent"        // and members of the request's body
	Omitted   = "parameters left out"    // likewise
	Kept      = "constraints kept"       // of the request
	Broken    = "constraints broken"     // of the request
	Values    = "values sent"            // that the contract lists
	Members   = "response members"       // and headers, of success and refusal; for the push, those of its request
	Codes     = "codes"                  // values of response members that the contract lists
	Rules     = "signature rules tested" // the rules signature/… of the operation
)

// Kinds returns all kinds, in the order of reports.
func Kinds() []string {
	return []string{Responses, Sent, Omitted, Kept, Broken, Values, Members, Codes, Rules}
}

// Counter counts what the results of one run exercised. It is not safe for
// concurrent use.
type Counter struct {
	operations []*operation // in the order of their ids
}

// New returns a counter for the operations of the mall and, if a run has pushes, of the push.
func New(mall, push *openapi.Contract) (*Counter, error) {
	c := &Counter{}
	for _, contract := range []*openapi.Contract{mall, push} {
		document, err := contract.SharedDocument()
		if err != nil {
			return nil, fmt.Errorf("counting the parts of the contract: %w", err)
		}
		for _, op := range contract.Operations() {
			c.operations = append(c.operations, newOperation(contract, document, op, contract == push))
		}
	}
	slices.SortFunc(c.operations, func(a, b *operation) int { return strings.Compare(a.ID, b.ID) })
	return c, nil
}

// Add counts what a result exercised. Its exchanges must be complete: neither redacted nor shortened.
func (c *Counter) Add(result reports.Result) {
	for _, id := range result.Operations {
		if o := c.operation(id); o != nil {
			o.about(result)
		}
	}
	for i := range result.Exchanges {
		if o := c.operation(result.Exchanges[i].Operation); o != nil && result.Exchanges[i].Response != nil {
			o.exchange(&result.Exchanges[i])
		}
	}
}

func (c *Counter) operation(id string) *operation {
	at, known := slices.BinarySearchFunc(c.operations, id, func(o *operation, id string) int { return strings.Compare(o.ID, id) })
	if !known {
		return nil
	}
	return c.operations[at]
}

// Coverage returns what was exercised so far. It includes the push only if one arrived.
func (c *Counter) Coverage() *reports.Coverage {
	coverage := &reports.Coverage{Operations: []reports.OperationCoverage{}}
	for _, o := range c.operations {
		if o.isPush && !o.called {
			continue
		}
		counted := reports.OperationCoverage{Operation: o.ID, Parts: []reports.CoveredParts{}}
		for _, kind := range Kinds() {
			if parts := o.parts[kind]; len(parts) > 0 {
				counted.Parts = append(counted.Parts, o.count(kind, parts))
			}
		}
		coverage.Operations = append(coverage.Operations, counted)
	}
	return coverage
}

func (o *operation) count(kind string, parts []*part) reports.CoveredParts {
	counted := reports.CoveredParts{Kind: kind, Total: len(parts)}
	for _, p := range parts {
		if p.reached {
			counted.Reached++
			continue
		}
		counted.Missed = append(counted.Missed, reports.MissedPart{Part: p.name, Reason: o.reason(kind, p)})
	}
	slices.SortFunc(counted.Missed, func(a, b reports.MissedPart) int { return strings.Compare(a.Part, b.Part) })
	return counted
}

// reason says why a part was not exercised.
func (o *operation) reason(kind string, p *part) string {
	skipped := o.skips(p, kind)
	switch {
	case kind == Rules && skipped != "":
		return "its checks did not run: " + skipped
	case kind == Rules:
		return "no check of the run is about it"
	case !o.called && skipped != "":
		return "not called: " + skipped
	case !o.called:
		return "no check of the run calls the operation"
	case p.beside:
		return "only requests that break another constraint as well were sent"
	}
	reason := map[string]string{Responses: "never answered so", Members: "no answer had it", Codes: "never answered with"}[kind]
	reason = cmp.Or(reason, "no such request was sent")
	if skipped != "" {
		reason += "; " + skipped
	}
	return reason
}

// skips says how many checks that could have reached a part were skipped, and the main reason; "" if
// there are none.
func (o *operation) skips(p *part, kind string) string {
	reasons := o.skipped
	if kind == Rules {
		reasons = p.skipped
	}
	total, most := 0, ""
	for reason, times := range reasons {
		total += times
		if most == "" || times > reasons[most] || times == reasons[most] && reason < most {
			most = reason
		}
	}
	if total == 0 {
		return ""
	}
	return fmt.Sprintf("skipped checks: %d (%s)", total, most)
}
