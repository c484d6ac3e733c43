package main

import (
	"cmp"
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/mallcheck/mallcheck/cmd/mallcheck/internal/console"
	"github.com/mallcheck/mallcheck/conformance"
	"github.com/mallcheck/mallcheck/conformance/learn"
	"github.com/mallcheck/mallcheck/conformance/target"
	"github.com/mallcheck/mallcheck/internal/wholefile"
	"github.com/mallcheck/mallcheck/reports"
)

// learnCommand learns how a target behaves.
type learnCommand struct {
	Runs   []string `arg:"" optional:"" name:"file" help:"What to learn from: run.json or report.har of a run or of the proxy, or an HTTP Archive of another program. Without one, the command runs the selected checks against the target."`
	Output string   `short:"o" placeholder:"FILE" help:"File to write; - is standard output. Default: NAME.overlay.yaml for the target NAME."`

	target.Settings
}

// Help explains what is learnt, below the usage.
func (learnCommand) Help() string {
	return `Writes an OpenAPI Overlay of the contract: members, types, forms and values of answers, refusals and what provokes them, settings and habits. Counts and dates stand in a block of their own; data of customers is not in it.

Examples:
  mallcheck learn --target uat                         ask, and write uat.overlay.yaml
  mallcheck learn mallcheck-report/run.json -o uat.overlay.yaml
  mallcheck learn recording.har -o uat.overlay.yaml
  mallcheck run --target uat --overlay uat.overlay.yaml --strict observed

Read-only unless writes are allowed. Exit code: 0 written, 2 wrong usage, 3 a service was not reached or the run is incomplete, 130 interrupted.`
}

// Run implements the command.
func (c *learnCommand) Run(std *console.Streams) error {
	layers, t, err := resolvedFor(std, c.Settings, len(c.Runs) == 0)
	if err != nil {
		return err
	}
	std.Hide(t.Secrets())
	learner, err := learn.New()
	if err != nil {
		return err
	}
	name, incomplete := t.Name, error(nil)
	if len(c.Runs) > 0 {
		for _, path := range c.Runs {
			from, err := learner.AddFile(path)
			if err != nil {
				return err
			}
			name = cmp.Or(c.Target, from, strings.TrimSuffix(filepath.Base(path), filepath.Ext(path)))
		}
	} else {
		run, err := learnFrom(layers, learner)
		if err != nil {
			return err
		}
		if reason := learn.Incomplete(run); reason != nil {
			incomplete = console.With(conformance.ExitInconclusive, reason)
		}
		name = run.Target.Name
	}
	learned := learner.Learned()
	text, err := learn.Overlay(learned, name)
	if err != nil {
		return err
	}
	path := cmp.Or(c.Output, filepath.Base(name)+".overlay.yaml") // a report may name anything
	if path == "-" {
		_, err = std.Out.Write(text)
		return errors.Join(err, incomplete)
	}
	if err := wholefile.Put(path, 0o600, []byte(t.Secrets().Redact(string(text)))); err != nil {
		return fmt.Errorf("the overlay %s cannot be written: %w; name a file in a folder that you may write to with --output", path, err)
	}
	if err := learn.WriteSummary(std.Out, learned); err != nil {
		return err
	}
	fmt.Fprintf(std.Out, "Wrote %s.\n", path)
	return incomplete
}

// learnFrom tests the target of the settings for a learner.
func learnFrom(layers []target.Layer, learner *learn.Learner) (*reports.Run, error) {
	ctx, cancel := console.Interruptible()
	defer cancel()
	run, err := learner.Ask(ctx, layers...)
	if err == nil && ctx.Err() != nil {
		err = console.With(conformance.ExitInterrupted, nil)
	}
	return run, err
}
