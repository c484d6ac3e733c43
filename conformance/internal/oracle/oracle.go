// Package oracle judges one recorded exchange against the contract: status,
// media type, headers, the JSON text itself, the envelope and the body's schema.
//
// It names every deviation at once, by the place in the answer and the clause,
// in words. It judges the answer only: whether a request should have been
// refused is for the check that sent it. What a deviation is called is for the
// verdict.
package oracle

import (
	"cmp"
	"fmt"
	"maps"
	"mime"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/mallcheck/mallcheck/openapi"
	"github.com/mallcheck/mallcheck/reports"
)

// The clauses over all operations that the oracle judges by.
const (
	clauseMediaType = "envelope/media-type"
	clauseJSON      = "envelope/one-json-text"
	clauseNumbers   = "envelope/numbers-kept"
	clausePresent   = "envelope/present"
	clauseRefusals  = "errors/refusals-in-the-envelope"
	clauseSuccess   = "envelope/success"
	clauseRefusal   = "envelope/refusal"
	clauseRequestID = "request-id/header-present"

	clauseStatus          = "envelope/no-server-error"
	clauseStatusOfInvalid = "errors/no-server-error"
)

// Options adapt the oracle to a target.
type Options struct {
	// RequestIDHeader is the name under which the target sends the request id;
	// empty means the contract's.
	RequestIDHeader string
}

// Oracle judges exchanges. It is safe for concurrent use.
type Oracle struct {
	contract   *openapi.Contract
	operations map[string]operation
	header     string
}

// operation is what the oracle needs of an operation of the contract.
type operation struct {
	pointer     string // of the operation
	method      string
	parameters  openapi3.Parameters
	body        *openapi3.Schema // of the request, nil for none
	success     *node            // the body under 200
	data        []string         // the members that the data of a success must have
	refusal     *node            // the body of any refusal
	headers     openapi3.Headers
	headerNames []string // of headers, in order
	required    []openapi.Required
}

// requestIDHeader is the contract's name of the header that carries the request id.
const requestIDHeader = "request_id"

// New returns an oracle over a contract.
func New(contract *openapi.Contract, options Options) (*Oracle, error) {
	document, err := contract.SharedDocument()
	if err != nil {
		return nil, fmt.Errorf("loading the contract: %w", err)
	}
	o := &Oracle{contract: contract, operations: map[string]operation{}, header: options.RequestIDHeader}
	if o.header == "" {
		o.header = requestIDHeader
	}
	for _, op := range contract.Operations() {
		described := document.Paths.Value(op.Path).GetOperation(op.Method)
		responses := described.Responses
		prepared := operation{
			pointer: op.Pointer, method: op.Method, parameters: described.Parameters, required: contract.RequiredOnSuccess(op.ID),
		}
		if described.RequestBody != nil {
			if media := described.RequestBody.Value.Content.Get("application/json"); media != nil && media.Schema != nil {
				prepared.body = media.Schema.Value
			}
		}
		prepared.success = bodyNode(contract, responses.Value("200"), op.Pointer+"/responses/200")
		if prepared.success != nil && prepared.success.properties["data"] != nil {
			prepared.data = prepared.success.properties["data"].shallow.Required
		}
		prepared.refusal = bodyNode(contract, responses.Default(), op.Pointer+"/responses/default")
		if success := responses.Value("200"); success != nil && success.Value != nil {
			prepared.headers = success.Value.Headers
			prepared.headerNames = slices.Sorted(maps.Keys(prepared.headers))
		}
		o.operations[op.ID] = prepared
	}
	return o, nil
}

// Judge returns every deviation that an exchange shows, each once. An exchange
// without an answer, or of an operation that the contract does not have, shows none.
// Of many deviations of an answer from one clause, the first few are reported;
// the first of them says how many more there are.
//
// valid says that the request keeps every clause of the contract. A server error is
// worse then: see the rules envelope/no-server-error and errors/no-server-error.
func (o *Oracle) Judge(exchange reports.Exchange, valid bool) []reports.Deviation {
	op, known := o.operations[exchange.Operation]
	if !known || exchange.Response == nil {
		return nil
	}
	j := &judgement{oracle: o, id: exchange.Operation, operation: op, response: exchange.Response, valid: valid, times: map[key]int{}}
	body, whole := j.parse(exchange.Problem)
	j.form = j.formOf(body)
	if whole {
		j.envelope(body)
	}
	j.mediaType()
	j.status()
	j.tellMore()
	slices.SortStableFunc(j.deviations, func(a, b reports.Deviation) int {
		return cmp.Or(strings.Compare(a.Pointer, b.Pointer), strings.Compare(a.Clause, b.Clause))
	})
	return j.deviations
}

