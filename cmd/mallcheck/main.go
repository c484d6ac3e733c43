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

	"github.com/mallcheck/mallcheck/cmd/mallcheck/internal/console"
	"github.com/mallcheck/mallcheck/cmd/mallcheck/internal/help"
	"github.com/mallcheck/mallcheck/cmd/mallcheck/internal/memory"
	"github.com/mallcheck/mallcheck/cmd/mallcheck/internal/usage"
	"github.com/mallcheck/mallcheck/conformance"
	"github.com/mallcheck/mallcheck/conformance/embedded"
	"github.com/mallcheck/mallcheck/conformance/partner/client"
	"github.com/mallcheck/mallcheck/conformance/partner/client/starter"
	"github.com/mallcheck/mallcheck/conformance/target"
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

func main() {
	memory.Start()
	log.SetOutput(io.Discard) // net/http logs headers and bodies of answers, which may be secret
	os.Exit(execute(os.Args[1:], &console.Streams{In: os.Stdin, Out: os.Stdout, Err: os.Stderr, Environ: os.Environ()}))
}

// execute runs one command and returns the exit code. Any other error becomes one line on
// standard error and exit code 2.
func execute(arguments []string, std *console.Streams) int {
	var line commands
	parser, err := kong.New(&line,
		kong.Name("mallcheck"),
		kong.Description("Contract tests for the mall API of a SIM provider. Without settings, \"mallcheck run\" tests the built-in sandbox."),
		kong.Writers(std.Out, std.Err),
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
	defer std.Close()
	var ended *console.Exit
	switch {
	case err == nil:
		return conformance.ExitPassed
	case errors.As(err, &ended):
		if ended.Err != nil {
			std.TellError(ended)
		}
		return ended.Code
	}
	return fail(std, err)
}

// fail prints an error as one line and returns the exit code of wrong usage.
func fail(std *console.Streams, err error) int {
	std.TellError(err)
	return conformance.ExitUsage
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
