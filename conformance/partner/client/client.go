// Package client judges a partner's client by the requests that it sends. A Judge takes a stream of
// exchanges, in the order in which the requests arrived, and reports at once what is wrong with each
// request: by itself (package observe) and within its flow. End reports what only the end shows, such as
// a task whose result was never read.
//
// The package neither starts a client nor serves a mall; package trial does. It does not know where the
// exchanges come from, so that a page, a proxy and a test judge by the same rules.
package client

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/mallcheck/mallcheck/conformance/partner/client/observe"
	"github.com/mallcheck/mallcheck/openapi"
	"github.com/mallcheck/mallcheck/reports"
	"github.com/mallcheck/mallcheck/signing"
)

// The default settings of a Judge.
const (
	// DefaultMinPoll is the shortest pause between two queries of the same task.
	DefaultMinPoll = 200 * time.Millisecond
	// DefaultRequestIDHeader is the response header with the id of a task.
	DefaultRequestIDHeader = "request_id"
)

// Price is the price of a data plan.
type Price struct{ Package, Amount, Currency string }

// Options adapt a Judge to a server and to what the client was told.
type Options struct {
	// Rules are the signing rules; signing.Default() if zero.
	Rules signing.Rules
	// Paths replace the paths of operations, by operation id.
	Paths map[string]string
	// PartnerCodes are the codes that the client may send; any if empty.
	PartnerCodes []string
	// RequestIDHeader is the response header with the id of a task; DefaultRequestIDHeader if empty.
	RequestIDHeader string
	// TerminalStatuses are the states in which a task has ended; "completed" if empty.
	TerminalStatuses []string
	// MinPoll is the shortest pause between two queries of the same task; DefaultMinPoll if 0, none if
	// negative.
	MinPoll time.Duration
	// Prices are the prices that the client was told instead of listing the plans.
	Prices []Price
}

// Ruling is how the server's own rules judge a request, for comparison with the document.
type Ruling struct {
	// Refused is set if they refuse the form of the request: its address, media type, text, parameters
	// or sign.
	Refused bool
	// Message is the message of the refusal. Reason is its kind in a word, such as "conflict"; Parameter
	// is the parameter that it is about; Clause is the rule behind a refusal that depends on the state
	// of the mall. All three may be empty.
	Message, Reason, Parameter, Clause string
}

// Exchange is one request as received and the response that was sent.
type Exchange struct {
	// Exchange has the raw request and response; its Operation is ignored. Response is nil if the client
	// got none, or not all of it. Started is when the request arrived, Duration the time until the end
	// of the response.
	reports.Exchange
	// Service is the service whose address the request was sent to.
	Service string
	// Path is the escaped path below that address, RawQuery the query.
	Path, RawQuery string
	// Ruling is nil if no other rules judged the request.
	Ruling *Ruling
}

// Mistake is one thing that the client did wrong.
type Mistake struct {
	observe.Mistake
	// Numbers are the exchanges that show it, by Seen.Number; empty if none does.
	Numbers []int
}

// Seen is the judgement of one exchange.
type Seen struct {
	// Number counts the exchanges of a Judge from 1.
	Number int
	// Operation is the requested operation; empty if none.
	Operation string
	// Flow names the order, task or SIM card of the request: "order 2026…", "task RQ-…"; may be empty.
	Flow string
	// Refused is set if the server refused the request; Code is its operateCode.
	Refused bool
	Code    string
	// Mistakes are those of the request and of its flow so far; none if all is right.
	Mistakes []Mistake
	// Signed explains the sign; nil if there is nothing to sign.
	Signed *observe.Signed
	// Disagreement says how the server's own rules and the document judge the request differently; empty
	// if they agree. A disagreement is a defect of mallcheck.
	Disagreement string
}

// Judge judges the requests of one client. It is safe for concurrent use.
type Judge struct {
	observer *observe.Observer

	mu    sync.Mutex
	count int
	flow  flow
	found []Mistake // merged by key, in the order of their first exchange
}

// New returns a Judge over the contract of the mall.
func New(contract *openapi.Contract, options Options) (*Judge, error) {
	observer, err := observe.New(contract, observe.Options{Rules: options.Rules, Paths: options.Paths, PartnerCodes: options.PartnerCodes})
	if err != nil {
		return nil, err
	}
	options.RequestIDHeader = cmp.Or(options.RequestIDHeader, DefaultRequestIDHeader)
	if len(options.TerminalStatuses) == 0 {
		options.TerminalStatuses = []string{"completed"}
	}
	options.MinPoll = cmp.Or(options.MinPoll, DefaultMinPoll)
	return &Judge{observer: observer, flow: newFlow(options)}, nil
}

