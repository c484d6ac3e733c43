package observe

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// codeForm is the form of texts that are codes and not data: a word, or a few digits,
// perhaps behind a few letters.
var codeForm = regexp.MustCompile(`^(?:[A-Za-z][A-Za-z_-]{0,23}|[A-Za-z]{0,4}[_-]?[0-9]{1,4})$`)

// isCode reports whether a text may be kept: a code such as a state, and not a name, an
// amount, or what identifies somebody.
func isCode(text string) bool { return codeForm.MatchString(text) && !stripeID.MatchString(text) }

// stripeID is how ids of the payment service begin.
var stripeID = regexp.MustCompile(`^(?:pm|src|card|tok|cus|sub|pi|ch|py|seti|cs|ek|sk|rk|pk)_`)

// isSaying reports whether the message of a success may be kept: few letters, no digits.
func isSaying(text string) bool {
	if text == "" || utf8.RuneCountInString(text) > 24 {
		return false
	}
	for _, r := range text {
		if !unicode.IsLetter(r) && r != ' ' {
			return false
		}
	}
	return strings.Count(text, " ") <= 2
}

// memberName is the form of the names of members that are kept: not a number that an
// object is keyed by.
var memberName = regexp.MustCompile(`^[A-Za-z_$][A-Za-z0-9_.$-]{0,63}$`)

var manyDigits = regexp.MustCompile(`[0-9]{5,}`)

func isMemberName(name string) bool {
	return memberName.MatchString(name) && !manyDigits.MatchString(name)
}
