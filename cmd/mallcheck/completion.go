package main

import (
	"embed"
	"fmt"
	"io"
	"strings"

	"github.com/alecthomas/kong"

	"github.com/mallcheck/mallcheck/conformance/checks"
	"github.com/mallcheck/mallcheck/conformance/target"
	"github.com/mallcheck/mallcheck/openapi"
	"github.com/mallcheck/mallcheck/reports/render"
	"github.com/mallcheck/mallcheck/sandbox/faults"
)

// scripts are the completion scripts. They know the name of the tool alone, and
// ask it for everything else, so that they never fall behind it.
//
//go:embed completion
var scripts embed.FS

// completionCommand prints a completion script.
type completionCommand struct {
	Shell string `arg:"" enum:"bash,zsh,fish" help:"bash, zsh or fish."`
}

// Help tells where a script belongs, below the usage.
func (completionCommand) Help() string {
	return `Examples:
  source <(mallcheck completion bash)                              in this shell, or add to ~/.bashrc
  mallcheck completion zsh > "${fpath[1]}/_mallcheck"              then start a new zsh
  mallcheck completion fish > ~/.config/fish/completions/mallcheck.fish

Completes commands, flags, check and fault ids, operations and setting values.`
}

// Run implements the command.
func (c *completionCommand) Run(std *streams) error {
	script, err := scripts.ReadFile("completion/mallcheck." + c.Shell)
	if err != nil {
		return fmt.Errorf("reading the completion script: %w", err)
	}
	_, err = std.out.Write(script)
	return err
}

// completeCommand answers a completion script.
type completeCommand struct {
	Words []string `arg:"" optional:"" help:"The words of the command line behind mallcheck, up to the one that is being written."`
}

// Run implements the command: a candidate a line, with what it is behind a tab.
func (c *completeCommand) Run(std *streams, context *kong.Context) error {
	var text strings.Builder
	for _, candidate := range complete(context.Model.Node, c.Words, std.environ) {
		fmt.Fprintf(&text, "%s\t%s\n", candidate.text, oneLine(candidate.help))
	}
	_, err := io.WriteString(std.out, text.String())
	return err
}

// candidate is what a word may become, and what that means.
type candidate struct{ text, help string }

// complete returns what the last of words may become below root; the words before
// it are taken as they are, even wrong ones. The environment tells where the file
// of targets is.
func complete(root *kong.Node, words, environ []string) []candidate {
	if len(words) == 0 {
		words = []string{""}
	}
	before, word := words[:len(words)-1], words[len(words)-1]
	node, pending, arguments := position(root, before)
	name, value, assigned := strings.Cut(word, "=")
	switch {
	case pending != nil:
		return values(pending.Value, word, "", environ)
	case strings.HasPrefix(word, "--") && assigned:
		if flag := flagOf(node, name); flag != nil {
			return values(flag.Value, value, name+"=", environ)
		}
		return nil
	case strings.HasPrefix(word, "-"):
		return matching(flags(node), word)
	case len(node.Children) > 0:
		return matching(children(node), word)
	case arguments < len(node.Positional):
		return values(node.Positional[arguments], word, "", environ)
	}
	return nil
}

// position returns where words lead to: the command, the flag that still waits
// for its value, and the number of arguments given.
func position(node *kong.Node, words []string) (command *kong.Node, pending *kong.Flag, arguments int) {
	for _, word := range words {
		switch {
		case pending != nil:
			pending = nil
		case strings.HasPrefix(word, "-"):
			if flag := flagOf(node, word); flag != nil && !flag.IsBool() {
				pending = flag
			}
		default:
			child := childOf(node, word)
			if child == nil {
				arguments++
				continue
			}
			node = child
		}
	}
	return node, pending, arguments
}

func childOf(node *kong.Node, name string) *kong.Node {
	for _, child := range node.Children {
		if child.Name == name {
			return child
		}
	}
	return nil
}

func flagOf(node *kong.Node, word string) *kong.Flag {
	for _, group := range node.AllFlags(true) {
		for _, flag := range group {
			if "--"+flag.Name == word {
				return flag
			}
		}
	}
	return nil
}

