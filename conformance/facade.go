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

// JournalFile is the name of the file in the report folder in which a run records what
// must be undone.
const JournalFile = journal.File

// Connection connects one run to a target.
type Connection = session.Connection

// Session drives one check's requests against a target.
type Session = session.Session

// Answer is a target's answer to one call.
type Answer = wire.Answer

// Swept is what a sweep did.
type Swept = session.Swept

// Examination is what doctor found out about a target.
type Examination = doctor.Report

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
