package main

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"github.com/alecthomas/kong"

	"github.com/mallcheck/mallcheck/cmd/mallcheck/internal/console"
	"github.com/mallcheck/mallcheck/cmd/mallcheck/internal/help"
	"github.com/mallcheck/mallcheck/cmd/mallcheck/internal/usage"
)

// A flag of any command that is given without a value is wrong usage, never a flag that was
// not given: a script whose variable is empty would test something else.
func TestEveryEmptyFlagIsRefused(t *testing.T) {
	parser, err := kong.New(&commands{}, kong.Bind(&console.Streams{}), kong.ExplicitGroups(help.Groups()), helpDefaults())
	if err != nil {
		t.Fatal(err)
	}
	tried := 0
	for _, command := range parser.Model.Leaves(false) {
		for _, flag := range slices.Concat(command.AllFlags(false)...) {
			if flag.IsBool() {
				continue
			}
			tried++
			arguments := []string{command.Name, "--" + flag.Name + "="}
			for _, positional := range command.Positional {
				arguments = append(arguments, positional.Name)
			}
			if line, err := parser.Parse(arguments); err != nil || usage.EmptyFlag(line) != nil {
				continue
			}
			var out, told bytes.Buffer
			code := execute(arguments, &console.Streams{In: strings.NewReader("{}"), Out: &out, Err: &told})
			if code != 2 || strings.Count(told.String(), "\n") != 1 || !strings.HasPrefix(told.String(), "mallcheck: ") || out.Len() > 0 {
				t.Errorf("%q: exit code %d, %s%s", arguments, code, told.String(), out.String())
			}
		}
	}
	if tried < 300 {
		t.Errorf("only %d flags were tried", tried)
	}
}
