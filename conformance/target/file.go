package target

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// FileName is the default name of the file of targets.
const FileName = "mallcheck.yaml"

// SandboxName is the name of the embedded sandbox as a target.
const SandboxName = "sandbox"

// targetName matches the name of a target.
var targetName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$`)

// File is a file of targets, parsed and checked as far as possible before one is chosen.
type File struct {
	path, standard string
	standardLine   int
	targets        []fileTarget
}

// fileTarget is one target as written.
type fileTarget struct {
	name         string
	line         int
	entries      map[string]fileEntry // by key
	expectations []Expectation
}

// fileEntry is one key of a target.
type fileEntry struct {
	line   int
	values []fileValue
}

// fileValue is one value of a key.
type fileValue struct {
	text string
	line int
}

// ReadFile reads a file of targets. Errors have type *Error and name the line.
func ReadFile(path string) (*File, error) {
	text, err := readFile(path)
	if err != nil {
		return nil, &Error{Origin: path, Problem: err.Error(), Instead: "name a file of targets; mallcheck init writes one"}
	}
	return parseFile(path, text)
}

// parseFile parses the content of a file of targets.
func parseFile(path string, text []byte) (*File, error) {
	f := &File{path: path}
	root, err := f.document(text)
	if err != nil {
		return nil, err
	}
	top, err := f.mapping(root, "the file", []string{"default", "targets"})
	if err != nil {
		return nil, err
	}
	targets := f.find(top, "targets")
	if targets == nil {
		return nil, f.fail(root, "", "the file has no targets", "write targets: and below it a name with its settings; mallcheck init writes a file")
	}
	named, err := f.mapping(targets.value, "targets", nil)
	if err != nil {
		return nil, err
	}
	for _, pair := range named {
		t, err := f.target(pair)
		if err != nil {
			return nil, err
		}
		f.targets = append(f.targets, t)
	}
	return f, f.readDefault(f.find(top, "default"))
}

// readDefault reads the name of the default target.
func (f *File) readDefault(pair *pair) error {
	if pair == nil {
		return nil
	}
	name, err := f.scalar("default", pair.value)
	if err != nil {
		return err
	}
	if name.text != SandboxName && !slices.Contains(f.Names(), name.text) {
		return f.wrong(pair.value, "default", "is none of the targets", suggestion(name.text, f.Names()))
	}
	f.standard, f.standardLine = name.text, name.line
	return nil
}

// lineOfYAML finds the line number in a message of the YAML parser.
var lineOfYAML = regexp.MustCompile(`^(?:yaml: )?(?:line (\d+): )?(.*)$`)

// document returns the only YAML document of a file.
func (f *File) document(text []byte) (*yaml.Node, error) {
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	var root, more yaml.Node
	err := decoder.Decode(&root)
	if errors.Is(err, io.EOF) || err == nil && len(root.Content) == 0 {
		return nil, &Error{Origin: f.path, Problem: "is empty", Instead: "mallcheck init writes a file to start from"}
	}
	if err == nil {
		if again := decoder.Decode(&more); !errors.Is(again, io.EOF) {
			if err = again; err == nil {
				return nil, f.fail(&more, "", "a second document begins here", "keep one")
			}
		}
	}
	if err != nil {
		parts := lineOfYAML.FindStringSubmatch(strings.SplitN(err.Error(), "\n", 2)[0])
		origin := f.path
		if parts[1] != "" {
			origin += ":" + parts[1]
		}
		return nil, &Error{Origin: origin + ":", Problem: "not valid YAML: " + parts[2], Instead: "write KEY: VALUE lines, indented by spaces"}
	}
	return root.Content[0], nil
}

func (f *File) target(at pair) (fileTarget, error) {
	name := at.key.Value
	t := fileTarget{name: name, line: at.key.Line, entries: map[string]fileEntry{}}
	switch {
	case name == SandboxName:
		return t, f.fail(at.key, "", `the name "sandbox" is that of the embedded sandbox`, "give the target another name")
	case !targetName.MatchString(name):
		return t, f.fail(at.key, "", fmt.Sprintf("%q is not a valid target name", name), "write letters, digits, dots, - and _, at most 64")
	}
	settings, err := f.mapping(at.value, "target "+name, append(keysFrom(fromFile), expectationsKey))
	if err != nil {
		return t, err
	}
	for _, pair := range settings {
		key := pair.key.Value
		if key == expectationsKey {
			t.expectations, err = f.expectations(pair)
		} else {
			t.entries[key], err = f.entry(pair)
		}
		if err != nil {
			return t, err
		}
	}
	return t, nil
}

// entry reads the values of one key.
func (f *File) entry(at pair) (fileEntry, error) {
	key, node := at.key.Value, at.value
	entry := fileEntry{line: at.key.Line}
	add := func(prefix string, node *yaml.Node) error {
		value, err := f.scalar(key, node)
		value.text = prefix + value.text
		entry.values = append(entry.values, value)
		return err
	}
	join, mapped := joinedBy[key]
	switch {
	case mapped && node.Kind != yaml.MappingNode:
		return entry, f.fail(node, key, isNot(node, "a mapping"), "write a line NAME: VALUE for each, indented below it")
	case mapped:
		pairs, err := f.mapping(node, key, nil)
		for _, pair := range pairs {
			if err == nil {
				err = add(pair.key.Value+join, pair.value)
			}
		}
		return entry, err
	case node.Kind == yaml.SequenceNode && isList(key):
		for _, item := range node.Content {
			if err := add("", resolved(item)); err != nil {
				return entry, err
			}
		}
		return entry, nil
	}
	err := add("", node)
	if field, _ := fieldOf(key); err == nil && field.Type.Kind() == reflect.Bool && node.Value != "true" && node.Value != "false" {
		err = f.wrong(node, key, "is neither true nor false", "write true, or leave the key out")
	}
	return entry, err
}

// joinedBy are the settings that a file writes as a mapping, with the text that joins name
// and value in flags and variables.
var joinedBy = map[string]string{"path": "=", "header": ": "}

// Names returns the names of the targets, in the order of the file.
func (f *File) Names() []string {
	var names []string
	for _, t := range f.targets {
		names = append(names, t.name)
	}
	return names
}

// Path returns the path of the file as given.
func (f *File) Path() string { return f.path }

// Default returns the name of the default target, "" for none.
func (f *File) Default() string { return f.standard }

// Layer returns the layer of one target of the file. ${NAME} in a value is replaced by an
// environment variable; environ has the form of os.Environ. A variable that is unset or
// empty is an error.
func (f *File) Layer(name string, environ []string) (Layer, error) {
	at := slices.IndexFunc(f.targets, func(t fileTarget) bool { return t.name == name })
	if at < 0 {
		return Layer{}, fmt.Errorf("%s has no target %q", f.path, name)
	}
	chosen := f.targets[at]
	layer := Layer{target: name, expectations: chosen.expectations, variables: map[fileValueOf]bool{}}
	places := map[string]int{} // the line of each value, by key and value
	for _, key := range slices.Sorted(maps.Keys(chosen.entries)) {
		var texts []string
		for _, value := range chosen.entries[key].values {
			text, err := f.expand(key, value, environ)
			if err != nil {
				return Layer{}, err
			}
			if slices.Contains(fileKeys, key) && !filepath.IsAbs(text) {
				text = filepath.Join(filepath.Dir(f.path), text)
			}
			places[key+"\n"+text] = value.line
			layer.variables[fileValueOf{key, text}] = variable.MatchString(value.text)
			texts = append(texts, text)
		}
		if isList(key) && len(texts) == 1 && joinedBy[key] == "" {
			layer.Settings.set(key, texts[0])
		} else {
			layer.Settings.setList(key, texts)
		}
	}
	layer.Origin = func(key string) string {
		if key == "target" {
			return f.at(f.standardLine, "default")
		}
		if entry, written := chosen.entries[key]; written {
			return f.at(entry.line, key)
		}
		return f.at(chosen.line, "target "+name)
	}
	layer.line = func(key, value string) string {
		if line := places[key+"\n"+value]; line > 0 {
			return f.at(line, key)
		}
		return layer.Origin(key)
	}
	return layer, nil
}

// fileKeys are the settings that name a file. In a file of targets the path is relative to it.
var fileKeys = []string{"waivers", "overlay", "tls-ca-file", "tls-client-cert", "tls-client-key"}

// at returns a line of the file as the origin of an error.
func (f *File) at(line int, what string) string {
	origin := f.path + ":" + strconv.Itoa(line)
	if what != "" {
		origin += ": " + what
	}
	return origin
}
