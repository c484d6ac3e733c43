package signing

import (
	"encoding/binary"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

// plainByte marks the bytes that need no escape in a JSON string.
var plainByte = func() (plain [256]bool) {
	for c := 0x20; c < utf8.RuneSelf; c++ {
		plain[c] = c != '"' && c != '\\'
	}
	return plain
}()

// allPlain reports whether eight bytes are all plain, by arithmetic on all of them at once: a byte below
// 0x20, or one equal to a quote or a backslash, borrows into its highest bit.
func allPlain(word uint64) bool {
	const ones, high = 0x0101010101010101, 0x8080808080808080
	quote, backslash := word^(ones*'"'), word^(ones*'\\')
	return ((word-ones*0x20)|(quote-ones)|(backslash-ones)|word)&high == 0
}

// skipPlain returns the offset of the first byte from i on that is not plain.
func skipPlain(text []byte, i int) int {
	for i+8 <= len(text) && allPlain(binary.LittleEndian.Uint64(text[i:])) {
		i += 8
	}
	for i < len(text) && plainByte[text[i]] {
		i++
	}
	return i
}

// isPlainString reports whether a value is a JSON string that needs no rewriting, as most are.
func isPlainString(value []byte) bool {
	last := len(value) - 1
	return last > 0 && value[0] == '"' && value[last] == '"' && skipPlain(value, 1) == last
}

// str reads the string at the scanner's position and writes it in the form that is signed. It returns
// the decoded text, valid until the next string is read, and whether the scanner's text contains it
// without escapes.
func (s *scanner) str(dst []byte) (out, decoded []byte, verbatim bool, err error) {
	start := s.pos
	end, err := s.skipUnescaped(start + 1)
	if err != nil {
		return nil, nil, false, err
	}
	if s.input[end] == '"' {
		s.pos = end + 1
		return s.putSince(dst, start), s.input[start+1 : end], true, nil
	}
	decoded = s.scratch[:0]
	decoded = append(decoded, s.input[start+1:end]...)
	for s.input[end] == '\\' {
		r, size, err := s.escape(end)
		if err != nil {
			return nil, nil, false, err
		}
		chunk := end + size
		if end, err = s.skipUnescaped(chunk); err != nil {
			return nil, nil, false, err
		}
		decoded = append(utf8.AppendRune(decoded, r), s.input[chunk:end]...)
	}
	s.pos, s.scratch = end+1, decoded
	if s.write {
		dst = appendQuoted(dst, decoded)
	}
	return dst, decoded, false, nil
}

// skipUnescaped returns the offset of the first quote or backslash from i on.
func (s *scanner) skipUnescaped(i int) (int, error) {
	for i = skipPlain(s.input, i); i < len(s.input); i = skipPlain(s.input, i) {
		c := s.input[i]
		if c == '"' || c == '\\' {
			return i, nil
		}
		if c < 0x20 {
			return 0, syntaxErrorf(i, "an unescaped control character (0x%02x) in a string", c)
		}
		r, size := utf8.DecodeRune(s.input[i:])
		if r == utf8.RuneError && size == 1 {
			return 0, syntaxErrorf(i, "not valid UTF-8: byte 0x%02x", c)
		}
		i += size
	}
	return 0, syntaxErrorf(i, "an unterminated string")
}

// keep returns the last decoded name as a string. All names without escapes share one copy of the text.
func (s *scanner) keep(decoded []byte, verbatim bool) string {
	if !verbatim {
		return string(decoded)
	}
	if s.copied == "" {
		s.copied = string(s.input)
	}
	end := s.pos - 1
	return s.copied[end-len(decoded) : end]
}

// escape decodes the escape sequence at offset i and returns its length in bytes.
func (s *scanner) escape(i int) (rune, int, error) {
	if i+1 >= len(s.input) {
		return 0, 0, syntaxErrorf(i, "an incomplete escape sequence")
	}
	switch c := s.input[i+1]; c {
	case '"', '\\', '/':
		return rune(c), 2, nil
	case 'b':
		return '\b', 2, nil
	case 'f':
		return '\f', 2, nil
	case 'n':
		return '\n', 2, nil
	case 'r':
		return '\r', 2, nil
	case 't':
		return '\t', 2, nil
	case 'u':
		return s.unicodeEscape(i)
	}
	return 0, 0, syntaxErrorf(i, "an unknown escape sequence")
}

// unicodeEscape decodes \uXXXX, or the two that make a surrogate pair.
func (s *scanner) unicodeEscape(i int) (rune, int, error) {
	first, ok := s.hex4(i)
	if !ok {
		return 0, 0, syntaxErrorf(i, "an escape sequence without four hexadecimal digits")
	}
	if !utf16.IsSurrogate(first) {
		return first, 6, nil
	}
	if second, ok := s.hex4(i + 6); ok {
		if r := utf16.DecodeRune(first, second); r != utf8.RuneError {
			return r, 12, nil
		}
	}
	return 0, 0, syntaxErrorf(i, "a lone surrogate \\u%04x", first)
}

// hex4 reads \uXXXX at offset i.
func (s *scanner) hex4(i int) (rune, bool) {
	if i+6 > len(s.input) || s.input[i] != '\\' || s.input[i+1] != 'u' {
		return 0, false
	}
	var r rune
	for _, c := range s.input[i+2 : i+6] {
		switch {
		case '0' <= c && c <= '9':
			c -= '0'
		case 'a' <= c && c <= 'f':
			c -= 'a' - 10
		case 'A' <= c && c <= 'F':
			c -= 'A' - 10
		default:
			return 0, false
		}
		r = r<<4 | rune(c)
	}
	return r, true
}

// isPlain reports whether a name needs no escape in a JSON string.
func isPlain(name string) bool {
	for i := range len(name) {
		if !plainByte[name[i]] {
			return false
		}
	}
	return true
}

// appendQuoted appends text, which is valid UTF-8, as JSON.stringify writes it.
func appendQuoted[T string | []byte](dst []byte, text T) []byte {
	const digits = "0123456789abcdef"
	dst = append(dst, '"')
	chunk := 0
	for i := 0; i < len(text); i++ {
		c := text[i]
		if plainByte[c] || c >= utf8.RuneSelf {
			continue
		}
		dst = append(dst, text[chunk:i]...)
		chunk = i + 1
		switch c {
		case '"', '\\':
			dst = append(dst, '\\', c)
		case '\b':
			dst = append(dst, `\b`...)
		case '\f':
			dst = append(dst, `\f`...)
		case '\n':
			dst = append(dst, `\n`...)
		case '\r':
			dst = append(dst, `\r`...)
		case '\t':
			dst = append(dst, `\t`...)
		default:
			dst = append(dst, '\\', 'u', '0', '0', digits[c>>4], digits[c&15])
		}
	}
	dst = append(dst, text[chunk:]...)
	return append(dst, '"')
}

// quoteShort quotes a name for a message and shortens a long one.
func quoteShort(name string) string {
	const limit = 64
	if len(name) > limit {
		return strconv.QuoteToGraphic(name[:limit]) + "…"
	}
	return strconv.QuoteToGraphic(name)
}
