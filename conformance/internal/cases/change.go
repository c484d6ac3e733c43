package cases

import (
	"bytes"
	"cmp"
	"encoding/json"
	"strings"
	"unicode"
)

// Kind is how a change is made.
type Kind string

// The kinds of change. If a value is changed, Path leads to it below the parameter or member Name.
const (
	// Set replaces the value by Value, a JSON text.
	Set Kind = "set"
	// Wrap puts Before and After around a string.
	Wrap Kind = "wrap"
	// Number writes a string as a number. A string that is not a number becomes its last digits, so that
	// ids stay different in each request, or 1 if it has no digits.
	Number Kind = "number"
	// SwapCase swaps upper-case and lower-case letters.
	SwapCase Kind = "swap-case"
	// Copies makes the value an array with Count copies of its first item.
	Copies Kind = "copies"
	// Drop leaves the parameter or member out.
	Drop Kind = "drop"
	// Repeat sends the parameter or member a second time, with the same value.
	Repeat Kind = "repeat"
	// Header sets the header field Name to Value, or removes it when Value is empty.
	Header Kind = "header"
	// Method sends the request with the method Value.
	Method Kind = "method"
	// Query adds the parameter Name with the text Value to the query.
	Query Kind = "query"
	// Slash appends a slash to the path.
	Slash Kind = "slash"
	// Body rewrites the bytes of the body: Rewrite with the name Value.
	Body Kind = "body"
)

// Items is the element of Change.Path that selects the first item of an array.
const Items = "items"

// Change is one change to a request, as data.
type Change struct {
	Kind Kind
	// Name is the name of a parameter, of a top-level member of the body, or of a header field.
	Name string
	// Path leads from there to a nested value: member names and Items.
	Path []string
	// Value depends on Kind.
	Value string
	// Before and After are put around a text.
	Before, After string
	// Count is a number of items.
	Count int
	// Late is set for a change that is made after signing: one to the sign itself, or one that makes the
	// request unsignable.
	Late bool
}

// Apply returns the value of the parameter or member after the change, as JSON text, for kinds that
// change a value or follow Path; for any other kind it returns the value unchanged. before is nil if the
// value is missing.
func (c Change) Apply(before []byte) []byte {
	return c.at(before, c.Path)
}

// at follows the path into a value and returns the value with the change made there. Missing values on
// the path are created.
func (c Change) at(value []byte, path []string) []byte {
	switch {
	case len(path) == 0:
		return c.changed(value)
	case path[0] == Items:
		var items []json.RawMessage
		_ = json.Unmarshal(value, &items) // anything but an array has no items
		if len(items) == 0 {
			items = make([]json.RawMessage, 1)
		}
		items[0] = c.at(items[0], path[1:])
		return join('[', items, ']')
	}
	members := map[string]json.RawMessage{}
	_ = json.Unmarshal(value, &members) // anything but an object has no members
	if len(path) == 1 && c.Kind == Drop {
		delete(members, path[0])
	} else {
		members[path[0]] = c.at(members[path[0]], path[1:])
	}
	written, err := json.Marshal(members)
	if err != nil {
		return value // each member is JSON text
	}
	return written
}

func (c Change) changed(value []byte) []byte {
	switch c.Kind {
	case Set:
		return []byte(c.Value)
	case Wrap:
		return quoted(c.Before + plain(value) + c.After)
	case SwapCase:
		return quoted(strings.Map(swapped, plain(value)))
	case Number:
		return numeric(plain(value))
	case Copies:
		var items []json.RawMessage
		_ = json.Unmarshal(value, &items) // anything but an array has no items
		copies := make([]json.RawMessage, c.Count)
		for i := range copies {
			if copies[i] = json.RawMessage(`""`); len(items) > 0 {
				copies[i] = items[0]
			}
		}
		return join('[', copies, ']')
	}
	return value
}

// numeric returns a text as a number that every JSON reader can hold. The last digits of an id are
// reversed, so that a report that redacts the number as a payment id does not redact a part of other
// ids.
func numeric(text string) []byte {
	var number json.Number
	if json.Unmarshal([]byte(text), &number) == nil {
		return []byte(number.String())
	}
	const most = 15
	var digits []byte
	for at := len(text) - 1; at >= 0 && len(digits) < most && '0' <= text[at] && text[at] <= '9'; at-- {
		digits = append(digits, text[at])
	}
	return []byte(cmp.Or(strings.TrimLeft(string(digits), "0"), "1"))
}

func swapped(r rune) rune {
	if unicode.IsUpper(r) {
		return unicode.ToLower(r)
	}
	return unicode.ToUpper(r)
}

