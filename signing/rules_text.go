package signing

import (
	"fmt"
	"strings"
)

// The textual names of each rule's values, indexed by value.
var (
	partNames   = []string{"query", "path", "body"}
	emptyNames  = []string{"string-or-null", "string", "containers-too", "nothing"}
	hexNames    = []string{"lower", "upper"}
	nestedNames = []string{"as-sent", "sorted"}
)

// ParseParts reads the names of parts, separated by commas, in any order:
// "query,path,body". It is the inverse of Parts.String. No part at all is an error.
func ParseParts(text string) (Parts, error) {
	var parts Parts
	for name := range strings.SplitSeq(text, ",") {
		i, err := parseName("part of a request", partNames, strings.TrimSpace(name))
		if err != nil {
			return 0, err
		}
		parts |= 1 << i
	}
	return parts, nil
}

// ParseEmpty reads "string-or-null", "string", "containers-too" or "nothing".
func ParseEmpty(text string) (Empty, error) {
	i, err := parseName("rule for empty values", emptyNames, text)
	return Empty(i), err
}

// String returns the rule's name, as ParseEmpty reads it.
func (e Empty) String() string { return nameOf(emptyNames, uint8(e)) }

// ParseHexCase reads "lower" or "upper".
func ParseHexCase(text string) (HexCase, error) {
	i, err := parseName("letter case of a sign", hexNames, text)
	return HexCase(i), err
}

// String returns the rule's name, as ParseHexCase reads it.
func (h HexCase) String() string { return nameOf(hexNames, uint8(h)) }

// ParseNested reads "as-sent" or "sorted".
func ParseNested(text string) (Nested, error) {
	i, err := parseName("rule for nested values", nestedNames, text)
	return Nested(i), err
}

// String returns the rule's name, as ParseNested reads it.
func (n Nested) String() string { return nameOf(nestedNames, uint8(n)) }

// parseName returns the index of text in names. The error names what was read and what it may be.
func parseName(what string, names []string, text string) (uint8, error) {
	for i, name := range names {
		if name == text {
			return uint8(i), nil
		}
	}
	return 0, fmt.Errorf("reading a %s: %q is none of %s", what, text, strings.Join(names, ", "))
}

func nameOf(names []string, i uint8) string {
	if int(i) < len(names) {
		return names[i]
	}
	return fmt.Sprintf("unknown(%d)", i)
}