func children(node *kong.Node) []candidate {
	var found []candidate
	for _, child := range node.Children {
		if !child.Hidden {
			found = append(found, candidate{child.Name, child.Help})
		}
	}
	return found
}

func flags(node *kong.Node) []candidate {
	var found []candidate
	for _, group := range node.AllFlags(true) {
		for _, flag := range group {
			found = append(found, candidate{"--" + flag.Name, flag.Help})
		}
	}
	return found
}

// values returns what the value of a flag or an argument may become; before stands
// in front of it in the same word. Of a list the last element is completed.
func values(value *kong.Value, text, before string, environ []string) []candidate {
	if value.IsSlice() && value.Tag.Sep != -1 {
		if comma := strings.LastIndex(text, string(value.Tag.Sep)); comma >= 0 {
			before, text = before+text[:comma+1], text[comma+1:]
		}
	}
	found := matching(upToSlash(words(value, environ), text), text)
	for i := range found {
		found[i].text = before + found[i].text
	}
	return found
}

// upToSlash cuts candidates behind the part that text has reached, as a shell does
// with folders: the cases of a check, and the thousands that come from the contract,
// are offered level by level. Every level is a pattern.
func upToSlash(all []candidate, text string) []candidate {
	var cut []candidate
	known := map[string]bool{}
	for _, one := range all {
		if strings.HasPrefix(one.text, text) {
			if slash := strings.IndexByte(one.text[len(text):], '/'); slash > 0 {
				one = candidate{one.text[:len(text)+slash], "and its cases"}
			}
		}
		if !known[one.text] {
			known[one.text] = true
			cut = append(cut, one)
		}
	}
	return cut
}

func matching(all []candidate, prefix string) []candidate {
	var found []candidate
	for _, one := range all {
		if strings.HasPrefix(one.text, prefix) {
			found = append(found, one)
		}
	}
	return found
}

// words returns the words that a flag or an argument may have, none when it is free.
func words(value *kong.Value, environ []string) []candidate {
	if choices := value.Tag.Get("choices"); choices != "" {
		return named(strings.Split(choices, ","))
	}
	if value.Enum != "" {
		return named(value.EnumSlice())
	}
	switch value.Name {
	case "only", "skip":
		if value.Flag != nil && value.Flag.PlaceHolder == "ID" {
			return faultIDs() // of mallcheck faults
		}
		return patterns()
	case "id":
		return ids()
	case "operation":
		return operations("")
	case "format":
		return named(render.Formats())
	case "target":
		return targets(environ)
	case "fault":
		return faultIDs()
	case "variant":
		var found []candidate
		for _, variant := range faults.Variants() {
			found = append(found, candidate{variant.ID, variant.Statement})
		}
		return found
	}
	return nil
}

// targets returns the names of the targets of the file, if there is one that can be read.
func targets(environ []string) []candidate {
	file, err := target.FindFile(target.Settings{}, environ, "")
	if err != nil || file == nil {
		return nil // a completion has nobody to tell
	}
	return named(file.Names())
}

func named(texts []string) []candidate {
	found := make([]candidate, len(texts))
	for i, text := range texts {
		found[i].text = text
	}
	return found
}

func faultIDs() []candidate {
	var found []candidate
	for _, fault := range faults.Faults() {
		found = append(found, candidate{fault.ID, fault.Statement})
	}
	return found
}

// ids returns the ids of the checks.
func ids() []candidate {
	all := checks.All()
	found := make([]candidate, len(all))
	for i, check := range all {
		found[i] = candidate{check.ID, check.Requirement}
	}
	return found
}

// patterns returns what --only and --skip take: checks, areas and operations.
func patterns() []candidate {
	found := ids()
	areas := map[string]bool{}
	for _, check := range checks.All() {
		if area := check.Area(); !areas[area] {
			areas[area] = true
			found = append(found, candidate{"area:" + area, "every check of the area"})
		}
	}
	return append(found, operations("op:")...)
}

// operations returns the operations of the contract, with a prefix.
func operations(prefix string) []candidate {
	contract, err := openapi.Mall()
	if err != nil {
		return nil // a completion has nobody to tell
	}
	var found []candidate
	for _, operation := range contract.Operations() {
		found = append(found, candidate{prefix + operation.ID, operation.Service})
	}
	return found
}
