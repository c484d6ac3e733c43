package coverage

import (
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/mallcheck/mallcheck/openapi"
	"github.com/mallcheck/mallcheck/reports"
)

// part is one part of the contract that can be exercised.
type part struct {
	name    string
	reached bool
	beside  bool           // broken only by requests that also break something else
	skipped map[string]int // for a rule: why its checks did not run
}

// operation is one operation with its parts and what was exercised of them.
type operation struct {
	openapi.Operation
	isPush bool
	parts  map[string][]*part // by kind

	request *request
	success *reply
	refusal *reply
	headers map[string]*reply // of a success, by name
	rules   map[string]*part  // by clause
	given   map[string]*part  // for the push: its responses, by key

	called  bool
	skipped map[string]int // why checks that name it were skipped, with counts
}

// builder makes the parts of one operation.
type builder struct {
	*operation
	contract *openapi.Contract
}

func newOperation(contract *openapi.Contract, document *openapi3.T, op openapi.Operation, isPush bool) *operation {
	o := &operation{Operation: op, isPush: isPush, parts: map[string][]*part{}, skipped: map[string]int{}, headers: map[string]*reply{}}
	b := builder{operation: o, contract: contract}
	item := document.Paths.Value(op.Path)
	described := item.GetOperation(op.Method)
	parameters := slices.Concat(item.Parameters, described.Parameters)
	if isPush {
		b.push(parameters, described)
		return o
	}
	o.request = b.newRequest(parameters, described.RequestBody)
	ok, refused := described.Responses.Value("200"), described.Responses.Default()
	o.success = b.newReply(ok, op.Pointer+"/responses/200")
	o.refusal = b.newReply(refused, op.Pointer+"/responses/default")
	if ok != nil {
		for _, name := range slices.Sorted(maps.Keys(ok.Value.Headers)) {
			o.headers[name] = b.member(op.Pointer+"/responses/200/headers/"+openapi.EscapeToken(name), ok.Value.Headers[name].Value.Schema, "/schema")
		}
	}
	o.rules = map[string]*part{}
	for _, clause := range contract.Clauses() {
		if strings.HasPrefix(clause.ID, "signature/") && slices.Contains(clause.Operations, op.ID) {
			o.rules[clause.ID] = b.add(Rules, clause.ID)
			o.rules[clause.ID].skipped = map[string]int{}
		}
	}
	return o
}

// push makes the parts of the push, whose request comes from the target.
func (b builder) push(parameters openapi3.Parameters, described *openapi3.Operation) {
	for _, parameter := range parameters {
		at := b.Pointer + "/parameters/" + openapi.EscapeToken(parameter.Value.Name)
		b.headers[parameter.Value.Name] = b.member(at, parameter.Value.Schema, "/schema")
	}
	if described.RequestBody != nil {
		if media := described.RequestBody.Value.Content.Get(mediaType); media != nil && media.Schema != nil {
			b.success = b.properties(b.BodySchema(), media.Schema)
		}
	}
	b.given = map[string]*part{}
	for _, key := range slices.Sorted(maps.Keys(described.Responses.Map())) {
		b.given[key] = b.add(Responses, b.Pointer+"/responses/"+key)
	}
}

func (b builder) add(kind, name string) *part {
	p := &part{name: name}
	b.parts[kind] = append(b.parts[kind], p)
	return p
}

// about notes that a result is about the operation.
func (o *operation) about(result reports.Result) {
	rule := o.rules[result.Clause]
	switch result.Verdict {
	case reports.Skipped, reports.Inconclusive:
		o.skipped[result.Reason]++
		if rule != nil {
			rule.skipped[result.Reason]++
		}
	default:
		if rule != nil {
			rule.reached = true
		}
	}
}

// exchange counts what an exchange exercised.
func (o *operation) exchange(e *reports.Exchange) {
	o.called = true
	if o.isPush {
		o.pushed(e)
		return
	}
	o.request.count(&e.Request)
	o.answered(e.Response)
}

// pushed counts what a push and its answer exercised.
func (o *operation) pushed(e *reports.Exchange) {
	seeHeaders(o.headers, e.Request.Header)
	if value, isJSON := parse(e.Request.Body); isJSON {
		o.success.see(value)
	}
	if given := o.givenFor(e.Response.Status); given != nil {
		given.reached = true
	}
}

// givenFor returns the response of the contract for an HTTP status, nil if there is none. Every 5xx
// status counts as 500.
func (o *operation) givenFor(status int) *part {
	keys := []string{strconv.Itoa(status), "default"}
	if status > http.StatusInternalServerError {
		keys[0] = strconv.Itoa(http.StatusInternalServerError)
	}
	for _, key := range keys {
		if given := o.given[key]; given != nil {
			return given
		}
	}
	return nil
}

const (
	mediaType = "application/json"
	schemaOf  = "/content/application~1json/schema"
)
