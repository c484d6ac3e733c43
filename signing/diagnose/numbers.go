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

func unquoted(n *jsonNode) *jsonNode {
	if n.kind == kindString && isNumber(n.text) {
		return &jsonNode{kind: kindNumber, text: n.text}
	}
	return n
}

func unquotedAsDouble(n *jsonNode) *jsonNode {
	if n.kind != kindString {
		return n
	}
	return scriptNumber(unquoted(n))
}

var numbersUnquoted = fixed(
	scalars("", unquoted),
).rarely(
	scalars("and written as JavaScript writes them", unquotedAsDouble),
)

// numberUnquoted has one parameter that was a number for the client when it signed.
func numberUnquoted(s *search) (ways []variant) {
	for _, e := range s.base.entries {
		if e.value.kind != kindString || !isNumber(e.value.text) {
			continue
		}
		for i, change := range []func(*jsonNode) *jsonNode{unquoted, unquotedAsDouble} {
			value := change(e.value)
			if i > 0 && value.text == e.value.text {
				continue
			}
			v := only(e, e.name+" as "+value.text, value)
			v.rare = i > 0
			ways = append(ways, v)
		}
	}
	return ways
}

var numbersQuoted = fixed(scalars("", func(n *jsonNode) *jsonNode {
	if n.kind == kindNumber {
		return stringNode(n.text)
	}
	return n
}))

var numbersRespelled = fixed(
	scalars("as JavaScript writes them", scriptNumber),
	scalars("as floating-point numbers of Python, 1.0 for 1", pythonNumber),
	scalars("as floating-point numbers of Java, 1.0 for 1 and 1.0E7 for 10000000", javaNumber),
)

// scriptNumber writes a number as JavaScript does.
func scriptNumber(n *jsonNode) *jsonNode {
	return respelled(n, 1e-6, 1e21, func(text string) string {
		return strings.Replace(text, "e-0", "e-", 1)
	}, func(text string) string {
		if text == "-0" {
			return "0"
		}
		return text
	})
}

// pythonNumber and javaNumber write a number as floating-point numbers are written there.
func pythonNumber(n *jsonNode) *jsonNode {
	return respelled(n, 1e-4, 1e16, func(text string) string { return text }, withFraction)
}

func javaNumber(n *jsonNode) *jsonNode {
	return respelled(n, 1e-3, 1e7, func(text string) string {
		digits, exponent, _ := strings.Cut(text, "e")
		exponent = strings.Replace(strings.TrimPrefix(exponent, "+"), "-0", "-", 1)
		return withFraction(digits) + "E" + strings.TrimPrefix(exponent, "0")
	}, withFraction)
}

func withFraction(text string) string {
	if strings.Contains(text, ".") {
		return text
	}
	return text + ".0"
}

// respelled writes a number as a double with the fewest digits, with an exponent if it is
// less than low or not less than high.
func respelled(n *jsonNode, low, high float64, scientific, plain func(text string) string) *jsonNode {
	if n.kind != kindNumber {
		return n
	}
	f, err := strconv.ParseFloat(n.text, 64)
	if err != nil {
		return n
	}
	text := plain(strconv.FormatFloat(f, 'f', -1, 64))
	if abs := math.Abs(f); abs != 0 && (abs < low || abs >= high) {
		text = scientific(strconv.FormatFloat(f, 'e', -1, 64))
	}
	return &jsonNode{kind: kindNumber, text: text}
}
