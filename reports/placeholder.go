package reports

import "regexp"

// placeholder matches a text that is a single placeholder, percent-encoded or not.
var placeholder = regexp.MustCompile(`^(?:<|%3C)redacted:[\w.:-]+(?:>|%3E)$`)

// IsPlaceholder reports whether text is the placeholder of a redacted value: "<redacted:payId>", or
// "<redacted:payId:number>" for a value that was not a string.
func IsPlaceholder(text string) bool { return placeholder.MatchString(text) }
