package trial

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/mallcheck/mallcheck/conformance/partner"
	"github.com/mallcheck/mallcheck/conformance/partner/client"
	"github.com/mallcheck/mallcheck/openapi"
	"github.com/mallcheck/mallcheck/reports"
	"github.com/mallcheck/mallcheck/sandbox"
)

// The checks of how the command ends, in addition to those of package client.
const (
	succeedsWithHabit = "CLI-060/"
	takesPushes       = "CLI-061"
	takesPushTwice    = "CLI-062"
	endsInTime        = "CLI-070/"
	waitsAsTold       = "CLI-071/"
	tellsNoSuccess    = "CLI-074/"
	notices           = "CLI-080/"
	succeeds          = "CLI-100"
	leavesNothing     = "CLI-101"
	doesWhatRequired  = "CLI-102"
)

// mostShown is the number of exchanges that a check shows for one mistake.
const mostShown = 3

// Trial is a client under test. It is run when the first check asks for it.
type Trial struct{ trials *trials }

// New returns the trial of a client against the mall's contract.
func New(contract *openapi.Contract, c Config) *Trial {
	return &Trial{&trials{config: c, contract: contract, fixtures: sandbox.NewFixtures()}}
}

// Checks returns the checks of a client, in the order of their ids: those of its requests and flows,
// those of the selected scenarios, and those of how the command ends.
func (trial *Trial) Checks() []partner.Check {
	t := trial.trials
	c := t.config
	var all []partner.Check
	for _, rule := range client.Rules() {
		rule.Run = func(ctx context.Context, r *partner.Record) { t.rule(ctx, r, &rule) }
		all = append(all, rule)
	}
	all = append(all, t.pushChecks()...)
	for _, s := range All() {
		if slices.Contains(c.Scenarios, s.ID) {
			all = append(all, t.scenarioChecks(&s)...)
		}
	}
	all = append(all, t.endChecks()...)
	for i := range all {
		all[i].Does = reports.Read
	}
	slices.SortFunc(all, func(a, b partner.Check) int { return strings.Compare(a.ID, b.ID) })
	return all
}

// useless returns why the requests prove nothing; "" if there are some.
func (t *trials) useless(ctx context.Context) string {
	t.runAll(ctx)
	switch o := t.plain; {
	case len(o.seen) > 0:
		return ""
	case len(t.config.Command) == 0:
		return "no request arrived"
	default:
		return "the command sent no request"
	}
}

// rule reports the mistakes that a Judge found in the plain run and in the scenarios.
func (t *trials) rule(ctx context.Context, r *partner.Record, check *partner.Check) {
	if reason := t.useless(ctx); reason != "" {
		r.Skip(reason + ": see " + succeeds)
		return
	}
	if len(check.Operations) > 0 && !slices.ContainsFunc(check.Operations, func(id string) bool { return t.asked[id] }) {
		r.Skip("the client calls none of " + strings.Join(check.Operations, ", "))
		return
	}
	known := map[string]bool{}
	if !t.plain.end.hung || !slices.Contains(open, check.ID) { // a killed client could not finish
		t.mistakes(r, t.plain, check, "", known)
	}
	for _, o := range t.habits {
		if o.end.succeeded() || !slices.Contains(open, check.ID) {
			t.mistakes(r, o, check, " (under other habits of the mall)", known)
		}
	}
	for _, o := range t.runs {
		if t.kind(o.scenario) == Outage && !slices.Contains(open, check.ID) {
			t.mistakes(r, o, check, " (in the outage "+o.scenario+")", known)
		}
	}
	needsLoss := check.ID == client.NoSecondOrder || check.ID == client.NoSecondAdding
	if needsLoss && len(r.Deviations) == 0 && !slices.ContainsFunc(losses, func(id string) bool { return t.outcomeOf(id) != nil }) {
		r.Skip("no answer was lost (--scenarios outages)")
	}
}

// losses are the outages in which an answer is lost.
var losses = []string{"reset-before", "reset-after-order", "reset-after-adding", "cut-off-body"}

// open are the checks about what a client leaves unfinished when it gives up, which it may do in an
// outage.
var open = []string{client.PaymentEnd, client.ResultRead, client.ResultEnd}

func (t *trials) kind(id string) string {
	all := All()
	if at := slices.IndexFunc(all, func(s Scenario) bool { return s.ID == id }); at >= 0 {
		return all[at].Kind
	}
	return ""
}

