package main

import (
	"context"
	"fmt"
	"io"
	"maps"
	"os"
	"os/signal"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/mallcheck/mallcheck/conformance"
	"github.com/mallcheck/mallcheck/conformance/target"
	"github.com/mallcheck/mallcheck/reports"
)

// planCommand says what a run would do.
type planCommand struct {
	JSON bool `name:"json" help:"As JSON."`

	target.Settings
}

// Help tells what a plan is, below the usage.
func (planCommand) Help() string {
	return `Says what "mallcheck run" would do with the same settings: checks, calls of each operation, how long they take, what is created and what it may cost. Nothing is sent to the target: the checks are run against the embedded sandbox, with the target's selection, permissions and fixtures, and what they do there is counted.

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
	ctx, cancel := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer cancel()
	t, dry, err := dryRun(ctx, layers, t)
	if err != nil {
		return err
	}
	if dry.Stopped != "" {
		return &exit{conformance.ExitInterrupted, fmt.Errorf("the plan was not finished (%s)", dry.Stopped)}
	}
	plan := conformance.NewPlan(t, dry)
	if c.JSON {
		return writeJSON(std.out, plan)
	}
	return tellPlan(std.out, plan)
}

// dryRun runs the checks of a target against the embedded sandbox. It returns the
// target as well, which is the sandbox when the layers name no other.
func dryRun(ctx context.Context, layers []target.Layer, t *target.Target) (*target.Target, *reports.Run, error) {
	remote := target.HasAddress(layers...)
	own, blank := layers, t
	if remote {
		own = []target.Layer{target.Flags(target.Settings{Seed: strconv.FormatInt(t.Seed, 10)})}
		var err error
		if blank, err = target.Resolve(own...); err != nil {
			return nil, nil, err
		}
	}
	server, dry, err := embedded(own, blank)
	if err != nil {
		return nil, nil, err
	}
	defer stop(server)
	if remote {
		likeTarget(dry, t)
	} else {
		t = dry
	}
	run, err := conformance.Run(ctx, dry, nil)
	return t, run, err
}

// likeTarget leaves the embedded sandbox no more than a target has, so that the
// same checks are run and the same are skipped.
func likeTarget(dry, t *target.Target) {
	dry.Sandbox, dry.ReportDir = false, ""
	dry.Only, dry.Skip, dry.Allow, dry.Fuzz = t.Only, t.Skip, t.Allow, t.Fuzz
	for _, service := range target.Services {
		if t.URLs[service] == "" {
			delete(dry.URLs, service)
		}
	}
	maps.DeleteFunc(dry.Paths, func(operation, _ string) bool { return t.Paths[operation] == "" })
	dry.SIMs = dry.SIMs[:min(len(dry.SIMs), len(t.SIMs))]
	dry.UnknownSIMs = dry.UnknownSIMs[:min(len(dry.UnknownSIMs), len(t.UnknownSIMs))]
	for _, fixture := range []struct{ dry, has *string }{
		{&dry.SecondPartnerCode, &t.SecondPartnerCode}, {&dry.Group, &t.Group}, {&dry.Package, &t.Package},
		{&dry.PayingMethod, &t.PayingMethod}, {&dry.FailingMethod, &t.FailingMethod}, {&dry.OpenMethod, &t.OpenMethod},
	} {
		if *fixture.has == "" {
			*fixture.dry = ""
		}
	}
	if t.PushListen == "" {
		_ = dry.PushListener.Close()
		dry.PushListener, dry.PushListen = nil, ""
	}
}

// tellPlan writes a plan for people.
func tellPlan(out io.Writer, p *conformance.Plan) error {
	var text strings.Builder
	fmt.Fprintf(&text, "A run against %s would do this; the numbers are estimates, from a run of the same checks against the embedded sandbox.\n\n", p.Target)
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
		fmt.Fprintf(&text, "costs     %s %s at the price of the package; %s if the target accepted each of the %d orders sent, the invalid ones too\n",
			p.Cost, p.Currency, p.CostAtMost, p.OrdersAtMost)
	}
	text.WriteString("\n")
	if err := writeTable(&text, func(table io.Writer) {
		fmt.Fprintln(table, "OPERATION\tCALLS\tACCEPTED")
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
