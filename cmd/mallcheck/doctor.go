package main

import (
	"context"

	"github.com/mallcheck/mallcheck/conformance"
	"github.com/mallcheck/mallcheck/conformance/embedded"
	"github.com/mallcheck/mallcheck/conformance/target"
)

// doctorCommand asks a target what it is like.
type doctorCommand struct {
	JSON bool `name:"json" help:"As JSON."`

	target.Settings
}

// Help tells what is asked, below the usage.
func (doctorCommand) Help() string {
	return `Asks a target which reading of the documentation it follows: how it is reached, what is signed, in which form it refuses, and, with --allow read,write, which header carries the request id. It prints the lines to put into mallcheck.yaml.

Examples:
  mallcheck doctor --target uat
  mallcheck doctor --target uat --allow read,write      also add and remove a SIM card that does not exist
  mallcheck doctor --variant path-not-signed            the embedded sandbox

It reads only, unless writes are allowed. Exit code: 0 asked, 2 wrong usage, 3 a service was not reached, 130 interrupted.`
}

// Run implements the command.
func (c *doctorCommand) Run(std *streams) error {
	layers, t, err := resolved(std, c.Settings)
	if err != nil {
		return err
	}
	std.hide(t.Secrets())
	t, closing, err := embedded.Open(layers...)
	if err != nil {
		return err
	}
	defer closing()
	interrupted, cancel := interruptible()
	defer cancel()
	ctx, cancel := context.WithTimeout(interrupted, t.Timeout)
	defer cancel()
	report, err := conformance.Examine(ctx, t)
	if err != nil {
		return err
	}
	if c.JSON {
		err = writeJSON(std.out, report)
	} else {
		err = report.Write(std.out)
	}
	switch {
	case err != nil:
		return err
	case interrupted.Err() != nil:
		return &exit{code: conformance.ExitInterrupted}
	case !report.Reached() || ctx.Err() != nil:
		return &exit{code: conformance.ExitInconclusive}
	}
	return nil
}
