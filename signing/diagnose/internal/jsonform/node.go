package jsonform

import (
	"bytes"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
)

// Kind is the type of a JSON value.
type Kind uint8

// The types of JSON values. A literal is true, false or null.
const (
	KindString Kind = iota
	KindNumber
	KindLiteral
	KindArray
	KindObject
)

// Node is a parsed JSON value that can be written in other forms.
type Node struct {
	Kind  Kind
	Text  string // a decoded string, or a number or literal as sent
	raw   string // a string as sent, with quotes and escapes; "" if it was not sent
	Names []string
	Items []*Node
}

// Parse reads a value that Content has accepted.
func Parse(value []byte) *Node {
	r := NodeReader{Input: value, Dec: json.NewDecoder(bytes.NewReader(value))}
	r.Dec.UseNumber()
	return r.Node()
}

// NodeReader reads text that is known to be valid JSON.
type NodeReader struct {
	Input []byte
	Dec   *json.Decoder
}

// Node reads one value.
func (r *NodeReader) Node() *Node {
	from := r.Dec.InputOffset()
	token, err := r.Dec.Token()
	if err != nil {
		return Literal("null")
	}
	switch token := token.(type) {
	case string:
		raw := bytes.TrimLeft(r.Input[from:r.Dec.InputOffset()], " \t\r\n,:")
		return &Node{Kind: KindString, Text: token, raw: string(raw)}
	case json.Number:
		return &Node{Kind: KindNumber, Text: token.String()}
	case json.Delim:
		return r.container(token)
	case bool:
		return Literal(strconv.FormatBool(token))
	}
	return Literal("null")
}

func (r *NodeReader) container(first json.Delim) *Node {
	n := &Node{Kind: KindArray}
	if first == '{' {
		n.Kind = KindObject
	}
	for r.Dec.More() {
		if n.Kind == KindObject {
			n.Names = append(n.Names, r.Node().Text)
		}
		n.Items = append(n.Items, r.Node())
	}
	_, _ = r.Dec.Token() // the closing bracket: valid text has one
	return n
}

// String returns a string.
func String(text string) *Node { return &Node{Kind: KindString, Text: text} }

// Literal returns a literal.
func Literal(text string) *Node { return &Node{Kind: KindLiteral, Text: text} }

// Each returns n with f applied to all strings, numbers and literals in it.
func (n *Node) Each(f func(*Node) *Node) *Node {
	if n.Kind != KindArray && n.Kind != KindObject {
		return f(n)
	}
	changed := *n
	changed.Items = make([]*Node, len(n.Items))
	for i, item := range n.Items {
		changed.Items[i] = item.Each(f)
	}
	return &changed
}

// EachContainer returns n with f applied to all arrays and objects in it, innermost first.
func (n *Node) EachContainer(f func(*Node) *Node) *Node {
	if n.Kind != KindArray && n.Kind != KindObject {
		return n
	}
	changed := *n
	changed.Items = make([]*Node, len(n.Items))
	for i, item := range n.Items {
		changed.Items[i] = item.EachContainer(f)
	}
	return f(&changed)
}

// Pick returns an object with only the members at the given indexes.
func (n *Node) Pick(indexes []int) *Node {
	picked := &Node{Kind: n.Kind}
	for _, i := range indexes {
		picked.Names = append(picked.Names, n.Names[i])
		picked.Items = append(picked.Items, n.Items[i])
	}
	return picked
}

// Sorted returns an object with its members sorted by name.
func (n *Node) Sorted() *Node {
	if n.Kind != KindObject {
		return n
	}
	indexes := make([]int, len(n.Names))
	for i := range indexes {
		indexes[i] = i
	}
	slices.SortStableFunc(indexes, func(a, b int) int { return strings.Compare(n.Names[a], n.Names[b]) })
	return n.Pick(indexes)
}

// Empty returns the text of a value that may count as empty ("", null, [] or {}), otherwise "".
func (n *Node) Empty() string {
	switch {
	case n.Kind == KindString && n.Text == "":
		return `""`
	case n.Kind == KindLiteral && n.Text == "null":
		return "null"
	case n.Kind == KindArray && len(n.Items) == 0:
		return "[]"
	case n.Kind == KindObject && len(n.Items) == 0:
		return "{}"
	}
	return ""
}

// CompactText returns the value as it is written in the right content.
func (n *Node) CompactText() string {
	w := Writer{Escapes: &StandardEscapes, Limit: 1 << 30}
	w.Value(&Compact, n, 1)
	return string(w.Out)
}
