package render

import (
	"github.com/mallcheck/mallcheck/reports"

	"cmp"
	"slices"
	"strings"
)

// broken is one clause that was deviated from, and by which checks it was seen.
type broken struct {
	*reports.Deviation
	Cause string
	// Others are further clauses at which the same was seen that no page names: one
	// habit of a target shows in every answer.
	Others []string
	// Checks are those that were written for the clause, then those derived from
	// it, then those that met it.
	Checks []string
	More   int // checks beyond those named
	ranks  [checkRanks]int
	last   string // the check that was seen last
}

// The ranks of a check in the list of those that found a clause violated: one
// that was written for the clause tells most, one that only met it least.
const (
	rankWritten = iota
	rankDerived
	rankMet
	checkRanks
)

// derivedArea is the area of the checks that are derived from the contract.
const derivedArea = "GEN"

// checkRank ranks the check of a result for a clause.
func checkRank(result *reports.Result, clause string) int {
	switch {
	case result.Clause != clause:
		return rankMet
	case result.Area == derivedArea:
		return rankDerived
	}
	return rankWritten
}

// brokenChecks is how many checks are named for one clause.
const brokenChecks = 8

// brokenOf groups the deviations of run by clause, what no page names by what it
// is, those that most checks saw first. What a waiver covers is told with the checks alone.
func brokenOf(run *reports.Run) (violations, findings []broken) {
	all := map[string]*broken{}
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
				entry = &broken{Deviation: d}
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

// seenBy adds a check behind those of its rank, and tells the clause in the words
// of the first check in the list.
func (b *broken) seenBy(result *reports.Result, d *reports.Deviation) {
	if d.Clause != b.Clause && !slices.Contains(b.Others, d.Clause) {
		b.Others = append(b.Others, d.Clause)
	}
	if b.last == result.ID {
		return // several deviations of one check
	}
	b.last = result.ID
	rank, at := checkRank(result, b.Clause), 0
	for _, n := range b.ranks[:rank+1] {
		at += n
	}
	b.Checks = slices.Insert(b.Checks, at, result.ID)
	b.ranks[rank]++
	if at == 0 && d.Clause == b.Clause {
		b.Deviation = d
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
