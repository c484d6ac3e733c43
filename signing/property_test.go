package signing

import (
	"bytes"
	"crypto/md5"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"

	"pgregory.net/rapid"
)

// node is a JSON value that a test made up: a scalar with its text, a string, an
// array (children without names) or an object.
type node struct {
	kind     byte // 's'calar, '"', '[' or '{'
	text     string
	names    []string
	children []node
}

var anyText = rapid.OneOf(
	rapid.StringN(0, 8, 40),
	rapid.StringOfN(rapid.RuneFrom([]rune("ab\"\\/<>&\b\f\n\r\t\x00\x1f\x7f\u2028\u2029é欧😀")), 0, 12, -1),
)

func drawNode(t *rapid.T, depth int) node {
	kinds := []byte{'s', '"', '"'}
	if depth > 0 {
		kinds = append(kinds, '[', '{')
	}
	n := node{kind: rapid.SampledFrom(kinds).Draw(t, "kind")}
	switch n.kind {
	case 's':
		n.text = rapid.SampledFrom([]string{"null", "true", "false", "0", "-0", "1.0", "1e2", "12345678901234567890", "-1.50E+03"}).Draw(t, "scalar")
	case '"':
		n.text = anyText.Draw(t, "string")
	case '[':
		for range rapid.IntRange(0, 3).Draw(t, "elements") {
			n.children = append(n.children, drawNode(t, depth-1))
		}
	case '{':
		n = drawObject(t, depth, 4)
	}
	return n
}

func drawObject(t *rapid.T, depth, most int) node {
	n := node{kind: '{', names: rapid.SliceOfNDistinct(anyText, 0, most, rapid.ID[string]).Draw(t, "names")}
	for range n.names {
		n.children = append(n.children, drawNode(t, depth-1))
	}
	return n
}

// drawBody draws an object as requests have it: sometimes with a sign, often with more
// members than fit the buffers for few.
func drawBody(t *rapid.T) node {
	body := drawObject(t, 3, 40)
	if rapid.Bool().Draw(t, "signed") && !slices.Contains(body.names, "sign") {
		body.names = append(body.names, "sign")
		body.children = append(body.children, node{kind: '"', text: "stale"})
	}
	return body
}

// noisy writes a value as a careless client might: with white space and needless escapes.
func (n node) noisy(t *rapid.T) string {
	space := func() string { return rapid.SampledFrom([]string{"", "", " ", "\n\t", "\r"}).Draw(t, "space") }
	switch n.kind {
	case 's':
		return n.text
	case '"':
		return noisyString(t, n.text)
	}
	var items []string
	for i, child := range n.children {
		item := space() + child.noisy(t) + space()
		if n.kind == '{' {
			item = space() + noisyString(t, n.names[i]) + space() + ":" + item
		}
		items = append(items, item)
	}
	closing := map[byte]string{'{': "}", '[': "]"}[n.kind]
	return string(n.kind) + space() + strings.Join(items, ",") + closing
}

