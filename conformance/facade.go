package conformance

import (
	"context"

	"github.com/mallcheck/mallcheck/conformance/checks"
	"github.com/mallcheck/mallcheck/conformance/internal/doctor"
	"github.com/mallcheck/mallcheck/conformance/internal/infer"
	"github.com/mallcheck/mallcheck/conformance/internal/journal"
	"github.com/mallcheck/mallcheck/conformance/internal/selection"
	"github.com/mallcheck/mallcheck/conformance/internal/session"
	"github.com/mallcheck/mallcheck/conformance/internal/wire"
	"github.com/mallcheck/mallcheck/conformance/target"
	"github.com/mallcheck/mallcheck/openapi"
	"github.com/mallcheck/mallcheck/reports"
)

// JournalFile is the name of the file, in the folder of the reports, in which a run
// notes what has to be undone.
const JournalFile = journal.File

// Connection is one run's link to a target.
type Connection = session.Connection

// Session drives one check's requests against a target.
type Session = session.Session

// Answer is what a target answered to one call.
type Answer = wire.Answer

// Swept is what a sweep did.
type Swept = session.Swept

// Examination is what a target told of itself.
type Examination = doctor.Report

// Merge is reports.Merge, with the causes inferred anew from all shards.
func Merge(runs []*reports.Run, names []string) (*reports.Run, error) {
	merged, err := reports.Merge(runs, names)
	if err != nil {
		return nil, err
	}
	merged.Causes = infer.Causes(merged)
	return merged, nil
}

// Connect returns a connection to a target; nothing is sent yet. The caller closes it.
func Connect(t *target.Target, contract *openapi.Contract) (*Connection, error) {
	return session.Connect(t, contract)
}

// Examine asks a target which reading of the documentation it follows; ctx bounds
// all of it.
func Examine(ctx context.Context, t *target.Target) (*Examination, error) {
	return doctor.Examine(ctx, t)
}

// Select returns those of all checks that a pattern in only matches (all if it is empty)
// and none in skip. A pattern is the id of a check, area:AREA, op:OPERATION or one with *. A
// pattern that matches nothing is an error of type *target.Error.
func Select(all []checks.Check, only, skip []string) ([]checks.Check, error) {
	return selection.Select(all, only, skip)
}
