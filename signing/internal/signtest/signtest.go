// Package signtest generates request bodies for the tests of signing and of
// signing/diagnose, and writes them in canonical form without their help.
package signtest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"unicode/utf16"

	"pgregory.net/rapid"
)

// The bodies of the two documented examples whose sign is real (pages api-42599728 and api-42599729).
const (
	SingleVerifyBody = `{"deviceCode":"89852420180910340793","languageCode":"1","mark":"0","partnerCode":"P000270","terminal":"1",` +
		`"tradeTime":"1645683857572","tradeType":"singleVerify","url":"https://dist.linksfield.net/login","version":"3.0","sign":"ea7a3bba7e345e0b8ca7f7e3b43d6e72"}`
	PlansBody = `{"area":"欧洲","deviceCode":"89852420180910340793","languageCode":"1","mark":"0","partnerCode":"P000270",` +
		`"sign":"3fdb15332726c77cd792ea2328f98a80","terminal":"0","tradeTime":"1645782486394","tradeType":"singleServicePlanPage","version":"3.0"}`
)

// Node is a JSON value that a test made up: a scalar with its text, a string, an
// array (children without names) or an object.
type Node struct {
	Kind     byte // 's'calar, '"', '[' or '{'
	Text     string
	Names    []string
	Children []Node
}

var anyText = rapid.OneOf(
	rapid.StringN(0, 8, 40),
	rapid.StringOfN(rapid.RuneFrom([]rune("ab\"\\/<>&\b\f\n\r\t\x00\x1f\x7f\u2028\u2029é欧😀")), 0, 12, -1),
)

func drawNode(t *rapid.T, depth int) Node {
	kinds := []byte{'s', '"', '"'}
	if depth > 0 {
		kinds = append(kinds, '[', '{')
	}
	n := Node{Kind: rapid.SampledFrom(kinds).Draw(t, "kind")}
	switch n.Kind {
	case 's':
		n.Text = rapid.SampledFrom([]string{"null", "true", "false", "0", "-0", "1.0", "1e2", "12345678901234567890", "-1.50E+03"}).Draw(t, "scalar")
	case '"':
		n.Text = anyText.Draw(t, "string")
	case '[':
		for range rapid.IntRange(0, 3).Draw(t, "elements") {
			n.Children = append(n.Children, drawNode(t, depth-1))
		}
	case '{':
		n = drawObject(t, depth, 4)
	}
	return n
}

func drawObject(t *rapid.T, depth, most int) Node {
	n := Node{Kind: '{', Names: rapid.SliceOfNDistinct(anyText, 0, most, rapid.ID[string]).Draw(t, "names")}
	for range n.Names {
		n.Children = append(n.Children, drawNode(t, depth-1))
	}
	return n
}

// DrawBody draws an object that looks like a request: sometimes with a sign, often with more members
// than the buffers for small requests hold.
func DrawBody(t *rapid.T) Node {
	body := drawObject(t, 3, 40)
	if rapid.Bool().Draw(t, "signed") && !slices.Contains(body.Names, "sign") {
		body.Names = append(body.Names, "sign")
		body.Children = append(body.Children, Node{Kind: '"', Text: "stale"})
	}
	return body
}

// Noisy writes a value as a careless client might: with white space and needless escapes.
func (n Node) Noisy(t *rapid.T) string {
	space := func() string { return rapid.SampledFrom([]string{"", "", " ", "\n\t", "\r"}).Draw(t, "space") }
	switch n.Kind {
	case 's':
		return n.Text
	case '"':
		return noisyString(t, n.Text)
	}
	var items []string
	for i, child := range n.Children {
		item := space() + child.Noisy(t) + space()
		if n.Kind == '{' {
			item = space() + noisyString(t, n.Names[i]) + space() + ":" + item
		}
		items = append(items, item)
	}
	closing := map[byte]string{'{': "}", '[': "]"}[n.Kind]
	return string(n.Kind) + space() + strings.Join(items, ",") + closing
}

func noisyString(t *rapid.T, text string) string {
	if !rapid.Bool().Draw(t, "escaped") {
		return ReferenceString(text)
	}
	out := `"`
	for _, r := range text {
		switch units := utf16.AppendRune(nil, r); {
		case r == '/':
			out += `\/`
		case len(units) == 2:
			out += fmt.Sprintf(`\u%04X\u%04x`, units[0], units[1])
		default:
			out += fmt.Sprintf(`\u%04X`, r)
		}
	}
	return out + `"`
}

// ReferenceString writes a string with encoding/json and corrects the two characters in which it differs
// from JSON.stringify.
func ReferenceString(text string) string {
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(text); err != nil {
		return err.Error()
	}
	raw := strings.NewReplacer(`\\`, `\\`, `\u2028`, "\u2028", `\u2029`, "\u2029")
	return raw.Replace(strings.TrimSuffix(out.String(), "\n"))
}

// Reference writes a value in canonical form, sharing no code with the package.
func (n Node) Reference(sorted bool) string {
	switch n.Kind {
	case 's':
		return n.Text
	case '"':
		return ReferenceString(n.Text)
	case '[':
		var items []string
		for _, child := range n.Children {
			items = append(items, child.Reference(sorted))
		}
		return "[" + strings.Join(items, ",") + "]"
	}
	values := map[string]string{}
	for i, name := range n.Names {
		values[name] = n.Children[i].Reference(sorted)
	}
	names := slices.Clone(n.Names)
	if sorted {
		slices.Sort(names)
	}
	var items []string
	for _, name := range names {
		items = append(items, ReferenceString(name)+":"+values[name])
	}
	return "{" + strings.Join(items, ",") + "}"
}
