package main

import (
	"errors"
	"fmt"
	"io"

	"github.com/mallcheck/mallcheck/conformance"
	"github.com/mallcheck/mallcheck/signing"
	"github.com/mallcheck/mallcheck/signing/diagnose"
)

// maxSigned bounds what is read to be signed.
const maxSigned = 64 << 20

// signCommand signs a JSON object.
type signCommand struct {
	Explain bool   `xor:"what" help:"Print the signed content and the sign, a line each."`
	Check   string `xor:"what" placeholder:"SIGN" help:"Check this sign: exit code 1 and the diagnosis when it is wrong."`
}

// Help tells what is signed, below the usage.
func (signCommand) Help() string {
	return `Reads one JSON object, the body of a request or a GET's parameters, as it is: nothing is added, a member "sign" and empty values are left out.

Examples:
  echo '{"version":"3.0","partnerCode":"P012345"}' | mallcheck sign
  mallcheck sign --explain < body.json
  mallcheck sign --check ea7a3bba7e345e0b8ca7f7e3b43d6e72 < body.json

The sign is an MD5 without a secret: a checksum, not an authentication.`
}

// Run implements the command.
func (c *signCommand) Run(std *streams) error {
	body, err := io.ReadAll(io.LimitReader(std.in, maxSigned+1))
	if err != nil {
		return fmt.Errorf("reading standard input: %w", err)
	}
	if len(body) > maxSigned {
		return fmt.Errorf("standard input: larger than %d bytes", maxSigned)
	}
	members, err := signing.ParseMembers(body)
	if err != nil {
		return fmt.Errorf("standard input: %w; write exactly one JSON object", err)
	}
	rules := signing.Default()
	explained, err := signing.Explain(members, rules)
	if err != nil {
		return fmt.Errorf("standard input: %w", err)
	}
	switch {
	case c.Check != "":
		return check(std, members, c.Check, rules)
	case c.Explain:
		_, err = fmt.Fprint(std.out, explained)
		return err
	}
	_, err = fmt.Fprintln(std.out, explained.Sign)
	return err
}

// check says whether a sign is right, and what is likely wrong when it is not.
func check(std *streams, members []signing.Member, sign string, rules signing.Rules) error {
	err := signing.Verify(members, sign, rules)
	switch {
	case err == nil:
		_, err = fmt.Fprintln(std.out, "the sign is right")
		return err
	case !errors.Is(err, signing.ErrMismatch):
		return err
	}
	if _, err := fmt.Fprintln(std.out, diagnose.Sign(diagnose.Request{Body: members}, sign, rules, diagnose.Thorough).Text()); err != nil {
		return err
	}
	return &exit{code: conformance.ExitViolation}
}
