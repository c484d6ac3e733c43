package main

import (
	"errors"
	"path/filepath"
	"slices"
	"strings"

	"github.com/mallcheck/mallcheck/cmd/mallcheck/internal/console"
	"github.com/mallcheck/mallcheck/cmd/mallcheck/internal/judging"
	"github.com/mallcheck/mallcheck/conformance"
	"github.com/mallcheck/mallcheck/conformance/learn"
	"github.com/mallcheck/mallcheck/conformance/target"
	"github.com/mallcheck/mallcheck/reports"
	"github.com/mallcheck/mallcheck/reports/render"
)

// driftCommand shows how a target has changed.
type driftCommand struct {
	Before string `arg:"" optional:"" help:"Overlay or run.json of the earlier state, or of the one target. Default: the overlay of the target."`
	After  string `arg:"" optional:"" help:"Overlay or run.json of the later state, or of the other target. Without it, the command runs the selected checks against the target."`

	target.Settings
}

// Help explains what is compared, below the usage.
func (driftCommand) Help() string {
	return `Compares what a target does with the overlay that mallcheck learn wrote. What breaks clients comes first: a member gone, a type changed, another refusal. Reports go to mallcheck-report/drift (--format, --report-dir).

Examples:
  mallcheck drift --target uat --fail-on drift        ask, and compare with its overlay
  mallcheck drift uat.overlay.yaml mallcheck-report/run.json
  mallcheck drift uat.overlay.yaml production.overlay.yaml

Exit code: 0 done, 1 changes under --fail-on drift, 2 wrong usage, 3 a service was not reached, the run is incomplete or nothing was learnt, 130 interrupted.`
}

// Run implements the command.
func (c *driftCommand) Run(std *console.Streams) error {
	layers, t, err := resolvedFor(std, c.Settings, c.Before == "" || c.After == "")
	if err != nil {
		return err
	}
	std.Hide(t.Secrets())
	if err := conformance.CheckFormats(t.Origin("format"), t.Formats); err != nil {
		return err
	}
	ask := func(l *learn.Learner) (*reports.Run, error) { return learnFrom(layers, l) }
	sides := learn.Sides{Before: c.Before, After: c.After, Ask: ask}
	before, after, seen, err := sides.Learnt(t)
	if err != nil {
		return err
	}
	changes := learn.Drift(before, after)
	unlearnt := learn.Unlearnt(before, after)
	run, err := learn.DriftRun(changes, unlearnt, seen, t.FailOnDrift)
	if err != nil {
		return err
	}
	told, dir := judging.Redacted(run, t), t.ReportDir
	if strings.HasPrefix(t.Origin("report-dir"), "the default") {
		dir = filepath.Join(dir, "drift")
	}
	if len(render.Files(dir, t.Formats)) > 0 {
		var release func()
		if release, err = render.Claim(t.Origin("report-dir"), dir); err == nil {
			err = render.WriteFiles(dir, t.Formats, told)
			release()
		}
	}
	if slices.Contains(t.Formats, "github") {
		err = errors.Join(err, render.WriteGitHub(std.Out, told))
	}
	if err = errors.Join(err, learn.WriteChanges(std.Out, changes, unlearnt)); err != nil {
		return err
	}
	if code := conformance.ExitCode(run); code != conformance.ExitPassed {
		return console.With(code, nil)
	}
	return nil
}
