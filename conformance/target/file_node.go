package target

import (
	"cmp"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/mallcheck/mallcheck/openapi"
)

// pair is one key of a mapping and its value.
type pair struct{ key, value *yaml.Node }

func (f *File) fail(at *yaml.Node, what, problem, instead string) error {
	origin := f.at(at.Line, what)
	if what == "" {
		origin += ":"
	}
	return &Error{Origin: origin, Problem: problem, Instead: instead}
}

// wrong returns an error about the value of a key.
func (f *File) wrong(at *yaml.Node, key, problem, instead string) error {
	return &Error{Origin: f.at(at.Line, key), Value: at.Value, Problem: problem, Instead: instead}
}

// resolved follows an alias to its anchor.
func resolved(node *yaml.Node) *yaml.Node {
	if node.Kind == yaml.AliasNode {
		return node.Alias
	}
	return node
}

// mapping returns the pairs of a mapping in their order. A repeated key is an error, and so
// is an unknown one if known is not nil.
func (f *File) mapping(node *yaml.Node, what string, known []string) ([]pair, error) {
	if node = resolved(node); node.Kind != yaml.MappingNode {
		return nil, f.fail(node, "", what+" "+isNot(node, "a mapping"), "write KEY: VALUE lines")
	}
	var pairs []pair
	for i := 0; i+1 < len(node.Content); i += 2 {
		key, value := resolved(node.Content[i]), resolved(node.Content[i+1])
		name := key.Value
		before := slices.IndexFunc(pairs, func(p pair) bool { return p.key.Value == name })
		switch {
		case key.Kind != yaml.ScalarNode || name == "":
			return nil, f.fail(key, "", "the key is not a word", "write KEY: VALUE lines")
		case before >= 0:
			return nil, f.fail(key, "", fmt.Sprintf("%q is already in line %d", name, pairs[before].key.Line), "keep one of the two")
		case known != nil && !slices.Contains(known, name):
			return nil, f.fail(key, "", fmt.Sprintf("unknown key %q in %s", name, what), f.instead(name, known))
		}
		pairs = append(pairs, pair{key, value})
	}
	return pairs, nil
}

// instead says what to write instead of an unknown key.
func (f *File) instead(name string, known []string) string {
	if slices.Contains(Keys(), name) && !slices.Contains(known, name) && len(known) > 2 {
		return "it can be given as a flag only: --" + name
	}
	if slices.Contains(Keys(), name) {
		return "write it below a target: targets: NAME: " + name
	}
	return cmp.Or(suggestion(name, known), "mallcheck help run lists the settings of a target")
}

// find returns the pair with a key, nil for none.
func (f *File) find(pairs []pair, key string) *pair {
	at := slices.IndexFunc(pairs, func(p pair) bool { return p.key.Value == key })
	if at < 0 {
		return nil
	}
	return &pairs[at]
}

// isNot says which kind a node has instead of the expected one.
func isNot(node *yaml.Node, wanted string) string {
	switch {
	case node.Kind == yaml.SequenceNode:
		return "is a list, not " + wanted
	case node.Kind == yaml.MappingNode:
		return "is a mapping, not " + wanted
	case node.Tag == "!!null":
		return "is empty, not " + wanted
	}
	return "is one value, not " + wanted
}

// scalar returns one value as written: a number keeps its digits.
func (f *File) scalar(key string, node *yaml.Node) (fileValue, error) {
	_, setting := fieldOf(key)
	switch {
	case node.Kind == yaml.SequenceNode && isList(key):
		return fileValue{}, f.fail(node, key, "has a list inside its list", "write one list: "+key+": [VALUE, VALUE]")
	case node.Kind != yaml.ScalarNode:
		wanted := "one value"
		if isList(key) {
			wanted = "a list of values"
		}
		return fileValue{}, f.fail(node, key, isNot(node, wanted), "write "+key+": VALUE")
	case node.Tag == "!!null" || setting && strings.TrimSpace(node.Value) == "":
		return fileValue{}, f.fail(node, key, "has no value", "write one, or leave the key out")
	}
	return fileValue{strings.TrimSpace(node.Value), node.Line}, nil
}

// expectationsKey is the key of the expectations of a target.
const expectationsKey = "expectations"

// expectations reads the list of expectations.
func (f *File) expectations(at pair) ([]Expectation, error) {
	if at.value.Kind != yaml.SequenceNode {
		return nil, f.fail(at.value, expectationsKey, isNot(at.value, "a list"), "write - operation: ID, mutation: NAME, expect: accept for each")
	}
	var all []Expectation
	for _, item := range at.value.Content {
		one, err := f.expectation(resolved(item))
		if err != nil {
			return nil, err
		}
		all = append(all, one)
	}
	return all, nil
}

func (f *File) expectation(node *yaml.Node) (Expectation, error) {
	one := Expectation{Origin: f.at(node.Line, expectationsKey)}
	pairs, err := f.mapping(node, "an expectation", []string{"operation", "mutation", "expect"})
	if err != nil {
		return one, err
	}
	for _, pair := range pairs {
		value, err := f.scalar(pair.key.Value, pair.value)
		if err != nil {
			return one, err
		}
		var known []string
		fits := func(word string) bool { return matches(value.text, word) }
		switch pair.key.Value {
		case "operation":
			one.Operation, known = value.text, operationIDs(func(openapi.Operation) bool { return true })
		case "mutation":
			one.Mutation = value.text
		case "expect":
			one.Expect, known = expectWords[value.text], slices.Sorted(maps.Keys(expectWords))
			fits = func(word string) bool { return word == value.text }
		}
		if known != nil && !slices.ContainsFunc(known, fits) {
			return one, f.wrong(pair.value, pair.key.Value, "is not known here", suggestion(value.text, known))
		}
	}
	if one.Expect == "" {
		return one, f.fail(node, "", "this one of the expectations expects nothing", "write expect: accept, reject or either")
	}
	return one, nil
}

func matches(glob, word string) bool {
	matched, err := path.Match(glob, word)
	return err == nil && matched
}
