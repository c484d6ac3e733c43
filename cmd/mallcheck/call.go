package main

import (
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/mallcheck/mallcheck/cmd/mallcheck/internal/console"
	"github.com/mallcheck/mallcheck/conformance"
	"github.com/mallcheck/mallcheck/conformance/target"
)

// callCommand makes one signed call.
type callCommand struct {
	Operation string   `arg:"" help:"Operation id, such as singleVerify; mallcheck contract lists all."`
	Set       []string `sep:"none" placeholder:"MEMBER=VALUE" help:"Path, query or body parameter: name=text, or name:=JSON for other types."`
	Explain   bool     `help:"First print the signed content and the sign, one per line."`
	Show      bool     `help:"Show payment ids, client secrets and e-mail addresses. Secrets in settings stay redacted."`

	target.Settings
}

// Help explains how to call, below the usage.
func (callCommand) Help() string {
	return `Prints the response body on standard output and the HTTP status on standard error. The common parameters, the first --sim and the --group are filled in.

Examples:
  mallcheck call singleVerify --target uat --set deviceCode=89852420180910340793
  env $(cat sandbox.env) mallcheck call addSims --set 'sim_ids:=["898524201809"]' --explain

The call is real: an order is an order. Exit code: 0 accepted, 1 refused or malformed response, 2 wrong usage, 3 no response, 130 interrupted.`
}

// Run implements the command.
func (c *callCommand) Run(std *console.Streams) error {
	_, t, err := resolved(std, c.Settings)
	if err != nil {
		return err
	}
	secrets := t.Secrets()
	secrets.ShowPayments = c.Show
	std.Hide(secrets)
	ctx, cancel := console.Interruptible()
	defer cancel()
	called, err := conformance.Call(ctx, t, c.Operation, c.Set)
	if called != nil && c.Explain {
		if _, err := fmt.Fprint(std.Out, called.Signed); err != nil {
			return err
		}
	}
	if err != nil && ctx.Err() != nil {
		return console.With(conformance.ExitInterrupted, err)
	}
	if errors.Is(err, conformance.ErrNoAnswer) {
		return console.With(conformance.ExitInconclusive, err)
	}
	if err != nil {
		return err
	}
	called.Answer.Body = secrets.Body(called.Answer.Body)
	return tellAnswer(std, t, called)
}

// tellAnswer prints an answer and returns its exit code.
func tellAnswer(std *console.Streams, t *target.Target, called *conformance.Called) error {
	answer := called.Answer
	status := fmt.Sprintf("HTTP %d %s", answer.Status, http.StatusText(answer.Status))
	if id := answer.Header.Get(t.RequestIDHeader); id != "" {
		status += ", " + t.RequestIDHeader + ": " + id
	}
	fmt.Fprintln(std.Err, strings.TrimSpace(status))
	if _, err := fmt.Fprintf(std.Out, "%s\n", answer.Body); err != nil {
		return err
	}
	switch {
	case called.Problem == "":
		return nil
	case answer.Refused():
		return console.With(conformance.ExitViolation, nil) // its body says why
	}
	return console.With(conformance.ExitViolation, errors.New(called.Problem))
}
