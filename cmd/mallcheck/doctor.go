package main

import (
	"context"

	"github.com/mallcheck/mallcheck/cmd/mallcheck/internal/console"
	"github.com/mallcheck/mallcheck/conformance"
	"github.com/mallcheck/mallcheck/conformance/embedded"
	"github.com/mallcheck/mallcheck/conformance/target"
)

// doctorCommand finds out how a target behaves.
type doctorCommand struct {
	JSON bool `name:"json" help:"Print JSON."`

	target.Settings
}

// Help explains what is asked, below the usage.
func (doctorCommand) Help() string {
	return `Finds out where the target differs from the documentation: connection, signature rules, form of refusals; with --allow read,write the request id header, and with --allow read,write,purchase and --push-listen, by one order, how pushes are signed. Prints the matching lines for mallcheck.yaml.

Examples:
  mallcheck doctor --target uat
  mallcheck doctor --target uat --allow read,write      also with an unknown SIM card
  mallcheck doctor --variant path-not-signed            the built-in sandbox

Read-only unless writes or purchases are allowed. Exit code: 0 done, 2 wrong usage, 3 a service was not reached or the settings do not fit, 130 interrupted.`
}

// Run implements the command.
func (c *doctorCommand) Run(std *console.Streams) error {
	layers, t, err := resolved(std, c.Settings)
	if err != nil {
		return err
	}
	std.Hide(t.Secrets())
	t, closing, err := embedded.Open(layers...)
	if err != nil {
		return err
	}
	defer closing()
	interrupted, cancel := console.Interruptible()
	defer cancel()
	ctx, cancel := context.WithTimeout(interrupted, t.Timeout)
	defer cancel()
	report, err := conformance.Examine(ctx, t)
	if err != nil {
		return err
	}
	if c.JSON {
		err = std.WriteJSON(report)
	} else {
		err = report.Write(std.Out)
	}
	switch {
	case err != nil:
		return err
	case interrupted.Err() != nil:
		return console.With(conformance.ExitInterrupted, nil)
	case !report.Reached() || !report.Fits() || ctx.Err() != nil:
		return console.With(conformance.ExitInconclusive, nil)
	}
	return nil
}