func noisyString(t *rapid.T, text string) string {
	if !rapid.Bool().Draw(t, "escaped") {
		return referenceString(text)
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

// referenceString writes a string with encoding/json, which differs from
// JSON.stringify in two characters.
func referenceString(text string) string {
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(text); err != nil {
		return err.Error()
	}
	raw := strings.NewReplacer(`\\`, `\\`, `\u2028`, "\u2028", `\u2029`, "\u2029")
	return raw.Replace(strings.TrimSuffix(out.String(), "\n"))
}

// reference writes a value in canonical form, sharing no code with the package.
func (n node) reference(sorted bool) string {
	switch n.kind {
	case 's':
		return n.text
	case '"':
		return referenceString(n.text)
	case '[':
		var items []string
		for _, child := range n.children {
			items = append(items, child.reference(sorted))
		}
		return "[" + strings.Join(items, ",") + "]"
	}
	values := map[string]string{}
	for i, name := range n.names {
		values[name] = n.children[i].reference(sorted)
	}
	names := slices.Clone(n.names)
	if sorted {
		slices.Sort(names)
	}
	var items []string
	for _, name := range names {
		items = append(items, referenceString(name)+":"+values[name])
	}
	return "{" + strings.Join(items, ",") + "}"
}

// referenceContent is the content of a request body.
func referenceContent(body node, rules Rules) string {
	empty := map[Empty][]string{
		EmptyStringOrNull: {`""`, "null"}, EmptyStringOnly: {`""`}, EmptyContainersToo: {`""`, "null", "[]", "{}"},
	}[rules.Empty]
	values := map[string]string{}
	for i, name := range body.names {
		if text := body.children[i].reference(rules.Nested == NestedSorted); name != "sign" && !slices.Contains(empty, text) {
			values[name] = text
		}
	}
	var items []string
	for name, text := range values {
		items = append(items, name+"\x00"+referenceString(name)+":"+text)
	}
	slices.SortFunc(items, func(a, b string) int {
		return strings.Compare(a[:strings.LastIndexByte(a, 0)], b[:strings.LastIndexByte(b, 0)])
	})
	for i, item := range items {
		items[i] = item[strings.LastIndexByte(item, 0)+1:]
	}
	return "{" + strings.Join(items, ",") + "}"
}

func drawRules(t *rapid.T) Rules {
	return Rules{
		Parts:  AllParts,
		Empty:  rapid.SampledFrom([]Empty{EmptyStringOrNull, EmptyStringOnly, EmptyContainersToo, EmptyNothing}).Draw(t, "empty"),
		Hex:    rapid.SampledFrom([]HexCase{LowerHex, UpperHex}).Draw(t, "hex"),
		Nested: rapid.SampledFrom([]Nested{NestedAsSent, NestedSorted}).Draw(t, "nested"),
	}
}

// However a body is spelt, its content is what an implementation with encoding/json makes of it,
// and its sign is the MD5 of that, from the body and from its members alike.
func TestContentEqualsReference(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		body, rules := drawBody(t), drawRules(t)
		raw := []byte(body.noisy(t))
		want := referenceContent(body, rules)
		content, err := ContentOfBody(raw, rules)
		if err != nil || string(content) != want {
			t.Fatalf("ContentOfBody(%s): %s, error %v, want %s", raw, content, err, want)
		}
		wantSign := fmt.Sprintf("%x", md5.Sum([]byte(want)))
		if rules.Hex == UpperHex {
			wantSign = strings.ToUpper(wantSign)
		}
		if sign, err := SignBody(raw, rules); err != nil || sign != wantSign {
			t.Fatalf("SignBody(%s): %s, error %v, want %s", raw, sign, err, wantSign)
		}
		members, err := ParseMembers(raw)
		if err != nil {
			t.Fatal(err)
		}
		members = rapid.Permutation(members).Draw(t, "order")
		if content, err := Content(members, rules); err != nil || string(content) != want {
			t.Fatalf("Content: %s, error %v, want %s", content, err, want)
		}
		if err := Verify(members, wantSign, rules); err != nil {
			t.Fatalf("Verify: %v", err)
		}
	})
}

// Content is in canonical form: what it makes of itself is itself, under any order of members on the way.
func TestContentIsIdempotent(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		body, rules := drawBody(t), drawRules(t)
		once, err := ContentOfBody([]byte(body.noisy(t)), rules)
		if err != nil {
			t.Fatal(err)
		}
		if !json.Valid(once) {
			t.Fatalf("%s is not valid JSON", once)
		}
		twice, err := ContentOfBody(once, rules)
		if err != nil || !bytes.Equal(once, twice) {
			t.Fatalf("once %s, twice %s, error %v", once, twice, err)
		}
	})
}

// A sign fits no other parameters.
func TestVerifyRefusesAnotherContent(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rules := drawRules(t)
		first, second := []byte(drawBody(t).noisy(t)), []byte(drawBody(t).noisy(t))
		a, errA := ContentOfBody(first, rules)
		b, errB := ContentOfBody(second, rules)
		if errA != nil || errB != nil {
			t.Fatal(errA, errB)
		}
		sign, err := SignBody(first, rules)
		if err != nil {
			t.Fatal(err)
		}
		members, err := ParseMembers(second)
		if err != nil {
			t.Fatal(err)
		}
		if accepted := Verify(members, sign, rules) == nil; accepted != bytes.Equal(a, b) {
			t.Fatalf("the sign of %s is accepted for %s: %v", a, b, accepted)
		}
	})
}
