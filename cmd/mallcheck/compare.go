package main

import (
	"github.com/mallcheck/mallcheck/cmd/mallcheck/internal/console"
	"github.com/mallcheck/mallcheck/conformance"
	"github.com/mallcheck/mallcheck/reports"
	"github.com/mallcheck/mallcheck/reports/render"
)

// compareCommand shows what changed between two runs.
type compareCommand struct {
	Before string `arg:"" help:"run.json of the earlier run, or of the one target."`
	After  string `arg:"" help:"run.json of the later run, or of the other target."`
	Format string `enum:"text,markdown,json" default:"text" help:"Output format: text, markdown or json."`
}

// Help explains what is compared, below the usage.
func (compareCommand) Help() string {
	return `Compares verdicts, response members, codes and median latency.

Examples:
  mallcheck compare last-week/run.json mallcheck-report/run.json
  mallcheck compare uat/run.json production/run.json --format markdown >> $GITHUB_STEP_SUMMARY

Exit code: 0 no new violation, 1 the later run has new violations, 2 a file cannot be read, 3 the later run is incomplete: a service was not reached, it ended early, or checks that the earlier run judged have no outcome.`
}

// Run implements the command.
func (c *compareCommand) Run(std *console.Streams) error {
	before, err := readFile(c.Before, reports.ReadOutline)
	if err != nil {
		return err
	}
	after, err := readFile(c.After, reports.ReadOutline)
	if err != nil {
		return err
	}
	comparison := reports.CompareOutlines(before, after)
	if c.Format == "json" {
		err = std.WriteJSON(comparison)
	} else {
		err = render.WriteComparison(std.Out, comparison, c.Format == "markdown")
	}
	if err != nil {
		return err
	}
	if len(comparison.New) > 0 {
		return console.With(conformance.ExitViolation, nil)
	}
	if len(comparison.Incomplete) > 0 {
		return console.With(conformance.ExitInconclusive, nil)
	}
	return nil
}