// mistakes reports the mistakes of one check in one run that are not known yet.
func (t *trials) mistakes(r *partner.Record, o *outcome, check *partner.Check, where string, known map[string]bool) {
	for _, m := range o.judged.Mistakes {
		if m.Check != check.ID || known[m.Key] {
			continue
		}
		known[m.Key] = true
		summary := m.Summary + where
		if n := len(m.Numbers); n > 1 {
			summary += fmt.Sprintf(" (%d requests)", n)
		}
		at, shown := len(r.Exchanges), o.exchangesOf(m.Numbers, mostShown)
		if len(shown) == 0 {
			at = -1
		}
		r.Exchanges = append(r.Exchanges, shown...)
		d := reports.Deviation{Summary: summary, Expected: m.Expected, Actual: m.Actual, Pointer: m.Part, Exchange: at}
		if m.Grade != "" { // the parameter's own evidence
			d.Clause, d.Level, d.Grade, d.Source = check.Clause, reports.Must, m.Grade, m.Source
		}
		r.Deviations = append(r.Deviations, d)
	}
}

// pushChecks are those of the client's receiver of pushes.
func (t *trials) pushChecks() []partner.Check {
	return []partner.Check{
		{ID: takesPushes, Clause: "push/receiver-takes-a-right-push", Requirement: "the client acknowledges each correctly signed push",
			Operations: []string{"rechargeSuccess"}, Run: func(ctx context.Context, r *partner.Record) {
				if reason := t.useless(ctx); reason != "" {
					r.Skip(reason + ": see " + succeeds)
					return
				}
				if t.plain.pushed == 0 {
					r.Skip("the client received no push at MALL_PUSH_LISTEN")
					return
				}
				for _, o := range slices.Concat([]*outcome{t.plain}, t.habits) {
					if refused := o.refusedPush(); refused != "" && len(r.Deviations) == 0 {
						r.Fail("the client did not acknowledge a correctly signed push", "HTTP 200", refused)
					}
				}
			}},
		{ID: takesPushTwice, Clause: "push/receiver-takes-a-repeated-push", Requirement: "the client acknowledges a push that arrives late and twice",
			Operations: []string{"rechargeSuccess"}, Run: func(ctx context.Context, r *partner.Record) {
				if reason := t.useless(ctx); reason != "" {
					r.Skip(reason + ": see " + succeeds)
					return
				}
				o := t.outcomeOf("late-pushes-twice")
				if o == nil {
					r.Skip("no push arrived twice: the client received none, or --scenarios does not select late-pushes-twice")
					return
				}
				if refused := o.refusedPush(); refused != "" {
					r.Fail("the client did not acknowledge a push that arrived late and twice", "HTTP 200 for each", refused)
				}
			}},
	}
}

func (t *trials) scenarioChecks(s *Scenario) []partner.Check {
	when := "when the mall " + s.Statement
	check := func(prefix, clause, requirement string, judge func(r *partner.Record, o *outcome)) partner.Check {
		one := partner.Check{ID: prefix + s.ID, Clause: clause, Requirement: requirement}
		one.Run = func(ctx context.Context, r *partner.Record) {
			if o := t.scenario(ctx, r, s); o != nil {
				judge(r, o)
			}
		}
		return one
	}
	switch s.Kind {
	case Habit:
		return []partner.Check{{ID: succeedsWithHabit + s.ID, Clause: "client/succeeds-with-every-habit", Requirement: "the client succeeds " + when,
			Run: func(ctx context.Context, r *partner.Record) { t.habit(ctx, r, s) }}}
	case Fault:
		one := check(notices, "client/notices-wrong-answers", "the client notices "+when, func(r *partner.Record, o *outcome) { unnoticed(r, s, o) })
		one.Level = reports.Should
		if t.config.Unnoticed {
			one.Level = reports.Must
		}
		return []partner.Check{one}
	}
	all := []partner.Check{check(endsInTime, "client/ends-in-time", "the client ends in time "+when, func(r *partner.Record, o *outcome) {
		if o.end.hung {
			r.Fail("the client did not end "+when, "success or failure within the time limit", "the command "+o.end.words())
		}
	})}
	if s.waits {
		all = append(all, check(waitsAsTold, "client/waits-as-told", "the client waits as long as it is asked to "+when, func(r *partner.Record, o *outcome) {
			if o.early != "" {
				r.Fail("the client did not wait as long as it was asked to "+when, "no request for "+retryAfter.String(), o.early)
			}
		}))
	}
	if s.mustFail {
		all = append(all, check(tellsNoSuccess, "client/reports-failures", "the client reports no success "+when, func(r *partner.Record, o *outcome) {
			if o.end.succeeded() {
				r.Exchanges = append(r.Exchanges, last(o.exchanges)...)
				r.Fail("the client reported success "+when, "an exit code that is not 0", "exit code 0")
			}
		}))
	}
	return all
}

// last returns the last exchanges of a run.
func last(exchanges []reports.Exchange) []reports.Exchange {
	return exchanges[max(0, len(exchanges)-mostShown):]
}

