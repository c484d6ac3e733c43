// Package doctor asks a target what it is like: how it is reached, which reading
// of the documentation it follows where the documentation leaves a choice, and in
// which form it refuses. It answers the open questions of the contract for one
// target, and gives the settings that fit it.
//
// It sends requests that read. Only where the target allows writes does it send
// addSims and removeSims, for a SIM card that does not exist, and only where it allows
// purchases and can be pushed to, one order by third-party payment. It judges nothing:
// whether what the target does is right is for the checks.
package doctor

import (
	"context"
	"fmt"
	"slices"

	"github.com/mallcheck/mallcheck/conformance/internal/session"
	"github.com/mallcheck/mallcheck/conformance/internal/wire"
	"github.com/mallcheck/mallcheck/conformance/target"
	"github.com/mallcheck/mallcheck/openapi"
	"github.com/mallcheck/mallcheck/reports"
	"github.com/mallcheck/mallcheck/reports/redact"
	"github.com/mallcheck/mallcheck/signing"
)

// Report is what was found out about a target.
type Report struct {
	// Target is the target's name.
	Target string `json:"target"`
	// Services are its addresses and how they are reached, in a fixed order.
	Services []Service `json:"services"`
	// Answers are the questions and what the target answered, in the order of Topics.
	Answers []Answer `json:"answers"`
	// Settings are those that have to change to fit the target.
	Settings []Setting `json:"settings"`
	// Codes are the kinds of answer that were seen.
	Codes []reports.Code `json:"codes,omitempty"`
	// Left names what was created and could not be removed, a sentence each.
	Left []string `json:"left,omitempty"`
}

// Topics are what questions are about, in the order in which they are told.
var Topics = []string{"settings", "signature", "request id", "tasks", "refusals", "envelope", "pushes"}

// Answer is one question and what is known of its answer.
type Answer struct {
	Topic    string `json:"topic"`
	Question string `json:"question"`
	// Answer is what the target showed, "" when it was not asked or showed nothing.
	Answer string `json:"answer,omitempty"`
	// Open says why there is no answer, and what to do to get one.
	Open string `json:"open,omitempty"`
}

// Setting is one setting that fits the target.
type Setting struct {
	Key    string   `json:"key"`
	Values []string `json:"values"`
}

// Reached reports whether every service was reached.
func (r *Report) Reached() bool {
	return !slices.ContainsFunc(r.Services, func(s Service) bool { return s.Problem != "" })
}

// doctor is one examination in progress.
type doctor struct {
	target     *target.Target
	connection *session.Connection
	session    *session.Session
	rules      signing.Rules // those known to fit, so far
	group      string        // one that exists, "" when none is known
	reached    []reports.Service
	report     Report
}

// Examine asks a target; ctx bounds all of it. Its error is about the settings or
// the contract: what the target does, and that it cannot be reached, is in the report.
func Examine(ctx context.Context, t *target.Target) (*Report, error) {
	contract, err := openapi.Mall()
	if err != nil {
		return nil, fmt.Errorf("reading the contract: %w", err)
	}
	examined := *t
	if !t.Allow.Purchase {
		examined.PushListen, examined.PushListener = "", nil // no push is awaited
	}
	connection, err := session.Connect(&examined, contract)
	if err != nil {
		return nil, fmt.Errorf("preparing to ask %s: %w", t.Name, err)
	}
	defer connection.Close()
	d := &doctor{target: &examined, connection: connection, session: connection.Session(ctx), rules: t.Sign, group: t.Group}
	d.report = Report{Target: t.Name, Answers: []Answer{}, Settings: []Setting{}}
	d.reached = connection.Preflight(ctx, t.Services())
	if err := d.settings(ctx, contract); err != nil {
		return nil, err
	}
	d.signature()
	d.writing(ctx)
	d.refusals()
	d.envelope()
	d.pushes()
	d.services()
	for _, code := range connection.Codes() {
		code.OperateCode = d.clean(code.OperateCode)
		d.report.Codes = append(d.report.Codes, code)
	}
	d.report.Left = append(d.report.Left, d.session.Undo()...)
	slices.SortStableFunc(d.report.Answers, func(a, b Answer) int {
		return slices.Index(Topics, a.Topic) - slices.Index(Topics, b.Topic)
	})
	return &d.report, nil
}

// ask sends a draft under rules and returns the answer, nil when there is none.
func (d *doctor) ask(draft *session.Draft, rules signing.Rules) *wire.Answer {
	answer, err := d.session.Attempt(draft.Under(rules))
	if err != nil {
		return nil
	}
	return answer
}

// accepts reports whether a request is accepted under rules.
func (d *doctor) accepts(draft *session.Draft, rules signing.Rules) bool {
	answer := d.ask(draft.Twin(), rules)
	return answer != nil && answer.Accepted()
}

// tell notes the answer to a question.
func (d *doctor) tell(topic, question, answer string) {
	d.report.Answers = append(d.report.Answers, Answer{Topic: topic, Question: question, Answer: d.clean(answer)})
}

// open notes a question without an answer, and why.
func (d *doctor) open(topic, question, why string) {
	d.report.Answers = append(d.report.Answers, Answer{Topic: topic, Question: question, Open: d.clean(why)})
}

// clean hides in a text what must not be told: secrets of the target, and whatever
// tells of a payment or a payer in what was sent and answered so far.
func (d *doctor) clean(text string) string {
	seen := &reports.Run{Results: []reports.Result{{Reason: text, Exchanges: d.session.Exchanges()}}}
	return redact.Run(seen, d.target.Secrets()).Results[0].Reason
}

// suggest notes a setting that fits, unless it is in force already.
func (d *doctor) suggest(key string, inForce, fits []string) {
	if !slices.Equal(inForce, fits) {
		d.report.Settings = append(d.report.Settings, Setting{key, fits})
	}
}

// has reports whether a service can be asked.
func (d *doctor) has(service string) bool { return d.lacks(service) == "" }

// lacks says why a service cannot be asked, "" when it can.
func (d *doctor) lacks(service string) string {
	if d.target.URLs[service] == "" {
		return "it takes --" + service + "-url"
	}
	for _, asked := range d.reached {
		if asked.Name == service && !asked.Reached {
			return "the " + service + " service could not be tested"
		}
	}
	return ""
}

// sim returns a SIM card that exists, "" when none is known.
func (d *doctor) sim() string {
	if len(d.target.SIMs) == 0 {
		return ""
	}
	return d.target.SIMs[0]
}
