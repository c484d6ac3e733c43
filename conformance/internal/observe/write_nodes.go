package observe

import (
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/mallcheck/mallcheck/openapi"
)

// mapping returns a mapping of keys and values.
func mapping(pairs ...any) yaml.Node {
	node := yaml.Node{Kind: yaml.MappingNode, Tag: "!!map"}
	for i := 0; i+1 < len(pairs); i += 2 {
		put(&node, pairs[i].(string), pairs[i+1]) //nolint:forcetypeassert // keys are texts, written here
	}
	return node
}

// put sets a key of a mapping.
func put(node *yaml.Node, key string, value any) {
	var of yaml.Node
	switch value := value.(type) {
	case yaml.Node:
		of = value
	default:
		_ = of.Encode(value) // texts, numbers and lists of them
	}
	for i := 0; i+1 < len(node.Content); i += 2 {
		if node.Content[i].Value == key {
			node.Content[i+1] = &of
			return
		}
	}
	var name yaml.Node
	_ = name.Encode(key)
	node.Content = append(node.Content, &name, &of)
}

// flow makes a mapping print in braces.
func flow(node yaml.Node) yaml.Node {
	node.Style = yaml.FlowStyle
	return node
}

func take(node *yaml.Node, keys ...string) {
	for i := 0; i+1 < len(node.Content); {
		if slices.Contains(keys, node.Content[i].Value) {
			node.Content = slices.Delete(node.Content, i, i+2)
			continue
		}
		i += 2
	}
}

func nodeOf(value any) (yaml.Node, error) {
	var node yaml.Node
	if err := node.Encode(value); err != nil {
		return node, fmt.Errorf("writing what was learnt: %w", err)
	}
	return node, nil
}

// pathOf converts a JSON pointer to JSONPath.
func pathOf(pointer string) string {
	var path strings.Builder
	path.WriteString("$")
	for token := range strings.SplitSeq(strings.TrimPrefix(pointer, "/"), "/") {
		name := openapi.UnescapeToken(token)
		if plainName(name) {
			path.WriteString("." + name)
		} else {
			path.WriteString("['" + strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(name) + "']")
		}
	}
	return path.String()
}

// plainName reports whether a name can follow a dot in a JSONPath.
func plainName(name string) bool {
	for i := range len(name) {
		b := name[i]
		plain := b|0x20 >= 'a' && b|0x20 <= 'z' || b == '_' || i > 0 && b >= '0' && b <= '9'
		if !plain {
			return false
		}
	}
	return name != ""
}

func copyOf(node *yaml.Node) *yaml.Node {
	copied := *node
	copied.Content = make([]*yaml.Node, len(node.Content))
	for i, content := range node.Content {
		copied.Content[i] = copyOf(content)
	}
	return &copied
}

// lookUp follows a JSON pointer through mappings; nil if it leads nowhere.
func lookUp(node *yaml.Node, pointer string) *yaml.Node {
	for token := range strings.SplitSeq(strings.TrimPrefix(pointer, "/"), "/") {
		name := openapi.UnescapeToken(token)
		if node == nil || node.Kind != yaml.MappingNode {
			return nil
		}
		var next *yaml.Node
		for i := 0; i+1 < len(node.Content); i += 2 {
			if node.Content[i].Value == name {
				next = node.Content[i+1]
			}
		}
		node = next
	}
	return node
}
