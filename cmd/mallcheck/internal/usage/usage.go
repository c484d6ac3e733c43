// Package usage says what is wrong with a command line, and what to type instead.
package usage

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/alecthomas/kong"
)

// EmptyFlag returns an error for a flag or an argument with an empty value, as from a script
// with an empty variable. If it were ignored, the command would test something else, and
// might pass.
func EmptyFlag(line *kong.Context) error {
	for _, given := range line.Path {
		if argument := given.Positional; argument != nil && argument.Target.Kind() == reflect.String && argument.Target.String() == "" {
			return fmt.Errorf("<%s> is empty; give it a value, or leave it out", argument.Name)
		}
		if given.Flag == nil || given.Resolved {
			continue
		}
		switch value := given.Flag.Target.Interface().(type) {
		case string:
			if strings.TrimSpace(value) != "" {
				continue
			}
		case []string:
			if strings.TrimSpace(strings.Join(value, "")) != "" {
				continue
			}
		default:
			continue
		}
		return fmt.Errorf("--%s is empty; give it a value, or leave the flag out", given.Flag.Name)
	}
	return nil
}

// Misused says what to type instead of an invalid command line: at least which help shows
// the usage.
func Misused(err error) error {
	command := "mallcheck"
	var wrong *kong.ParseError
	if errors.As(err, &wrong) && wrong.Context != nil && wrong.Context.Selected() != nil {
		selected := wrong.Context.Selected()
		command = selected.FullPath()
		argument, unexpected := strings.CutPrefix(err.Error(), "unexpected argument ")
		if flag, value, found := strings.Cut(err.Error(), ": expected string value but got "); found && strings.Contains(value, "(short flag)") {
			value, _, _ = strings.Cut(value, " (short flag)")
			value = strings.Trim(value, `"`)
			return fmt.Errorf("%s: %s looks like a flag; if it is the value, write %s=%s (%s --help shows the usage)", flag, value, flag, value, command)
		}
		if flag, value, found := strings.Cut(err.Error(), ": expected duration but got "); found {
			value, _, _ = strings.Cut(value, ": time: ")
			return fmt.Errorf("%s: %s is not a valid duration; write a positive duration with its unit, such as 500ms, 10s or 5m", flag, value)
		}
		if flag, value, found := strings.Cut(err.Error(), ": expected a valid 64 bit int but got "); found {
			return fmt.Errorf("%s: %s is not a valid number; write a whole number, such as 1", flag, value)
		}
		takesTarget := slices.ContainsFunc(selected.Flags, func(flag *kong.Flag) bool { return flag.Name == "target" })
		if unexpected && takesTarget && !strings.ContainsAny(argument, " ,") {
			return fmt.Errorf("%w; did you mean --target %s?", err, argument)
		}
	}
	return fmt.Errorf("%w (%s --help shows the usage)", err, command)
}
