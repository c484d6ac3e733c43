package mistakes

import (
	"bytes"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/text/unicode/norm"

	"github.com/mallcheck/mallcheck/signing"
	"github.com/mallcheck/mallcheck/signing/diagnose/internal/jsonform"
)

// changed returns a way that changes every value.
func changed(detail string, f func(*jsonform.Node) *jsonform.Node) Variant {
	return Variant{Detail: detail, value: func(e Entry) *jsonform.Node { return f(e.Value) }}
}

// scalars returns a way that changes every string, number and literal, including nested ones.
func scalars(detail string, f func(*jsonform.Node) *jsonform.Node) Variant {
	return changed(detail, func(n *jsonform.Node) *jsonform.Node { return n.Each(f) })
}

// texts returns a way that changes every string.
func texts(detail string, f func(string) string) Variant {
	return scalars(detail, func(n *jsonform.Node) *jsonform.Node {
		if n.Kind != jsonform.KindString {
			return n
		}
		if text := f(n.Text); text != n.Text {
			return jsonform.String(text)
		}
		return n
	})
}

var valuesStringified = fixed(
	changed("booleans", quotedLiteral),
	scalars("numbers, booleans and null", quotedScalar),
	changed("arrays and objects", quotedContainer),
	changed("all", func(n *jsonform.Node) *jsonform.Node { return quotedContainer(quotedScalar(n)) }),
)

func quotedLiteral(n *jsonform.Node) *jsonform.Node {
	if n.Kind == jsonform.KindLiteral && n.Text != "null" {
		return jsonform.String(n.Text)
	}
	return n
}

func quotedScalar(n *jsonform.Node) *jsonform.Node {
	if n.Kind == jsonform.KindLiteral || n.Kind == jsonform.KindNumber {
		return jsonform.String(n.Text)
	}
	return n
}

func quotedContainer(n *jsonform.Node) *jsonform.Node {
	if n.Kind == jsonform.KindArray || n.Kind == jsonform.KindObject {
		return jsonform.String(n.CompactText())
	}
	return n
}

// literals returns a way that writes true and false in other words.
func literals(detail, yes, no string) Variant {
	return scalars(detail, func(n *jsonform.Node) *jsonform.Node {
		switch {
		case n.Kind != jsonform.KindLiteral:
			return n
		case n.Text == "true":
			return jsonform.Literal(yes)
		case n.Text == "false":
			return jsonform.Literal(no)
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
	texts("as in forms, with + for a space", url.QueryEscape),
	texts("by RFC 3986, as Python's quote and PHP's rawurlencode do", func(s string) string { return string(percentRFC(nil, s)) }),
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

// valueCase returns ways in which one value is in another letter case than the one sent.
func valueCase(s *Subject) (ways []Variant) {
	for _, e := range s.singled() {
		for i, fold := range []func(string) string{strings.ToLower, strings.ToUpper} {
			if text := fold(e.Value.Text); e.Written && e.Value.Kind == jsonform.KindString && text != e.Value.Text {
				ways = append(ways, only(e, e.Name+" in "+[]string{"lower", "upper"}[i]+" case", jsonform.String(text)))
			}
		}
	}
	return ways
}

var nestedSorted = fixed(changed("", func(n *jsonform.Node) *jsonform.Node {
	return n.EachContainer((*jsonform.Node).Sorted)
}))

// only returns a way that writes one parameter differently.
func only(one Entry, detail string, value *jsonform.Node) Variant {
	return Variant{Detail: detail, value: func(e Entry) *jsonform.Node {
		if e.Index == one.Index {
			return value
		}
		return e.Value
	}}
}

// sent returns the values as sent, by position in the request.
func (s *Subject) sent() (values [][]byte) {
	for _, group := range s.Got.Parts() {
		for _, m := range group.Members {
			values = append(values, m.Value)
		}
	}
	return values
}

func nestedAsSent(s *Subject) []Variant {
	if s.Rules.Nested == signing.NestedAsSent {
		return nil
	}
	var sent []*jsonform.Node
	for _, value := range s.sent() {
		sent = append(sent, jsonform.Parse(value))
	}
	return []Variant{{value: func(e Entry) *jsonform.Node {
		if e.Index < len(sent) {
			return sent[e.Index]
		}
		return e.Value
	}}}
}

// nestedFiltered is the effect of JSON.stringify(object, Object.keys(object).sort()) on nested objects.
func nestedFiltered(s *Subject) []Variant {
	order := func(n *jsonform.Node) *jsonform.Node {
		var kept []int
		for i, name := range n.Names {
			if e := s.Base.find(name); e != nil && e.Written {
				kept = append(kept, i)
			}
		}
		if n.Kind != jsonform.KindObject {
			return n
		}
		return n.Pick(kept).Sorted()
	}
	return []Variant{changed("", func(n *jsonform.Node) *jsonform.Node { return n.EachContainer(order) })}
}

// nestedEmptyDropped is the effect of serializers that are set to leave out empty members.
var nestedEmptyDropped = fixed(
	withoutNested("null", "null"),
	withoutNested(`"" and null`, "null", `""`),
	withoutNested(`"", null, [] and {}`, "null", `""`, "[]", "{}"),
)

func withoutNested(detail string, texts ...string) Variant {
	return changed(detail, func(n *jsonform.Node) *jsonform.Node {
		return n.EachContainer(func(n *jsonform.Node) *jsonform.Node {
			var kept []int
			for i := range n.Names {
				if !slices.Contains(texts, n.Items[i].Empty()) {
					kept = append(kept, i)
				}
			}
			if len(kept) == len(n.Names) {
				return n
			}
			return n.Pick(kept)
		})
	})
}

func nestedSpaced(s *Subject) []Variant {
	sent := s.sent()
	return []Variant{{value: func(e Entry) *jsonform.Node {
		if kind := e.Value.Kind; e.Index < len(sent) && (kind == jsonform.KindArray || kind == jsonform.KindObject) {
			return jsonform.Literal(string(bytes.TrimSpace(sent[e.Index])))
		}
		return e.Value
	}}}
}

var emptyObjectAsArray = fixed(changed("", func(n *jsonform.Node) *jsonform.Node {
	return n.EachContainer(func(n *jsonform.Node) *jsonform.Node {
		if len(n.Items) == 0 {
			return &jsonform.Node{Kind: jsonform.KindArray}
		}
		return n
	})
}))

// joined returns a way that turns each array of strings and numbers into a string.
func joined(first, between, last string) Variant {
	return changed("as "+strconv.Quote(first+"a"+between+"b"+last), func(n *jsonform.Node) *jsonform.Node {
		if n.Kind != jsonform.KindArray {
			return n
		}
		items := make([]string, len(n.Items))
		for i, item := range n.Items {
			items[i] = item.Text
		}
		return jsonform.String(first + strings.Join(items, between) + last)
	})
}

var listAsText = fixed(joined("", ",", ""), joined("[", ", ", "]"))

var listSorted = fixed(changed("", func(n *jsonform.Node) *jsonform.Node {
	return n.EachContainer(func(n *jsonform.Node) *jsonform.Node {
		if n.Kind == jsonform.KindArray {
			slices.SortStableFunc(n.Items, func(a, b *jsonform.Node) int { return strings.Compare(a.Text, b.Text) })
		}
		return n
	})
}))
