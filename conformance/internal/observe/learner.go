// Package observe learns the behavior of a target from recorded exchanges: the form of its answers, how
// it refuses, its settings and habits.
//
// It learns claims with evidence. A few answers are enough to claim that something occurs; a claim that
// something always or never occurs takes many, so that more evidence rarely withdraws a claim. Memory is
// limited, however many exchanges there are. Nothing that identifies a person, a SIM card, an order or a
// payment is kept.
//
// The package sends nothing and writes no files.
package observe

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"time"
	"unicode"

	"github.com/mallcheck/mallcheck/conformance/internal/provoke"
	"github.com/mallcheck/mallcheck/openapi"
	"github.com/mallcheck/mallcheck/reports"
)

// Learner learns from one exchange after another. It is not safe for concurrent use.
type Learner struct {
	contract *openapi.Contract
	requests map[string]*provoke.Form
	roots    map[string]roots
	rules    *provoke.Cache

	operation string // of the current exchange
	success   *node  // root of its success
	stamp     int    // of the current answer
	nodes     int    // that are undocumented

	facts     map[factKey]*evidence
	spans     map[factKey]*span
	accepted  map[provoke.Provocation]map[string]int // operations, by provocation
	refused   map[provoke.Provocation]map[string]int
	settings  map[[2]string]*settingEvidence
	tasks     *tasks
	wire      wire
	pushes    pushes
	latencies map[string]*latency

	exchanges   int
	first, last time.Time
	batch       int // the largest batch accepted
}

// New returns a learner for a contract without overlay.
func New(contract *openapi.Contract) (*Learner, error) {
	requests, err := provoke.Forms(contract)
	if err != nil {
		return nil, fmt.Errorf("reading the requests of the contract: %w", err)
	}
	roots, err := rootsOf(contract)
	if err != nil {
		return nil, fmt.Errorf("reading the answers of the contract: %w", err)
	}
	return &Learner{
		contract: contract, requests: requests, roots: roots, rules: provoke.NewCache(),
		facts: map[factKey]*evidence{}, spans: map[factKey]*span{}, accepted: map[provoke.Provocation]map[string]int{},
		refused:  map[provoke.Provocation]map[string]int{},
		settings: map[[2]string]*settingEvidence{}, tasks: newTasks(), latencies: map[string]*latency{},
	}, nil
}

// Add learns from an exchange. clause is the clause of the check that sent it, or "": it says what
// caused a refusal if the form of the request does not. Exchanges without a complete answer, or of
// unknown operations, are ignored.
func (l *Learner) Add(exchange *reports.Exchange, clause string) {
	if exchange.Operation == "rechargeSuccess" {
		l.pushes.add(&exchange.Request, func(subject, value string) { l.see(KindPush, subject, value, exchange.Started) })
		return
	}
	form, known := l.requests[exchange.Operation]
	response := exchange.Response
	if !known || response == nil || exchange.Problem != "" || response.Cut > 0 {
		return
	}
	l.exchanges++
	l.stamp++
	l.operation = exchange.Operation
	l.success = l.roots[exchange.Operation].success
	if l.first.IsZero() || exchange.Started.Before(l.first) {
		l.first = exchange.Started
	}
	if exchange.Started.After(l.last) {
		l.last = exchange.Started
	}
	l.latency(exchange)
	request := form.Judge(&exchange.Request, l.rules)
	answer := readAnswer(form.Operation, response)
	l.wire.add(response, answer)
	for _, field := range response.Header {
		if strings.EqualFold(field.Name, "Content-Type") {
			l.see(KindMediaType, "answers", field.Value, exchange.Started)
		}
	}
	switch {
	case answer.accepted:
		l.succeeded(exchange, request, answer)
	case response.Status == 429 || response.Status == 503:
		l.fact(KindLimit, "calls", fmt.Sprintf("HTTP %d", response.Status), exchange.Started)
	case answer.refused:
		l.refuse(exchange, request, answer, clause)
	}
}

// answer is a parsed response.
type answer struct {
	value             any // the JSON value, nil for none
	object            map[string]any
	code              string
	accepted, refused bool
	bare              bool // a success without the envelope, as a page prints it
}

func readAnswer(operation openapi.Operation, response *reports.Response) (a answer) {
	if json.Unmarshal(response.Body, &a.value) != nil {
		a.refused = response.Status >= 400 && response.Status < 500
		return a
	}
	a.object, _ = a.value.(map[string]any)
	code, wrapped := a.object["operateCode"]
	a.code, _ = code.(string)
	_, message := a.object["message"]
	_, data := a.object["data"]
	a.bare = operation.BareSuccess && a.object != nil && !wrapped && !message && !data && response.Status == 200
	a.accepted = a.code == reports.CodeSuccess || a.bare
	a.refused = !a.accepted && response.Status < 500 && (wrapped || response.Status >= 400)
	return a
}

// succeeded learns from an accepted request.
func (l *Learner) succeeded(exchange *reports.Exchange, request provoke.Judged, answer answer) {
	at := exchange.Started
	roots := l.roots[exchange.Operation]
	w := &walker{Learner: l, at: at, stamp: l.stamp, sent: &exchange.Request}
	switch {
	case roots.success == nil:
	case answer.bare:
		l.fact(KindHabit, "bare-bodies", "", at)
		if data := roots.success.content.members["data"]; data != nil {
			w.value(data, answer.value, 1)
		}
	default:
		w.value(roots.success, answer.value, 0)
	}
	switch request.Kind {
	case provoke.Unclear:
	case provoke.WellFormed:
		l.batch = max(l.batch, request.SIMs)
		l.signed(request.Signs, at)
	default:
		count(l.accepted, request.Provocation, exchange.Operation)
		l.see(KindHabit, request.Kind, request.Parameter, at)
	}
	l.tasks.add(l, exchange, request, answer)
}