// plain returns the text of a JSON string, "" for anything else.
func plain(value []byte) string {
	var text string
	_ = json.Unmarshal(value, &text) // anything but a string has no text
	return text
}

// quoted writes a JSON string, without escapes for <, > and &.
func quoted(plain string) []byte {
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(plain) // a string always encodes
	return bytes.TrimSuffix(out.Bytes(), []byte("\n"))
}

func join(first byte, items []json.RawMessage, last byte) []byte {
	joined := []byte{first}
	for i, item := range items {
		if i > 0 {
			joined = append(joined, ',')
		}
		joined = append(joined, item...)
	}
	return append(joined, last)
}

// rewriting is a change of the bytes of a body.
type rewriting struct {
	name   string // the mutation, and Change.Value
	family string
	words  string // describe the request: "whose body …"
	change func(body []byte) []byte
}

// largeBody is the number of spaces in a large body. It is sent to one operation of each service,
// because it takes time and all operations of a service read bodies alike.
const largeBody = 1 << 20

// depth is the number of nested arrays in a deeply nested value.
const depth = 1000

var rewritings = []rewriting{
	{"malformed-cut-off", famMalformed, "whose body lacks the closing brace", func(b []byte) []byte { return b[:len(b)-1] }},
	{"malformed-trailing-comma", famMalformed, "whose body has a trailing comma", func(b []byte) []byte { return concat(b[:len(b)-1], ",}") }},
	{"malformed-bare-name", famMalformed, "whose body has an unquoted member name", func(b []byte) []byte { return bytes.Replace(b, []byte{'"'}, nil, 2) }},
	{"malformed-comment", famMalformed, "whose body contains a comment", func(b []byte) []byte { return concat([]byte("{/* mallcheck */"), string(b[1:])) }},
	{"malformed-form", famMalformed, "whose body is a form instead of JSON", func([]byte) []byte { return []byte("version=3.0&partnerCode=P1") }},
	{"malformed-line-feed", famMalformed, "whose body has an unescaped line feed in a string", func(b []byte) []byte { return bytes.Replace(b, []byte(`\n`), []byte{'\n'}, 1) }},
	{"trailing-data-text", famTrailing, "whose body has text after the object", func(b []byte) []byte { return concat(b, "mallcheck") }},
	{"trailing-data-object", famTrailing, "whose body has a second object after the first", func(b []byte) []byte { return concat(b, "{}") }},
	{"trailing-data-brace", famTrailing, "whose body has an extra closing brace", func(b []byte) []byte { return concat(b, "}") }},
	{"empty-body", famEmptyBody, "whose body is empty", func([]byte) []byte { return []byte{} }},
	{"empty-body-spaces", famEmptyBody, "whose body contains only spaces", func([]byte) []byte { return []byte("   ") }},
	{"top-level-array", famTopLevel, "whose body is an array that contains the object", func(b []byte) []byte { return concat([]byte("["), string(b)+"]") }},
	{"top-level-text", famTopLevel, "whose body is a string that contains the object", func(b []byte) []byte { return quoted(string(b)) }},
	{"top-level-null", famTopLevel, "whose body is null", func([]byte) []byte { return []byte("null") }},
	{"top-level-number", famTopLevel, "whose body is a number", func([]byte) []byte { return []byte("1") }},
	{"invalid-utf-8", famUTF8, "whose body is not valid UTF-8", func(b []byte) []byte { return bytes.Replace(b, []byte("\ufffd"), []byte{0xff}, 1) }},
	{"white-space", famWhiteSpace, "whose body has white space between its members", func(b []byte) []byte { return concat([]byte("\r\n\t{ "), string(b[1:])+"\n") }},
	{"large-body", famLargeBody, "whose body contains 1 MB of spaces", func(b []byte) []byte {
		return concat([]byte{'{'}, strings.Repeat(" ", largeBody)+string(b[1:]))
	}},
	{"deep-nesting-cut-off", famDeep, "whose body opens a thousand arrays and closes none", func([]byte) []byte {
		return bytes.Repeat([]byte{'['}, depth)
	}},
}

func concat(first []byte, rest string) []byte { return append(bytes.Clone(first), rest...) }

// Rewrite returns the bytes of a body after the named rewriting. An unknown name, or a body that is not
// an object, changes nothing.
func Rewrite(name string, body []byte) []byte {
	for i := range rewritings {
		if rewritings[i].name == name && len(body) > 1 {
			return rewritings[i].change(body)
		}
	}
	return body
}