// scenario returns the run of a scenario, or records why there is none.
func (t *trials) scenario(ctx context.Context, r *partner.Record, s *Scenario) *outcome {
	t.runAll(ctx)
	o := t.outcomeOf(s.ID)
	switch {
	case !t.plain.end.succeeded():
		r.Skip("the client does not succeed without it: see " + succeeds)
	case o == nil && s.push:
		r.Skip("the client received no push at MALL_PUSH_LISTEN")
	case o == nil:
		r.Skip("the client calls none of " + strings.Join(s.operations, ", "))
	case o.end.problem != "":
		r.Inconclusive(o.end.problem)
		return nil
	}
	return o
}

// habit checks that the client succeeded with a habit.
func (t *trials) habit(ctx context.Context, r *partner.Record, s *Scenario) {
	t.runAll(ctx)
	switch {
	case !t.plain.end.succeeded() || len(t.plain.seen) == 0:
		r.Skip("the client does not succeed without it: see " + succeeds)
		return
	case !t.config.tries(s.ID):
		r.Skip("a client cannot guess this rule: let it read " + byRule[s.ID] + ", and add the id to --scenarios: all," + s.ID)
		return
	}
	if o := t.culprits[s.ID]; o != nil {
		r.Exchanges = append(r.Exchanges, last(o.exchanges)...)
		r.Fail("the client did not succeed when the mall "+s.Statement, "exit code 0", "the command "+o.end.words())
	}
}

// unnoticed reports a wrong answer that the client did not notice.
func unnoticed(r *partner.Record, s *Scenario, o *outcome) {
	if s.push {
		if o.pushed > 0 && o.refusedPush() == "" && o.end.succeeded() {
			r.Fail("the client accepted it when the mall "+s.Statement, "a status of 4xx, or an exit code that is not 0", "HTTP 200 and exit code 0")
		}
		return
	}
	if o.end.succeeded() {
		r.Exchanges = append(r.Exchanges, last(o.exchanges)...)
		r.Fail("the client did not notice when the mall "+s.Statement, "an exit code that is not 0", "exit code 0")
	}
}

// endChecks are the checks of how the command ends in the plain run.
func (t *trials) endChecks() []partner.Check {
	all := []partner.Check{
		{ID: succeeds, Clause: "client/succeeds", Requirement: "the client succeeds against a mall that keeps the contract",
			Run: func(ctx context.Context, r *partner.Record) { t.success(ctx, r) }},
		{ID: leavesNothing, Clause: "client/leaves-nothing-running", Level: reports.Should, Requirement: "the client leaves no process behind",
			Run: func(ctx context.Context, r *partner.Record) {
				if o := t.run(ctx); o.end.left > 0 {
					r.Fail("the command left processes behind; they were killed", "none", fmt.Sprintf("at least %d", o.end.left))
				}
			}},
	}
	if len(t.config.Require) > 0 {
		all = append(all, partner.Check{ID: doesWhatRequired, Clause: "client/does-what-was-required", Requirement: "the client does what --require names",
			Run: func(ctx context.Context, r *partner.Record) { t.required(ctx, r) }})
	}
	return all
}

// success checks how the command ended. Its exchanges are those of the whole run.
func (t *trials) success(ctx context.Context, r *partner.Record) {
	o := t.run(ctx)
	r.Exchanges = o.exchanges
	switch {
	case o.bug != "":
		r.Inconclusive(o.bug)
	case o.end.problem != "", o.end.hung:
		r.Inconclusive("the command " + o.end.words())
	case len(o.seen) == 0 && len(t.config.Command) == 0:
		r.Inconclusive("no request arrived")
	case len(o.seen) == 0 && o.end.succeeded():
		r.Inconclusive("the command sent no request to the addresses in MALL_VSHOP_URL, MALL_PAYMENT_URL and MALL_TOPUP_URL")
	case len(o.seen) == 0:
		r.Inconclusive("the command sent no request: it " + o.end.words())
	case !o.end.succeeded():
		r.Fail("the command failed", "exit code 0", "the command "+o.end.words())
	}
}

// required reports what --require names and the client did not do.
func (t *trials) required(ctx context.Context, r *partner.Record) {
	o := t.run(ctx)
	for _, name := range t.config.Require {
		flow, isFlow := strings.CutPrefix(name, "flow:")
		done, seen := o.judged.Operations[name], o.judged.Refused[name]
		if isFlow {
			done, seen = o.judged.Flows[flow], 0
		}
		if done > 0 {
			continue
		}
		actual := "never"
		if seen > 0 {
			actual = fmt.Sprintf("refused %d times, never accepted", seen)
		}
		r.Fail("the client did not do "+name, "at least once", actual)
	}
}
