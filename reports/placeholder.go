package reports

import "regexp"

// placeholder matches a text that is one placeholder, percent-encoded or not.
var placeholder = regexp.MustCompile(`^(?:<|%3C)redacted:[\w.:-]+(?:>|%3E)$`)

// IsPlaceholder reports whether text stands in the place of a redacted value:
// "<redacted:payId>", or "<redacted:payId:number>" for a value that was no string.
func IsPlaceholder(text string) bool { return placeholder.MatchString(text) }
