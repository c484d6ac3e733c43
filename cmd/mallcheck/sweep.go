package main

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"

	"github.com/mallcheck/mallcheck/conformance"
	"github.com/mallcheck/mallcheck/conformance/target"
	"github.com/mallcheck/mallcheck/internal/folderlock"
	"github.com/mallcheck/mallcheck/openapi"
)

// sweepCommand undoes what a killed run left behind.
type sweepCommand struct {
	Journal string `placeholder:"FILE" help:"Journal file. Default: journal.jsonl in the report folder."`

	target.Settings
}

// Help explains what a sweep does, below the usage.
func (sweepCommand) Help() string {
	return `Cleans up after a run that was killed. The run journals each change in its report folder before making it; a sweep removes added SIM cards from groups, restores removed ones, and cancels auto-renewals. It touches only what the journal names, and a second sweep does nothing. Orders and payments cannot be undone; they are listed.

Examples:
  mallcheck sweep --target uat
  mallcheck sweep --topup-url https://host/topup_test --partner-code P012345
  env $(cat sandbox.env) mallcheck sweep --journal nightly/journal.jsonl

Use the settings of the run. Exit code: 0 everything undone, 2 wrong usage or a journal of another target, 3 something could not be undone.`
}

// Run implements the command.
func (c *sweepCommand) Run(std *streams) error {
	layers, err := target.Layers(c.Settings, std.environ, "")
	if err != nil {
		return err
	}
	if !target.HasAddress(layers...) {
		return errors.New("no address is given: a sweep needs the settings of the run that wrote the journal; name its target with --target NAME, or give its addresses")
	}
	t, err := target.Resolve(layers...)
	if err != nil {
		return err
	}
	std.hide(t.Secrets())
	contract, err := openapi.Mall()
	if err != nil {
		return err
	}
	t.PushListen = "" // a sweep waits for no push
	path := c.Journal
	if path == "" {
		path = filepath.Join(t.ReportDir, conformance.JournalFile)
	}
	swept, err := sweep(t, contract, path)
	if err != nil {
		return err
	}
	return tellSwept(std, path, swept)
}

// noJournal is the error for a missing journal.
func noJournal(path string) error {
	return fmt.Errorf("there is no journal %s; name the folder of the run's reports with --report-dir, or the file with --journal", path)
}

// sweep undoes the changes in one journal.
func sweep(t *target.Target, contract *openapi.Contract, path string) (conformance.Swept, error) {
	release, err := folderlock.Take(filepath.Dir(path))
	if errors.Is(err, folderlock.ErrTaken) {
		return conformance.Swept{}, fmt.Errorf("the run that writes %s still goes on; wait until it ends, or interrupt it: it then undoes what it did", path)
	}
	if err == nil { // the reader of the journal reports other errors
		defer release()
	}
	connection, err := conformance.Connect(t, contract)
	if err != nil {
		return conformance.Swept{}, err
	}
	defer connection.Close()
	swept, err := connection.Sweep(path)
	if errors.Is(err, fs.ErrNotExist) {
		return conformance.Swept{}, noJournal(path)
	}
	return swept, err
}

// tellSwept prints what a sweep did and returns its exit code.
func tellSwept(std *streams, path string, swept conformance.Swept) error {
	for _, done := range swept.Done {
		fmt.Fprintln(std.out, done)
	}
	for _, left := range swept.Left {
		fmt.Fprintln(std.out, "left behind: "+left)
	}
	switch {
	case swept.Clean:
		fmt.Fprintln(std.out, path+" has nothing left to undo.")
	case swept.Undone:
		fmt.Fprintln(std.out, "Everything that can be undone is undone.")
	default:
		return &exit{code: conformance.ExitInconclusive, err: fmt.Errorf("not everything was undone; sweep again once the target answers, or undo by hand what the lines above name (%s)", path)}
	}
	return nil
}
