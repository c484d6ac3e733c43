package target

import (
	"regexp"
	"slices"
	"strings"
)

// variable matches a reference to an environment variable, or an escaped $.
var variable = regexp.MustCompile(`\$\$\{|\$\{[^}]*\}?`)

// variableName matches the name of a variable.
var variableName = regexp.MustCompile(`^\$\{([A-Za-z_][A-Za-z0-9_]*)\}$`)

// expand replaces the variables in a value by their values.
func (f *File) expand(key string, value fileValue, environ []string) (text string, err error) {
	text = variable.ReplaceAllStringFunc(value.text, func(found string) string {
		if found == "$${" {
			return "${"
		}
		name := variableName.FindStringSubmatch(found)
		if name == nil {
			err = &Error{Origin: f.at(value.line, key), Value: found, Problem: "names no variable", Instead: "write ${NAME}, or $${ for the characters ${"}
			return ""
		}
		for _, entry := range slices.Backward(environ) {
			if set, given := strings.CutPrefix(entry, name[1]+"="); given && set != "" {
				return set
			}
		}
		err = &Error{Origin: f.at(value.line, key), Value: found, Problem: "is not set", Instead: "set the variable " + name[1] + " before you start mallcheck"}
		return ""
	})
	return text, err
}
