package main

import (
	"errors"
	"fmt"
	"path/filepath"

	"github.com/mallcheck/mallcheck/cmd/mallcheck/internal/console"
	"github.com/mallcheck/mallcheck/conformance"
	"github.com/mallcheck/mallcheck/conformance/target"
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
func (c *sweepCommand) Run(std *console.Streams) error {
	layers, err := target.Layers(c.Settings, std.Environ, "")
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
	std.Hide(t.Secrets())
	path := c.Journal
	if path == "" {
		path = filepath.Join(t.ReportDir, conformance.JournalFile)
	}
	swept, err := conformance.Sweep(t, path)
	if err != nil {
		return err
	}
	return tellSwept(std, path, swept)
}

// tellSwept prints what a sweep did and returns its exit code.
func tellSwept(std *console.Streams, path string, swept conformance.Swept) error {
	for _, done := range swept.Done {
		fmt.Fprintln(std.Out, done)
	}
	for _, left := range swept.Left {
		fmt.Fprintln(std.Out, "left behind: "+left)
	}
	switch {
	case swept.Clean:
		fmt.Fprintln(std.Out, path+" has nothing left to undo.")
	case swept.Undone:
		fmt.Fprintln(std.Out, "Everything that can be undone is undone.")
	default:
		return console.With(conformance.ExitInconclusive, fmt.Errorf("not everything was undone; sweep again once the target answers, or undo by hand what the lines above name (%s)", path))
	}
	return nil
}
