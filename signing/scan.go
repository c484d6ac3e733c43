package signing

import (
	"bytes"
	"fmt"
	"unicode/utf8"
)

// MaxDepth is how deep objects and arrays may be nested, the outermost object counted.
const MaxDepth = 128

// SyntaxError says why a text cannot be signed, and where.
type SyntaxError struct {
	// Offset counts bytes from the start of the text, from 0.
	Offset int
	// Reason is one plain clause, without the offset.
	Reason string
}

// Error returns the reason and the offset.
func (e *SyntaxError) Error() string {
	return fmt.Sprintf("%s at offset %d", e.Reason, e.Offset)
}

// span is one member of an object as the scanner found it.
type span struct {
	name       string
	at         int // offset of the name
	start, end int // offsets of the value
	out        int // where "name":value begins in what was written
	outValue   int // where the value begins there
	outEnd     int
}

// scanner reads JSON text once. It checks the text, finds the members of the outermost object and, if
// write is set, writes the text in the form that is signed. It is one type because a second grammar for
// writing could disagree with the first. The outermost object is written through arguments and results,
// so that a caller's buffers can stay on the stack; nested values, which no documented request has, are
// written to a buffer of the scanner.
type scanner struct {
	input   []byte
	pos     int
	write   bool
	sorted  bool   // sort the members of nested objects in what is written
	copied  string // text as a string, from which names are cut; made when first needed
	scratch []byte // the last string that had escapes, decoded
	out     []byte // the nested value that is being read
	spans   []span // the members of the nested objects that are open, outermost first
}

func syntaxErrorf(offset int, format string, args ...any) error {
	return &SyntaxError{Offset: offset, Reason: fmt.Sprintf(format, args...)}
}

// unexpected reports what the scanner found instead of what it wanted.
func (s *scanner) unexpected(wanted string) error {
	if s.pos >= len(s.input) {
		return syntaxErrorf(s.pos, "%s expected, but the text ends", wanted)
	}
	r, size := utf8.DecodeRune(s.input[s.pos:])
	if r == utf8.RuneError && size == 1 {
		return syntaxErrorf(s.pos, "not valid UTF-8: byte 0x%02x", s.input[s.pos])
	}
	return syntaxErrorf(s.pos, "%s expected, found %q", wanted, r)
}

// document reads exactly one object, and returns its members in the order of the text.
func (s *scanner) document(dst []byte, spans []span) ([]byte, []span, error) {
	if bytes.HasPrefix(s.input, []byte("\xef\xbb\xbf")) {
		return nil, nil, syntaxErrorf(0, "a byte order mark")
	}
	s.space()
	if s.peek() != '{' {
		return nil, nil, s.unexpected("one JSON object")
	}
	dst, more := s.open(dst, '}')
	for more {
		var err error
		spans = append(spans, span{})
		if dst, err = s.member(dst, &spans[len(spans)-1]); err != nil {
			return nil, nil, err
		}
		if dst, more, err = s.separator(dst, '}'); err != nil {
			return nil, nil, err
		}
	}
	s.pos++
	return s.put(dst, '}'), spans, s.end()
}

// member reads a member of the outermost object.
func (s *scanner) member(dst []byte, found *span) ([]byte, error) {
	dst, err := s.name(dst, found)
	if err != nil {
		return nil, err
	}
	dst, err = s.value(dst)
	found.end, found.outEnd = s.pos, len(dst)
	return dst, err
}

// end checks that nothing but white space follows.
func (s *scanner) end() error {
	s.space()
	if s.pos < len(s.input) {
		return s.unexpected("the end of the text")
	}
	return nil
}

func (s *scanner) space() {
	for s.pos < len(s.input) {
		switch s.input[s.pos] {
		case ' ', '\t', '\n', '\r':
			s.pos++
		default:
			return
		}
	}
}

// peek returns the next byte, or 0 at the end: valid JSON text contains no 0.
func (s *scanner) peek() byte {
	if s.pos < len(s.input) {
		return s.input[s.pos]
	}
	return 0
}

func (s *scanner) put(dst []byte, c byte) []byte {
	if s.write {
		return append(dst, c)
	}
	return dst
}

