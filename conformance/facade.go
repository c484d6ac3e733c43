package conformance

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/mallcheck/mallcheck/conformance/checks"
	"github.com/mallcheck/mallcheck/conformance/internal/doctor"
	"github.com/mallcheck/mallcheck/conformance/internal/infer"
	"github.com/mallcheck/mallcheck/conformance/internal/journal"
	"github.com/mallcheck/mallcheck/conformance/internal/matrix"
	"github.com/mallcheck/mallcheck/conformance/internal/plan"
	"github.com/mallcheck/mallcheck/conformance/internal/selection"
	"github.com/mallcheck/mallcheck/conformance/internal/session"
	"github.com/mallcheck/mallcheck/conformance/internal/wire"
	"github.com/mallcheck/mallcheck/conformance/target"
	"github.com/mallcheck/mallcheck/openapi"
	"github.com/mallcheck/mallcheck/reports"
	"github.com/mallcheck/mallcheck/reports/render"
)

// JournalFile is the name of the file in the report folder in which a run records what
// must be undone.
const JournalFile = journal.File

// Connection connects one run to a target.
type Connection = session.Connection

// Session drives one check's requests against a target.
type Session = session.Session

// Answer is a target's answer to one call.
type Answer = wire.Answer

// Examination is what doctor found out about a target.
type Examination = doctor.Report

// Plan is what a run against a target would do: an estimate.
type Plan = plan.Plan

// PlannedCalls are the calls of one operation in a plan.
type PlannedCalls = plan.Calls

// NewPlan returns what a run against t would do, from a dry run: one against the
// embedded sandbox, with the selection, permissions and fixtures of t.
func NewPlan(t *target.Target, dry *reports.Run) *Plan { return plan.New(t, dry) }

// ExpectedToCatch returns the checks that must fail when the sandbox commits the
// fault with the given id; none for an unknown fault. Each is a case, or a check of
// which every case must fail.
func ExpectedToCatch(fault string) []string { return matrix.ExpectedToCatch(fault) }

// FaultRow returns what a run against a sandbox with a fault shows about the fault.
// clause is the clause that the fault breaks. A check catches the fault if it reports a
// violation of that clause; any other failure is a side effect.
func FaultRow(fault, clause, statement string, run *reports.Run) reports.FaultRow {
	return matrix.Row(fault, clause, statement, run)
}

// WorthDeriving returns patterns of the derived cases that are worth running against a fault, after all
// other checks ran against it. At a depth below thorough it returns the ids of all cases of that depth.
func WorthDeriving(fault string, run *reports.Run, depth string) []string {
	return matrix.WorthDeriving(fault, run, depth)
}

// NewMatrix judges the rows of faults. Every fault must be caught, by the checks that
// are expected to catch it. If whole is set, rows must contain every fault; then every
// check and every mutation of the derived cases must catch a fault, and the right cause
// must come first for most faults.
func NewMatrix(rows []reports.FaultRow, seed int64, whole bool) (*reports.Matrix, error) {
	contract, err := openapi.Mall()
	if err != nil {
		return nil, fmt.Errorf("reading the contract: %w", err)
	}
	return matrix.New(rows, toolOf(contract), seed, whole), nil
}

// Merge is reports.Merge, and infers the causes again from all shards.
func Merge(runs []*reports.Run, names []string) (*reports.Run, error) {
	merged, err := reports.Merge(runs, names)
	if err != nil {
		return nil, err
	}
	merged.Causes = infer.Causes(merged)
	return merged, nil
}

// Connect returns a connection to a target. It sends nothing. The caller must close it.
func Connect(t *target.Target, contract *openapi.Contract) (*Connection, error) {
	return session.Connect(t, contract)
}

// Examine finds out which reading of the documentation a target follows, within ctx.
func Examine(ctx context.Context, t *target.Target) (*Examination, error) {
	return doctor.Examine(ctx, t)
}

// Select returns the checks matched by any pattern in only (all if empty) and by none in
// skip. A pattern is the id of a check, area:AREA or op:OPERATION, and may have *. The error
// for a pattern that matches nothing has type *target.Error.
func Select(all []checks.Check, only, skip []string) ([]checks.Check, error) {
	return selection.Select(all, only, skip)
}

// CheckFormats returns an error of type *target.Error for the first word that is not a report format. origin is
// the setting that names them.
func CheckFormats(origin string, formats []string) error {
	for _, format := range formats {
		if slices.Contains(render.Formats(), format) {
			continue
		}
		for _, known := range render.Formats() { // xml and junit.xml are junit
			for _, file := range render.Files("", []string{known}) {
				if format == file || format == strings.TrimPrefix(filepath.Ext(file), ".") {
					return &target.Error{Origin: origin, Value: format, Problem: "is not a known report format", Instead: "did you mean " + known + "?"}
				}
			}
		}
		return target.UnknownWord(origin, format, "report format", render.Formats(), "known are "+strings.Join(render.Formats(), ", "))
	}
	return nil
}
