// Package overlay reads OpenAPI Overlay 1.0 documents and applies them to a description.
//
// It knows neither the contract nor what an action means. Paths are JSONPath as in RFC 9535.
// A description keeps its comments and the order of its members.
package overlay

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/theory/jsonpath"
	"go.yaml.in/yaml/v3"
)

// Version is the version of the Overlay Specification that documents are written in.
const Version = "1.0.0"

// Document is an overlay. It is written in the order of its fields.
type Document struct {
	Overlay string   `yaml:"overlay"`
	Info    Info     `yaml:"info"`
	Extends string   `yaml:"extends,omitempty"`
	Actions []Action `yaml:"actions"`
	// Extensions are the members whose names begin with x-.
	Extensions map[string]yaml.Node `yaml:",inline"`
}

// Info describes an overlay.
type Info struct {
	Title      string               `yaml:"title"`
	Version    string               `yaml:"version"`
	Extensions map[string]yaml.Node `yaml:",inline"`
}

// Action changes what its target selects.
type Action struct {
	// Target is a JSONPath (RFC 9535); an action that selects nothing changes nothing.
	Target      string `yaml:"target"`
	Description string `yaml:"description,omitempty"`
	// Update is merged into each selected object and appended to each selected array.
	Update yaml.Node `yaml:"update,omitempty"`
	// Remove removes the selected nodes from their parents; Update is then ignored.
	Remove     bool                 `yaml:"remove,omitempty"`
	Extensions map[string]yaml.Node `yaml:",inline"`
}

// MaxSize is how many bytes an overlay may have: a file from elsewhere must not fill the memory.
// An overlay that mallcheck learn writes for all operations has about 120 kB.
const MaxSize = 2 << 20

// ReadFile returns the bytes of an overlay file, for Parse.
func ReadFile(path string) ([]byte, error) {
	file, err := os.Open(path) //nolint:gosec // the user names it
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }() // it was only read
	text, err := io.ReadAll(io.LimitReader(file, MaxSize+1))
	if err == nil && len(text) > MaxSize {
		err = fmt.Errorf("it has more than %d MiB", MaxSize>>20)
	}
	return text, err
}

// Parse reads an overlay. It refuses what the specification does not allow: another
// version, unknown or missing members, and targets that are not valid JSONPath.
func Parse(data []byte) (*Document, error) {
	decoder := yaml.NewDecoder(bytes.NewReader(data))
	var file yaml.Node
	var d Document
	if err := decoder.Decode(&file); errors.Is(err, io.EOF) {
		return nil, errors.New("reading the overlay: it is empty")
	} else if err != nil {
		return nil, fmt.Errorf("reading the overlay: %w", err)
	}
	if err := decoder.Decode(new(yaml.Node)); !errors.Is(err, io.EOF) {
		return nil, errors.New("reading the overlay: there is more than one document")
	}
	if file.Content[0].Kind != yaml.MappingNode {
		return nil, errors.New("reading the overlay: it must be a mapping, as every OpenAPI Overlay is")
	}
	bounded := expansion{left: maxValues, inside: map[*yaml.Node]bool{}}
	if err := bounded.visit(&file); err != nil {
		return nil, fmt.Errorf("reading the overlay: %w", err)
	}
	if err := file.Decode(&d); err != nil {
		return nil, fmt.Errorf("reading the overlay: %w", err)
	}
	if err := errors.Join(d.check(), checkForm(file.Content[0])); err != nil {
		return nil, fmt.Errorf("reading the overlay: %w", err)
	}
	return &d, nil
}

// maxValues is how many values an overlay may have once its aliases are expanded. A file of
// MaxSize without aliases has no more.
const maxValues = MaxSize / 2

// maxDescents is how many descendant segments a path may have: each multiplies the number of
// nodes that the others select.
const maxDescents = 3

// expansion counts the values of a document with its aliases expanded.
type expansion struct {
	left   int
	inside map[*yaml.Node]bool // the anchors that are being visited
}

