package infer

import (
	"fmt"
	"slices"
	"strings"

	"github.com/mallcheck/mallcheck/reports"
)

// The words of a pattern's fault are used only if more than fewChecks deviate, and most of the predicted
// ones. The summary of the first failure is a fact in any case.
const (
	fewChecks = 2
	wellHit   = 0.7
)

func tell(c chosen, seen *observed, run *reports.Run) reports.Cause {
	var members []*deviating
	for _, id := range seen.ids {
		if c.fits[id] > 0 {
			members = append(members, seen.deviating[id])
		}
	}
	slices.SortStableFunc(members, c.byRank)
	best := members[0]
	worst := &best.result.Deviations[0]
	if at := slices.IndexFunc(best.result.Deviations, func(d reports.Deviation) bool { return d.Clause == c.clause }); at >= 0 {
		worst = &best.result.Deviations[at]
	}
	cause := reports.Cause{
		Name: c.id, Verdict: reports.Finding, Sentence: worst.Summary, Advice: best.result.Cause,
		Clause: worst.Clause, Grade: worst.Grade, Source: worst.Source, Expected: worst.Expected, Actual: worst.Actual,
	}
	for _, m := range members {
		cause.Checks = append(cause.Checks, m.result.ID)
		cause.Verdict = reports.Worse(cause.Verdict, m.result.Verdict)
		if c.breaks(m) || !c.breaks(best) {
			cause.Operations = appendNew(cause.Operations, operationsOf(m.result, worst.Clause)...)
		}
	}
	if len(members) > fewChecks && float64(len(members)) >= wellHit*float64(len(members)+c.misses) {
		cause.Sentence = sentence(c.statement, cause.Operations)
	}
	cause.Evidence = evidence(members, c.misses, run)
	return cause
}

// sentence says what the server probably does, and on how many operations unless the statement names
// one.
func sentence(statement string, on []string) string {
	text := "Probably the server " + statement
	if !namesOperation(statement) && len(on) > 1 {
		text += fmt.Sprintf(" (%d operations)", len(on))
	}
	return text
}

// operationsOf returns the operations whose answers in a result violate a clause.
func operationsOf(result *reports.Result, clause string) []string {
	var ids []string
	for i := range result.Deviations {
		d := &result.Deviations[i]
		if d.Clause == clause && d.Exchange >= 0 && d.Exchange < len(result.Exchanges) {
			ids = appendNew(ids, result.Exchanges[d.Exchange].Operation)
		}
	}
	if len(ids) == 0 && len(result.Operations) == 1 {
		return result.Operations
	}
	return ids
}

// evidence says how much a cause explains and what contradicts it.
func evidence(members []*deviating, misses int, run *reports.Run) string {
	failures, failing, findings := 0, 0, 0
	for i := range run.Results {
		if run.Policy.Fails(run.Results[i].Verdict) {
			failures++
		}
	}
	for _, m := range members {
		if run.Policy.Fails(m.result.Verdict) {
			failing++
		} else {
			findings++
		}
	}
	var parts []string
	if failing > 0 {
		parts = append(parts, fmt.Sprintf("%d of %s", failing, plural(failures, "failure")))
	}
	if findings > 0 {
		parts = append(parts, plural(findings, "finding"))
	}
	text := strings.Join(parts, " and ")
	if misses > 0 {
		text += fmt.Sprintf("; but %s that it usually breaks passed", plural(misses, "check"))
	}
	return text
}

func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
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
