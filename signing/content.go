package signing

import (
	"crypto/md5"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"
)

// ErrMismatch means that a sign or signature does not match the content.
var ErrMismatch = errors.New("it does not match the content")

// ErrNoSign means that a request has no sign or an empty one.
var ErrNoSign = errors.New("there is no sign")

// smallContent is the size up to which content stays on the stack. Documented requests need less than
// half.
const smallContent = 768

// Content returns the text whose MD5 is the sign of members: one compact JSON object of the
// non-empty ones except sign, sorted by name. Members may come in any order and are not
// changed. It is an error if two have the same name, if a name is not valid UTF-8, or if a
// value is not one JSON value (ParseMembers says what that excludes). Rules.Parts is ignored:
// all members are signed.
func Content(members []Member, rules Rules) ([]byte, error) {
	size := 2
	for _, m := range members {
		size += len(m.Name) + len(m.Value) + 4
	}
	return appendContent(make([]byte, 0, size), members, rules)
}

// Sign returns the sign of members: the MD5 of their Content, as 32 hexadecimal digits.
func Sign(members []Member, rules Rules) (string, error) {
	var small [smallContent]byte
	content, err := appendContent(small[:0], members, rules)
	if err != nil {
		return "", err
	}
	return digest(content, rules.Hex), nil
}

// Verify checks that sign is the sign of members, including its letter case. The error for a wrong
// sign wraps ErrMismatch.
func Verify(members []Member, sign string, rules Rules) error {
	want, err := Sign(members, rules)
	if err != nil {
		return err
	}
	return compare(want, sign)
}

// ContentOfBody is Content of the members of one JSON object, given as text.
func ContentOfBody(body []byte, rules Rules) ([]byte, error) {
	content, err := appendBodyContent(make([]byte, 0, len(body)+2), body, rules, false)
	if err != nil {
		return nil, fmt.Errorf("reading the body: %w", err)
	}
	return content, nil
}

// SignBody is Sign of the members of one JSON object, given as text, except its member sign.
func SignBody(body []byte, rules Rules) (string, error) {
	var small [smallContent]byte
	content, err := appendBodyContent(small[:0], body, rules, false)
	if err != nil {
		return "", fmt.Errorf("reading the body: %w", err)
	}
	return digest(content, rules.Hex), nil
}

// VerifyBody checks the member sign of body, the text of one JSON object. The error for a wrong
// sign wraps ErrMismatch, for a missing or empty one ErrNoSign.
func VerifyBody(body []byte, rules Rules) error {
	members, err := ParseMembers(body)
	if err != nil {
		return fmt.Errorf("reading the body: %w", err)
	}
	sign, err := SignOf(members)
	if err != nil {
		return err
	}
	return Verify(members, sign, rules)
}

// compare need not take constant time: anyone who sends a request can compute its sign.
func compare(want, sign string) error {
	if want != sign {
		return fmt.Errorf("verifying the sign: %w", ErrMismatch)
	}
	return nil
}

func digest(content []byte, letters HexCase) string {
	sum := md5.Sum(content)
	var digits [2 * md5.Size]byte
	hex.Encode(digits[:], sum[:])
	if letters == UpperHex {
		return strings.ToUpper(string(digits[:]))
	}
	return string(digits[:])
}

// appendContent writes members sorted by name and checks each value.
func appendContent(dst []byte, members []Member, rules Rules) ([]byte, error) {
	var few [fewMembers]key
	keys := few[:0]
	for i := range members {
		keys = append(keys, key{members[i].Name, i})
	}
	if twice := sortKeys(keys); twice >= 0 {
		return nil, fmt.Errorf("two members are named %s", quoteShort(members[twice].Name))
	}
	s := scanner{write: true, sorted: rules.Nested == NestedSorted}
	dst = append(dst, '{')
	for _, k := range keys {
		if k.name == signName {
			continue
		}
		var err error
		if dst, err = s.putMember(dst, &members[k.index], rules.Empty); err != nil {
			return nil, fmt.Errorf("member %s: %w", quoteShort(k.name), err)
		}
	}
	return closeObject(dst), nil
}

// putMember writes one member and a comma, unless its value is empty.
func (s *scanner) putMember(dst []byte, m *Member, empty Empty) ([]byte, error) {
	before := len(dst)
	switch {
	case isPlain(m.Name):
		dst = append(append(append(dst, '"'), m.Name...), `":`...)
	case utf8.ValidString(m.Name):
		dst = append(appendQuoted(dst, m.Name), ':')
	default:
		return nil, errors.New("its name is not valid UTF-8")
	}
	from := len(dst)
	if isPlainString(m.Value) {
		dst = append(dst, m.Value...)
	} else {
		s.input, s.pos, s.copied = m.Value, 0, ""
		s.space()
		var err error
		if dst, err = s.value(dst); err == nil {
			err = s.end()
		}
		if err != nil {
			return nil, err
		}
	}
	if empty.Has(dst[from:]) {
		return dst[:before], nil
	}
	return append(dst, ','), nil
}

// appendBodyContent writes the members of body sorted by name. With withSign, as in a push, sign is
// a member like any other.
func appendBodyContent(dst, body []byte, rules Rules, withSign bool) ([]byte, error) {
	var fewSpans [fewMembers]span
	var fewKeys [fewMembers]key
	var small [smallContent]byte
	s := scanner{input: body, write: true, sorted: rules.Nested == NestedSorted}
	read, spans, err := s.document(small[:0], fewSpans[:0])
	if err != nil {
		return nil, err
	}
	keys, err := s.keys(fewKeys[:0], spans)
	if err != nil {
		return nil, err
	}
	dst = append(dst, '{')
	for _, k := range keys {
		member := &spans[k.index]
		if k.name == signName && !withSign || rules.Empty.Has(read[member.outValue:member.outEnd]) {
			continue
		}
		dst = append(append(dst, read[member.out:member.outEnd]...), ',')
	}
	return closeObject(dst), nil
}

// closeObject replaces the comma after the last member by the closing brace.
func closeObject(text []byte) []byte {
	if last := len(text) - 1; text[last] == ',' {
		text[last] = '}'
		return text
	}
	return append(text, '}')
}

// Has reports whether value, a compact JSON text, counts as empty.
func (e Empty) Has(value []byte) bool {
	switch string(value) {
	case `""`:
		return e != EmptyNothing
	case "null":
		return e == EmptyStringOrNull || e == EmptyContainersToo
	case "[]", "{}":
		return e == EmptyContainersToo
	}
	return false
}
