package mistakes

import (
	"encoding/json"
	"math"
	"strconv"
	"strings"

	"github.com/mallcheck/mallcheck/signing/diagnose/internal/jsonform"
	"github.com/mallcheck/mallcheck/signing/diagnose/internal/languages"
)

func isNumber(text string) bool {
	return text != "" && (text[0] == '-' || '0' <= text[0] && text[0] <= '9') &&
		text == strings.TrimSpace(text) && json.Valid([]byte(text))
}

func unquoted(n *jsonform.Node) *jsonform.Node {
	if n.Kind == jsonform.KindString && isNumber(n.Text) {
		return &jsonform.Node{Kind: jsonform.KindNumber, Text: n.Text}
	}
	return n
}

func unquotedAs(style languages.Numbers) func(*jsonform.Node) *jsonform.Node {
	return func(n *jsonform.Node) *jsonform.Node {
		if n.Kind != jsonform.KindString || !isNumber(n.Text) {
			return n
		}
		return style.Of(unquoted(n))
	}
}

var numbersUnquoted = fixed(
	scalars("", unquoted),
	scalars("as PHP's JSON_NUMERIC_CHECK does", unquotedAs(languages.PHPNumbers)),
).rarely(
	scalars("in JavaScript's number format", unquotedAs(languages.ScriptNumbers)),
)

// numberUnquoted covers one parameter that was a number in the client when it signed.
func numberUnquoted(s *Subject) (ways []Variant) {
	for _, e := range s.singled() {
		if e.Value.Kind != jsonform.KindString || !isNumber(e.Value.Text) {
			continue
		}
		plain := unquoted(e.Value)
		known := map[string]bool{}
		for i, value := range []*jsonform.Node{
			plain, languages.AllScriptNumbers.Of(plain), languages.PythonNumbers.Of(plain), languages.JavaNumbers.Of(plain),
			languages.Precise.Of(plain),
		} {
			if known[value.Text] {
				continue
			}
			known[value.Text] = true
			v := only(e, e.Name+" as "+value.Text, value)
			v.Rare = i > 0 && languages.IsInteger(e.Value.Text)
			ways = append(ways, v)
		}
	}
	return ways
}

// amountRespelled covers an amount written with other digits: without trailing zeros, in cents, or with
// separators.
func amountRespelled(s *Subject) (ways []Variant) {
	for _, e := range s.singled() {
		text := e.Value.Text
		if e.Value.Kind == jsonform.KindLiteral || !isNumber(text) || languages.IsInteger(text) {
			continue
		}
		f, err := strconv.ParseFloat(text, 64)
		if err != nil || math.Abs(f) >= 1e15 {
			continue
		}
		fixed := strconv.FormatFloat(f, 'f', 2, 64)
		known := map[string]bool{text: true}
		for i, other := range []string{
			strconv.FormatFloat(f, 'f', -1, 64), strconv.FormatFloat(f, 'f', 1, 64), fixed, strconv.FormatFloat(f, 'f', 0, 64),
			grouped(fixed, ",", "."), strconv.FormatFloat(f*100, 'f', 0, 64),
			scaled(text), grouped(fixed, ".", ","), strings.Replace(fixed, ".", ",", 1), strconv.FormatFloat(f, 'f', 4, 64),
			languages.Precise.Of(&jsonform.Node{Kind: jsonform.KindNumber, Text: text}).Text,
		} {
			if known[other] {
				continue
			}
			known[other] = true
			v := only(e, e.Name+" as "+strconv.Quote(other), jsonform.String(other))
			v.Rare = i > 5
			if e.Value.Kind == jsonform.KindNumber && isNumber(other) {
				v = only(e, e.Name+" as "+other, &jsonform.Node{Kind: jsonform.KindNumber, Text: other})
			}
			ways = append(ways, v)
		}
	}
	return ways
}

// scaled formats a number like Java's BigDecimal without trailing zeros: 1E+3 for 1000.00.
func scaled(text string) string {
	whole, fraction, _ := strings.Cut(text, ".")
	digits := strings.TrimRight(whole, "0")
	if strings.Trim(fraction, "0") != "" || digits == "" || digits == whole {
		return text
	}
	return digits + "E+" + strconv.Itoa(len(whole)-len(digits))
}

// grouped formats a number with a separator for thousands and another one before the fraction.
func grouped(text, thousands, fraction string) string {
	sign := strings.HasPrefix(text, "-")
	whole, rest, _ := strings.Cut(strings.TrimPrefix(text, "-"), ".")
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + thousands + whole[i:]
	}
	if sign {
		whole = "-" + whole
	}
	return whole + fraction + rest
}

var numbersQuoted = fixed(scalars("", func(n *jsonform.Node) *jsonform.Node {
	if n.Kind == jsonform.KindNumber {
		return jsonform.String(n.Text)
	}
	return n
}))

var numbersRespelled = fixed(
	numbers("as JavaScript writes them", languages.AllScriptNumbers),
	numbers("with a fraction as Python, Ruby and Rust write them, 10.0 for 10.00", languages.PythonNumbers),
	numbers("with a fraction as Java writes them, 10.0 for 10.00 and 1.0E7 for 10000000.0", languages.JavaNumbers),
	numbers("as floating-point numbers of Python, 1.0 for 1", withAll(languages.PythonNumbers)),
	numbers("as floating-point numbers of Java, 1.0 for 1 and 1.0E7 for 10000000, as Gson reads them into a Map", withAll(languages.JavaNumbers)),
	numbers("with a fraction as org.json and Hutool write them, 10 for 10.00 and 1.0E7 for 10000000.0", languages.OrgJSONNumbers),
	numbers("with 17 digits, as PHP before 7.1 does", languages.Precise),
	numbers("with 17 digits and a fraction, as Jansson does", languages.PreciseFraction),
	numbers("with a fraction as PHP, Perl and jq write them, 10 for 10.00", languages.PHPNumbers),
)

func withAll(style languages.Numbers) languages.Numbers {
	style.All = true
	return style
}

// numbers returns a way that formats all numbers in the style of a language.
func numbers(detail string, style languages.Numbers) Variant { return scalars(detail, style.Of) }
