package main

import (
	"cmp"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"os/exec"
	"slices"
	"strings"
	"time"

	"github.com/mallcheck/mallcheck/cmd/mallcheck/internal/console"
	"github.com/mallcheck/mallcheck/cmd/mallcheck/internal/judging"
	"github.com/mallcheck/mallcheck/conformance"
	"github.com/mallcheck/mallcheck/conformance/partner/receiver"
	"github.com/mallcheck/mallcheck/conformance/partner/signer"
	"github.com/mallcheck/mallcheck/conformance/target"
	"github.com/mallcheck/mallcheck/reports"
	"github.com/mallcheck/mallcheck/signing"
)

// partnerSettings are the settings of both tests of a partner's own side. Each is also a
// variable, as in mallcheck run.
type partnerSettings struct {
	Only      []string `sep:"," placeholder:"PATTERN" group:"selection" help:"Run only these checks: an id, a glob or area:RCV."`
	Skip      []string `sep:"," placeholder:"PATTERN" group:"selection" help:"Do not run these checks."`
	Strict    string   `placeholder:"GRADE" group:"policy" help:"Fail on clauses of this grade or better: documented, derived or assumed. Default derived, judge assumed."`
	FailOn    string   `placeholder:"WHAT" group:"policy" help:"Also fail on findings (finding), or on those of critical severity (critical)."`
	Waivers   string   `placeholder:"FILE" group:"policy" help:"Waivers file."`
	ReportDir string   `placeholder:"DIR" group:"report" help:"Report folder. Default ${default_report_dir}."`
	Format    []string `sep:"," placeholder:"FORMAT" group:"report" help:"Reports to write. Default ${default_format}."`
}

// resolve returns the settings as a target with the given name.
func (p partnerSettings) resolve(std *console.Streams, name string, own target.Settings) (*target.Target, error) {
	own.Only, own.Skip, own.Strict, own.FailOn = p.Only, p.Skip, p.Strict, p.FailOn
	own.Waivers, own.ReportDir, own.Format = p.Waivers, p.ReportDir, p.Format
	if err := p.checkFailOn("critical", "finding"); err != nil {
		return nil, err
	}
	environment, err := target.Environment(std.Environ)
	if err != nil {
		return nil, err
	}
	// The default grade for a receiver or signer differs from that for a server.
	fallback := target.Layer{Settings: target.Settings{Strict: string(reports.Derived)}, Origin: func(key string) string { return "the default of --" + key }}
	t, err := target.Resolve(target.Flags(own), environment, fallback)
	if err != nil {
		return nil, err
	}
	t.Name, t.Sandbox, t.URLs = name, false, map[string]string{}
	std.Hide(t.Secrets())
	return t, cmp.Or(withoutDrift(t), conformance.CheckFormats(t.Origin("format"), t.Formats))
}

// checkFailOn returns an error if --fail-on is not a valid word. The word for habits is allowed but has
// no effect: a partner's side has no habits.
func (p partnerSettings) checkFailOn(words ...string) error {
	if p.FailOn == "" || p.FailOn == "habit" || slices.Contains(words, p.FailOn) {
		return nil
	}
	instead := "write " + strings.Join(words[:len(words)-1], ", ") + " or " + words[len(words)-1]
	return &target.Error{Origin: "--fail-on", Value: p.FailOn, Problem: "is not known here", Instead: target.DidYouMean(p.FailOn, words, instead)}
}

// checkTimeout checks the --timeout of these commands, which sets the time limit of a call.
func checkTimeout(text string) error {
	if d, err := time.ParseDuration(text); text != "" && (err != nil || d <= 0) {
		return fmt.Errorf("--timeout: %q is not a valid duration; write a positive duration with its unit, such as 500ms, 10s or 5m", text)
	}
	return nil
}

// receiverCommand tests a push receiver.
type receiverCommand struct {
	URL          string   `arg:"" name:"url" help:"Address of the receiver: http://127.0.0.1:8000/push."`
	PushKey      []string `name:"push-key" placeholder:"ID:HEX" group:"push" help:"Key that the receiver accepts: its id, a colon and the key in hexadecimal. Give it twice to test a rotation. It is secret and never printed."`
	PushJoin     string   `name:"push-join" placeholder:"JOIN" group:"push" help:"How body and headers are joined before signing. Default ${default_push_join}."`
	PushEncoding string   `name:"push-encoding" placeholder:"ENCODING" group:"push" help:"Encoding of the signature. Default ${default_push_encoding}."`
	PushTimeout  string   `name:"push-timeout" placeholder:"DURATION" group:"push" help:"Time limit for one response. Default 5s."`
	PartnerCode  string   `name:"partner-code" placeholder:"CODE" group:"push" help:"Partner code in the pushes. Default P012345."`
	SIM          string   `name:"sim" placeholder:"ICCID" group:"push" help:"SIM card in the pushes."`
	Count        string   `name:"count" placeholder:"COMMAND" group:"push" help:"Shell command that prints how many pushes have taken effect so far. Without it, checks that a push takes effect once are skipped."`
	Fail         string   `name:"fail" placeholder:"COMMAND" group:"push" help:"Shell command that makes the receiver fail on its next push (HTTP 5xx). Without it, checks of a push after a failure are skipped."`
	Slow         string   `name:"slow" placeholder:"COMMAND" group:"push" help:"Shell command that makes the receiver answer its next push too late: after --push-timeout, but before twice that time. Without it, checks of a push after a time-out are skipped."`
	partnerSettings
}

