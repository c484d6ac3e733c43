// Package observe judges one request of a partner's client by the contract: its address, media type,
// JSON text, parameters and sign. It needs no answer and keeps no state between requests except a count
// of diagnosed signs. Package client judges what several requests show together.
package observe

import (
	"cmp"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/mallcheck/mallcheck/openapi"
	"github.com/mallcheck/mallcheck/reports"
	"github.com/mallcheck/mallcheck/signing"
)

// The checks of one request.
const (
	Sign           = "CLI-001" // the sign matches the parameters
	PathSigned     = "CLI-002" // path parameters are signed
	KnownOperation = "CLI-003" // method and path belong to an operation
	RightService   = "CLI-004" // sent to the service of the operation
	MediaType      = "CLI-005" // the Content-Type is JSON in UTF-8
	JSONObject     = "CLI-006" // the body is one JSON object; a GET has none
	Once           = "CLI-007" // no parameter is sent twice
	Required       = "CLI-008" // every required parameter is sent
	Strings        = "CLI-009" // of the documented type
	Forms          = "CLI-010" // of the documented form
	Known          = "CLI-011" // no undocumented parameter
	GlobalsPart    = "CLI-012" // global parameters are in the query of a GET, otherwise in the body
	OwnPartner     = "CLI-013" // the partner code is the client's own
)

// Request is a request as received.
type Request struct {
	// Method is the HTTP method.
	Method string
	// Service is the service whose address it was sent to: vshop, payment or topup.
	Service string
	// Path is the escaped path below the address of the service, RawQuery the query without "?".
	Path, RawQuery string
	// Header is as received.
	Header http.Header
	// Body is the body as sent.
	Body []byte
}

// Mistake is one thing that is wrong with a request.
type Mistake struct {
	// Check is the id of the check that it fails.
	Check string
	// Key is the same for the same mistake in another request.
	Key string
	// Part names the part of the request: "body payAmount", "query sign", "header Content-Type", "path".
	Part string
	// Summary is a clause that says what is wrong; Expected and Actual are texts of limited length.
	Summary, Expected, Actual string
	// Clause is the statement of the contract about this parameter, a JSON pointer; if empty, the clause
	// of the check applies. Grade and Source are its evidence.
	Clause string
	Grade  reports.Grade
	Source string
}

// Observed is the judgement of one request.
type Observed struct {
	// Operation is the requested operation; empty if none has the method and path.
	Operation string
	// Mistakes are in the order of the checks; none if the request is right.
	Mistakes []Mistake
	// Path, Query and Body are the parameters of each part as sent; Body is nil if it cannot be read.
	Path, Query, Body []signing.Member
	// Signed explains the sign; nil if the parameters are ambiguous.
	Signed *Signed
}

// Value returns a parameter of the query, path or body as text; "" if it is missing.
func (o *Observed) Value(name string) string {
	for _, members := range [][]signing.Member{o.Body, o.Query, o.Path} {
		for i := range members {
			if members[i].Name == name {
				text, ok := members[i].StringValue()
				if !ok {
					text = string(members[i].Value)
				}
				return text
			}
		}
	}
	return ""
}

// Options adapt the judgement to a server.
type Options struct {
	// Rules are the signing rules; signing.Default() if zero.
	Rules signing.Rules
	// Paths replace the paths of operations, by operation id.
	Paths map[string]string
	// PartnerCodes are the codes that the client may send; any if empty.
	PartnerCodes []string
}

// Observer judges requests. It is safe for concurrent use.
type Observer struct {
	contract   *openapi.Contract
	options    Options
	operations []*operation
	diagnosed  atomic.Int64
}

// operation is what is needed of an operation of the contract.
type operation struct {
	openapi.Operation
	segments   []string
	parameters map[string]*openapi3.Parameter // of the query
	body       *openapi3.Schema
}

