package main

import (
	"context"

	"github.com/mallcheck/mallcheck/cmd/mallcheck/internal/console"
	"github.com/mallcheck/mallcheck/cmd/mallcheck/internal/judging"
	"github.com/mallcheck/mallcheck/conformance"
	"github.com/mallcheck/mallcheck/conformance/embedded"
	"github.com/mallcheck/mallcheck/conformance/target"
	"github.com/mallcheck/mallcheck/reports"
)

// runCommand tests a target against the contract.
type runCommand struct {
	target.Settings
}

// Help explains what a run does, below the usage.
func (runCommand) Help() string {
	return `Examples:
  mallcheck run                               test the built-in sandbox
  mallcheck run --fault sign-wrong-accepted   see what a failure looks like
  mallcheck run --topup-url https://host/topup_test --vshop-url https://host/vshop_uat \
      --partner-code P012345 --sim 89852000000000000001 --group G1 --allow read,write
  mallcheck run --target uat                  a target in mallcheck.yaml (see mallcheck init)

Most settings are also environment variables (MALLCHECK_PARTNER_CODE) and keys in mallcheck.yaml. Precedence: flag, environment variable, file, default. mallcheck config shows the effective settings.

Exit code: 0 no violation, 1 violation, 2 wrong usage, 3 target not reached or run incomplete, 130 interrupted.`
}

// withoutDrift returns an error if --fail-on names drift for a command that does not look for drift.
func withoutDrift(t *target.Target) error {
	if !t.FailOnDrift {
		return nil
	}
	return &target.Error{Origin: t.Origin("fail-on"), Value: "drift", Problem: "is for mallcheck drift",
		Instead: "write critical, finding or habit"}
}

// Run implements the command.
func (c *runCommand) Run(std *console.Streams) error {
	layers, t, err := resolved(std, c.Settings)
	if err != nil {
		return err
	}
	if err := withoutDrift(t); err != nil {
		return err
	}
	std.Secrets = t.Secrets() // the terminal and the reports mark redacted values
	if err := conformance.CheckFormats(t.Origin("format"), t.Formats); err != nil {
		return err
	}
	t, closing, err := embedded.Open(layers...)
	if err != nil {
		return err
	}
	defer closing()
	release, err := claim(t, true)
	if err != nil {
		return err
	}
	defer release()
	return judging.Until(std, t, judging.StoppingChecks, func(ctx context.Context, watch *judging.Watcher) (*reports.Run, error) {
		return conformance.RunSpecs(ctx, t, watch)
	})
}
