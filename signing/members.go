package signing

import (
	"bytes"
	"fmt"
)

// signName is the name of the parameter that carries the sign, and is never signed itself.
const signName = "sign"

// ParseMembers reads the text of exactly one JSON object and returns its members in the
// order in which they were sent. Names are decoded; values are the raw text
// between separators, and alias body.
//
// The text must be valid UTF-8 without a byte order mark or lone surrogates, nested at
// most MaxDepth deep, with nothing after the object. No object in it, nested ones
// included, may have a member twice, however its name is escaped. Errors are of type
// *SyntaxError.
func ParseMembers(body []byte) ([]Member, error) {
	var few [fewMembers]span
	var keys [fewMembers]key
	s := scanner{input: body}
	_, spans, err := s.document(nil, few[:0])
	if err != nil {
		return nil, err
	}
	if _, err := s.keys(keys[:0], spans); err != nil {
		return nil, err
	}
	members := make([]Member, len(spans))
	for i, found := range spans {
		members[i] = Member{Name: found.name, Value: body[found.start:found.end:found.end]}
	}
	return members, nil
}

// StringMember returns a query or path parameter as a member, given its decoded name and
// value. Invalid UTF-8 is an error when the member is signed.
func StringMember(name, value string) Member {
	return Member{Name: name, Value: appendQuoted(make([]byte, 0, len(value)+2), value)}
}

// StringValue returns the decoded value of a member that is a JSON string, and whether it is one.
func (m Member) StringValue() (string, bool) {
	s := scanner{input: bytes.TrimSpace(m.Value)}
	if s.peek() != '"' {
		return "", false
	}
	_, text, _, err := s.str(nil)
	if err != nil || s.pos != len(s.input) {
		return "", false
	}
	return string(text), true
}

// SignOf returns the member sign. The error wraps ErrNoSign if there is none or it is
// empty ("" or null); it is another one if sign is not a string.
func SignOf(members []Member) (string, error) {
	for _, m := range members {
		if m.Name != signName {
			continue
		}
		if emptyValue(m.Value) {
			return "", fmt.Errorf("reading the sign: %w: it is empty", ErrNoSign)
		}
		sign, ok := m.StringValue()
		if !ok {
			return "", fmt.Errorf("reading the sign: it is not a JSON string")
		}
		return sign, nil
	}
	return "", fmt.Errorf("reading the sign: %w", ErrNoSign)
}

// emptyValue reports whether the JSON text of a value is "" or null, which a Signer fills in.
func emptyValue(value []byte) bool {
	return string(value) == `""` || string(value) == "null"
}
