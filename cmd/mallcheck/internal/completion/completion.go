// Package completion computes the candidates for the completion scripts of shells.
package completion

import (
	"embed"
	"strings"

	"github.com/alecthomas/kong"

	"github.com/mallcheck/mallcheck/conformance/checks"
	"github.com/mallcheck/mallcheck/conformance/target"
	"github.com/mallcheck/mallcheck/openapi"
	"github.com/mallcheck/mallcheck/reports/render"
	"github.com/mallcheck/mallcheck/sandbox/faults"
)

// scripts are the completion scripts. They know only the name of the tool, and ask it for
// everything else, so that they are never out of date.
//
//go:embed scripts
var scripts embed.FS

// Script returns the completion script of a shell: bash, zsh or fish.
func Script(shell string) ([]byte, error) { return scripts.ReadFile("scripts/mallcheck." + shell) }

// candidate is a possible completion and its description.
type candidate struct{ Text, Help string }

// Complete returns the candidates for the last of words below root. It accepts the words
// before it even if they are wrong. The environment says where the file of targets is.
func Complete(root *kong.Node, words, environ []string) []candidate {
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

// position parses words: it returns the command, the flag that still needs its value, and the
// number of arguments given.
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

// values returns the candidates for the value of a flag or an argument; before precedes it in
// the same word. It completes the last element of a list.
func values(value *kong.Value, text, before string, environ []string) []candidate {
	if value.IsSlice() && value.Tag.Sep != -1 {
		if comma := strings.LastIndex(text, string(value.Tag.Sep)); comma >= 0 {
			before, text = before+text[:comma+1], text[comma+1:]
		}
	}
	found := matching(upToSlash(words(value, environ), text), text)
	for i := range found {
		found[i].Text = before + found[i].Text
	}
	return found
}

// upToSlash cuts candidates after the level that text has reached, as a shell does with
// folders, because there are thousands of derived cases. Every level is a pattern.
func upToSlash(all []candidate, text string) []candidate {
	var cut []candidate
	known := map[string]bool{}
	for _, one := range all {
		if strings.HasPrefix(one.Text, text) {
			if slash := strings.IndexByte(one.Text[len(text):], '/'); slash > 0 {
				one = candidate{one.Text[:len(text)+slash], "and its cases"}
			}
		}
		if !known[one.Text] {
			known[one.Text] = true
			cut = append(cut, one)
		}
	}
	return cut
}

func matching(all []candidate, prefix string) []candidate {
	var found []candidate
	for _, one := range all {
		if strings.HasPrefix(one.Text, prefix) {
			found = append(found, one)
		}
	}
	return found
}

// words returns the possible values of a flag or an argument, none if any value is allowed.
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

// targets returns the names of the targets of the file, none if it cannot be read.
func targets(environ []string) []candidate {
	file, err := target.FindFile(target.Settings{}, environ, "")
	if err != nil || file == nil {
		return nil // a completion cannot report errors
	}
	return named(file.Names())
}

func named(texts []string) []candidate {
	found := make([]candidate, len(texts))
	for i, text := range texts {
		found[i].Text = text
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

func ids() []candidate {
	all := checks.All()
	found := make([]candidate, len(all))
	for i, check := range all {
		found[i] = candidate{check.ID, check.Requirement}
	}
	return found
}

// patterns returns the values for --only and --skip: checks, areas and operations.
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
		return nil // a completion cannot report errors
	}
	var found []candidate
	for _, operation := range contract.Operations() {
		found = append(found, candidate{prefix + operation.ID, operation.Service})
	}
	return found
}
