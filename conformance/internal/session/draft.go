package session

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"

	"github.com/mallcheck/mallcheck/conformance/internal/wire"
	"github.com/mallcheck/mallcheck/gen/mall"
	"github.com/mallcheck/mallcheck/openapi"
	"github.com/mallcheck/mallcheck/reports"
	"github.com/mallcheck/mallcheck/signing"
)

// Draft is a request to be sent. It starts valid; edits change it before or after it is
// signed.
type Draft struct {
	// Operation is the operation that it calls.
	Operation openapi.Operation
	// About is the purchase that it concerns, if NewValid drafted it.
	About Purchase

	wire          *wire.Request
	before, after []wire.Edit
	signer        Signer
	rules         *signing.Rules // nil for the rules of the target
	loan          *loan          // what the request needs; nil if the check made it itself
	valid         bool           // valid despite its edits
}

// Signer signs parameters by a target's rules, like signing.Sign.
type Signer func(members []signing.Member, rules signing.Rules) (string, error)

// Before adds edits that apply before the request is signed: the sign covers them.
func (d *Draft) Before(edits ...wire.Edit) *Draft {
	d.before = append(d.before, edits...)
	return d
}

// After adds edits that apply after the request is signed: the sign does not cover them.
func (d *Draft) After(edits ...wire.Edit) *Draft {
	d.after = append(d.after, edits...)
	return d
}

// Valid marks the draft as valid despite its edits.
func (d *Draft) Valid() *Draft {
	d.valid = true
	return d
}

// keepsContract reports whether the draft is unedited or marked as valid.
func (d *Draft) keepsContract() bool {
	return d.valid || d.pristine()
}

// Twin returns an independent copy of the draft.
func (d *Draft) Twin() *Draft {
	twin := *d
	twin.before, twin.after = slices.Clone(d.before), slices.Clone(d.after)
	return &twin
}

// pristine reports whether the request is unedited.
func (d *Draft) pristine() bool {
	return len(d.before) == 0 && len(d.after) == 0 && d.signer == nil && d.rules == nil
}

// Names returns the parameter names of its query or body in order, without the sign and
// before any edits.
func (d *Draft) Names() []string {
	var names []string
	for _, member := range d.wire.Members {
		if member.Name != "sign" {
			names = append(names, member.Name)
		}
	}
	return names
}

// Value returns the text of a parameter of its query or body before any edits, or "" if it
// has none.
func (d *Draft) Value(name string) string {
	for _, member := range d.wire.Members {
		if member.Name == name {
			return wire.Unquote(member.Value)
		}
	}
	return ""
}

// SignedBy signs the draft with signer instead of signing.Sign, to make a sign that is
// wrong in a chosen way. The signer gets the parameters that the target's rules sign, in
// the order query, path, body and without the sign; it must not change them.
func (d *Draft) SignedBy(signer Signer) *Draft {
	d.signer = signer
	return d
}

// Under signs the draft by rules instead of the rules of the target.
func (d *Draft) Under(rules signing.Rules) *Draft {
	d.rules = &rules
	return d
}

// As sends the draft as another partner.
func (d *Draft) As(partnerCode string) *Draft { return d.Before(wire.Set("partnerCode", partnerCode)) }

// NewDraft returns a draft of an operation that sends a request as given.
func NewDraft(operation openapi.Operation, request *wire.Request) *Draft {
	return &Draft{Operation: operation, wire: request}
}

// newDraft returns a function that turns the result of a request builder into a draft.
func (s *Session) newDraft(operation string) func(request *http.Request, err error) *Draft {
	return func(request *http.Request, err error) *Draft { return s.draftOf(operation, request, err) }
}

func (s *Session) draftOf(operation string, request *http.Request, err error) *Draft {
	op, known := s.Contract().Operation(operation)
	if err == nil && !known {
		err = fmt.Errorf("the contract has no operation %q", operation)
	}
	var unsigned *wire.Request
	if err == nil {
		unsigned, err = wire.FromHTTP(request)
	}
	if leaves := new(mall.PathParameterError); errors.As(err, &leaves) {
		panic(End{Verdict: reports.Inconclusive, Reason: fmt.Sprintf("%s: %v; nothing was sent", operation, leaves)})
	}
	if err != nil {
		panic(crashed(fmt.Errorf("building a request of %s: %w", operation, err)))
	}
	if path := s.Target().Paths[operation]; path != "" {
		base, parseErr := url.Parse(s.Target().URLs[op.Service] + path)
		if parseErr != nil {
			panic(crashed(fmt.Errorf("the path of %s: %w", operation, parseErr)))
		}
		unsigned.URL = base
	}
	return &Draft{Operation: op, wire: unsigned}
}