// Request judges a request alone, without an answer and without remembering it.
func (j *Judge) Request(e *Exchange) observe.Observed {
	header := http.Header{}
	for _, field := range e.Request.Header {
		header.Add(field.Name, field.Value)
	}
	return j.observer.Judge(observe.Request{Method: e.Request.Method, Service: e.Service, Path: e.Path, RawQuery: e.RawQuery,
		Header: header, Body: e.Request.Body})
}

// See judges the next exchange.
func (j *Judge) See(e Exchange) Seen {
	observed := j.Request(&e)
	answer := answerOf(&e)
	j.mu.Lock()
	defer j.mu.Unlock()
	j.count++
	seen := Seen{Number: j.count, Operation: observed.Operation, Signed: observed.Signed,
		Refused: answer.refused, Code: answer.code}
	all := observed.Mistakes
	event := &event{number: j.count, observed: &observed, answer: answer, at: e.Started, ended: e.Started.Add(e.Duration)}
	all = append(all, j.flow.see(event)...)
	seen.Flow = event.flow
	for _, m := range all {
		seen.Mistakes = append(seen.Mistakes, Mistake{Mistake: m, Numbers: []int{j.count}})
		j.remember(m, j.count)
	}
	seen.Disagreement = disagreement(observed.Mistakes, e.Ruling)
	return seen
}

// mostNumbers limits the exchanges that are remembered for one mistake.
const mostNumbers = 1000

// remember merges a mistake with the same mistake of earlier requests.
func (j *Judge) remember(m observe.Mistake, number int) {
	at := slices.IndexFunc(j.found, func(known Mistake) bool { return known.Key == m.Key })
	if at < 0 {
		j.found = append(j.found, Mistake{Mistake: m, Numbers: []int{number}})
		return
	}
	if len(j.found[at].Numbers) < mostNumbers {
		j.found[at].Numbers = append(j.found[at].Numbers, number)
	}
}

// Outcome is the judgement of a whole stream.
type Outcome struct {
	// Requests is the number of exchanges.
	Requests int
	// Mistakes are all mistakes, each once, with the exchanges that show it.
	Mistakes []Mistake
	// Operations counts the accepted requests of each operation, Refused the refused ones.
	Operations, Refused map[string]int
	// Flows counts the completed flows by name: see Flows.
	Flows map[string]int
}

// End returns the judgement so far, including what only the end of the stream shows. It may be called
// at any time and changes nothing.
func (j *Judge) End() Outcome {
	j.mu.Lock()
	defer j.mu.Unlock()
	o := Outcome{Requests: j.count, Operations: j.flow.accepted.copy(), Refused: j.flow.refused.copy(), Flows: j.flow.completed.copy()}
	for _, m := range j.found {
		m.Numbers = slices.Clone(m.Numbers)
		o.Mistakes = append(o.Mistakes, m)
	}
	o.Mistakes = append(o.Mistakes, j.flow.end()...)
	return o
}

// disagreement compares the judgement by the document with that of the server's own rules.
func disagreement(mistakes []observe.Mistake, ruling *Ruling) string {
	if ruling == nil {
		return ""
	}
	// The server cannot see unknown parameters and other partners' codes.
	visible := slices.DeleteFunc(slices.Clone(mistakes), func(m observe.Mistake) bool {
		return m.Check == observe.Known || m.Check == observe.OwnPartner
	})
	const bug = "a defect of mallcheck, please report it: "
	switch {
	case ruling.Refused && len(visible) == 0:
		return bug + "the sandbox refuses the request (" + ruling.Message + "), but the document allows it"
	case !ruling.Refused && len(visible) > 0:
		return bug + "the sandbox finds no mistake in the request, but by the document there is one: " + visible[0].Summary
	}
	return ""
}

// HeaderOf returns header fields in the form of a report.
func HeaderOf(header http.Header) []reports.Header {
	var fields []reports.Header
	for name, values := range header {
		for _, value := range values {
			fields = append(fields, reports.Header{Name: name, Value: value})
		}
	}
	slices.SortFunc(fields, func(a, b reports.Header) int { return strings.Compare(a.Name, b.Name) })
	return fields
}

// Split divides the path on a server whose services share one address, such as the sandbox, into the
// service and the escaped path below it.
func Split(address *url.URL) (service, path string) {
	service, path, _ = strings.Cut(strings.TrimPrefix(address.EscapedPath(), "/"), "/")
	return service, "/" + path
}

// maxInflated limits a decompressed response.
const maxInflated = 8 << 20

// inflated returns the body of a response without its content coding.
func inflated(response *reports.Response) []byte {
	for _, field := range response.Header {
		if !strings.EqualFold(field.Name, "Content-Encoding") || !strings.EqualFold(field.Value, "gzip") {
			continue
		}
		reader, err := gzip.NewReader(bytes.NewReader(response.Body))
		if err != nil {
			return response.Body
		}
		body, err := io.ReadAll(io.LimitReader(reader, maxInflated))
		if err != nil {
			return response.Body
		}
		return body
	}
	return response.Body
}
