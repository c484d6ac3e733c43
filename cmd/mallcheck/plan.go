package main

import (
	"errors"

	"github.com/mallcheck/mallcheck/cmd/mallcheck/internal/console"
	"github.com/mallcheck/mallcheck/conformance"
	"github.com/mallcheck/mallcheck/conformance/embedded"
	"github.com/mallcheck/mallcheck/conformance/target"
)

// planCommand shows what a run would do.
type planCommand struct {
	JSON bool `name:"json" help:"Print JSON."`

	target.Settings
}

// Help explains what a plan is, below the usage.
func (planCommand) Help() string {
	return `Estimates the checks, calls, duration, side effects and cost of "mallcheck run" with the same settings. It runs the checks against the built-in sandbox and counts their calls; nothing is sent to the target. With --overlay, the sandbox accepts and refuses what the target does.

Examples:
  mallcheck plan
  mallcheck plan --target uat --allow read,write
  mallcheck plan --topup-url https://host/topup_test --vshop-url https://host/vshop_uat \
      --partner-code P012345 --sim 89852000000000000001 --group G1 --allow read,write --rate 5/s`
}

// Run implements the command.
func (c *planCommand) Run(std *console.Streams) error {
	layers, t, err := resolved(std, c.Settings)
	if err != nil {
		return err
	}
	std.Hide(t.Secrets())
	ctx, cancel := console.Interruptible()
	defer cancel()
	plan, err := embedded.Plan(ctx, layers...)
	if errors.Is(err, embedded.ErrUnfinished) {
		return console.With(conformance.ExitInterrupted, err)
	}
	if err != nil {
		return err
	}
	if c.JSON {
		return std.WriteJSON(plan)
	}
	return plan.Write(std.Out, t.Overlay != nil)
}
