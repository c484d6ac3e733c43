package reports

import (
	"slices"
	"strings"
)

// Cause explains failures of a run that have the same origin, such as "The sign is not checked on any
// operation". Whoever makes a run infers its causes; the writers show them first.
type Cause struct {
	// Name identifies the kind of cause, the same in every run: "sign-not-checked".
	Name string `json:"name"`
	// Verdict is the verdict of the checks that it explains: Failed, Finding or Inconclusive.
	Verdict Verdict `json:"verdict"`
	// Sentence says what the target does, or which setting is wrong.
	Sentence string `json:"sentence"`
	// Evidence says how much it explains: "189 of 191 failures".
	Evidence string `json:"evidence,omitempty"`
	// Advice says what to look at or change; empty if unknown.
	Advice string `json:"advice,omitempty"`
	// Operations are the operations that show it.
	Operations []string `json:"operations,omitempty"`
	// Checks are the ids of the checks that it explains. The first is the best example; reports show its
	// exchange.
	Checks []string `json:"checks"`
	// Clause is the violated clause, with its Grade and Source; all empty if the cause is a setting.
	Clause string `json:"clause,omitempty"`
	Grade  Grade  `json:"grade,omitempty"`
	Source string `json:"source,omitempty"`
	// Expected and Actual are texts of limited length.
	Expected string `json:"expected,omitempty"`
	Actual   string `json:"actual,omitempty"`
}

// Habit is a leniency that the target showed in many cases, such as accepting numbers where strings are
// documented. It fails nothing.
type Habit struct {
	// Name identifies the kind of habit, the same in every run: "numbers-for-strings".
	Name string `json:"name"`
	// Sentence says what the target does.
	Sentence string `json:"sentence"`
	// Evidence says how widely it was seen: "14 parameters of 6 operations".
	Evidence string `json:"evidence,omitempty"`
	// Operations are the operations that show it, Checks the checks and cases that saw it.
	Operations []string `json:"operations,omitempty"`
	Checks     []string `json:"checks"`
	// Grade is the strongest grade of the clauses concerned, Source the page behind that clause.
	Grade  Grade  `json:"grade,omitempty"`
	Source string `json:"source,omitempty"`
	// Expected and Actual are texts of limited length.
	Expected string `json:"expected,omitempty"`
	Actual   string `json:"actual,omitempty"`
}

// addCauses adds the causes of another shard.
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
		known.Evidence = "" // it counts only one shard
	}
	return causes
}

// addHabits adds the habits of another shard.
func addHabits(habits, more []Habit) []Habit {
	for _, habit := range more {
		at := slices.IndexFunc(habits, func(h Habit) bool { return h.Name == habit.Name })
		if at < 0 {
			habits = append(habits, habit)
			continue
		}
		known := &habits[at]
		known.Operations, known.Checks = union(known.Operations, habit.Operations), union(known.Checks, habit.Checks)
		known.Evidence = "" // it counts only one shard
	}
	slices.SortStableFunc(habits, func(a, b Habit) int { return strings.Compare(a.Name, b.Name) })
	return habits
}

// union returns a copy of list with the items of more that it lacks.
func union(list, more []string) []string {
	out := slices.Clone(list)
	for _, item := range more {
		if !slices.Contains(out, item) {
			out = append(out, item)
		}
	}
	return out
}
