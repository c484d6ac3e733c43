package observe

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// codeForm matches strings that are codes rather than data: a word, or a few digits after at most a few
// letters.
var codeForm = regexp.MustCompile(`^(?:[A-Za-z][A-Za-z_-]{0,23}|[A-Za-z]{0,4}[_-]?[0-9]{1,4})$`)

// isCode reports whether a string may be kept: a code, such as a state, but not a name, an amount or an
// identifier.
func isCode(text string) bool { return codeForm.MatchString(text) && !stripeID.MatchString(text) }

// stripeID matches the beginning of ids of the payment service.
var stripeID = regexp.MustCompile(`^(?:pm|src|card|tok|cus|sub|pi|ch|py|seti|cs|ek|sk|rk|pk)_`)

// isSaying reports whether the message of a success may be kept: few letters, no digits.
func isSaying(text string) bool {
	if text == "" || utf8.RuneCountInString(text) > 24 {
		return false
	}
	isOther := func(r rune) bool { return !unicode.IsLetter(r) && r != ' ' }
	return !strings.ContainsFunc(text, isOther) && strings.Count(text, " ") <= 2
}

// memberName matches the names of members that are kept, but not a number used as a key.
var memberName = regexp.MustCompile(`^[A-Za-z_$][A-Za-z0-9_.$-]{0,63}$`)

var manyDigits = regexp.MustCompile(`[0-9]{5,}`)

func isMemberName(name string) bool {
	return memberName.MatchString(name) && !manyDigits.MatchString(name)
}
