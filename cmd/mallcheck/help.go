package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/alecthomas/kong"
)

// topics are the groups of settings, in the order of the help.
func topics() []kong.Group {
	return []kong.Group{
		{Key: "target", Title: "Target:"}, {Key: "signature", Title: "Signature rules of the target:"},
		{Key: "connection", Title: "Connection:"}, {Key: "push", Title: "Pushes from the target:"},
		{Key: "policy", Title: "Permissions and strictness:"}, {Key: "selection", Title: "Selection:"},
		{Key: "limits", Title: "Limits:"}, {Key: "report", Title: "Reports:"}, {Key: "sandbox", Title: "Built-in sandbox:"},
	}
}

// usual are the settings that the help of a command shows; mallcheck help shows the others.
var usual = []string{"target", "vshop-url", "topup-url", "partner-code", "sim", "group", "allow", "report-dir"}

// usualOfRuns are those that commands which select checks show in addition.
var usualOfRuns = []string{"only", "depth", "format", "verbose", "fault"}

// manySettings is the number of settings above which a help text shows the usual ones only.
const manySettings = 20

// printHelp prints the help of a command on one screen. A command with all settings
// shows the usual ones, and where to find the others.
func printHelp(options kong.HelpOptions, line *kong.Context) error {
	selected := line.Selected()
	if selected == nil || len(settingsOf(selected)) <= manySettings {
		return kong.DefaultHelpPrinter(options, line)
	}
	shown := usual
	if slices.Contains([]string{"run", "rerun", "plan"}, selected.Name) {
		shown = slices.Concat(usual, usualOfRuns)
	}
	for _, flag := range settingsOf(selected) {
		flag.Hidden = !slices.Contains(shown, flag.Name)
		flag.Group = nil // a heading for each would take a third of the screen
	}
	if err := kong.DefaultHelpPrinter(options, line); err != nil {
		return err
	}
	var names []string
	for _, topic := range topics() {
		names = append(names, topic.Key)
	}
	_, err := fmt.Fprintf(line.Stdout, "\nAll settings: mallcheck help TOPIC, where TOPIC is one of\n  %s.\n", strings.Join(names, ", "))
	return err
}

// settingsOf returns the flags of a command that are settings.
func settingsOf(command *kong.Node) []*kong.Flag {
	return slices.DeleteFunc(slices.Clone(command.Flags), func(flag *kong.Flag) bool { return flag.Group == nil })
}

// helpCommand prints the settings of one topic.
type helpCommand struct {
	Topic string `arg:"" enum:"target,signature,connection,push,policy,selection,limits,report,sandbox" help:"target, signature, connection, push, policy, selection, limits, report or sandbox."`
}

// Help gives examples, below the usage.
func (helpCommand) Help() string {
	return `Examples:
  mallcheck help limits
  mallcheck help push

mallcheck man prints all of them on one page.`
}

// Run implements the command.
func (c *helpCommand) Run(line *kong.Context) error {
	run, err := kong.Trace(line.Kong, []string{"run"})
	if err != nil {
		return fmt.Errorf("finding the settings of a run: %w", err)
	}
	node := run.Selected()
	node.Help, node.Detail = "", ""
	for _, flag := range node.Flags {
		flag.Hidden = flag.Group == nil || flag.Group.Key != c.Topic
	}
	line.Model.Flags = nil // --help is no setting
	options := kong.HelpOptions{NoAppSummary: true, WrapUpperBound: helpWidth, ValueFormatter: kong.DefaultHelpValueFormatter}
	return kong.DefaultHelpPrinter(options, run)
}
