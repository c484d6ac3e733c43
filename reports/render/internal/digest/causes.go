package digest

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/mallcheck/mallcheck/internal/plural"
	"github.com/mallcheck/mallcheck/reports"
)

// Explained is a cause with its best example.
type Explained struct {
	reports.Cause
	// Result is the first check that it explains, Example the exchange that shows it; nil if the run has
	// none.
	Result  *reports.Result
	Example *reports.Exchange
}

// CausesOf returns the causes of the results that fail the run, and of those that are inconclusive.
// First come the causes that the run has; what they do not explain is grouped by violated clause or by
// reason.
func CausesOf(run *reports.Run) (failing, untested []Explained) {
	results := make(map[string]*reports.Result, len(run.Results))
	for i := range run.Results {
		results[run.Results[i].ID] = &run.Results[i]
	}
	explained := map[string]bool{}
	add := func(c reports.Cause) {
		for _, id := range c.Checks {
			explained[id] = true
		}
		one := Explained{Cause: c}
		if len(c.Checks) > 0 {
			one.Result = results[c.Checks[0]]
			one.Example = exampleOf(one.Result)
		}
		if c.Verdict == reports.Inconclusive {
			untested = append(untested, one)
		} else {
			failing = append(failing, one)
		}
	}
	for _, c := range run.Causes {
		if c.Verdict == reports.Inconclusive || run.Policy.Fails(c.Verdict) {
			add(c)
		}
	}
	for _, c := range byClause(run, explained, violates(run), "failure") {
		add(c)
	}
	for _, c := range byReason(run, explained) {
		add(c)
	}
	return failing, untested
}

// CriticalFindings returns the findings of critical severity that do not fail the run, each with the
// checks that show it.
func CriticalFindings(run *reports.Run) []Explained {
	results := make(map[string]*reports.Result, len(run.Results))
	for i := range run.Results {
		results[run.Results[i].ID] = &run.Results[i]
	}
	critical := func(r *reports.Result, d *reports.Deviation) bool {
		return r.Verdict != reports.Waived && d.Severity == reports.Critical && d.Verdict == reports.Finding &&
			!d.Undocumented && !run.Policy.Fails(d.Verdict)
	}
	var findings []Explained
	for _, c := range byClause(run, nil, critical, "critical finding") {
		result := results[c.Checks[0]]
		c.Verdict = reports.Finding
		findings = append(findings, Explained{Cause: c, Result: result, Example: exampleOf(result)})
	}
	return findings
}

// violates returns a function that reports whether a deviation of a result fails a run.
func violates(run *reports.Run) func(*reports.Result, *reports.Deviation) bool {
	return func(r *reports.Result, d *reports.Deviation) bool {
		return run.Policy.Fails(r.Verdict) && run.Policy.Fails(d.Verdict)
	}
}

// exampleOf returns the exchange that shows the worst deviation of a result.
func exampleOf(result *reports.Result) *reports.Exchange {
	if result == nil || len(result.Exchanges) == 0 {
		return nil
	}
	for i := range result.Deviations {
		if at := result.Deviations[i].Exchange; at >= 0 && at < len(result.Exchanges) {
			return &result.Exchanges[at]
		}
	}
	return &result.Exchanges[len(result.Exchanges)-1]
}

// byClause groups the remaining deviations by clause, those with most checks first. noun is what is
// counted.
func byClause(
	run *reports.Run, explained map[string]bool, counts func(*reports.Result, *reports.Deviation) bool, noun string,
) []reports.Cause {
	type member struct {
		result *reports.Result
		worst  *reports.Deviation
		rank   int
	}
	type group struct {
		clause string
		checks []member // checks that deviate from the clause
	}
	groups := map[string]*group{}
	var order []string
	for i := range run.Results {
		result := &run.Results[i]
		if explained[result.ID] {
			continue
		}
		for j := range result.Deviations {
			d := &result.Deviations[j]
			if !counts(result, d) {
				continue
			}
			key := d.Clause
			if d.Undocumented {
				key = d.Summary + "\n" + d.Actual
			}
			entry := groups[key]
			if entry == nil {
				entry = &group{clause: d.Clause}
				groups[key] = entry
				order = append(order, key)
			}
			if last := len(entry.checks) - 1; last < 0 || entry.checks[last].result != result {
				entry.checks = append(entry.checks, member{result, d, checkRank(result, d.Clause)})
			}
		}
	}
	slices.SortStableFunc(order, func(a, b string) int { return cmp.Compare(len(groups[b].checks), len(groups[a].checks)) })
	all := countOf(run, func(r *reports.Result) bool {
		return slices.ContainsFunc(r.Deviations, func(d reports.Deviation) bool { return counts(r, &d) })
	})
	known := map[string]bool{}
	var causes []reports.Cause
	for _, key := range order {
		left := slices.DeleteFunc(groups[key].checks, func(m member) bool { return known[m.result.ID] })
		if len(left) == 0 {
			continue
		}
		slices.SortStableFunc(left, func(a, b member) int { return cmp.Compare(a.rank, b.rank) })
		best := left[0]
		c := reports.Cause{
			Name: "clause", Verdict: best.result.Verdict, Sentence: best.worst.Summary, Advice: best.result.Cause,
			Evidence: fmt.Sprintf("%d of %s", len(left), plural.Of(all, noun)),
			Clause:   best.worst.Clause, Grade: best.worst.Grade, Source: best.worst.Source,
			Expected: best.worst.Expected, Actual: best.worst.Actual,
		}
		for _, m := range left {
			known[m.result.ID] = true
			c.Checks = append(c.Checks, m.result.ID)
			c.Operations = appendNew(c.Operations, m.result.Operations...)
		}
		causes = append(causes, c)
	}
	return causes
}

// byReason groups inconclusive results by reason.
func byReason(run *reports.Run, explained map[string]bool) []reports.Cause {
	var found ByText
	for i := range run.Results {
		result := &run.Results[i]
		if (result.Verdict == reports.Inconclusive || !result.Verdict.Valid()) && !explained[result.ID] {
			found.Add(cmp.Or(result.Reason, Headline(result)), result.ID)
		}
	}
	found.MostFirst()
	var causes []reports.Cause
	for _, text := range found.Texts {
		causes = append(causes, reports.Cause{
			Name: "reason", Verdict: reports.Inconclusive, Sentence: text, Checks: found.IDs[text],
			Evidence: plural.Of(len(found.IDs[text]), "check"),
		})
	}
	return causes
}

func countOf(run *reports.Run, holds func(*reports.Result) bool) int {
	n := 0
	for i := range run.Results {
		if holds(&run.Results[i]) {
			n++
		}
	}
	return n
}

// appendNew appends the items that list does not contain.
func appendNew(list []string, items ...string) []string {
	for _, item := range items {
		if !slices.Contains(list, item) {
			list = append(list, item)
		}
	}
	return list
}

// FirstOf returns the first items and the number of items beyond them.
func FirstOf(list []string, most int) (first []string, more int) {
	return list[:min(len(list), most)], max(len(list)-most, 0)
}

// Fails reports whether a result fails the run under the run's policy.
func Fails(run *reports.Run, result *reports.Result) bool {
	return result.Verdict == reports.Failed || result.Verdict == reports.Finding && run.Policy.FailOnFinding
}

// Headline says briefly what a result is about: what happened, or the reason.
func Headline(result *reports.Result) string {
	if len(result.Deviations) > 0 && (result.Verdict != reports.Inconclusive || result.Reason == "") {
		return result.Deviations[0].Summary
	}
	return cmp.Or(result.Reason, "no reason given")
}