// refuse learns from a refused request.
func (l *Learner) refuse(exchange *reports.Exchange, request provoke.Judged, answer answer, clause string) {
	if root := l.roots[exchange.Operation].refusal; root != nil && answer.object != nil {
		if _, wrapped := answer.object["operateCode"]; wrapped {
			w := &walker{Learner: l, at: exchange.Started, stamp: l.stamp, sent: &exchange.Request}
			w.value(root, answer.value, 0)
		}
	}
	if answer.object == nil || answer.object["operateCode"] == nil {
		l.fact(KindHabit, "refusals-in-another-form", "", exchange.Started)
	}
	kind := provoke.Of(request.Kind, clause, exchange.Operation)
	if kind == provoke.Unclear {
		return
	}
	count(l.refused, request.Provocation, exchange.Operation)
	l.fact(KindRefusal, kind, refusalOf(exchange.Response.Status, answer), exchange.Started)
}

// refusalOf describes the status and code of a refusal. A code that is not a code is left out.
func refusalOf(status int, answer answer) string {
	switch {
	case answer.object == nil:
		return fmt.Sprintf("HTTP %d without JSON", status)
	case answer.object["operateCode"] == nil:
		return fmt.Sprintf("HTTP %d without operateCode", status)
	case answer.code == "":
		return fmt.Sprintf("HTTP %d, operateCode that is not a string", status)
	case !isCode(answer.code) && !isSaying(answer.code):
		return fmt.Sprintf("HTTP %d, operateCode that changes", status)
	}
	return fmt.Sprintf("HTTP %d, operateCode %s", status, answer.code)
}

// factKey names a fact.
type factKey struct{ kind, subject, value string }

// evidence is how often, when and in which operations something was seen.
type evidence struct {
	times       int
	operations  map[string]int
	first, last time.Time
}

// maxFacts limits the facts, because a target may refuse with a new code each time.
const maxFacts = 2000

func (l *Learner) fact(kind, subject, value string, at time.Time) {
	key := factKey{kind, subject, value}
	e := l.facts[key]
	if e == nil {
		if len(l.facts) >= maxFacts {
			return
		}
		e = &evidence{operations: map[string]int{}, first: at, last: at}
		l.facts[key] = e
	}
	e.times++
	e.operations[l.operation]++
	if at.Before(e.first) {
		e.first = at
	}
	if at.After(e.last) {
		e.last = at
	}
}

// span is the time from the first to the last occurrence.
type span struct{ first, last time.Time }

// see notes when something that is counted elsewhere was seen.
func (l *Learner) see(kind, subject, value string, at time.Time) {
	key := factKey{kind, subject, value}
	s := l.spans[key]
	if s == nil {
		if len(l.spans) >= maxFacts {
			return
		}
		s = &span{at, at}
		l.spans[key] = s
	}
	if at.Before(s.first) {
		s.first = at
	}
	if at.After(s.last) {
		s.last = at
	}
}

// dated adds the times to facts. What most answers show was seen from the first to the last of them.
func (l *Learner) dated(facts []Fact) {
	for i := range facts {
		f := &facts[i]
		if f.Count.First != "" || f.Count.Times == 0 {
			continue
		}
		when := span{l.first, l.last}
		for _, value := range []string{"", f.Value} {
			if s := l.spans[factKey{f.Kind, f.Subject, value}]; s != nil {
				when = *s
			}
		}
		f.Count.First, f.Count.Last = day(when.first), day(when.last)
	}
}

func count(all map[provoke.Provocation]map[string]int, what provoke.Provocation, operation string) {
	if all[what] == nil {
		all[what] = map[string]int{}
	}
	all[what][operation]++
}

// settingEvidence is the evidence for and against a reading of the signature.
type settingEvidence struct{ only, against int }

// signed notes which readings of the signature an accepted request fits.
func (l *Learner) signed(fit provoke.Fit, at time.Time) {
	for i, other := range provoke.OtherRules {
		if fit.Asked&(1<<i) == 0 {
			continue
		}
		key := [2]string{other.Key, other.Value}
		if l.settings[key] == nil {
			l.settings[key] = &settingEvidence{}
		}
		switch fits := fit.Others&(1<<i) != 0; {
		case fits && !fit.Contract:
			l.settings[key].only++
			l.see(KindSetting, other.Key, other.Value, at)
		case !fits && fit.Contract:
			l.settings[key].against++
			l.see(KindSetting, other.Key, provoke.ContractRules[other.Key], at)
		}
	}
}

// wire counts how answers are written.
type wire struct {
	answers, json, indented, escaped, raw, noLength, closing int
	media                                                    map[string]int
}

func (w *wire) add(response *reports.Response, answer answer) {
	w.answers++
	if response.Announced < 0 {
		w.noLength++
	}
	for _, field := range response.Header {
		switch {
		case strings.EqualFold(field.Name, "Connection") && strings.EqualFold(field.Value, "close"):
			w.closing++
		case strings.EqualFold(field.Name, "Content-Type") && answer.object != nil:
			if w.media == nil {
				w.media = map[string]int{}
			}
			if len(w.media) < maxValues || w.media[field.Value] > 0 {
				w.media[field.Value]++
			}
		}
	}
	if answer.object == nil {
		return
	}
	w.json++
	body := response.Body
	if bytes.HasPrefix(body, []byte("{\n")) || bytes.HasPrefix(body, []byte("{\r\n")) {
		w.indented++
	}
	if bytes.Contains(body, []byte(`\/`)) || bytes.Contains(body, []byte(`\u`)) {
		w.escaped++
	}
	if bytes.ContainsFunc(body, func(c rune) bool { return c > unicode.MaxASCII }) {
		w.raw++
	}
}
