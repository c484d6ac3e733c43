package digest

import (
	"cmp"
	"slices"
	"strings"

	"github.com/mallcheck/mallcheck/reports"
)

// Group is one clause with the checks that deviate from it.
type Group struct {
	*reports.Deviation
	Cause string
	// Others are other clauses at which the same undocumented value was seen.
	Others []string
	// Checks are first those written for the clause, then those derived from it, then those that saw it
	// by accident.
	Checks []string
	More   int // further checks
	ranks  [checkRanks]int
	last   string // the last check that was added
}

// The ranks of a check for a clause: a check written for it says most about it, a check that saw it by
// accident least.
const (
	rankWritten = iota
	rankDerived
	rankMet
	checkRanks
)

// derivedArea is the area of the checks that are derived from the contract.
const derivedArea = "GEN"

func checkRank(result *reports.Result, clause string) int {
	switch {
	case result.Clause != clause:
		return rankMet
	case result.Area == derivedArea:
		return rankDerived
	}
	return rankWritten
}

// GroupedChecks is the number of checks named for one clause.
const GroupedChecks = 8

// GroupDeviations groups the deviations of run by clause, and undocumented values by value; those seen
// by most checks come first. Waived results are left out.
func GroupDeviations(run *reports.Run) (violations, findings []Group) {
	all := map[string]*Group{}
	for i := range run.Results {
		result := &run.Results[i]
		if result.Verdict == reports.Waived {
			continue
		}
		for j := range result.Deviations {
			d := &result.Deviations[j]
			key := string(d.Verdict) + "\n" + string(d.Grade) + "\n" + d.Clause
			if d.Undocumented {
				key = string(d.Verdict) + "\n" + string(d.Grade) + "\n" + d.Summary + "\n" + d.Actual
			}
			entry := all[key]
			if entry == nil {
				entry = &Group{Deviation: d}
				all[key] = entry
			}
			if j == 0 {
				entry.Cause = cmp.Or(entry.Cause, result.Cause)
			}
			entry.seenBy(result, d)
		}
	}
	for _, entry := range all {
		if entry.Verdict == reports.Failed {
			violations = append(violations, *entry)
		} else {
			findings = append(findings, *entry)
		}
	}
	return inOrder(violations), inOrder(findings)
}

// seenBy adds a check after those of its rank. The first check in the list provides the words.
func (g *Group) seenBy(result *reports.Result, d *reports.Deviation) {
	if d.Clause != g.Clause && !slices.Contains(g.Others, d.Clause) {
		g.Others = append(g.Others, d.Clause)
	}
	if g.last == result.ID {
		return // another deviation of the same check
	}
	g.last = result.ID
	rank, at := checkRank(result, g.Clause), 0
	for _, n := range g.ranks[:rank+1] {
		at += n
	}
	g.Checks = slices.Insert(g.Checks, at, result.ID)
	g.ranks[rank]++
	if at == 0 && d.Clause == g.Clause {
		g.Deviation = d
	}
}

// inOrder sorts by the number of checks and shortens the lists of checks.
func inOrder(list []Group) []Group {
	slices.SortFunc(list, func(a, b Group) int {
		return cmp.Or(cmp.Compare(len(b.Checks), len(a.Checks)), strings.Compare(a.Clause, b.Clause),
			strings.Compare(string(a.Grade), string(b.Grade)), strings.Compare(a.Actual, b.Actual))
	})
	for i := range list {
		entry := &list[i]
		entry.More = max(len(entry.Checks)-GroupedChecks, 0)
		entry.Checks = entry.Checks[:len(entry.Checks)-entry.More]
	}
	return list
}
