package conformance

import (
	"context"

	"github.com/mallcheck/mallcheck/conformance/internal/doctor"
	"github.com/mallcheck/mallcheck/conformance/internal/journal"
	"github.com/mallcheck/mallcheck/conformance/internal/session"
	"github.com/mallcheck/mallcheck/conformance/internal/wire"
	"github.com/mallcheck/mallcheck/conformance/target"
	"github.com/mallcheck/mallcheck/openapi"
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

// Connect returns a connection to a target; nothing is sent yet. The caller closes it.
func Connect(t *target.Target, contract *openapi.Contract) (*Connection, error) {
	return session.Connect(t, contract)
}

// Examine asks a target which reading of the documentation it follows; ctx bounds
// all of it.
func Examine(ctx context.Context, t *target.Target) (*Examination, error) {
	return doctor.Examine(ctx, t)
}
