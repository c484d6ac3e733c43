// Package matrix says which checks must catch a fault, and judges what a run shows about it.
//
// It does not know the catalogue of faults: a run against a sandbox with a fault comes as data.
package matrix

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/mallcheck/mallcheck/conformance/checks"
	"github.com/mallcheck/mallcheck/conformance/internal/infer"
	"github.com/mallcheck/mallcheck/conformance/internal/selection"
	"github.com/mallcheck/mallcheck/reports"
)

// Row returns what a run against a sandbox with a fault shows about the fault.
// clause is the clause that the fault breaks. A check catches the fault if it reports a
// violation of that clause; any other failure is a side effect.
func Row(fault, clause, statement string, run *reports.Run) reports.FaultRow {
	row := reports.FaultRow{
		ID: fault, Clause: clause, Statement: statement, CaughtBy: []string{},
		SideEffects: map[string][]string{}, Shown: map[string][]string{}, Duration: run.Ended.Sub(run.Started),
	}
	if inferred := infer.Causes(run); len(inferred) > 0 {
		row.Cause = inferred[0].Name
	}
	for i := range run.Results {
		result := &run.Results[i]
		if result.Verdict != reports.Skipped {
			row.Ran++
		}
		violated := violations(result)
		if result.Verdict == reports.Failed {
			row.Shown[result.ID] = infer.Shown(result)
		}
		switch {
		case result.Verdict == reports.Inconclusive:
			row.Inconclusive = append(row.Inconclusive, result.ID)
		case result.Verdict != reports.Failed:
		case slices.Contains(violated, clause):
			row.CaughtBy = append(row.CaughtBy, result.ID)
		default:
			row.SideEffects[result.ID] = violated
		}
	}
	for _, service := range run.Services {
		if !service.Reached {
			row.Problem = fmt.Sprintf("the %s service was not reached: %s", service.Name, service.Problem)
		}
	}
	if run.Stopped != "" {
		row.Problem = "the run did not get to its end: " + string(run.Stopped)
	}
	for _, expected := range ExpectedToCatch(fault) {
		for i := range run.Results {
			id := run.Results[i].ID
			if (id == expected || strings.HasPrefix(id, expected+"/")) && !slices.Contains(row.CaughtBy, id) {
				row.Missing = append(row.Missing, id)
			}
		}
	}
	return row
}

// mostOperations limits the operations whose derived cases are run against one fault.
const mostOperations = 3

// WorthDeriving returns patterns of the derived cases that are worth running against a fault, after all
// other checks ran against it: the cases that are expected to catch it, and all cases of operations whose
// answers violated a clause, for the first mostOperations by name. At a depth below thorough it returns
// the ids of all cases of that depth.
func WorthDeriving(fault string, run *reports.Run, depth string) []string {
	var worth []string
	for _, id := range ExpectedToCatch(fault) {
		if strings.HasPrefix(id, "GEN/") {
			worth = append(worth, id)
		}
	}
	touched := map[string]bool{}
	for i := range run.Results {
		for _, d := range run.Results[i].Deviations {
			if exchanges := run.Results[i].Exchanges; d.Verdict == reports.Failed && d.Exchange >= 0 && d.Exchange < len(exchanges) {
				touched[exchanges[d.Exchange].Operation] = true
			}
		}
	}
	derived := map[string]bool{}
	for _, check := range checks.All() {
		if check.Area() == "GEN" {
			derived[check.Operations[0]] = true
		}
	}
	operations := slices.DeleteFunc(slices.Sorted(maps.Keys(touched)), func(id string) bool { return !derived[id] })
	for _, operation := range operations[:min(len(operations), mostOperations)] {
		worth = append(worth, "GEN/"+operation+"/*")
	}
	if depth == string(checks.Thorough) {
		return worth
	}
	worth = []string{"area:GEN"} // what a run of this depth would run
	selected, err := selection.Select(checks.AtDepth(checks.All(), checks.Depth(depth)), worth, nil)
	if err != nil {
		return nil // none of them is part of the depth
	}
	ids := make([]string, 0, len(selected))
	for _, check := range selected {
		ids = append(ids, check.ID)
	}
	return ids
}

// violations returns the clauses that a result violates, each once, in order.
func violations(result *reports.Result) []string {
	clauses := map[string]bool{}
	for _, d := range result.Deviations {
		if d.Verdict == reports.Failed {
			clauses[d.Clause] = true
		}
	}
	return slices.Sorted(maps.Keys(clauses))
}

// leastRight is the percentage of faults whose right cause must come first.
const leastRight = 95

// New judges the rows of faults. Every fault must be caught, by the checks that
// are expected to catch it. If whole is set, rows must contain every fault; then every
// check and every mutation of the derived cases must catch a fault, and the right cause
// must come first for most faults. tool is the one that ran them.
func New(rows []reports.FaultRow, tool reports.Tool, seed int64, whole bool) *reports.Matrix {
	m := &reports.Matrix{
		Tool: tool, Strict: reports.Assumed, Seed: seed, Faults: rows, Checks: map[string]int{},
	}
	for _, check := range checks.All() {
		m.Checks[reports.CheckOf(check.ID)] = 0
	}
	for i := range rows {
		m.Problems = append(m.Problems, problems(&rows[i])...)
		catching := map[string]bool{}
		for _, id := range rows[i].CaughtBy {
			catching[reports.CheckOf(id)] = true
		}
		for id := range catching {
			m.Checks[id]++
		}
	}
	if failed, other := misattributed(rows); other > failed/100 {
		m.Problems = append(m.Problems, fmt.Sprintf("%d of %d checks that fail under a fault that crashes name another clause", other, failed))
	}
	if whole {
		if right := m.RightCauses(); right < len(rows)*leastRight/100 {
			m.Problems = append(m.Problems, fmt.Sprintf("the right cause comes first for %d of %d faults, want %d %%", right, len(rows), leastRight))
		}
		for _, id := range slices.Sorted(maps.Keys(m.Checks)) {
			if m.Checks[id] == 0 {
				m.Problems = append(m.Problems, id+" catches no fault")
			}
		}
	}
	return m
}

// misattributed counts the checks that fail under faults that crash the server, and how many of them
// name no server error. One in a hundred may, because a task may also miss its time limit.
func misattributed(rows []reports.FaultRow) (failed, other int) {
	const clause = "/no-server-error"
	for i := range rows {
		if !strings.HasSuffix(rows[i].Clause, clause) {
			continue
		}
		failed += len(rows[i].CaughtBy) + len(rows[i].SideEffects)
		for _, violated := range rows[i].SideEffects {
			if !slices.ContainsFunc(violated, func(id string) bool { return strings.HasSuffix(id, clause) }) {
				other++
			}
		}
	}
	return failed, other
}

// problems says what the proof of one fault lacks.
func problems(row *reports.FaultRow) []string {
	switch {
	case row.Problem != "":
		return []string{row.ID + ": " + row.Problem}
	case !row.Caught() && len(row.SideEffects) > 0:
		return []string{fmt.Sprintf("%s is missed: %d checks fail, none for %s", row.ID, len(row.SideEffects), row.Clause)}
	case !row.Caught():
		return []string{row.ID + " is missed: no check fails"}
	case len(row.Missing) > 0:
		return []string{fmt.Sprintf("%s is not caught by %s", row.ID, strings.Join(row.Missing, ", "))}
	case len(ExpectedToCatch(row.ID)) == 0:
		return []string{row.ID + ": no check is expected to catch it"}
	}
	return nil
}
