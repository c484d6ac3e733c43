package openapi

import (
	"fmt"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/mallcheck/mallcheck/internal/jsonpointer"
)

// inlined is a mapping of the document as if its reference were inlined: what
// the parent's x-evidence-of says of it comes first, then the reference, then
// what is referenced. A node that is no
// mapping is inlined alone and has no members.
type inlined []*yaml.Node

// longestChain bounds a chain of references, so that a circle ends.
const longestChain = 16

// inline follows the reference that a node is, if it is one.
func (c *Contract) inline(node *yaml.Node) inlined {
	var all inlined
	for node != nil && len(all) < longestChain {
		for node.Kind == yaml.AliasNode {
			node = node.Alias
		}
		all = append(all, node)
		reference := member(node, "$ref")
		if reference == nil {
			break
		}
		node = c.referenced(reference.Value)
	}
	return all
}

// inlineWith is inline with a mapping that comes first; nil for none.
func (c *Contract) inlineWith(first, node *yaml.Node) inlined {
	all := c.inline(node)
	if first != nil {
		all = append(inlined{first}, all...)
	}
	return all
}

// referenced returns the node that a local reference names, nil if there is none.
func (c *Contract) referenced(reference string) *yaml.Node {
	pointer, local := strings.CutPrefix(reference, "#/")
	if !local {
		return nil
	}
	node := c.root
	for token := range strings.SplitSeq(pointer, "/") {
		node = member(node, UnescapeToken(token))
	}
	return node
}

// get returns the value of a key, nil if there is none.
func (o inlined) get(key string) *yaml.Node {
	for _, node := range o {
		if value := member(node, key); value != nil {
			return value
		}
	}
	return nil
}

// text returns the scalar under a key, "" if there is none.
func (o inlined) text(key string) string {
	if value := o.get(key); value != nil && value.Kind == yaml.ScalarNode {
		return value.Value
	}
	return ""
}

// last returns the node that is not a reference any more.
func (o inlined) last() *yaml.Node {
	if len(o) == 0 {
		return &yaml.Node{}
	}
	return o[len(o)-1]
}

// member returns the value of a key of a mapping, nil if there is none.
func member(node *yaml.Node, key string) *yaml.Node {
	if node == nil || node.Kind != yaml.MappingNode {
		return nil
	}
	for i := 0; i+1 < len(node.Content); i += 2 {
		if node.Content[i].Value == key {
			return node.Content[i+1]
		}
	}
	return nil
}

// each calls visit for every member of a mapping, in the order of the document,
// until it returns an error.
func each(node *yaml.Node, visit func(key string, value *yaml.Node) error) error {
	if node == nil || node.Kind != yaml.MappingNode {
		return nil
	}
	for i := 0; i+1 < len(node.Content); i += 2 {
		key := node.Content[i]
		if err := visit(key.Value, node.Content[i+1]); err != nil {
			return fmt.Errorf("line %d, %s: %w", key.Line, key.Value, err)
		}
	}
	return nil
}

// words returns the scalars of a sequence.
func words(node *yaml.Node) []string {
	if node == nil || node.Kind != yaml.SequenceNode {
		return nil
	}
	all := make([]string, 0, len(node.Content))
	for _, item := range node.Content {
		all = append(all, item.Value)
	}
	return all
}

// EscapeToken writes a name as one token of a JSON pointer (RFC 6901): "~" as "~0" and "/" as "~1".
func EscapeToken(name string) string { return jsonpointer.Escape(name) }

// UnescapeToken is the reverse of EscapeToken: it returns the name that a token of a JSON pointer stands for.
func UnescapeToken(token string) string { return jsonpointer.Unescape(token) }