// Help gives examples, below the usage.
func (receiverCommand) Help() string {
	return `Sends the pushes that the mall would send, and those that an attacker could send, and judges the responses.
The receiver must accept orders that it does not know: run it against a test system.

Examples:
  mallcheck receiver http://127.0.0.1:8000/push --push-key key-1:00112233445566778899aabbccddeeff
  mallcheck receiver http://127.0.0.1:8000/push --push-key key-1:0011 --push-key key-2:2233 \
      --count 'curl -s http://127.0.0.1:8000/count'
  mallcheck list --only area:RCV

Exit code: 0 no violation, 1 violation, 2 wrong usage, 3 receiver not reached or no result, 130 interrupted.`
}

// defaultSIM is a well-formed ICCID.
const defaultSIM = "89852000000000000001"

// Run implements the command.
func (c *receiverCommand) Run(std *console.Streams) error {
	variable := func(name string) string {
		for _, entry := range std.Environ {
			if value, ok := strings.CutPrefix(entry, name+"="); ok {
				return value
			}
		}
		return ""
	}
	keys := c.PushKey
	if len(keys) == 0 {
		if text := variable(target.EnvironmentName("push-key")); text != "" {
			keys = []string{text}
		}
	}
	if len(keys) == 0 || len(keys) > 2 {
		return errors.New("--push-key: give one key that the receiver accepts, or two during a rotation: --push-key ID:HEX")
	}
	address, err := receiver.ParseAddress(c.URL)
	if err != nil {
		return err
	}
	t, err := c.resolve(std, address.Host, target.Settings{PushJoin: c.PushJoin, PushEncoding: c.PushEncoding,
		SIM:         []string{cmp.Or(c.SIM, defaultSIM)},
		PushTimeout: cmp.Or(c.PushTimeout, "5s"), PushKey: keys[0], PartnerCode: cmp.Or(c.PartnerCode, "P012345")})
	if err != nil {
		return err
	}
	config := receiver.Config{URL: address, Join: t.PushJoin, Encoding: t.PushEncoding, Timeout: t.PushTimeout, Count: c.Count,
		Fail: c.Fail, Slow: c.Slow, PartnerCode: t.PartnerCode, SIM: t.SIMs[0], Seed: t.Seed}
	for _, text := range keys {
		id, key, err := signing.ParsePushKey(text)
		if err != nil {
			return fmt.Errorf("--push-key: %w", err)
		}
		config.Keys = append(config.Keys, receiver.Key{ID: id, Bytes: key})
		t.OtherSecrets = append(t.OtherSecrets, hex.EncodeToString(key))
	}
	t.OtherSecrets = append(t.OtherSecrets, receiver.Secrets(address)...)
	std.Hide(t.Secrets())
	return judgePartner(std, t, func(ctx context.Context, watch *judging.Watcher) (*reports.Run, error) {
		return conformance.JudgeReceiver(ctx, t, config, watch)
	})
}

// signerCommand tests a signer.
type signerCommand struct {
	Level   string   `enum:"core,full" default:"core" help:"core: what the documentation proves. full: the assumed edge cases as well, as findings."`
	Push    bool     `help:"Test the signature of pushes instead of the sign of requests."`
	Each    bool     `help:"Start the command for each vector."`
	Timeout string   `placeholder:"DURATION" help:"Time limit of one run of the command. Default 1m."`
	Command []string `arg:"" passthrough:"" help:"The signer and its arguments, after --."`
	partnerSettings
}

// Help gives examples, below the usage.
func (signerCommand) Help() string {
	return `Starts COMMAND, writes each signature vector to its standard input as one JSON line (name, method, path, template, query,
body or bodyHex; with --push: headers, keyId, key, body) and reads one line for each: the sign, or error if it cannot be signed.

Examples:
  mallcheck signer -- python3 signer.py
  mallcheck signer --level full -- node signer.mjs
  mallcheck signer --push -- java Signer.java

Exit code: 0 no violation, 1 violation, 2 wrong usage, 3 the command gave no result, 130 interrupted.`
}

// Run implements the command.
func (c *signerCommand) Run(std *console.Streams) error {
	command := c.Command
	if len(command) > 0 && command[0] == "--" {
		command = command[1:]
	}
	if len(command) == 0 {
		return errors.New("the command of the signer is missing; write it after --: mallcheck signer -- python3 signer.py")
	}
	if _, err := exec.LookPath(command[0]); err != nil {
		return fmt.Errorf("%q is not a command: %w", command[0], errors.Unwrap(err))
	}
	if err := checkTimeout(c.Timeout); err != nil {
		return err
	}
	config := signer.Config{Command: command, Level: c.Level, Push: c.Push, Each: c.Each}
	t, err := c.resolve(std, config.Name(), target.Settings{CallTimeout: cmp.Or(c.Timeout, "1m")})
	if err != nil {
		return err
	}
	config.Timeout = t.CallTimeout
	if c.Push && c.Strict == "" {
		t.Strict = string(reports.Assumed) // every vector of pushes is assumed, and the partner asked for them
	}
	return judgePartner(std, t, func(ctx context.Context, watch *judging.Watcher) (*reports.Run, error) {
		return conformance.JudgeSigner(ctx, t, config, watch)
	})
}

// judgePartner runs a test of the partner's own side and writes the reports.
func judgePartner(std *console.Streams, t *target.Target, run judging.Runner) error {
	release, err := claim(t, false)
	if err != nil {
		return err
	}
	defer release()
	return judging.Until(std, t, judging.StoppingChecks, run)
}
