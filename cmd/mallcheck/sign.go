package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/mallcheck/mallcheck/cmd/mallcheck/internal/console"
	"github.com/mallcheck/mallcheck/cmd/mallcheck/internal/signed"
	"github.com/mallcheck/mallcheck/conformance"
	"github.com/mallcheck/mallcheck/signing"
	"github.com/mallcheck/mallcheck/signing/diagnose"
)

// signCommand signs the parameters of a request.
type signCommand struct {
	Explain   bool     `xor:"what" help:"Print the signed content and the sign, one per line."`
	Check     *string  `xor:"what" placeholder:"SIGN" help:"Check this sign. If it is wrong, print a diagnosis and exit with 1."`
	Path      []string `sep:"none" placeholder:"NAME=VALUE" help:"Path parameter to sign. May be repeated."`
	Operation *string  `placeholder:"ID" help:"Operation id; requires its path parameters."`
	URL       *string  `placeholder:"URL" help:"Request URL; its path parameters and query are signed too."`
}

// Help explains what is signed, below the usage.
func (signCommand) Help() string {
	return `Reads a JSON object, a request body or the parameters of a GET, from standard input. Ignores "sign" and empty values.
Path parameters are signed too: give each with --path, or give the --url.

Examples:
  echo '{"version":"3.0","partnerCode":"P012345"}' | mallcheck sign
  mallcheck sign --explain < body.json
  mallcheck sign --check ea7a3bba7e345e0b8ca7f7e3b43d6e72 < body.json
  mallcheck sign --path group_id=G20230001 --check ea7a3bba7e345e0b8ca7f7e3b43d6e72 < body.json
  mallcheck sign --operation addSims < body.json \
      --url http://127.0.0.1:8080/topup/mall/bundle-groups/G20230001/sims

The sign is an MD5 without a secret: a checksum, not authentication.`
}

// Run implements the command.
func (c *signCommand) Run(std *console.Streams) error {
	if c.Check != nil && strings.TrimSpace(*c.Check) == "" {
		return errors.New("--check is empty; give the sign that was sent")
	}
	parts := signed.Parts{URL: c.URL, Operation: c.Operation, Path: c.Path}
	request, err := parts.Read(std.In)
	if err != nil {
		return err
	}
	rules := signing.Default()
	members, err := request.Members(rules.Parts)
	if err != nil {
		return err
	}
	explained, err := signing.Explain(members, rules)
	if err != nil {
		return fmt.Errorf("standard input: %w", err)
	}
	switch {
	case c.Check != nil:
		return c.check(std, parts, request, rules)
	case c.Explain:
		_, err = fmt.Fprint(std.Out, explained)
		return err
	}
	_, err = fmt.Fprintln(std.Out, explained.Sign)
	return err
}

// check says whether a sign is right and, if not, what is probably wrong.
func (c *signCommand) check(std *console.Streams, parts signed.Parts, request diagnose.Request, rules signing.Rules) error {
	diagnosis := diagnose.Sign(request, *c.Check, rules, diagnose.Thorough)
	switch {
	case diagnosis.Problem != nil:
		return diagnosis.Problem
	case diagnosis.Right:
		_, err := fmt.Fprintln(std.Out, "the sign is right")
		return err
	}
	if _, err := fmt.Fprintln(std.Out, diagnosis.String()+parts.Hint(request, diagnosis)); err != nil {
		return err
	}
	return console.With(conformance.ExitViolation, nil)
}
