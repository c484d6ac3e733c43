package observe

import (
	"math/bits"
	"regexp"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// forms is a set of forms that texts have.
type forms uint32

// The forms, the most telling first.
const (
	formUUID forms = 1 << iota
	formDateTime
	formDate
	formDottedDate
	formTimestamp
	formLongDigits
	formDecimals2
	formDecimals3
	formDigits
	formDecimal
	formLowerCase
	formUpperCase
	formHex
	formWord
	formPunctuated

	anyForm forms = 1<<iota - 1
)

// formOf names a form, with the pattern that its texts match.
type formOf struct {
	form    forms
	name    string
	pattern string
}

// formsByRank are the forms in the order in which they are claimed.
var formsByRank = []formOf{
	{formUUID, "uuid", `^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$`},
	{formDateTime, "date and time", `^[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}$`},
	{formDate, "date", `^[0-9]{4}-[0-9]{2}-[0-9]{2}$`},
	{formDottedDate, "date with dots", `^[0-9]{4}\.[0-9]{2}\.[0-9]{2}$`},
	{formTimestamp, "RFC 3339", `^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?(Z|[+-][0-9]{2}:[0-9]{2})$`},
	{formLongDigits, "more than 22 digits", `^[0-9]{23,}$`},
	{formDecimals2, "two decimals", `^[0-9]+\.[0-9]{2}$`},
	{formDecimals3, "three decimals", `^[0-9]+\.[0-9]{3}$`},
	{formDigits, "digits", `^[0-9]+$`},
	{formDecimal, "decimal number", `^[0-9]+(\.[0-9]+)?$`},
	{formLowerCase, "lower-case letters", `^[a-z]+$`},
	{formUpperCase, "upper-case letters", `^[A-Z]+$`},
	{formHex, "hexadecimal digits", `^[0-9a-fA-F]+$`},
	{formWord, "letters, digits, hyphens and underscores", `^[A-Za-z0-9_-]+$`},
	{formPunctuated, "letters, digits, hyphens, underscores, dots and colons", `^[A-Za-z0-9_.:-]+$`},
}

// name returns the most telling form of a set, "" for none.
func (f forms) name() string {
	if f == 0 {
		return ""
	}
	return formsByRank[bits.TrailingZeros32(uint32(f))].name
}

// PatternOf returns the pattern of a form, "" for none.
func PatternOf(form string) string {
	for _, one := range formsByRank {
		if one.name == form {
			return one.pattern
		}
	}
	return ""
}

// classes are the kinds of bytes in a text.
type classes struct{ digits, lower, upper, hyphens, underscores, dots, colons, others, beyondF int }

func classesOf(text string) (c classes) {
	for i := range len(text) {
		switch b := text[i]; {
		case b >= '0' && b <= '9':
			c.digits++
		case b >= 'a' && b <= 'z':
			c.lower++
			if b > 'f' {
				c.beyondF++
			}
		case b >= 'A' && b <= 'Z':
			c.upper++
			if b > 'F' {
				c.beyondF++
			}
		case b == '-':
			c.hyphens++
		case b == '_':
			c.underscores++
		case b == '.':
			c.dots++
		case b == ':':
			c.colons++
		default:
			c.others++
		}
	}
	return c
}

// formsOf returns the forms that a text has.
func formsOf(text string) forms {
	if text == "" || len(text) > 200 {
		return 0
	}
	c := classesOf(text)
	if c.others > 0 {
		if _, err := time.Parse(time.DateTime, text); err == nil {
			return formDateTime
		}
		if c.others == strings.Count(text, "+") {
			return timestamp(text)
		}
		return 0
	}
	found := formPunctuated
	if c.dots+c.colons == 0 {
		found |= formWord | wordForms(text, c)
	}
	if c.lower+c.upper+c.hyphens+c.underscores+c.colons == 0 {
		found |= numberForms(text, c)
	}
	return found | timestamp(text)
}

func timestamp(text string) forms {
	if len(text) >= 20 {
		if _, err := time.Parse(time.RFC3339Nano, text); err == nil {
			return formTimestamp
		}
	}
	return 0
}

// wordForms are the forms of letters, digits, hyphens and underscores.
func wordForms(text string, c classes) (found forms) {
	letters, marks := c.lower+c.upper, c.hyphens+c.underscores
	if letters == len(text) && c.upper == 0 {
		found |= formLowerCase
	}
	if letters == len(text) && c.lower == 0 {
		found |= formUpperCase
	}
	if marks == 0 && c.beyondF == 0 {
		found |= formHex
	}
	if c.hyphens == 4 && c.underscores == 0 && c.beyondF == 0 && len(text) == 36 &&
		text[8] == '-' && text[13] == '-' && text[18] == '-' && text[23] == '-' {
		found |= formUUID
	}
	if _, err := time.Parse(time.DateOnly, text); err == nil && c.hyphens == 2 {
		found |= formDate
	}
	return found
}

// numberForms are the forms of digits and dots.
func numberForms(text string, c classes) (found forms) {
	whole, decimals, dotted := strings.Cut(text, ".")
	switch {
	case c.dots == 0:
		found |= formDigits | formDecimal
		if len(text) > 22 {
			found |= formLongDigits
		}
	case c.dots == 1 && dotted && whole != "" && decimals != "":
		found |= formDecimal
		switch len(decimals) {
		case 2:
			found |= formDecimals2
		case 3:
			found |= formDecimals3
		}
	case c.dots == 2:
		if _, err := time.Parse("2006.01.02", text); err == nil {
			found |= formDottedDate
		}
	}
	return found
}

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
