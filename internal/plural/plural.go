// Package plural counts things in messages.
package plural

import (
	"strconv"
	"strings"
)

// irregular are nouns whose plural does not end in an s alone.
var irregular = map[string]string{"entry": "entries", "is": "are", "was": "were", "has": "have", "does": "do"}

// Of returns a number with its noun: "1 order", "2 orders".
func Of(n int, noun string) string { return strconv.Itoa(n) + " " + Noun(n, noun) }

// Noun returns a noun, or the verb is, was, has or does, in the form that fits a number of
// things: "order" for 1, "orders" for 0 and 2. Words before the noun stay as they are.
func Noun(n int, noun string) string {
	if n == 1 {
		return noun
	}
	at := strings.LastIndexByte(noun, ' ') + 1
	if form, is := irregular[noun[at:]]; is {
		return noun[:at] + form
	}
	return noun + "s"
}
