package diagnose

import (
	"encoding/json"
	"math"
	"strconv"
	"strings"
)

func isNumber(text string) bool {
	return text != "" && (text[0] == '-' || '0' <= text[0] && text[0] <= '9') &&
		text == strings.TrimSpace(text) && json.Valid([]byte(text))
}

func isInteger(text string) bool { return !strings.ContainsAny(text, ".eE") }

func unquoted(n *jsonNode) *jsonNode {
	if n.kind == kindString && isNumber(n.text) {
		return &jsonNode{kind: kindNumber, text: n.text}
	}
	return n
}

func unquotedAs(style numberStyle) func(*jsonNode) *jsonNode {
	return func(n *jsonNode) *jsonNode {
		if n.kind != kindString || !isNumber(n.text) {
			return n
		}
		return style.of(unquoted(n))
	}
}

var numbersUnquoted = fixed(
	scalars("", unquoted),
	scalars("as PHP's JSON_NUMERIC_CHECK does", unquotedAs(phpNumbers)),
).rarely(
	scalars("and written as JavaScript writes them", unquotedAs(scriptNumbers)),
)

// numberUnquoted has one parameter that was a number for the client when it signed.
func numberUnquoted(s *search) (ways []variant) {
	for _, e := range s.base.entries {
		if e.value.kind != kindString || !isNumber(e.value.text) {
			continue
		}
		plain := unquoted(e.value)
		known := map[string]bool{}
		for i, value := range []*jsonNode{plain, allScriptNumbers.of(plain), pythonNumbers.of(plain), javaNumbers.of(plain)} {
			if known[value.text] {
				continue
			}
			known[value.text] = true
			v := only(e, e.name+" as "+value.text, value)
			v.rare = i > 0 && isInteger(e.value.text)
			ways = append(ways, v)
		}
	}
	return ways
}

// amountRespelled has an amount that is written with other digits: without zeros at its end, in cents,
// or with separators.
func amountRespelled(s *search) (ways []variant) {
	for _, e := range s.base.entries {
		text := e.value.text
		if e.value.kind == kindLiteral || !isNumber(text) || isInteger(text) {
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
		} {
			if known[other] {
				continue
			}
			known[other] = true
			v := only(e, e.name+" as "+strconv.Quote(other), stringNode(other))
			v.rare = i > 5
			if e.value.kind == kindNumber && isNumber(other) {
				v = only(e, e.name+" as "+other, &jsonNode{kind: kindNumber, text: other})
			}
			ways = append(ways, v)
		}
	}
	return ways
}

// scaled writes a number as Java's BigDecimal does without the zeros at its end, 1E+3 for 1000.00.
func scaled(text string) string {
	whole, fraction, _ := strings.Cut(text, ".")
	digits := strings.TrimRight(whole, "0")
	if strings.Trim(fraction, "0") != "" || digits == "" || digits == whole {
		return text
	}
	return digits + "E+" + strconv.Itoa(len(whole)-len(digits))
}

// grouped writes a number with a separator between thousands and another one before the fraction.
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

var numbersQuoted = fixed(scalars("", func(n *jsonNode) *jsonNode {
	if n.kind == kindNumber {
		return stringNode(n.text)
	}
	return n
}))

// numberStyle is how a language writes floating-point numbers.
type numberStyle struct {
	// all says that integers are such numbers, too.
	all bool
	// precise writes 17 digits instead of the fewest.
	precise bool
	// low and high are where the exponent begins.
	low, high float64
	// scientific and plain finish a number with and without exponent.
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
	scriptNumbers    = numberStyle{low: 1e-6, high: 1e21, scientific: shortExponent, plain: noNegativeZero}
	allScriptNumbers = numberStyle{all: true, low: 1e-6, high: 1e21, scientific: shortExponent, plain: noNegativeZero}
	phpNumbers       = numberStyle{low: 1e-5, high: 1e17, scientific: same, plain: same}
	pythonNumbers    = numberStyle{low: 1e-4, high: 1e16, scientific: same, plain: withFraction}
	javaNumbers      = numberStyle{low: 1e-3, high: 1e7, scientific: javaExponent, plain: withFraction}
	goTexts          = numberStyle{low: 1e-4, high: 1e6, scientific: same, plain: same}
	orgJSONNumbers   = numberStyle{low: 1e-3, high: 1e7, scientific: javaExponent, plain: same}
	precise          = numberStyle{precise: true, low: 1e-5, high: 1e17, scientific: same, plain: same}
	preciseFraction  = numberStyle{precise: true, low: 1e-5, high: 1e17, scientific: same, plain: withFraction}
)

var numbersRespelled = fixed(
	numbers("as JavaScript writes them", allScriptNumbers),
	numbers("with a fraction as Python, Ruby and Rust write them, 10.0 for 10.00", pythonNumbers),
	numbers("with a fraction as Java writes them, 10.0 for 10.00 and 1.0E7 for 10000000.0", javaNumbers),
	numbers("as floating-point numbers of Python, 1.0 for 1", withAll(pythonNumbers)),
	numbers("as floating-point numbers of Java, 1.0 for 1 and 1.0E7 for 10000000, as Gson reads them into a Map", withAll(javaNumbers)),
	numbers("with a fraction as org.json and Hutool write them, 10 for 10.00 and 1.0E7 for 10000000.0", orgJSONNumbers),
	numbers("with 17 digits, as PHP before 7.1 does", precise),
	numbers("with 17 digits and a fraction, as Jansson does", preciseFraction),
	numbers("with a fraction as PHP, Perl and jq write them, 10 for 10.00", phpNumbers),
)

func withAll(style numberStyle) numberStyle {
	style.all = true
	return style
}

// numbers is a way that writes all numbers in the style of a language.
func numbers(detail string, style numberStyle) variant { return scalars(detail, style.of) }

// of writes a number in the style.
func (style numberStyle) of(n *jsonNode) *jsonNode {
	if n.kind != kindNumber || !style.all && isInteger(n.text) && len(strings.TrimPrefix(n.text, "-")) < 19 {
		return n
	}
	f, err := strconv.ParseFloat(n.text, 64)
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
		return &jsonNode{kind: kindNumber, text: style.scientific(strconv.FormatFloat(f, 'e', digits, 64))}
	}
	text := strconv.FormatFloat(f, 'f', -1, 64)
	if style.precise {
		text = strconv.FormatFloat(f, 'g', 17, 64)
	}
	return &jsonNode{kind: kindNumber, text: style.plain(text)}
}
