package reports

import (
	"cmp"
	"slices"
	"strings"
)

// broken is one clause that was deviated from, and by which checks it was seen.
type broken struct {
	*Deviation
	Cause string
	// Checks are first those that are about the clause, then the others.
	Checks []string
	More   int // checks beyond those named
	own    int // how many are about the clause
}

// brokenChecks is how many checks are named for one clause.
const brokenChecks = 8

// brokenOf groups the deviations of run by what they say, those that most
// checks saw first. What a waiver covers is told with the checks alone.
func brokenOf(run *Run) (violations, findings []broken) {
	all := map[string]*broken{}
	for i := range run.Results {
		result := &run.Results[i]
		if result.Verdict == Waived {
			continue
		}
		for j := range result.Deviations {
			d := &result.Deviations[j]
			key := string(d.Verdict) + "\n" + string(d.Grade) + "\n" + d.Clause
			if d.Undocumented {
				key += "\n" + d.Actual
			}
			entry := all[key]
			if entry == nil {
				entry = &broken{Deviation: d}
				all[key] = entry
			}
			if j == 0 {
				entry.Cause = cmp.Or(entry.Cause, result.Cause)
			}
			entry.seenBy(result)
		}
	}
	for _, entry := range all {
		if entry.Verdict == Failed {
			violations = append(violations, *entry)
		} else {
			findings = append(findings, *entry)
		}
	}
	return inOrder(violations), inOrder(findings)
}

// seenBy adds a check.
func (b *broken) seenBy(result *Result) {
	switch {
	case slices.Contains(b.Checks, result.ID):
	case result.Clause == b.Clause:
		b.Checks = slices.Insert(b.Checks, b.own, result.ID)
		b.own++
	default:
		b.Checks = append(b.Checks, result.ID)
	}
}

// inOrder sorts by the number of checks and names the first of them.
func inOrder(list []broken) []broken {
	slices.SortFunc(list, func(a, b broken) int {
		return cmp.Or(cmp.Compare(len(b.Checks), len(a.Checks)), strings.Compare(a.Clause, b.Clause),
			strings.Compare(string(a.Grade), string(b.Grade)), strings.Compare(a.Actual, b.Actual))
	})
	for i := range list {
		entry := &list[i]
		entry.More = max(len(entry.Checks)-brokenChecks, 0)
		entry.Checks = entry.Checks[:len(entry.Checks)-entry.More]
	}
	return list
}
