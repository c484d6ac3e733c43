// Package textform recognizes the forms of strings, such as dates and amounts, and writes strings in
// these forms.
package textform

import (
	"math/bits"
	"strconv"
	"strings"
	"time"
)

// Set is a set of forms of strings.
type Set uint32

// The forms, most specific first.
const (
	formUUID Set = 1 << iota
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

	// All is the set of all forms, before any string was seen.
	All Set = 1<<iota - 1
)

// Words are forms that nearly any id or code has, so they say little.
const Words = formWord | formPunctuated

// formOf names a form and the pattern that its strings match.
type formOf struct {
	form    Set
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

// Name returns the most specific form of a set; "" for none.
func (f Set) Name() string {
	if f == 0 {
		return ""
	}
	return formsByRank[bits.TrailingZeros32(uint32(f))].name
}

// Pattern returns the pattern of a form; "" for none.
func Pattern(form string) string {
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

// Of returns the forms of a string.
func Of(text string) Set {
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

func timestamp(text string) Set {
	if len(text) >= 20 {
		if _, err := time.Parse(time.RFC3339Nano, text); err == nil {
			return formTimestamp
		}
	}
	return 0
}

// wordForms are the forms of letters, digits, hyphens and underscores.
func wordForms(text string, c classes) (found Set) {
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
func numberForms(text string, c classes) (found Set) {
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

// Named returns the form with a name; 0 for none.
func Named(name string) Set {
	for _, one := range formsByRank {
		if one.name == name {
			return one.form
		}
	}
	return 0
}

// samples are a string of each form.
var samples = map[string]string{
	"uuid": "6d6d0c2e-0f9b-4a6e-8a11-0d7c1a2b3c4d", "date and time": "2026-11-01 09:30:00", "date": "2026-11-01", "date with dots": "2026.11.01",
	"RFC 3339": "2026-11-01T09:30:00Z", "more than 22 digits": "900719925474099312345678", "two decimals": "4.99", "three decimals": "4.990",
	"digits": "1", "decimal number": "4.5", "lower-case letters": "sample", "upper-case letters": "SAMPLE", "hexadecimal digits": "a0b1c2",
	"letters, digits, hyphens and underscores": "a-1_b", "letters, digits, hyphens, underscores, dots and colons": "a.1:b",
}

// Sample returns a string of a form; for "", one without a form.
func Sample(form string) string {
	if text := samples[form]; text != "" {
		return text
	}
	return "sample text, 1"
}

// Sized returns a string of a form and a length, if the form does not determine the length.
func Sized(form string, length int) string {
	text := Sample(form)
	if resized := strings.Repeat(text, length/len(text)+1)[:length]; Of(resized).Name() == form {
		return resized
	}
	return text
}

// Rewrite returns a string in another form, if it can be written in it.
func Rewrite(text, form string) string {
	if Of(text)&Named(form) != 0 {
		return text
	}
	number, err := strconv.ParseFloat(text, 64)
	switch {
	case form == "two decimals" && err == nil:
		return strconv.FormatFloat(number, 'f', 2, 64)
	case form == "three decimals" && err == nil:
		return strconv.FormatFloat(number, 'f', 3, 64)
	case form == "lower-case letters":
		return strings.ToLower(text)
	case form == "upper-case letters":
		return strings.ToUpper(text)
	}
	layouts := map[string]string{
		"date and time": time.DateTime, "date": time.DateOnly, "date with dots": "2006.01.02", "RFC 3339": time.RFC3339,
	}
	if layout := layouts[form]; layout != "" {
		for _, other := range layouts {
			if at, err := time.Parse(other, text); err == nil {
				return at.Format(layout)
			}
		}
	}
	return text
}
