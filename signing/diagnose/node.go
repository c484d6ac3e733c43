package diagnose

import (
	"bytes"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
)

// kind is what a JSON value is.
type kind uint8

const (
	kindString kind = iota
	kindNumber
	kindLiteral
	kindArray
	kindObject
)

// jsonNode is a JSON value, taken apart so that it can be written in other ways.
type jsonNode struct {
	kind  kind
	text  string // a string decoded, a number or literal as it was sent
	raw   string // a string as it was sent, with quotes and escapes, or "" if it was not
	names []string
	items []*jsonNode
}

// parseNode reads a value that Content has accepted.
func parseNode(value []byte) *jsonNode {
	r := nodeReader{text: value, dec: json.NewDecoder(bytes.NewReader(value))}
	r.dec.UseNumber()
	return r.node()
}

// nodeReader reads text that is known to be valid JSON.
type nodeReader struct {
	text []byte
	dec  *json.Decoder
}

func (r *nodeReader) node() *jsonNode {
	from := r.dec.InputOffset()
	token, err := r.dec.Token()
	if err != nil {
		return literalNode("null")
	}
	switch token := token.(type) {
	case string:
		raw := bytes.TrimLeft(r.text[from:r.dec.InputOffset()], " \t\r\n,:")
		return &jsonNode{kind: kindString, text: token, raw: string(raw)}
	case json.Number:
		return &jsonNode{kind: kindNumber, text: token.String()}
	case json.Delim:
		return r.container(token)
	case bool:
		return literalNode(strconv.FormatBool(token))
	}
	return literalNode("null")
}

func (r *nodeReader) container(first json.Delim) *jsonNode {
	n := &jsonNode{kind: kindArray}
	if first == '{' {
		n.kind = kindObject
	}
	for r.dec.More() {
		if n.kind == kindObject {
			n.names = append(n.names, r.node().text)
		}
		n.items = append(n.items, r.node())
	}
	_, _ = r.dec.Token() // the closing bracket, which valid text has
	return n
}

func stringNode(text string) *jsonNode { return &jsonNode{kind: kindString, text: text} }

func literalNode(text string) *jsonNode { return &jsonNode{kind: kindLiteral, text: text} }

// each returns n with f applied to all values in it that hold no others.
func (n *jsonNode) each(f func(*jsonNode) *jsonNode) *jsonNode {
	if n.kind != kindArray && n.kind != kindObject {
		return f(n)
	}
	changed := *n
	changed.items = make([]*jsonNode, len(n.items))
	for i, item := range n.items {
		changed.items[i] = item.each(f)
	}
	return &changed
}

// eachContainer returns n with f applied to all arrays and objects in it, innermost first.
func (n *jsonNode) eachContainer(f func(*jsonNode) *jsonNode) *jsonNode {
	if n.kind != kindArray && n.kind != kindObject {
		return n
	}
	changed := *n
	changed.items = make([]*jsonNode, len(n.items))
	for i, item := range n.items {
		changed.items[i] = item.eachContainer(f)
	}
	return f(&changed)
}

// pick returns an object with the members at the given indexes alone.
func (n *jsonNode) pick(indexes []int) *jsonNode {
	picked := &jsonNode{kind: n.kind}
	for _, i := range indexes {
		picked.names = append(picked.names, n.names[i])
		picked.items = append(picked.items, n.items[i])
	}
	return picked
}

// sorted returns an object with its members in order of their names.
func (n *jsonNode) sorted() *jsonNode {
	if n.kind != kindObject {
		return n
	}
	indexes := make([]int, len(n.names))
	for i := range indexes {
		indexes[i] = i
	}
	slices.SortStableFunc(indexes, func(a, b int) int { return strings.Compare(n.names[a], n.names[b]) })
	return n.pick(indexes)
}

// empty is the text by which a value may count as empty, or "".
func (n *jsonNode) empty() string {
	switch {
	case n.kind == kindString && n.text == "":
		return `""`
	case n.kind == kindLiteral && n.text == "null":
		return "null"
	case n.kind == kindArray && len(n.items) == 0:
		return "[]"
	case n.kind == kindObject && len(n.items) == 0:
		return "{}"
	}
	return ""
}

// compactText is the value as the right content has it.
func (n *jsonNode) compactText() string {
	w := writer{escapes: &standardEscapes, limit: 1 << 30}
	w.value(&compact, n, 1)
	return string(w.out)
}
