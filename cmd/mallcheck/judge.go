package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"os/exec"
	"slices"
	"strings"
	"time"

	"github.com/mallcheck/mallcheck/cmd/mallcheck/internal/console"
	"github.com/mallcheck/mallcheck/cmd/mallcheck/internal/judging"
	"github.com/mallcheck/mallcheck/conformance"
	"github.com/mallcheck/mallcheck/conformance/partner/client/starter"
	"github.com/mallcheck/mallcheck/conformance/partner/client/trial"
	"github.com/mallcheck/mallcheck/conformance/target"
	"github.com/mallcheck/mallcheck/internal/wholefile"
	"github.com/mallcheck/mallcheck/reports"
)

// judgeCommand tests a partner's client.
type judgeCommand struct {
	Scenarios []string      `sep:"," placeholder:"WHAT" help:"Run COMMAND again in scenarios: all, habits, outages, faults, or an id."`
	Require   []string      `sep:"," placeholder:"NAME" help:"Fail unless the client does this: addSims, flow:purchase. Flows: ${flows}."`
	Env       []string      `sep:"none" placeholder:"NAME=TEMPLATE" help:"Additional variable for the client: BASE_URL={MALL_URL}."`
	MinPoll   time.Duration `default:"${default_min_poll}" placeholder:"DURATION" help:"Shortest pause between two polls. Default ${default}."`
	SignParts []string      `sep:"," placeholder:"PARTS" help:"Signed parts. Default ${default_sign_parts}."`
	Path      []string      `sep:"," placeholder:"OPERATION=PATH" help:"Path of an operation whose path is undocumented."`
	Listen    string        `placeholder:"HOST:PORT" help:"Without COMMAND: where to listen."`
	Timeout   string        `placeholder:"DURATION" help:"Time limit of one run. Default 1m."`
	Init      string        `placeholder:"LANGUAGE" help:"Write a test: ${languages}."`
	Verbose   bool          `short:"v" help:"Show the output of COMMAND and every failure."`
	Command   []string      `arg:"" optional:"" passthrough:"" help:"The client, after --. Without it: serve until Ctrl-C."`
	partnerSettings
}

// Help gives examples, below the usage.
func (judgeCommand) Help() string {
	return `COMMAND finds the mall in MALL_VSHOP_URL, MALL_PAYMENT_URL, MALL_TOPUP_URL, and MALL_PARTNER_CODE, _SIM, _UNKNOWN_SIM,
_GROUP, _PACKAGE, _AMOUNT, _CURRENCY, _REQUEST_ID_HEADER, _PUSH_KEY; it may take POST /push on MALL_PUSH_LISTEN.
It must exit with 0 if all went well. --fail-on unnoticed: wrong answers that it does not notice are violations.

Examples:
  mallcheck judge -- python3 client.py
  mallcheck judge --scenarios all --require flow:purchase -- npm test
  mallcheck judge --init python        writes test_mall.py

Exit code: 0 no violation, 1 violation, 2 wrong usage, 3 no result, 130 interrupted.`
}

// unlimited is the time limit of serving until Ctrl-C.
const unlimited = "87600h"

// Run implements the command.
func (c *judgeCommand) Run(std *console.Streams) error {
	if c.Init != "" {
		if len(c.Command) > 0 {
			return errors.New("--init writes a test and runs no command; leave the command out, or leave --init out")
		}
		return c.sample(std)
	}
	if err := checkTimeout(c.Timeout); err != nil {
		return err
	}
	config, err := c.config(std)
	if err != nil {
		return err
	}
	own := target.Settings{CallTimeout: cmp.Or(c.Timeout, "1m"), SignParts: c.SignParts, Path: c.Path}
	if len(config.Command) == 0 {
		own.Timeout = unlimited
	}
	others := slices.DeleteFunc(strings.Split(c.FailOn, ","), func(word string) bool { return word == "unnoticed" })
	config.Unnoticed = strings.Contains(c.FailOn, "unnoticed")
	c.FailOn = strings.Join(others, ",")
	if err := c.checkFailOn("critical", "finding", "unnoticed"); err != nil {
		return err
	}
	// The client runs against the sandbox, to which every grade applies.
	c.Strict = cmp.Or(c.Strict, string(reports.Assumed))
	t, err := c.resolve(std, config.Name(), own)
	if err != nil {
		return err
	}
	t.Verbose = c.Verbose
	config.Timeout, config.Rules, config.Paths, config.Seed = t.CallTimeout, t.Sign, t.Paths, 1
	if c.Verbose {
		config.Output = std.Err
	}
	release, err := claim(t, false)
	if err != nil {
		return err
	}
	defer release()
	stopping := judging.StoppingChecks
	if len(config.Command) == 0 {
		stopping = "stopping: judging what the client sent (press again to stop at once)"
	}
	return judging.Until(std, t, stopping, func(ctx context.Context, watch *judging.Watcher) (*reports.Run, error) {
		config.Progress = watch.Working
		return conformance.JudgeClient(ctx, t, *config, watch)
	})
}

// config checks the flags of this command.
func (c *judgeCommand) config(std *console.Streams) (*trial.Config, error) {
	command := c.Command
	if len(command) > 0 && command[0] == "--" {
		command = command[1:]
	}
	config := &trial.Config{
		Command: command, Env: c.Env, Require: c.Require, MinPoll: c.MinPoll, Listen: c.Listen,
		Ready: func(environ []string) { introduceJudge(std, environ) },
	}
	if len(command) > 0 {
		if _, err := exec.LookPath(command[0]); err != nil {
			return config, fmt.Errorf("%q is not a command: %w", command[0], errors.Unwrap(err))
		}
	}
	if err := c.checkListen(len(command) > 0); err != nil {
		return config, err
	}
	return config, config.Check(c.Scenarios)
}

// checkListen returns an error if --listen has no effect, or if it is impossible to listen there.
func (c *judgeCommand) checkListen(command bool) error {
	if c.Listen == "" {
		return nil
	}
	if command {
		return errors.New("--listen is for a client that is started by hand; leave it out, or leave the command out")
	}
	probe, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", c.Listen)
	if err != nil {
		return fmt.Errorf("--listen: %w; name an address of this machine with a free port, such as 127.0.0.1:0", err)
	}
	return probe.Close()
}

// sample writes a sample test.
func (c *judgeCommand) sample(std *console.Streams) error {
	chosen, err := starter.Of(c.Init)
	if err != nil {
		return fmt.Errorf("--init: %w", err)
	}
	text, err := chosen.Source()
	if err != nil {
		return fmt.Errorf("--init: %w", err)
	}
	if err := wholefile.Create(chosen.File, text, 0o644); err != nil {
		return err
	}
	_, err = fmt.Fprintf(std.Out, "Wrote %s. Run it: %s\n", chosen.File, chosen.Run)
	return err
}

// introduceJudge prints the addresses of the sandbox, for a client that is started by hand.
func introduceJudge(std *console.Streams, environ []string) {
	fmt.Fprintln(std.Out, "The sandbox is ready. Start the client with these variables, then press Ctrl-C:")
	for _, pair := range environ {
		fmt.Fprintln(std.Out, "export "+pair)
	}
}
