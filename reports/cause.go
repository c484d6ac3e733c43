package reports

import (
	"slices"
	"strings"
)

// Cause explains failures of a run that have one origin, such as "The sign is not
// checked on any operation". Who makes a run infers its causes; the writers lead
// with them.
type Cause struct {
	// Name identifies the kind of cause, the same in every run: "sign-not-checked".
	Name string `json:"name"`
	// Verdict is that of the checks it explains: Failed, Finding or Inconclusive.
	Verdict Verdict `json:"verdict"`
	// Sentence says what the target does, or what in the settings does not fit.
	Sentence string `json:"sentence"`
	// Evidence says in words how much it explains: "189 of 191 failures".
	Evidence string `json:"evidence,omitempty"`
	// Advice says what to look at or to change; empty when nothing is known.
	Advice string `json:"advice,omitempty"`
	// Operations are those that show it.
	Operations []string `json:"operations,omitempty"`
	// Checks are the ids of the checks that it explains; the first is the best
	// example, whose exchange the reports show.
	Checks []string `json:"checks"`
	// Clause is the clause at stake, with its Grade and the Source behind it; all
	// empty for a cause that lies in the settings.
	Clause string `json:"clause,omitempty"`
	Grade  Grade  `json:"grade,omitempty"`
	Source string `json:"source,omitempty"`
	// Expected and Actual are bounded texts.
	Expected string `json:"expected,omitempty"`
	Actual   string `json:"actual,omitempty"`
}

// Habit is a leniency of the target that it showed in many cases, such as
// accepting numbers where strings are documented. It fails nothing.
type Habit struct {
	// Name identifies the kind of habit, the same in every run: "numbers-for-strings".
	Name string `json:"name"`
	// Sentence says what the target does.
	Sentence string `json:"sentence"`
	// Evidence says in words how widely it was seen: "14 parameters of 6 operations".
	Evidence string `json:"evidence,omitempty"`
	// Operations are those that show it, Checks the checks and cases that saw it.
	Operations []string `json:"operations,omitempty"`
	Checks     []string `json:"checks"`
	// Grade is the strongest grade of the clauses at stake, Source the page behind it.
	Grade  Grade  `json:"grade,omitempty"`
	Source string `json:"source,omitempty"`
	// Expected and Actual are bounded texts.
	Expected string `json:"expected,omitempty"`
	Actual   string `json:"actual,omitempty"`
}

// addCauses adds what another shard says of the same causes.
func addCauses(causes, more []Cause) []Cause {
	for _, cause := range more {
		at := slices.IndexFunc(causes, func(c Cause) bool { return c.Name == cause.Name && c.Clause == cause.Clause })
		if at < 0 {
			causes = append(causes, cause)
			continue
		}
		known := &causes[at]
		known.Verdict = Worse(known.Verdict, cause.Verdict)
		known.Operations, known.Checks = union(known.Operations, cause.Operations), union(known.Checks, cause.Checks)
		known.Evidence = "" // it counts one shard only
	}
	return causes
}

// addHabits adds what another shard says of the same habits.
func addHabits(habits, more []Habit) []Habit {
	for _, habit := range more {
		at := slices.IndexFunc(habits, func(h Habit) bool { return h.Name == habit.Name })
		if at < 0 {
			habits = append(habits, habit)
			continue
		}
		known := &habits[at]
		known.Operations, known.Checks = union(known.Operations, habit.Operations), union(known.Checks, habit.Checks)
		known.Evidence = "" // it counts one shard only
	}
	slices.SortStableFunc(habits, func(a, b Habit) int { return strings.Compare(a.Name, b.Name) })
	return habits
}

// union appends to a copy of list what it does not have.
func union(list, more []string) []string {
	out := slices.Clone(list)
	for _, item := range more {
		if !slices.Contains(out, item) {
			out = append(out, item)
		}
	}
	return out
}
