package target

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Layer is one source of settings.
type Layer struct {
	Settings Settings
	// Origin says where a key of this layer is written: "--seed", "MALLCHECK_SEED",
	// "mallcheck.yaml:7: seed".
	Origin func(key string) string

	sandbox      bool   // the embedded sandbox gave it
	target       string // name of the target that a file gave it for
	line         func(key, value string) string
	variables    map[fileValueOf]bool // what a file has a variable of the environment for
	expectations []Expectation
}

// originOf says where a value of a key is written, more exactly than Origin if the layer
// knows.
func (l *Layer) originOf(key, value string) string {
	if l.line != nil {
		return l.line(key, value)
	}
	return l.Origin(key)
}

type fileValueOf struct{ key, value string }

// Flags returns the layer of the command line.
func Flags(settings Settings) Layer {
	return Layer{Settings: settings, Origin: func(key string) string { return "--" + key }}
}

// Environment returns the layer of the process environment, given in the form of
// os.Environ. An empty variable counts as unset. A blank one is an error, as is a variable
// with the prefix of mallcheck that is not a setting: that error names the nearest one.
func Environment(environ []string) (Layer, error) {
	keys := map[string]string{}
	for _, key := range keysFrom(fromEnvironment) {
		keys[EnvironmentName(key)] = key
	}
	layer := Layer{Origin: EnvironmentName}
	for _, entry := range environ {
		name, text, _ := strings.Cut(entry, "=")
		if !strings.HasPrefix(name, Prefix) || text == "" {
			continue
		}
		key, known := keys[name]
		if slices.ContainsFunc(keysFrom(fromFlag), func(flag string) bool { return !known && EnvironmentName(flag) == name }) {
			return Layer{}, &Error{Origin: name, Problem: "is not a setting", Instead: "give it each time, as a flag on the command line"}
		}
		if !known {
			return Layer{}, &Error{Origin: name, Problem: "is not a setting", Instead: suggestion(name, slices.Sorted(maps.Keys(keys)))}
		}
		if strings.TrimSpace(text) == "" {
			return Layer{}, &Error{Origin: name, Problem: "is blank", Instead: "give it a value, or unset it"}
		}
		layer.Settings.set(key, text)
	}
	return layer, nil
}

// Sandbox returns the layer of the embedded sandbox: its address, partner,
// fixtures and policy, by key. A key that is not a setting is an error.
func Sandbox(values map[string]string) (Layer, error) {
	layer := Layer{Origin: func(key string) string { return "the sandbox's " + key }, sandbox: true}
	for _, key := range slices.Sorted(maps.Keys(values)) {
		if !layer.Settings.set(key, values[key]) {
			return Layer{}, fmt.Errorf("the sandbox gives %q, which is not a setting", key)
		}
	}
	return layer, nil
}

// Error is an invalid setting: what is wrong, where, and what to write instead.
type Error struct {
	// Origin is the flag, variable or file that holds the value.
	Origin string
	// Value is the value as written. It is empty if the key itself is wrong.
	Value string
	// Problem says what is wrong with the value.
	Problem string
	// Instead says what to write instead.
	Instead string
}

// Error returns the error as one line.
func (e *Error) Error() string {
	text := e.Origin
	if e.Value != "" {
		text += fmt.Sprintf(": %q", e.Value)
	}
	text += " " + e.Problem
	if e.Instead != "" {
		text += "; " + e.Instead
	}
	return text
}

// UnknownWord returns the error for an unknown word. It suggests the nearest known word, or
// what to do instead.
func UnknownWord(origin, word, what string, known []string, otherwise string) *Error {
	return &Error{Origin: origin, Value: word, Problem: "is not a known " + what, Instead: DidYouMean(word, known, otherwise)}
}

// DidYouMean suggests the nearest known word, or what to do instead if none is near.
func DidYouMean(word string, known []string, otherwise string) string {
	if near := nearest(word, known); near != "" {
		return "did you mean " + near + "?"
	}
	return otherwise
}

// suggestion suggests the nearest known word, or lists all if there are only a few.
func suggestion(word string, known []string) string {
	all := ""
	if len(known) <= 8 {
		all = "known are " + strings.Join(known, ", ")
	}
	return DidYouMean(word, known, all)
}

// nearest returns the known word with the fewest edits to the given one, or "" if none is
// near enough to be a typo.
func nearest(word string, known []string) string {
	best, least := "", len(word)/3+2
	for _, candidate := range known {
		if edits := distance(strings.ToLower(word), strings.ToLower(candidate)); edits < least {
			best, least = candidate, edits
		}
	}
	return best
}

// distance is the Levenshtein distance of two words, in bytes.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, diagonal+1)
		}
	}
	return row[len(b)]
}
