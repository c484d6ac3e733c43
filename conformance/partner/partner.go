// Package partner has what the checks of a partner's side share: a check, and the record of its
// exchanges and deviations. Selection, waivers, verdicts and reports come from package conformance.
package partner

import (
	"cmp"
	"context"

	"github.com/mallcheck/mallcheck/conformance/checks"
	"github.com/mallcheck/mallcheck/reports"
)

// Check is one requirement on a partner's receiver or signer.
type Check struct {
	// ID is stable and never reused: "RCV-010", with a case "RCV-013/no-slash".
	ID string
	// Clause is the statement of the contract that the check is about.
	Clause string
	// Requirement is one sentence without a full stop.
	Requirement string
	// Level is reports.Must if empty.
	Level reports.Level
	// Grade and Source are the evidence of this case; if empty, the clause's evidence applies.
	Grade  reports.Grade
	Source string
	// Does is reports.Read if empty.
	Does reports.Does
	// Operations are the operations of the contract that the check is about; may be empty.
	Operations []string
	// Run executes the check. It is nil in a catalogue.
	Run func(ctx context.Context, r *Record)
}

// Described returns the check in the form in which the suite lists, selects and explains it.
func (c Check) Described() checks.Check {
	level := cmp.Or(c.Level, reports.Must)
	does := cmp.Or(c.Does, reports.Read)
	return checks.Check{ID: c.ID, Level: level, Clause: c.Clause, Does: does, Operations: c.Operations,
		Requirement: c.Requirement, Grade: c.Grade, Source: c.Source}
}

// Record collects the results of one check. It belongs to the check's goroutine.
type Record struct {
	// Exchanges are the requests sent, in order.
	Exchanges []reports.Exchange
	// Deviations are the findings of the check. The suite fills in clause, grade and level if they are
	// empty.
	Deviations []reports.Deviation
	// Verdict and Reason are set by Skip and Inconclusive.
	Verdict reports.Verdict
	Reason  string
}

// Fail records a deviation shown by the last exchange.
func (r *Record) Fail(summary, expected, actual string) {
	r.Deviations = append(r.Deviations, reports.Deviation{
		Summary: summary, Expected: expected, Actual: actual, Exchange: len(r.Exchanges) - 1,
	})
}

// Skip records why the check cannot run with these settings.
func (r *Record) Skip(reason string) { r.Verdict, r.Reason = reports.Skipped, reason }

// Inconclusive records why the check has no result.
func (r *Record) Inconclusive(reason string) { r.Verdict, r.Reason = reports.Inconclusive, reason }
