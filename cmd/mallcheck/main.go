// Mallcheck tests a target against the contract of the mall API and serves the
// sandbox that a partner develops against.
//
// This package parses the command line, calls the other packages, and ends the
// process with their exit code.
package main

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"log"
	"os"
	"reflect"
	"strings"

	"github.com/alecthomas/kong"

	"github.com/mallcheck/mallcheck/cmd/mallcheck/internal/help"
	"github.com/mallcheck/mallcheck/cmd/mallcheck/internal/memory"
	"github.com/mallcheck/mallcheck/cmd/mallcheck/internal/usage"
	"github.com/mallcheck/mallcheck/conformance"
	"github.com/mallcheck/mallcheck/conformance/embedded"
	"github.com/mallcheck/mallcheck/conformance/partner/client"
	"github.com/mallcheck/mallcheck/conformance/partner/client/starter"
	"github.com/mallcheck/mallcheck/conformance/target"
	"github.com/mallcheck/mallcheck/reports/redact"
	"github.com/mallcheck/mallcheck/reports/render"
)

// commands is the command line.
type commands struct {
	Run      runCommand      `cmd:"" help:"Test a target against the contract: your addresses, or the built-in sandbox."`
	Serve    serveCommand    `cmd:"" help:"Serve the sandbox, a mall to develop and test against."`
	Call     callCommand     `cmd:"" help:"Send one signed request and print the response."`
	Contract contractCommand `cmd:"" help:"Print the contract as an OpenAPI document."`
	Sign     signCommand     `cmd:"" help:"Sign the JSON object on standard input, or check its sign."`
	Judge    judgeCommand    `cmd:"" help:"Test a partner's client: judge each request and flow of a command."`
	Receiver receiverCommand `cmd:"" help:"Test a partner's push receiver."`
	Signer   signerCommand   `cmd:"" help:"Test a partner's signer, in any language."`
	Proxy    proxyCommand    `cmd:"" help:"Serve a signing proxy to a target, which judges each answer."`
	Init     initCommand     `cmd:"" help:"Write a starter mallcheck.yaml."`
	Targets  targetsCommand  `cmd:"" help:"List the targets in mallcheck.yaml."`
	Config   configCommand   `cmd:"" help:"Print the effective settings and where each comes from."`
	Doctor   doctorCommand   `cmd:"" help:"Find out how a target behaves, and print matching settings."`
	Learn    learnCommand    `cmd:"" help:"Learn what a target really does, and write it as an overlay of the contract."`
	Drift    driftCommand    `cmd:"" help:"Show how a target has changed since it was learnt."`
	List     listCommand     `cmd:"" help:"List the checks."`
	Explain  explainCommand  `cmd:"" help:"Explain what a check requires, the evidence, and common causes of failure."`
	Faults   faultsCommand   `cmd:"" help:"List the violations that the sandbox can commit."`
	Variants variantsCommand `cmd:"" help:"List the habits of conforming servers that the sandbox can adopt."`
	Rerun    rerunCommand    `cmd:"" help:"Rerun the failed checks of a run."`
	Replay   replayCommand   `cmd:"" help:"Resend the recorded requests of a check and compare the responses."`
	Merge    mergeCommand    `cmd:"" help:"Combine the shards of a run."`
	Compare  compareCommand  `cmd:"" help:"Show what changed between two runs, or differs between two targets."`
	Plan     planCommand     `cmd:"" help:"Show what a run would do, without contacting the target."`
	Sweep    sweepCommand    `cmd:"" help:"Undo what a killed run left on its target."`

	Completion completionCommand `cmd:"" help:"Print a completion script for bash, zsh or fish."`
	Complete   completeCommand   `cmd:"" hidden:"" help:"Answer a completion script."`
	Man        manCommand        `cmd:"" help:"Print the manual page."`
	Topic      helpCommand       `cmd:"" name:"help" help:"Show the full help of a command, or the settings of one topic."`
	Version    versionCommand    `cmd:"" help:"Print the version and the digests of the contracts."`
}

// Help explains where to begin, below the usage.
func (commands) Help() string {
	return `Begin with:
  mallcheck run               test the built-in sandbox
  mallcheck serve             run a local mall to develop against
  mallcheck run --help        test your own target
  mallcheck list              see all checks`
}