// New returns an observer over the contract of the mall.
func New(contract *openapi.Contract, options Options) (*Observer, error) {
	document, err := contract.SharedDocument()
	if err != nil {
		return nil, fmt.Errorf("loading the contract: %w", err)
	}
	if options.Rules == (signing.Rules{}) {
		options.Rules = signing.Default()
	}
	o := &Observer{contract: contract, options: options}
	for _, op := range contract.Operations() {
		described := document.Paths.Value(op.Path).GetOperation(op.Method)
		if path := options.Paths[op.ID]; path != "" {
			op.Path = path
		}
		known := &operation{Operation: op, segments: strings.Split(op.Path, "/"), parameters: map[string]*openapi3.Parameter{}}
		for _, parameter := range described.Parameters {
			if parameter.Value.In == openapi3.ParameterInQuery {
				known.parameters[parameter.Value.Name] = parameter.Value
			}
		}
		if described.RequestBody != nil {
			known.body = described.RequestBody.Value.Content.Get("application/json").Schema.Value
		}
		o.operations = append(o.operations, known)
	}
	return o, nil
}

// Judge judges one request.
func (o *Observer) Judge(r Request) Observed {
	j := &judgement{observer: o, request: r}
	if !j.route() {
		return j.observed
	}
	readable := j.readQuery()
	readable = j.readBody() && readable
	if readable {
		j.parameters()
		j.sign()
	}
	slices.SortStableFunc(j.observed.Mistakes, func(a, b Mistake) int { return strings.Compare(a.Check, b.Check) })
	return j.observed
}

// judgement is one request under judgement.
type judgement struct {
	observer *Observer
	request  Request
	op       *operation
	observed Observed
}

func (j *judgement) add(m Mistake) {
	m.Key = m.Check + " " + m.Key
	m.Expected, m.Actual = bounded(m.Expected), bounded(m.Actual)
	j.observed.Mistakes = append(j.observed.Mistakes, m)
}

// inQuery reports whether the parameters belong in the query.
func (j *judgement) inQuery() bool { return j.op.Method == http.MethodGet }

// parametersIn is the part of the request where the parameters belong.
func (j *judgement) parametersIn() string {
	if j.inQuery() {
		return "query"
	}
	return "body"
}

// route finds the operation, in any service.
func (j *judgement) route() bool {
	var elsewhere *operation
	var methods []string
	for _, op := range j.observer.operations {
		values, fits := op.match(j.request.Path)
		switch {
		case !fits:
		case op.Method != j.request.Method:
			methods = append(methods, op.Method)
		case op.Service == j.request.Service:
			j.op, j.observed.Path = op, values
			j.observed.Operation = op.ID
			return true
		default:
			elsewhere = op
		}
	}
	actual := j.request.Method + " " + j.request.Path
	switch {
	case elsewhere != nil:
		j.observed.Operation = elsewhere.ID
		j.add(Mistake{Check: RightService, Key: elsewhere.ID, Part: "address", Summary: elsewhere.ID + " was sent to the service " + cmp.Or(j.request.Service, "none"),
			Expected: "the address of the service " + elsewhere.Service, Actual: "the address of " + cmp.Or(j.request.Service, "none")})
	case methods != nil:
		slices.Sort(methods)
		j.add(Mistake{Check: KnownOperation, Key: actual, Part: "method", Summary: "the path does not support this method",
			Expected: strings.Join(slices.Compact(methods), ", ") + " " + j.request.Path, Actual: actual})
	default:
		j.add(Mistake{Check: KnownOperation, Key: actual, Part: "path", Summary: "no operation has this path" + j.emptySegment(),
			Expected: "a path of the contract, below the address of its service", Actual: cmp.Or(j.request.Service, "none") + ": " + actual})
	}
	return false
}

// emptySegment explains the usual cause of an unknown path: an empty parameter.
func (j *judgement) emptySegment() string {
	segments := strings.Split(j.request.Path, "/")
	if len(segments) > 1 && slices.Contains(segments[1:], "") {
		return ": a segment of it is empty"
	}
	return ""
}

// match compares an escaped path with the template and returns the path parameters.
func (op *operation) match(path string) ([]signing.Member, bool) {
	segments := strings.Split(path, "/")
	if len(segments) != len(op.segments) {
		return nil, false
	}
	var values []signing.Member
	for i, want := range op.segments {
		got, err := url.PathUnescape(segments[i])
		name, parameter := strings.CutPrefix(want, "{")
		switch {
		case err != nil, parameter && got == "", !parameter && got != want:
			return nil, false
		case parameter:
			values = append(values, signing.StringMember(strings.TrimSuffix(name, "}"), got))
		}
	}
	return values, true
}

// maxText limits an expected or actual text.
const maxText = 300

func bounded(text string) string {
	if len(text) <= maxText {
		return text
	}
	return strings.ToValidUTF8(text[:maxText], "") + "…"
}
