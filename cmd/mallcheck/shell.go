package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/alecthomas/kong"

	"github.com/mallcheck/mallcheck/cmd/mallcheck/internal/completion"
	"github.com/mallcheck/mallcheck/cmd/mallcheck/internal/console"
	"github.com/mallcheck/mallcheck/cmd/mallcheck/internal/help"
	"github.com/mallcheck/mallcheck/cmd/mallcheck/internal/man"
)

// completionCommand prints a completion script.
type completionCommand struct {
	Shell string `arg:"" enum:"bash,zsh,fish" help:"bash, zsh or fish."`
}

// Help explains where a script belongs, below the usage.
func (completionCommand) Help() string {
	return `Examples:
  source <(mallcheck completion bash)                    in this shell, or add to ~/.bashrc
  mallcheck completion zsh > "${fpath[1]}/_mallcheck"    then start a new zsh
  mallcheck completion fish > ~/.config/fish/completions/mallcheck.fish

Completes commands, flags, check and fault ids, operations and setting values.`
}

// Run implements the command.
func (c *completionCommand) Run(std *console.Streams) error {
	text, err := completion.Script(c.Shell)
	if err != nil {
		return fmt.Errorf("reading the completion script: %w", err)
	}
	_, err = std.Out.Write(text)
	return err
}

// completeCommand returns candidates to a completion script.
type completeCommand struct {
	Words []string `arg:"" optional:"" help:"The words of the command line after mallcheck, up to the current one."`
}

// Run implements the command. It prints one candidate per line, then a tab and its description.
func (c *completeCommand) Run(std *console.Streams, context *kong.Context) error {
	var text strings.Builder
	for _, candidate := range completion.Complete(context.Model.Node, c.Words, std.Environ) {
		fmt.Fprintf(&text, "%s\t%s\n", candidate.Text, strings.Join(strings.Fields(candidate.Help), " "))
	}
	_, err := io.WriteString(std.Out, text.String())
	return err
}

// manCommand prints the manual page.
type manCommand struct{}

// Help gives examples, below the usage.
func (manCommand) Help() string {
	return `Examples:
  mallcheck man | man -l -                                     read it
  mallcheck man > /usr/local/share/man/man1/mallcheck.1        install it

Contains the help of all commands and settings.`
}

// Run implements the command.
func (manCommand) Run(std *console.Streams, context *kong.Context) error {
	return man.Write(std.Out, context.Model)
}

// helpCommand prints all of one topic.
type helpCommand struct {
	Topic string `arg:"" optional:"" default:"commands" enum:"${topics}" help:"A command, or commands for their list, or target, signature, connection, push, policy, selection, limits, report or sandbox."`
}

// Help gives examples, below the usage.
func (helpCommand) Help() string {
	return `Examples:
  mallcheck help judge         all of a command; mallcheck judge --help fits one screen
  mallcheck help limits        the settings of a topic

mallcheck man prints all of them on one page.`
}

// Run implements the command.
func (c *helpCommand) Run(line *kong.Context) error { return help.Topic(line, c.Topic) }