// putSince writes the text read since start.
func (s *scanner) putSince(dst []byte, start int) []byte {
	if s.write {
		return append(dst, s.input[start:s.pos]...)
	}
	return dst
}

// value reads the value of a member of the outermost object.
func (s *scanner) value(dst []byte) ([]byte, error) {
	if c := s.peek(); c != '{' && c != '[' {
		return s.scalar(dst)
	}
	s.out = s.out[:0]
	if err := s.nested(2); err != nil {
		return nil, err
	}
	return append(dst, s.out...), nil
}

// scalar reads a value that is neither object nor array.
func (s *scanner) scalar(dst []byte) ([]byte, error) {
	switch c := s.peek(); {
	case c == '"':
		dst, _, _, err := s.str(dst)
		return dst, err
	case c == '-' || '0' <= c && c <= '9':
		return s.number(dst)
	case c == 't':
		return s.literal(dst, "true")
	case c == 'f':
		return s.literal(dst, "false")
	case c == 'n':
		return s.literal(dst, "null")
	}
	return nil, s.unexpected("a value")
}

// name reads a member up to the start of its value.
func (s *scanner) name(dst []byte, found *span) ([]byte, error) {
	found.at, found.out = s.pos, len(dst)
	if s.peek() != '"' {
		return nil, s.unexpected("a member's name")
	}
	dst, name, verbatim, err := s.str(dst)
	if err != nil {
		return nil, err
	}
	found.name = s.keep(name, verbatim)
	s.space()
	if s.peek() != ':' {
		return nil, s.unexpected("':'")
	}
	s.pos++
	dst = s.put(dst, ':')
	s.space()
	found.start, found.outValue = s.pos, len(dst)
	return dst, nil
}

// keys appends the names of members to dst and sorts them. A duplicate is an error.
func (s *scanner) keys(dst []key, spans []span) ([]key, error) {
	for i := range spans {
		dst = append(dst, key{spans[i].name, i})
	}
	if twice := sortKeys(dst); twice >= 0 {
		return nil, syntaxErrorf(spans[twice].at, "duplicate member %s", quoteShort(spans[twice].name))
	}
	return dst, nil
}

// open enters an object or array, and reports whether there is anything in it.
func (s *scanner) open(dst []byte, last byte) ([]byte, bool) {
	dst = s.put(dst, s.peek())
	s.pos++
	s.space()
	return dst, s.peek() != last
}

// separator reads the text after a member or element, and reports whether another one follows.
func (s *scanner) separator(dst []byte, last byte) ([]byte, bool, error) {
	s.space()
	switch s.peek() {
	case last:
		return dst, false, nil
	case ',':
		s.pos++
		s.space()
		return s.put(dst, ','), true, nil
	}
	return nil, false, s.unexpected(fmt.Sprintf("',' or '%c'", last))
}

func (s *scanner) literal(dst []byte, word string) ([]byte, error) {
	if !bytes.HasPrefix(s.input[s.pos:], []byte(word)) {
		return nil, syntaxErrorf(s.pos, "a value expected, found a word other than true, false and null")
	}
	s.pos += len(word)
	return s.putSince(dst, s.pos-len(word)), nil
}

func (s *scanner) number(dst []byte) ([]byte, error) {
	start := s.pos
	if s.peek() == '-' {
		s.pos++
	}
	ok := s.peek() == '0'
	if ok {
		s.pos++
	} else {
		ok = s.digits()
	}
	if ok && s.peek() == '.' {
		s.pos++
		ok = s.digits()
	}
	if c := s.peek(); ok && (c == 'e' || c == 'E') {
		s.pos++
		if c := s.peek(); c == '+' || c == '-' {
			s.pos++
		}
		ok = s.digits()
	}
	if c := s.peek(); !ok || '0' <= c && c <= '9' {
		return nil, syntaxErrorf(start, "a malformed number")
	}
	return s.putSince(dst, start), nil
}

// digits skips decimal digits and reports whether there was one.
func (s *scanner) digits() bool {
	start := s.pos
	for c := s.peek(); '0' <= c && c <= '9'; c = s.peek() {
		s.pos++
	}
	return s.pos > start
}
