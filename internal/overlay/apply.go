package overlay

import (
	"bytes"
	"errors"
	"fmt"

	"github.com/theory/jsonpath"
	"github.com/theory/jsonpath/spec"
	"go.yaml.in/yaml/v3"
)

// Apply returns a description with the actions applied in order. The description is YAML or
// JSON; the result is YAML.
func (d *Document) Apply(description []byte) ([]byte, error) {
	var file yaml.Node
	if err := yaml.Unmarshal(description, &file); err != nil {
		return nil, fmt.Errorf("reading the description: %w", err)
	}
	if len(file.Content) != 1 {
		return nil, errors.New("reading the description: it is empty")
	}
	if err := d.ApplyTo(file.Content[0]); err != nil {
		return nil, err
	}
	var out bytes.Buffer
	encoder := yaml.NewEncoder(&out)
	encoder.SetIndent(2)
	if err := errors.Join(encoder.Encode(&file), encoder.Close()); err != nil {
		return nil, fmt.Errorf("writing the description: %w", err)
	}
	return out.Bytes(), nil
}

// ApplyTo applies the actions to the root node of a parsed description.
func (d *Document) ApplyTo(root *yaml.Node) error {
	tree := treeOf{}
	left := maxValues // that may still be added: updates of added values grow fast
	for i := range d.Actions {
		action := &d.Actions[i]
		path, err := jsonpath.Parse(action.Target)
		if err != nil {
			return fmt.Errorf("action %d: %w", i+1, err)
		}
		paths := tree.selected(path, root)
		if !action.Remove {
			left -= len(paths) * valuesIn(&action.Update)
		}
		if left < 0 {
			return fmt.Errorf("action %d, %s: the overlay adds more than %d values", i+1, action.Target, maxValues)
		}
		if err := action.applyTo(root, paths); err != nil {
			return fmt.Errorf("action %d, %s: %w", i+1, action.Target, err)
		}
		if len(paths) > 0 {
			tree.stale = true
		}
	}
	return nil
}

// treeOf is a description as values, from which a path selects.
type treeOf struct {
	value any
	stale bool // the description was changed since
}

// selected returns the paths of the nodes that a path selects. A path to a single node is
// followed in the description itself, so that the values need not be built again.
func (t *treeOf) selected(path *jsonpath.Path, root *yaml.Node) []spec.NormalizedPath {
	if single := path.Query().Singular(); single != nil {
		normalized := make(spec.NormalizedPath, 0)
		for _, segment := range path.Query().Segments() {
			if selector, isNormal := segment.Selectors()[0].(spec.NormalSelector); isNormal {
				normalized = append(normalized, selector)
			}
		}
		if len(normalized) == len(path.Query().Segments()) {
			if found, _ := follow(root, normalized); found == nil {
				return nil
			}
			return []spec.NormalizedPath{normalized}
		}
	}
	if t.value == nil || t.stale {
		t.value, t.stale = valueOf(root), false
	}
	var paths []spec.NormalizedPath
	for _, node := range path.SelectLocated(t.value) {
		paths = append(paths, node.Path)
	}
	return paths
}

// valueOf returns a node as a value from which a path selects. All keys are strings, even
// those that YAML reads as numbers, such as a status.
func valueOf(node *yaml.Node) any {
	switch node.Kind {
	case yaml.MappingNode:
		object := make(map[string]any, len(node.Content)/2)
		for i := 0; i+1 < len(node.Content); i += 2 {
			object[node.Content[i].Value] = valueOf(node.Content[i+1])
		}
		return object
	case yaml.SequenceNode:
		array := make([]any, len(node.Content))
		for i, element := range node.Content {
			array[i] = valueOf(element)
		}
		return array
	case yaml.AliasNode:
		return valueOf(node.Alias)
	}
	var scalar any
	if node.Decode(&scalar) != nil {
		return node.Value
	}
	return scalar
}

