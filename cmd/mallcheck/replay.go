package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/mallcheck/mallcheck/cmd/mallcheck/internal/console"
	"github.com/mallcheck/mallcheck/conformance"
	"github.com/mallcheck/mallcheck/conformance/embedded"
	"github.com/mallcheck/mallcheck/conformance/target"
	"github.com/mallcheck/mallcheck/reports"
)

// replayCommand sends the recorded requests of a check again.
type replayCommand struct {
	File string   `arg:"" name:"run.json" help:"The run.json of the run."`
	ID   string   `arg:"" help:"Id of the check, such as SIG-022/addSims."`
	Set  []string `sep:"none" placeholder:"NAME=VALUE" help:"Value that the report redacts: payId=..., client_secret=..."`

	target.Settings
}

// Help explains what a replay does, below the usage.
func (replayCommand) Help() string {
	return `Resends the recorded requests of a check and reports differences in status, code and shape. Access times, order ids and request ids are renewed, and requests are signed again unless their sign was wrong. Redacted values such as <redacted:pm_id> come from the settings or from --set. Group changes are undone.

Examples:
  mallcheck replay mallcheck-report/run.json ENV-001/listBundles --target uat
  mallcheck replay mallcheck-report/run.json GRP-001 --target uat --allow read,write

Exit code: 0 same responses, 1 different, 2 wrong usage, 3 not everything could be sent, 130 interrupted.`
}

// Run implements the command.
func (c *replayCommand) Run(std *console.Streams) error {
	run, err := readRun(c.File, c.ID)
	if err != nil {
		return err
	}
	result, err := conformance.Recorded(run, c.File, c.ID)
	if err != nil {
		return err
	}
	given, err := c.given()
	if err != nil {
		return err
	}
	layers, t, err := resolved(std, c.Settings)
	if err != nil {
		return err
	}
	if err := ofTheSandbox(c.File, run, layers); err != nil {
		return err
	}
	std.Hide(t.Secrets())
	t, closing, err := embedded.Open(layers...)
	if err != nil {
		return err
	}
	defer closing()
	if !t.Sandbox {
		t.PushListen = "" // a replay waits for no push
	}
	ctx, cancel := console.Interruptible()
	defer cancel()
	replayal, err := conformance.Replay(ctx, t, run, result, given)
	if err != nil {
		return err
	}
	err = tellReplayal(std, replayal, len(result.Exchanges))
	if ctx.Err() != nil {
		return console.With(conformance.ExitInterrupted, errors.New("interrupted before the last answer was complete"))
	}
	return err
}

// tellReplayal prints the outcome of a replay, and returns its exit code.
func tellReplayal(std *console.Streams, replayal *conformance.Replayal, recorded int) error {
	replayed := replayal.Exchanges
	differ := 0
	for i, r := range replayed {
		verdict := "as recorded"
		if len(r.Differences) > 0 {
			differ++
			verdict = strings.Join(r.Differences, "\n      ")
		}
		fmt.Fprintf(std.Out, "%3d %s %s\n      %s\n", i+1, r.Recorded.Operation, outcomeOf(r.Again), verdict)
	}
	for _, sentence := range replayal.Left {
		fmt.Fprintln(std.Out, "left behind: "+sentence)
	}
	switch {
	case replayal.Stopped != nil:
		return console.With(conformance.ExitInconclusive, fmt.Errorf("%d of %d requests were sent: %w", len(replayed), recorded, replayal.Stopped))
	case differ > 0:
		fmt.Fprintf(std.Out, "%d of %d answers differ.\n", differ, len(replayed))
		return console.With(conformance.ExitViolation, nil)
	}
	_, err := fmt.Fprintf(std.Out, "All %d answers agree with those recorded.\n", len(replayed))
	return err
}

// outcomeOf summarizes an answer in a few words.
func outcomeOf(exchange reports.Exchange) string {
	if exchange.Response == nil {
		return exchange.Problem
	}
	return fmt.Sprintf("HTTP %d", exchange.Response.Status)
}

// given reads the values of --set.
func (c *replayCommand) given() (map[string]string, error) {
	given := map[string]string{}
	for _, text := range c.Set {
		name, value, found := strings.Cut(text, "=")
		if !found || name == "" || value == "" {
			return nil, fmt.Errorf("--set: %q gives no value; write NAME=VALUE", text)
		}
		given[name] = value
	}
	return given, nil
}
