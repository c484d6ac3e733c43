package reports

import (
	"cmp"
	"slices"
	"strings"
)

// htmlBroken is one clause that was deviated from, and by which checks it was seen.
type htmlBroken struct {
	*Deviation
	Cause  string
	Checks []string
	More   int // checks beyond those named
}

// brokenChecks is how many checks are named for one clause.
const brokenChecks = 8

// brokenOf groups the deviations of run by what they say, those that most
// checks saw first. What a waiver covers is told with the checks alone.
func brokenOf(run *Run) (violations, findings []htmlBroken) {
	all := map[string]*htmlBroken{}
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
				entry = &htmlBroken{Deviation: d}
				all[key] = entry
			}
			if j == 0 {
				entry.Cause = cmp.Or(entry.Cause, result.Cause)
			}
			if !slices.Contains(entry.Checks, result.ID) {
				entry.Checks = append(entry.Checks, result.ID)
			}
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

// inOrder sorts by the number of checks and names the first of them.
func inOrder(list []htmlBroken) []htmlBroken {
	slices.SortFunc(list, func(a, b htmlBroken) int {
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