// valuesIn counts the values of a node that Parse has read.
func valuesIn(node *yaml.Node) int {
	e := expansion{left: maxValues, inside: map[*yaml.Node]bool{}}
	_ = e.visit(node) // nothing of what was read has too many, or contains itself
	return maxValues - e.left
}

// visit returns an error for a node that contains itself, or too many values.
func (e *expansion) visit(node *yaml.Node) error {
	if node.Kind == yaml.AliasNode {
		node = node.Alias
	}
	if e.inside[node] {
		return fmt.Errorf("line %d: the value of the anchor &%s contains itself", node.Line, node.Anchor)
	}
	if e.left--; e.left < 0 {
		return fmt.Errorf("it has more than %d values; replace its aliases by their values", maxValues)
	}
	if node.Anchor != "" {
		e.inside[node] = true
		defer delete(e.inside, node)
	}
	for _, child := range node.Content {
		if err := e.visit(child); err != nil {
			return err
		}
	}
	return nil
}

// check finds what the specification does not allow.
func (d *Document) check() error {
	if !strings.HasPrefix(d.Overlay, "1.0.") {
		return fmt.Errorf("its version is %q, but this build reads %s", d.Overlay, Version)
	}
	if d.Info.Title == "" || d.Info.Version == "" {
		return errors.New("info needs a title and a version")
	}
	if len(d.Actions) == 0 {
		return errors.New("it has no actions")
	}
	for _, names := range []map[string]yaml.Node{d.Extensions, d.Info.Extensions} {
		if err := onlyExtensions(names); err != nil {
			return err
		}
	}
	for i := range d.Actions {
		action := &d.Actions[i]
		if err := onlyExtensions(action.Extensions); err != nil {
			return fmt.Errorf("action %d: %w", i+1, err)
		}
		if _, err := jsonpath.Parse(action.Target); err != nil {
			return fmt.Errorf("action %d: the target %q is not a JSONPath of RFC 9535: %w", i+1, action.Target, err)
		}
		if strings.Count(action.Target, "..") > maxDescents {
			return fmt.Errorf("action %d: the target %q uses .. more than %d times: name some of the members in between", i+1, action.Target, maxDescents)
		}
	}
	return nil
}

// checkForm finds what the fields of a Document do not show: values that are not strings,
// and repeated actions.
func checkForm(root *yaml.Node) error {
	isText := func(node *yaml.Node, name string) error {
		if at := keyAt(node, name); at >= 0 && node.Content[at+1].Tag != "!!str" {
			return fmt.Errorf("line %d: %s is not a string", node.Content[at+1].Line, name)
		}
		return nil
	}
	err := errors.Join(isText(root, "overlay"), isText(root, "extends"))
	if at := keyAt(root, "info"); at >= 0 {
		err = errors.Join(err, isText(root.Content[at+1], "title"), isText(root.Content[at+1], "version"))
	}
	at := keyAt(root, "actions")
	if at < 0 || err != nil {
		return err
	}
	seen := map[string]bool{}
	for _, action := range root.Content[at+1].Content {
		err = errors.Join(err, isText(action, "target"), isText(action, "description"))
		text := fmt.Sprint(valueOf(action)) // the members of a map are in order
		if seen[text] {
			err = errors.Join(err, fmt.Errorf("line %d: the action is repeated", action.Line))
		}
		seen[text] = true
	}
	return err
}

func onlyExtensions(members map[string]yaml.Node) error {
	for name := range members {
		if !strings.HasPrefix(name, "x-") {
			return fmt.Errorf("there is no member %q; extensions begin with x-", name)
		}
	}
	return nil
}

// Bytes writes the overlay as YAML.
func (d *Document) Bytes() ([]byte, error) {
	var out bytes.Buffer
	encoder := yaml.NewEncoder(&out)
	encoder.SetIndent(2)
	if err := errors.Join(encoder.Encode(d), encoder.Close()); err != nil {
		return nil, fmt.Errorf("writing the overlay: %w", err)
	}
	return out.Bytes(), nil
}
