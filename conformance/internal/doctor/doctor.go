// Package doctor examines a target: how it is reached, which reading of the documentation it follows
// where the documentation is unclear, and what its refusals look like. It answers the contract's open
// questions for one target and suggests settings that fit it.
//
// It sends read requests. If the target allows writes, it also sends addSims and removeSims for a SIM
// card that does not exist. If the target allows purchases and can push, it also places one third-party
// order. It does not judge the target; that is the job of the checks.
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

// Report is what the doctor found out about a target.
type Report struct {
	// Target is the target's name.
	Target string `json:"target"`
	// Services are its addresses and connections, in a fixed order.
	Services []Service `json:"services"`
	// Answers are the questions and their answers, in the order of Topics.
	Answers []Answer `json:"answers"`
	// Settings are the settings to change.
	Settings []Setting `json:"settings"`
	// Codes are the kinds of answer that the target gave.
	Codes []reports.Code `json:"codes,omitempty"`
	// Left has a sentence for each thing that was created and could not be removed.
	Left []string `json:"left,omitempty"`
	// refused is set if the target refused a valid request under its settings.
	refused bool
}

// Topics are the subjects of the questions, in the order in which they are reported.
var Topics = []string{"settings", "signature", "request id", "tasks", "refusals", "envelope", "pushes"}

// Answer is one question with its answer, or with the reason why it has none.
type Answer struct {
	Topic    string `json:"topic"`
	Question string `json:"question"`
	// Answer is empty if the target was not asked or its answers did not show it.
	Answer string `json:"answer,omitempty"`
	// Open says why there is no answer and how to get one.
	Open string `json:"open,omitempty"`
}

// Setting is a suggested setting.
type Setting struct {
	Key    string   `json:"key"`
	Values []string `json:"values"`
}

// Reached reports whether every service was reached.
func (r *Report) Reached() bool {
	return !slices.ContainsFunc(r.Services, func(s Service) bool { return s.Problem != "" })
}

// Fits reports whether the target accepted the valid requests, or would with Settings.
func (r *Report) Fits() bool { return !r.refused || len(r.Settings) > 0 }

// doctor is one examination in progress.
type doctor struct {
	target     *target.Target
	connection *session.Connection
	session    *session.Session
	rules      signing.Rules // the rules known to fit so far
	group      string        // an existing group, "" if none is known
	reached    []reports.Service
	report     Report
}

// Examine examines a target until ctx ends. An error is about the settings or the contract; the report
// describes the target, or says that it cannot be reached.
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
		return nil, fmt.Errorf("connecting to %s: %w", t.Name, err)
	}
	defer connection.Close()
	connection.Within(ctx)
	d := &doctor{target: &examined, connection: connection, session: connection.Session(ctx), rules: t.Sign, group: t.Group}
	d.report = Report{Target: t.Name, Answers: []Answer{}, Settings: []Setting{}}
	d.reached = connection.Preflight(ctx, t.Services())
	if err := d.settings(ctx, contract); err != nil {
		return nil, err
	}
	untilStopped(func() {
		d.signature()
		d.writing(ctx)
		d.refusals()
		d.envelope()
		d.pushes()
	})
	d.services()
	for _, code := range connection.Codes() {
		code.OperateCode = d.clean(code.OperateCode)
		d.report.Codes = append(d.report.Codes, code)
	}
	undone := d.session.Undo()
	d.report.Left = slices.Concat(d.report.Left, undone, connection.Finish(len(undone) == 0))
	slices.SortStableFunc(d.report.Answers, func(a, b Answer) int {
		return slices.Index(Topics, a.Topic) - slices.Index(Topics, b.Topic)
	})
	return &d.report, nil
}

// untilStopped runs questions and returns early if the session ends them because the examination was
// stopped.
func untilStopped(questions func()) {
	defer func() {
		if end := recover(); end != nil {
			if _, stopped := end.(session.End); !stopped {
				panic(end)
			}
		}
	}()
	questions()
}

// ask sends a draft signed by rules and returns the answer, or nil if there is none.
func (d *doctor) ask(draft *session.Draft, rules signing.Rules) *wire.Answer {
	answer, err := d.session.Attempt(draft.Under(rules))
	if err != nil {
		return nil
	}
	return answer
}

// accepts reports whether the target accepts a request signed by rules.
func (d *doctor) accepts(draft *session.Draft, rules signing.Rules) bool {
	answer := d.ask(draft.Twin(), rules)
	return answer != nil && answer.Accepted()
}

func (d *doctor) tell(topic, question, answer string) {
	d.report.Answers = append(d.report.Answers, Answer{Topic: topic, Question: question, Answer: d.clean(answer)})
}

// open records a question without an answer and the reason.
func (d *doctor) open(topic, question, why string) {
	d.report.Answers = append(d.report.Answers, Answer{Topic: topic, Question: question, Open: d.clean(why)})
}

// clean redacts the target's secrets in a text, and all payment and payer data
// from the exchanges so far.
func (d *doctor) clean(text string) string {
	seen := &reports.Run{Results: []reports.Result{{Reason: text, Exchanges: d.session.Exchanges()}}}
	return redact.Run(seen, d.target.Secrets()).Results[0].Reason
}

// suggest records a setting unless it is already in force.
func (d *doctor) suggest(key string, inForce, fits []string) {
	if !slices.Equal(inForce, fits) {
		d.report.Settings = append(d.report.Settings, Setting{key, fits})
	}
}

// has reports whether a service can be called.
func (d *doctor) has(service string) bool { return d.lacks(service) == "" }

// lacks says why a service cannot be called, or returns "" if it can.
func (d *doctor) lacks(service string) string {
	if d.target.URLs[service] == "" {
		return "set --" + service + "-url"
	}
	for _, asked := range d.reached {
		if asked.Name == service && !asked.Reached {
			return "the " + service + " service could not be tested"
		}
	}
	return ""
}

// sim returns an existing SIM card, or "" if none is known.
func (d *doctor) sim() string {
	if len(d.target.SIMs) == 0 {
		return ""
	}
	return d.target.SIMs[0]
}