// follow returns the node at a path and its parent; nil if there is none.
func follow(root *yaml.Node, path spec.NormalizedPath) (found, parent *yaml.Node) {
	found = root
	for _, step := range path {
		for found != nil && found.Kind == yaml.AliasNode {
			found = found.Alias
		}
		if found == nil {
			return nil, nil
		}
		parent, found = found, child(found, step)
	}
	return found, parent
}

func child(node *yaml.Node, step spec.NormalSelector) *yaml.Node {
	switch step := step.(type) {
	case spec.Name:
		if at := keyAt(node, string(step)); at >= 0 {
			return node.Content[at+1]
		}
	case spec.Index:
		at := int(step)
		if at < 0 {
			at += len(node.Content)
		}
		if node.Kind == yaml.SequenceNode && at >= 0 && at < len(node.Content) {
			return node.Content[at]
		}
	}
	return nil
}

// keyAt returns the index of a key in the content of a mapping, -1 if it is missing.
func keyAt(node *yaml.Node, key string) int {
	if node.Kind != yaml.MappingNode {
		return -1
	}
	for i := 0; i+1 < len(node.Content); i += 2 {
		if node.Content[i].Value == key {
			return i
		}
	}
	return -1
}

// applyTo changes the nodes at the paths.
func (a *Action) applyTo(root *yaml.Node, paths []spec.NormalizedPath) error {
	if a.Remove {
		return remove(root, paths)
	}
	if a.Update.Kind == 0 {
		return nil
	}
	for _, path := range paths {
		target, _ := follow(root, path)
		switch {
		case target == nil:
		case target.Kind == yaml.SequenceNode:
			target.Content = append(target.Content, clone(&a.Update))
		case target.Kind == yaml.MappingNode && a.Update.Kind == yaml.MappingNode:
			merge(target, &a.Update)
		case target.Kind == yaml.ScalarNode:
			return errPrimitive
		default:
			return errors.New("only an object can be merged into an object, and a value appended to an array")
		}
	}
	return nil
}

// errPrimitive reports a target that the specification does not allow.
var errPrimitive = errors.New("a string, number, boolean or null cannot be updated, nor removed from an array; select its parent")

// remove removes nodes from their parents. It finds all of them first, because removing one
// element of an array moves the others.
func remove(root *yaml.Node, paths []spec.NormalizedPath) error {
	type pair struct{ node, parent *yaml.Node }
	var gone []pair
	for _, path := range paths {
		node, parent := follow(root, path)
		// The specification's own test set removes a string from an object.
		if node.Kind == yaml.ScalarNode && parent != nil && parent.Kind == yaml.SequenceNode {
			return errPrimitive
		}
		if parent == nil {
			return errors.New("the whole description cannot be removed")
		}
		gone = append(gone, pair{node, parent})
	}
	for _, one := range gone {
		for i, content := range one.parent.Content {
			if content != one.node {
				continue
			}
			first := i
			if one.parent.Kind == yaml.MappingNode {
				first = i - 1 // its key
			}
			one.parent.Content = append(one.parent.Content[:first:first], one.parent.Content[i+1:]...)
			break
		}
	}
	return nil
}

// merge puts the members of an update into an object: objects are merged, arrays are
// joined, and any other value is replaced.
func merge(target, update *yaml.Node) {
	for i := 0; i+1 < len(update.Content); i += 2 {
		key, value := update.Content[i], update.Content[i+1]
		at := keyAt(target, key.Value)
		if at < 0 {
			target.Content = append(target.Content, clone(key), clone(value))
			continue
		}
		switch there := target.Content[at+1]; {
		case there.Kind == yaml.MappingNode && value.Kind == yaml.MappingNode:
			merge(there, value)
		case there.Kind == yaml.SequenceNode && value.Kind == yaml.SequenceNode:
			there.Content = append(there.Content, clone(value).Content...)
		default:
			target.Content[at+1] = clone(value)
		}
	}
}

// clone returns a deep copy, so that one update can be merged into several nodes.
func clone(node *yaml.Node) *yaml.Node {
	copied := *node
	copied.Content = make([]*yaml.Node, len(node.Content))
	for i, content := range node.Content {
		copied.Content[i] = clone(content)
	}
	return &copied
}
