package diagnose

import (
	"bytes"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/text/unicode/norm"

	"github.com/mallcheck/mallcheck/signing"
)

// changed is a way that changes every value.
func changed(detail string, f func(*jsonNode) *jsonNode) variant {
	return variant{detail: detail, value: func(e entry) *jsonNode { return f(e.value) }}
}

// scalars is a way that changes every value that holds no others, nested ones included.
func scalars(detail string, f func(*jsonNode) *jsonNode) variant {
	return changed(detail, func(n *jsonNode) *jsonNode { return n.each(f) })
}

// texts is a way that changes every string.
func texts(detail string, f func(string) string) variant {
	return scalars(detail, func(n *jsonNode) *jsonNode {
		if n.kind != kindString {
			return n
		}
		if text := f(n.text); text != n.text {
			return stringNode(text)
		}
		return n
	})
}

var valuesStringified = fixed(
	changed("booleans", quotedLiteral),
	scalars("numbers, booleans and null", quotedScalar),
	changed("arrays and objects", quotedContainer),
	changed("all", func(n *jsonNode) *jsonNode { return quotedContainer(quotedScalar(n)) }),
)

func quotedLiteral(n *jsonNode) *jsonNode {
	if n.kind == kindLiteral && n.text != "null" {
		return stringNode(n.text)
	}
	return n
}

func quotedScalar(n *jsonNode) *jsonNode {
	if n.kind == kindLiteral || n.kind == kindNumber {
		return stringNode(n.text)
	}
	return n
}

func quotedContainer(n *jsonNode) *jsonNode {
	if n.kind == kindArray || n.kind == kindObject {
		return stringNode(n.compactText())
	}
	return n
}

// literals is a way that writes true and false with other words.
func literals(detail, yes, no string) variant {
	return scalars(detail, func(n *jsonNode) *jsonNode {
		switch {
		case n.kind != kindLiteral:
			return n
		case n.text == "true":
			return literalNode(yes)
		case n.text == "false":
			return literalNode(no)
		}
		return n
	})
}

var booleansRewritten = fixed(
	literals("True and False", "True", "False"),
	literals("1 and 0", "1", "0"),
	literals(`"1" and "0"`, `"1"`, `"0"`),
	literals(`"True" and "False"`, `"True"`, `"False"`),
)

var valuesTrimmed = fixed(texts("", strings.TrimSpace))

var valuesURLEncoded = fixed(
	texts("as encodeURIComponent does", func(s string) string { return string(percentScript(nil, s)) }),
	texts("as forms are, with + for a space", url.QueryEscape),
	texts("as RFC 3986 has it, as Python's quote and PHP's rawurlencode do", func(s string) string { return string(percentRFC(nil, s)) }),
).rarely(
	texts("as PHP's urlencode does", func(s string) string { return string(percent(nil, s, "-_.", "+", upperDigits)) }),
	texts("as .NET does, in lower case", func(s string) string { return string(percentDotNet(nil, s)) }),
)

var valuesURLDecoded = fixed(
	texts("", func(s string) string { return decoded(url.PathUnescape, s) }),
	texts("with + as a space", func(s string) string { return decoded(url.QueryUnescape, s) }),
)

func decoded(decode func(string) (string, error), text string) string {
	if plain, err := decode(text); err == nil {
		return plain
	}
	return text
}

var valuesNormalised = fixed(
	texts("NFC", norm.NFC.String),
	texts("NFD", norm.NFD.String),
)

// valueCase has one value in other letters than were sent.
func valueCase(s *search) (ways []variant) {
	for _, e := range s.base.entries {
		for i, fold := range []func(string) string{strings.ToLower, strings.ToUpper} {
			if text := fold(e.value.text); e.written && e.value.kind == kindString && text != e.value.text {
				ways = append(ways, only(e, e.name+" in "+[]string{"lower", "upper"}[i]+" case", stringNode(text)))
			}
		}
	}
	return ways
}

var nestedSorted = fixed(changed("", func(n *jsonNode) *jsonNode {
	return n.eachContainer((*jsonNode).sorted)
}))

// only is a way that writes one parameter otherwise.
func only(one entry, detail string, value *jsonNode) variant {
	return variant{detail: detail, value: func(e entry) *jsonNode {
		if e.index == one.index {
			return value
		}
		return e.value
	}}
}

// sent returns the values as they were sent, by position in the request.
func (s *search) sent() (values [][]byte) {
	for _, place := range s.got.places() {
		for _, m := range place.members {
			values = append(values, m.Value)
		}
	}
	return values
}

func nestedAsSent(s *search) []variant {
	if s.rules.Nested == signing.NestedAsSent {
		return nil
	}
	var sent []*jsonNode
	for _, value := range s.sent() {
		sent = append(sent, parseNode(value))
	}
	return []variant{{value: func(e entry) *jsonNode {
		if e.index < len(sent) {
			return sent[e.index]
		}
		return e.value
	}}}
}

// nestedFiltered is what JSON.stringify(object, Object.keys(object).sort()) does to nested objects.
func nestedFiltered(s *search) []variant {
	order := func(n *jsonNode) *jsonNode {
		var kept []int
		for i, name := range n.names {
			if e := s.base.find(name); e != nil && e.written {
				kept = append(kept, i)
			}
		}
		if n.kind != kindObject {
			return n
		}
		return n.pick(kept).sorted()
	}
	return []variant{changed("", func(n *jsonNode) *jsonNode { return n.eachContainer(order) })}
}

// nestedEmptyDropped is what serializers do that are told to leave out empty members.
var nestedEmptyDropped = fixed(
	withoutNested("null", "null"),
	withoutNested(`"" and null`, "null", `""`),
	withoutNested(`"", null, [] and {}`, "null", `""`, "[]", "{}"),
)

func withoutNested(detail string, texts ...string) variant {
	return changed(detail, func(n *jsonNode) *jsonNode {
		return n.eachContainer(func(n *jsonNode) *jsonNode {
			var kept []int
			for i := range n.names {
				if !slices.Contains(texts, n.items[i].empty()) {
					kept = append(kept, i)
				}
			}
			if len(kept) == len(n.names) {
				return n
			}
			return n.pick(kept)
		})
	})
}

func nestedSpaced(s *search) []variant {
	sent := s.sent()
	return []variant{{value: func(e entry) *jsonNode {
		if kind := e.value.kind; e.index < len(sent) && (kind == kindArray || kind == kindObject) {
			return literalNode(string(bytes.TrimSpace(sent[e.index])))
		}
		return e.value
	}}}
}

var emptyObjectAsArray = fixed(changed("", func(n *jsonNode) *jsonNode {
	return n.eachContainer(func(n *jsonNode) *jsonNode {
		if len(n.items) == 0 {
			return &jsonNode{kind: kindArray}
		}
		return n
	})
}))

// joined is a way that makes a text of each array of strings and numbers.
func joined(first, between, last string) variant {
	return changed("as "+strconv.Quote(first+"a"+between+"b"+last), func(n *jsonNode) *jsonNode {
		if n.kind != kindArray {
			return n
		}
		items := make([]string, len(n.items))
		for i, item := range n.items {
			items[i] = item.text
		}
		return stringNode(first + strings.Join(items, between) + last)
	})
}

var listAsText = fixed(joined("", ",", ""), joined("[", ", ", "]"))

var listSorted = fixed(changed("", func(n *jsonNode) *jsonNode {
	return n.eachContainer(func(n *jsonNode) *jsonNode {
		if n.kind == kindArray {
			slices.SortStableFunc(n.items, func(a, b *jsonNode) int { return strings.Compare(a.text, b.text) })
		}
		return n
	})
}))
