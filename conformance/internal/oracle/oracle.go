// Package oracle judges one recorded exchange against the contract: status, media type, headers, the
// JSON text itself, the envelope and the body's schema.
//
// It reports all deviations at once, each with its location in the answer, its clause and a sentence. It
// judges only the answer: the check that sent a request knows whether it should have been refused. The
// verdict decides how serious a deviation is.
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

// The clauses for all operations by which the oracle judges.
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
	// RequestIDHeader is the target's name of the header with the request id; empty means the contract's
	// name.
	RequestIDHeader string
}

// Oracle judges exchanges. It is safe for concurrent use.
type Oracle struct {
	contract   *openapi.Contract
	operations map[string]operation
	header     string
}

// operation is what the oracle needs to know about an operation.
type operation struct {
	pointer     string // of the operation
	method      string
	parameters  openapi3.Parameters
	body        *openapi3.Schema // of the request; nil for none
	success     *node            // the body under 200
	data        []string         // the members that the data of a success must have
	refusal     *node            // the body of any refusal
	headers     openapi3.Headers
	headerNames []string // of the headers, in order
	required    []openapi.Required
}

// requestIDHeader is the contract's name of the header with the request id.
const requestIDHeader = "request_id"

// New returns an oracle over a contract.
func New(contract *openapi.Contract, options Options) (*Oracle, error) {
	document, err := contract.SharedDocument()
	if err != nil {
		return nil, fmt.Errorf("loading the contract: %w", err)
	}
	o := &Oracle{contract: contract, operations: map[string]operation{}, header: options.RequestIDHeader}
	o.header = cmp.Or(o.header, requestIDHeader)
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

// Judge returns every deviation in an exchange, each once. An exchange without an answer, or of an
// unknown operation, has none. If an answer deviates from one clause many times, the first few
// deviations are reported; the first of them says how many more there are.
//
// valid means that the request keeps every clause of the contract. A server error is worse then: see the
// rules envelope/no-server-error and errors/no-server-error.
func (o *Oracle) Judge(exchange reports.Exchange, valid bool) []reports.Deviation {
	op, known := o.operations[exchange.Operation]
	if !known || exchange.Response == nil {
		return nil
	}
	j := &judgement{oracle: o, id: exchange.Operation, operation: op, sent: exchange.Request.Body, response: exchange.Response,
		valid: valid, times: map[key]int{}}
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

// judgement is the judging of one exchange.
type judgement struct {
	oracle     *Oracle
	id         string // of the operation
	operation  operation
	sent       []byte // the body of the request
	response   *reports.Response
	valid      bool   // whether the request is valid
	form       string // the clause that requires the form of this answer
	code       string // operateCode; "" if there is none
	deviations []reports.Deviation
	times      map[key]int // the number of deviations from each clause
	endedEarly bool        // so many elements of lists are broken that the rest was not judged
}

// key distinguishes deviations from a clause from undocumented values.
type key struct {
	clause       string
	undocumented bool
}

// maxTold limits the reported deviations of one answer from one clause.
const maxTold = 5

// room counts a deviation from a clause and reports whether it is to be reported.
func (j *judgement) room(clause string, undocumented bool) bool {
	j.times[key{clause, undocumented}]++
	return j.times[key{clause, undocumented}] <= maxTold
}

// tellMore adds the number of unreported deviations to the first one from the same clause.
func (j *judgement) tellMore() {
	for i := range j.deviations {
		d := &j.deviations[i]
		k := key{d.Clause, d.Undocumented}
		if more := j.times[k] - maxTold; more > 0 {
			least := ""
			if j.endedEarly {
				least = "at least "
			}
			d.Summary += fmt.Sprintf(" (and %s%d more like it)", least, more)
		}
		delete(j.times, k)
	}
}

// add records a deviation from a clause. Its grade, which is how certain it is that a server must keep
// the clause, and its source are the contract's.
func (j *judgement) add(clause, pointer, summary, expected, actual string) *reports.Deviation {
	found, _ := j.oracle.contract.ClauseFor(clause, j.id)
	j.deviations = append(j.deviations, reports.Deviation{
		Clause: clause, Grade: reports.Grade(found.Enforced.Grade), Source: found.Enforced.Source, Level: reports.Must,
		Pointer: bounded(pointer), Summary: summary, Expected: expected, Actual: bounded(actual), Exchange: -1,
	})
	return &j.deviations[len(j.deviations)-1]
}

// header returns the values of a response header in any letter case.
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
		j.add(clause, "header Content-Type", "the Content-Type of the answer is not JSON", "application/json", cmp.Or(value, "none"))
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
		j.add(clauseSuccess, "status", "a success has an undocumented status", "HTTP 200", actual).Undocumented = true
	default:
		j.add(clauseRefusal, "status", "the answer has an undocumented status", "HTTP 200, or 4xx for a refusal", actual).Undocumented = true
	}
}

// maxText limits the actual value in a deviation, maxName a name in its summary.
const (
	maxText = 200
	maxName = 60
)

// bounded shortens a text at a character boundary.
func bounded(text string) string {
	if len(text) <= maxText {
		return text
	}
	return strings.ToValidUTF8(text[:maxText], "") + "…"
}

// clipped shortens a name within a sentence.
func clipped(name string) string {
	if len(name) <= maxName {
		return name
	}
	return strings.ToValidUTF8(name[:maxName], "") + "…"
}
