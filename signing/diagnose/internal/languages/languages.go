package languages

import (
	"math"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/mallcheck/mallcheck/signing/diagnose/internal/jsonform"
)

// Numbers is how a language formats floating-point numbers.
type Numbers struct {
	// All is set if integers are formatted as floating-point numbers too.
	All bool
	// precise writes 17 digits instead of the fewest.
	precise bool
	// low and high are the bounds beyond which an exponent is written.
	low, high float64
	// scientific and plain complete a number with and without an exponent.
	scientific, plain func(text string) string
}

func same(text string) string { return text }

func withFraction(text string) string {
	if strings.Contains(text, ".") {
		return text
	}
	return text + ".0"
}

func javaExponent(text string) string {
	digits, exponent, _ := strings.Cut(text, "e")
	exponent = strings.Replace(strings.TrimPrefix(exponent, "+"), "-0", "-", 1)
	return withFraction(digits) + "E" + strings.TrimPrefix(exponent, "0")
}

func shortExponent(text string) string {
	return strings.NewReplacer("e-0", "e-", "e+0", "e+").Replace(text)
}

func noNegativeZero(text string) string {
	if text == "-0" {
		return "0"
	}
	return text
}

// The styles of languages and libraries.
var (
	ScriptNumbers    = Numbers{low: 1e-6, high: 1e21, scientific: shortExponent, plain: noNegativeZero}
	AllScriptNumbers = Numbers{All: true, low: 1e-6, high: 1e21, scientific: shortExponent, plain: noNegativeZero}
	PHPNumbers       = Numbers{low: 1e-5, high: 1e17, scientific: same, plain: same}
	PythonNumbers    = Numbers{low: 1e-4, high: 1e16, scientific: same, plain: withFraction}
	JavaNumbers      = Numbers{low: 1e-3, high: 1e7, scientific: javaExponent, plain: withFraction}
	goTexts          = Numbers{low: 1e-4, high: 1e6, scientific: same, plain: same}
	OrgJSONNumbers   = Numbers{low: 1e-3, high: 1e7, scientific: javaExponent, plain: same}
	Precise          = Numbers{precise: true, low: 1e-5, high: 1e17, scientific: same, plain: same}
	PreciseFraction  = Numbers{precise: true, low: 1e-5, high: 1e17, scientific: same, plain: withFraction}
)

// Of formats a number in the style.
func (style Numbers) Of(n *jsonform.Node) *jsonform.Node {
	if n.Kind != jsonform.KindNumber || !style.All && IsInteger(n.Text) && len(strings.TrimPrefix(n.Text, "-")) < 19 {
		return n
	}
	f, err := strconv.ParseFloat(n.Text, 64)
	if err != nil {
		return n
	}
	digits := -1
	if style.precise {
		digits = 17
	}
	abs := math.Abs(f)
	if abs != 0 && (abs < style.low || abs >= style.high) {
		if digits > 0 {
			digits--
		}
		return &jsonform.Node{Kind: jsonform.KindNumber, Text: style.scientific(strconv.FormatFloat(f, 'e', digits, 64))}
	}
	text := strconv.FormatFloat(f, 'f', -1, 64)
	if style.precise {
		text = strconv.FormatFloat(f, 'g', 17, 64)
	}
	return &jsonform.Node{Kind: jsonform.KindNumber, Text: style.plain(text)}
}

// language is how a language converts values to text, for example in k=v.
type language struct {
	yes, no, null string
	numbers       *Numbers
	list, object  func(w language, n *jsonform.Node) string
	quote         func(dst []byte, text string) []byte // strings in lists and objects
}

// All are the texts that languages make of values without JSON.
var All = []struct {
	Detail string
	language
	Likely bool
}{
	{"as Python's str does", language{yes: "True", no: "False", null: "None", numbers: &PythonNumbers,
		list: listed("[", ", ", "]"), object: mapped("{", ", ", ": ", "}"), quote: AppendPython}, true},
	{"as JavaScript's String does", language{yes: "true", no: "false", null: "null", numbers: &ScriptNumbers,
		list: flatList, object: always("[object Object]")}, true},
	{"as PHP does", language{yes: "1", no: "", null: "", numbers: &PHPNumbers, list: always("Array"), object: always("Array")}, true},
	{"as Go's fmt.Sprint does", language{yes: "true", no: "false", null: "<nil>", numbers: &goTexts,
		list: listed("[", " ", "]"), object: goMap}, true},
	{"as Java's String.valueOf does", language{yes: "true", no: "false", null: "null", numbers: &JavaNumbers,
		list: listed("[", ", ", "]"), object: mapped("{", ", ", "=", "}")}, true},
	{"as Ruby's to_s does", language{yes: "true", no: "false", null: "nil", numbers: &PythonNumbers,
		list: listed("[", ", ", "]"), object: mapped("{", ", ", "=>", "}"), quote: AppendRuby}, true},
	{"as .NET's ToString does", language{yes: "True", no: "False", null: "", numbers: &ScriptNumbers,
		list:   always("System.Collections.ArrayList"),
		object: always("System.Collections.Generic.Dictionary`2[System.String,System.Object]")}, false},
	{"as .NET's ToString does", language{yes: "True", no: "False", null: "", numbers: &ScriptNumbers,
		list: always("System.String[]"), object: always("System.Object")}, false},
}