// judgement is one exchange under judgement.
type judgement struct {
	oracle     *Oracle
	id         string // of the operation
	operation  operation
	response   *reports.Response
	valid      bool   // whether the request is
	form       string // the clause that asks for the form of this answer
	code       string // operateCode, "" when there is none
	deviations []reports.Deviation
	times      map[key]int // how often each clause is deviated from
}

// key distinguishes what is reported about a clause: deviations, and what no page names.
type key struct {
	clause       string
	undocumented bool
}

// maxTold bounds the reported deviations of one answer from one clause.
const maxTold = 5

// room counts a deviation from a clause and reports whether it is to be told.
func (j *judgement) room(clause string, undocumented bool) bool {
	j.times[key{clause, undocumented}]++
	return j.times[key{clause, undocumented}] <= maxTold
}

// tellMore says, beside the first deviation from a clause, how many are not told.
func (j *judgement) tellMore() {
	for i := range j.deviations {
		d := &j.deviations[i]
		k := key{d.Clause, d.Undocumented}
		if more := j.times[k] - maxTold; more > 0 {
			d.Summary += fmt.Sprintf(" (and %d more like it)", more)
		}
		delete(j.times, k)
	}
}

// add notes a deviation from a clause; its grade and source are the contract's.
// The grade is how sure it is that a server keeps the clause.
func (j *judgement) add(clause, pointer, summary, expected, actual string) *reports.Deviation {
	found, _ := j.oracle.contract.ClauseFor(clause, j.id)
	j.deviations = append(j.deviations, reports.Deviation{
		Clause: clause, Grade: reports.Grade(found.Enforced.Grade), Source: found.Enforced.Source, Level: reports.Must,
		Pointer: bounded(pointer), Summary: summary, Expected: expected, Actual: bounded(actual), Exchange: -1,
	})
	return &j.deviations[len(j.deviations)-1]
}

// header returns the values of a response header, whatever the letter case of its name.
func (j *judgement) header(name string) []string {
	var values []string
	for _, field := range j.response.Header {
		if strings.EqualFold(field.Name, name) {
			values = append(values, field.Value)
		}
	}
	return values
}

func (j *judgement) mediaType() {
	value := strings.Join(j.header("Content-Type"), ", ")
	media, _, err := mime.ParseMediaType(value)
	if err != nil || media != "application/json" {
		clause := clauseMediaType
		if j.form == clauseRefusals {
			clause = clauseRefusals
		}
		j.add(clause, "header Content-Type", "the answer is not announced as JSON", "application/json", orNone(value))
	}
}

// status judges the HTTP status together with operateCode.
func (j *judgement) status() {
	status := j.response.Status
	actual := fmt.Sprintf("HTTP %d", status)
	switch {
	case status >= 500:
		clause := clauseStatusOfInvalid
		if j.valid {
			clause = clauseStatus
		}
		j.add(clause, "status", "the server failed", "HTTP 200, or 4xx for a refusal", actual)
	case status == 200, status >= 400 && j.code != reports.CodeSuccess:
	case j.code == reports.CodeSuccess:
		j.add(clauseSuccess, "status", "a success has a status that no page names", "HTTP 200", actual).Undocumented = true
	default:
		j.add(clauseRefusal, "status", "the answer has a status that no page names", "HTTP 200, or 4xx for a refusal", actual).Undocumented = true
	}
}

// maxText bounds the actual value that a deviation shows, maxName a name in its summary.
const (
	maxText = 200
	maxName = 60
)

// bounded cuts a text at a rune boundary.
func bounded(text string) string {
	if len(text) <= maxText {
		return text
	}
	return strings.ToValidUTF8(text[:maxText], "") + "…"
}

// clipped cuts a name to be told within a sentence.
func clipped(name string) string {
	if len(name) <= maxName {
		return name
	}
	return strings.ToValidUTF8(name[:maxName], "") + "…"
}

func orNone(text string) string {
	if text == "" {
		return "none"
	}
	return text
}