// streams are the standard streams of a command.
type streams struct {
	in       io.Reader
	out, err io.Writer
	screen   io.Writer // out before hide, for redacted output that rewrites lines
	environ  []string
	// secrets must not appear in errors; hide sets it.
	secrets redact.Secrets
	ended   []io.Closer // what must be closed before the process ends
}

// hide redacts secrets in all further lines and errors, and escapes whatever acts on a
// terminal or on the runner of a CI job.
func (s *streams) hide(secrets redact.Secrets) {
	s.secrets = secrets
	if s.screen == nil {
		s.screen = s.out
	}
	for _, stream := range []*io.Writer{&s.out, &s.err} {
		safe := render.NewSafeWriter(*stream)
		hiding := secrets.Writer(safe)
		*stream, s.ended = hiding, append(s.ended, hiding, safe)
	}
}

// close prints the rest of unfinished lines.
func (s *streams) close() {
	for _, writer := range s.ended {
		_ = writer.Close() // an error could not be printed any more
	}
}

// exit is an error with the exit code of the process. Without an inner error, the command
// has already printed everything.
type exit struct {
	code int
	err  error
}

// Error implements error.
func (e *exit) Error() string {
	if e.err == nil {
		return ""
	}
	return e.err.Error()
}

// Unwrap returns the error behind the exit code.
func (e *exit) Unwrap() error { return e.err }

func main() {
	memory.Start()
	log.SetOutput(io.Discard) // net/http logs headers and bodies of answers, which may be secret
	os.Exit(execute(os.Args[1:], &streams{in: os.Stdin, out: os.Stdout, err: os.Stderr, environ: os.Environ()}))
}

// execute runs one command and returns the exit code. Any other error becomes one line on
// standard error and exit code 2.
func execute(arguments []string, std *streams) int {
	var line commands
	parser, err := kong.New(&line,
		kong.Name("mallcheck"),
		kong.Description("Contract tests for the mall API of a SIM provider. Without settings, \"mallcheck run\" tests the built-in sandbox."),
		kong.Writers(std.out, std.err),
		kong.Exit(os.Exit),
		kong.UsageOnError(),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, WrapUpperBound: help.Width}),
		kong.Help(help.Print),
		kong.ExplicitGroups(help.Groups()),
		helpDefaults(),
		kong.Bind(std),
	)
	if err != nil {
		return fail(std, fmt.Errorf("reading the definition of the command line: %w", err))
	}
	context, err := parser.Parse(arguments)
	if err != nil {
		return fail(std, usage.Misused(err))
	}
	if err := usage.EmptyFlag(context); err != nil {
		return fail(std, err)
	}
	if context.Command() != "run" {
		memory.Serve()
	}
	err = context.Run()
	defer std.close()
	var ended *exit
	switch {
	case err == nil:
		return conformance.ExitPassed
	case errors.As(err, &ended):
		if ended.err != nil {
			tellError(std, ended)
		}
		return ended.code
	}
	return fail(std, err)
}

// fail prints an error as one line and returns the exit code of wrong usage.
func fail(std *streams, err error) int {
	tellError(std, err)
	return conformance.ExitUsage
}

// tellError prints an error as one line, with secrets redacted.
func tellError(std *streams, err error) {
	fmt.Fprintln(std.err, "mallcheck: "+std.secrets.Redact(render.SafeLine(err.Error())))
}

// helpDefaults has the defaults for the placeholders in help texts.
func helpDefaults() kong.Vars {
	vars := kong.Vars{"default_push_to": embedded.DefaultPushTo, "file_name": target.FileName,
		"default_min_poll": client.DefaultMinPoll.String(), "flows": strings.Join(client.Flows(), ", "), "languages": strings.Join(starter.Languages(), ", ")}
	for key, text := range target.Defaults() {
		vars["default_"+strings.ReplaceAll(key, "-", "_")] = text
	}
	vars["topics"] = strings.Join(topics(), ",")
	return vars
}

// topics are the topics of mallcheck help: the groups of settings, the commands, and their list.
func topics() []string {
	names := []string{help.Commands}
	for _, group := range help.Groups() {
		names = append(names, group.Key)
	}
	for _, command := range reflect.VisibleFields(reflect.TypeFor[commands]()) {
		if _, hidden := command.Tag.Lookup("hidden"); !hidden {
			names = append(names, cmp.Or(command.Tag.Get("name"), strings.ToLower(command.Name)))
		}
	}
	return names
}

func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }
