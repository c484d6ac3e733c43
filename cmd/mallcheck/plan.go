package main

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

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
func (c *planCommand) Run(std *streams) error {
	layers, t, err := resolved(std, c.Settings)
	if err != nil {
		return err
	}
	std.hide(t.Secrets())
	ctx, cancel := interruptible()
	defer cancel()
	plan, err := embedded.Plan(ctx, layers...)
	if errors.Is(err, embedded.ErrUnfinished) {
		return &exit{conformance.ExitInterrupted, err}
	}
	if err != nil {
		return err
	}
	if c.JSON {
		return writeJSON(std.out, plan)
	}
	return tellPlan(std.out, plan, t.Overlay != nil)
}

// tellPlan writes a plan as text.
func tellPlan(out io.Writer, p *conformance.Plan, learnt bool) error {
	var text strings.Builder
	mall := "a mall that follows the contract. A target that refuses or accepts other requests differs."
	if learnt {
		mall = "which accepted and refused what the overlay says of the target."
	}
	fmt.Fprintf(&text, "Estimate of a run against %s. %s was not called: the numbers come from a run of the same checks\n"+
		"against the built-in sandbox, %s\n\n", p.Target, p.Target, mall)
	fmt.Fprintf(&text, "checks    %d, and %d skipped\n", p.Checks, p.Skipped)
	for _, reason := range slices.Sorted(maps.Keys(p.Why)) {
		fmt.Fprintf(&text, "          %d: %s\n", p.Why[reason], reason)
	}
	pace := "at 100 ms a call"
	if p.Rate > 0 {
		pace = fmt.Sprintf("at %g calls a second", p.Rate)
	}
	fmt.Fprintf(&text, "calls     %d, which take about %s %s; waiting for tasks comes on top\n", p.Total, p.Takes.Round(time.Second), pace)
	fmt.Fprintf(&text, "creates   %d changes of groups, which are undone; %d orders and %d payments, which stay\n", p.GroupChanges, p.Orders, p.Payments)
	if p.OrdersAtMost > 0 {
		fmt.Fprintf(&text, "costs     %s %s at the price of the package; %s for %d orders if the target accepts invalid ones, too\n",
			p.Cost, p.Currency, p.CostAtMost, p.OrdersAtMost)
	}
	text.WriteString("\n")
	if err := writeTable(&text, func(table io.Writer) {
		fmt.Fprintln(table, "OPERATION\tCALLS\tACCEPTED BY THE SANDBOX")
		for _, calls := range p.Calls {
			fmt.Fprintf(table, "%s\t%d\t%d\n", calls.Operation, calls.Calls, calls.Accepted)
		}
	}); err != nil {
		return err
	}
	for _, warning := range p.Warnings {
		fmt.Fprintf(&text, "\nwarning: %s\n", warning)
	}
	_, err := io.WriteString(out, text.String())
	return err
}
