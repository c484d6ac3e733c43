// Package habits moves the leniency of a target from the findings of a run to its habits, and describes
// each habit once.
//
// A habit shows in many cases: a target that accepts a number for a string does so for most parameters,
// and a list of them all would hide what matters. Only deviations that are not violations under the
// run's policy can be habits.
package habits

import (
	"cmp"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/mallcheck/mallcheck/conformance/internal/provoke"
	"github.com/mallcheck/mallcheck/internal/plural"
	"github.com/mallcheck/mallcheck/openapi"
	"github.com/mallcheck/mallcheck/reports"
)

// Take moves the habits of a run from its findings to run.Habits. A deviation in the form of answers
// that is not a habit is kept at the first check that saw it. A check without other deviations has
// passed; a check that a habit stopped before it tested its subject is skipped. Failed checks keep all
// their deviations.
func Take(run *reports.Run) {
	t := taker{
		policy: run.Policy, habits: map[string]*habit{}, told: map[string]bool{}, types: map[string]bool{},
	}
	for i := range run.Results {
		t.wrongTypes(&run.Results[i])
	}
	for i := range run.Results {
		t.result(&run.Results[i])
	}
	run.Habits = nil
	for _, name := range slices.Sorted(maps.Keys(t.habits)) {
		run.Habits = append(run.Habits, t.habits[name].tell(name))
	}
}

// taker collects habits.
type taker struct {
	policy reports.Policy
	habits map[string]*habit
	told   map[string]bool // deviations in answers that were reported already
	types  map[string]bool // operations with a wrongly typed member in an answer
}

// habit is the evidence for one kind of habit.
type habit struct {
	operations, subjects, names, checks map[string]bool
	worst                               reports.Deviation // of the strongest grade
}

// wrongTypes notes the operations with a wrongly typed member in an answer. The check that every member
// is a string would report these a second time.
func (t *taker) wrongTypes(result *reports.Result) {
	for _, d := range result.Deviations {
		if inAnswer(d.Clause) && keyword(d.Clause) == "type" {
			t.types[operation(d, result)] = true
		}
	}
}

func (t *taker) result(result *reports.Result) {
	expected, hindered := t.expected(result), false
	kept := result.Deviations[:0:0]
	for _, d := range result.Deviations {
		if expected && d.Clause == result.Clause && !d.Undocumented {
			d.Verdict, result.Verdict = reports.Failed, reports.Failed
		}
		if d.Verdict != reports.Finding || result.Verdict == reports.Waived {
			kept = append(kept, d)
			continue
		}
		if name, subject := kindOf(result, d); name != "" {
			t.add(name, subject, result, d)
			hindered = hindered || d.Summary == result.Reason
			if result.Verdict == reports.Failed {
				kept = append(kept, d)
			}
			continue
		}
		if result.Verdict == reports.Failed || t.isNew(result, d) {
			kept = append(kept, d)
		}
	}
	result.Deviations = kept
	if len(kept) == 0 && result.Verdict == reports.Finding {
		result.Verdict, result.Cause = reports.Passed, ""
	}
	// The subject of the check needs a refusal that this target does not give, so the check is not inconclusive.
	if len(kept) == 0 && result.Verdict == reports.Inconclusive && hindered {
		result.Verdict, result.Cause = reports.Skipped, ""
	}
}

// expected reports whether the settings say that the target refuses the requests of a case. If it does
// not, that is a violation of the expectation rather than a habit.
func (t *taker) expected(result *reports.Result) bool {
	change := mutation(result)
	if change == "" || len(result.Operations) == 0 {
		return false
	}
	expect := reports.ExpectEither
	for _, e := range t.policy.Expectations {
		operation, _ := path.Match(e.Operation, result.Operations[0])
		mutation, _ := path.Match(e.Mutation, change)
		if operation && mutation {
			expect = e.Expect // the last one counts
		}
	}
	return expect == reports.ExpectRefused
}

// isNew reports whether a deviation in the form of an answer is seen for the first time; any other
// deviation is new.
func (t *taker) isNew(result *reports.Result, d reports.Deviation) bool {
	if d.Clause == "envelope/members-are-strings" {
		return !t.types[operation(d, result)]
	}
	if !inAnswer(d.Clause) {
		return true
	}
	key := keyword(d.Clause) + " " + member(d.Clause)
	if d.Undocumented {
		key = "undocumented " + member(d.Clause) + " " + d.Actual
	}
	known := t.told[key]
	t.told[key] = true
	return !known
}

func (t *taker) add(name, subject string, result *reports.Result, d reports.Deviation) {
	h := t.habits[name]
	if h == nil {
		h = &habit{operations: map[string]bool{}, subjects: map[string]bool{}, names: map[string]bool{},
			checks: map[string]bool{}, worst: d}
		t.habits[name] = h
	}
	op := operation(d, result)
	h.operations[op], h.checks[result.ID] = true, true
	if subject != "" {
		h.subjects[subject+" of "+op], h.names[subject] = true, true
	}
	if d.Grade != h.worst.Grade && d.Grade.AtLeast(h.worst.Grade) {
		h.worst = d
	}
}

func (h *habit) tell(name string) reports.Habit {
	evidence := plural.Of(len(h.operations), "operation")
	switch {
	case name == additionalMembers:
		// Only their names are of interest.
		evidence = strings.Join(slices.Sorted(maps.Keys(h.names)), ", ") + ": " + plural.Of(len(h.subjects), "member") + " of " + evidence
	case len(h.subjects) > 0:
		evidence = plural.Of(len(h.subjects), "parameter") + " of " + evidence
	}
	return reports.Habit{
		Name: name, Sentence: cmp.Or(sentences[name], provoke.Habit(name)), Evidence: evidence,
		Operations: slices.Sorted(maps.Keys(h.operations)), Checks: slices.Sorted(maps.Keys(h.checks)),
		Grade: h.worst.Grade, Source: h.worst.Source, Expected: h.worst.Expected, Actual: h.worst.Actual,
	}
}

// operation is the operation that a deviation is about.
func operation(d reports.Deviation, result *reports.Result) string {
	if strings.HasPrefix(d.Clause, "/") {
		if clause, known := openapi.ClauseFor(d.Clause, ""); known && len(clause.Operations) == 1 {
			return clause.Operations[0]
		}
	}
	if d.Exchange >= 0 && d.Exchange < len(result.Exchanges) {
		return result.Exchanges[d.Exchange].Operation
	}
	if len(result.Operations) > 0 {
		return result.Operations[0]
	}
	return ""
}