// Format converts a value to text. Strings inside lists and objects are quoted if the language does so.
func (l language) Format(n *jsonform.Node, inside bool) string {
	switch n.Kind {
	case jsonform.KindArray:
		return l.list(l, n)
	case jsonform.KindObject:
		return l.object(l, n)
	case jsonform.KindNumber:
		return l.numbers.Of(n).Text
	case jsonform.KindString:
		if inside && l.quote != nil {
			return string(l.quote(nil, n.Text))
		}
		return n.Text
	}
	switch n.Text {
	case "true":
		return l.yes
	case "false":
		return l.no
	}
	return l.null
}

func listed(first, between, last string) func(language, *jsonform.Node) string {
	return func(l language, n *jsonform.Node) string {
		items := make([]string, len(n.Items))
		for i, item := range n.Items {
			items[i] = l.Format(item, true)
		}
		return first + strings.Join(items, between) + last
	}
}

func mapped(first, between, colon, last string) func(language, *jsonform.Node) string {
	return func(l language, n *jsonform.Node) string {
		items := make([]string, len(n.Items))
		for i, item := range n.Items {
			items[i] = l.Format(jsonform.String(n.Names[i]), true) + colon + l.Format(item, true)
		}
		return first + strings.Join(items, between) + last
	}
}

func goMap(l language, n *jsonform.Node) string { return mapped("map[", " ", ":", "]")(l, n.Sorted()) }

func always(text string) func(language, *jsonform.Node) string {
	return func(language, *jsonform.Node) string { return text }
}

// flatList is JavaScript's text of an array: elements with commas between them, and nothing for null.
func flatList(l language, n *jsonform.Node) string {
	l.null = ""
	return listed("", ",", "")(l, n)
}

// AppendPython writes a string as Python's repr does.
func AppendPython(dst []byte, text string) []byte {
	quote := '\''
	if strings.Contains(text, "'") && !strings.Contains(text, `"`) {
		quote = '"'
	}
	dst = append(dst, byte(quote))
	for _, r := range text {
		switch short := strings.IndexRune("\n\r\t", r); {
		case r == quote || r == '\\':
			dst = utf8.AppendRune(append(dst, '\\'), r)
		case short >= 0:
			dst = append(dst, '\\', "nrt"[short])
		case unicode.IsPrint(r):
			dst = utf8.AppendRune(dst, r)
		case r < 0x100:
			dst = append(dst, `\x`+hexDigits(r, 2)...)
		case r < 0x10000:
			dst = append(dst, `\u`+hexDigits(r, 4)...)
		default:
			dst = append(dst, `\U`+hexDigits(r, 8)...)
		}
	}
	return append(dst, byte(quote))
}

// AppendRuby writes a string as Ruby's inspect does.
func AppendRuby(dst []byte, text string) []byte {
	dst = append(dst, '"')
	for i, r := range text {
		switch short := strings.IndexRune("\n\r\t\a\b\v\f\x1b", r); {
		case r == '"' || r == '\\', r == '#' && strings.HasPrefix(text[i+1:], "{"):
			dst = utf8.AppendRune(append(dst, '\\'), r)
		case short >= 0:
			dst = append(dst, '\\', "nrtabvfe"[short])
		case unicode.IsPrint(r) || r >= 0x80 && r <= 0xa0:
			dst = utf8.AppendRune(dst, r)
		default:
			dst = append(dst, `\u`+strings.ToUpper(hexDigits(r, 4))...)
		}
	}
	return append(dst, '"')
}

func hexDigits(r rune, least int) string {
	digits := strconv.FormatInt(int64(r), 16)
	return strings.Repeat("0", max(0, least-len(digits))) + digits
}

// IsInteger reports whether a number has neither a fraction nor an exponent.
func IsInteger(text string) bool { return !strings.ContainsAny(text, ".eE") }
