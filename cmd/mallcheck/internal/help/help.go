// Package help prints the help of commands: one screen for a command, and the details by topic.
package help

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/alecthomas/kong"
)

// Width is the maximum width of a help text in columns.
const Width = 100

// Groups are the groups of settings, in the order of the help. Their keys are topics.
func Groups() []kong.Group {
	return []kong.Group{
		{Key: "target", Title: "Target:"}, {Key: "signature", Title: "Signature rules of the target:"},
		{Key: "connection", Title: "Connection:"}, {Key: "push", Title: "Pushes from the target:"},
		{Key: "policy", Title: "Permissions and strictness:"}, {Key: "selection", Title: "Selection:"},
		{Key: "limits", Title: "Limits:"}, {Key: "report", Title: "Reports:"}, {Key: "sandbox", Title: "Built-in sandbox:"},
	}
}

// usual are the settings in the help of a command; mallcheck help shows the others.
var usual = []string{"target", "vshop-url", "topup-url", "partner-code", "sim", "group", "allow", "report-dir"}

// usualOfRuns are the additional settings in the help of commands that select checks.
var usualOfRuns = []string{"only", "depth", "format", "verbose", "fault"}

const (
	// manySettings is the number of settings above which a screen shows only the usual ones.
	manySettings = 20
	// manyFlags is the number of flags above which a screen shows one sentence for each.
	manyFlags = 9
)

// Print prints the help of a command on one screen, and where to find the details.
func Print(options kong.HelpOptions, line *kong.Context) error {
	selected := line.Selected()
	if selected == nil || len(selected.Flags) <= manyFlags {
		return kong.DefaultHelpPrinter(options, line)
	}
	settings := settingsOf(selected)
	many := len(settings) > manySettings
	shown := usual
	if slices.Contains([]string{"run", "rerun", "plan"}, selected.Name) {
		shown = slices.Concat(usual, usualOfRuns)
	}
	for _, flag := range settings {
		flag.Hidden = flag.Hidden || many && !slices.Contains(shown, flag.Name)
		flag.Group = nil // a heading for each would take a third of the screen
	}
	for _, flag := range selected.Flags {
		flag.Help = firstSentence(flag.Help)
	}
	selected.Detail = exitCodes.ReplaceAllString(selected.Detail, "")
	line.Model.Flags = nil // --help itself is not worth a line
	if err := kong.DefaultHelpPrinter(options, line); err != nil {
		return err
	}
	text := "\nAll details: mallcheck help " + selected.Name + "\n"
	if many {
		var names []string
		for _, topic := range Groups() {
			names = append(names, topic.Key)
		}
		text += "All settings: mallcheck help TOPIC, where TOPIC is one of\n  " + strings.Join(names, ", ") + ".\n"
	}
	_, err := fmt.Fprint(line.Stdout, text)
	return err
}

// exitCodes are the last paragraph of many details.
var exitCodes = regexp.MustCompile(`\n\n([^\n]* )?Exit code: .*$`)

// aside matches the part of a sentence in brackets or after a semicolon.
var aside = regexp.MustCompile(` \([^)]*\)|;.*`)

// firstSentence returns the first sentence of a text, without asides, and the one that names the default.
func firstSentence(text string) string {
	first, rest, _ := strings.Cut(strings.TrimSuffix(text, "."), ". ")
	first = aside.ReplaceAllString(first, "")
	if at := strings.LastIndex(". "+rest, ". Default "); at >= 0 {
		return first + "." + (". " + rest)[at+1:] + "."
	}
	return first + "."
}

func settingsOf(command *kong.Node) []*kong.Flag {
	return slices.DeleteFunc(slices.Clone(command.Flags), func(flag *kong.Flag) bool { return flag.Group == nil })
}

// Commands is the topic of the list of commands.
const Commands = "commands"

// Topic prints all of a topic: the settings of a group, the list of commands, or a
// command with every flag.
func Topic(line *kong.Context, topic string) error {
	arguments := []string{topic}
	group := slices.ContainsFunc(Groups(), func(g kong.Group) bool { return g.Key == topic })
	switch {
	case group:
		arguments = []string{"run"} // has all settings
	case topic == Commands:
		arguments = nil
	}
	trace, err := kong.Trace(line.Kong, arguments)
	if err != nil {
		return fmt.Errorf("finding the command %s: %w", topic, err)
	}
	options := kong.HelpOptions{Compact: true, WrapUpperBound: Width, ValueFormatter: kong.DefaultHelpValueFormatter}
	if group {
		options.NoAppSummary = true
		node := trace.Selected()
		node.Help, node.Detail = "", ""
		for _, flag := range node.Flags {
			flag.Hidden = flag.Group == nil || flag.Group.Key != topic
		}
		line.Model.Flags = nil // --help is no setting
	}
	return kong.DefaultHelpPrinter(options, trace)
}
