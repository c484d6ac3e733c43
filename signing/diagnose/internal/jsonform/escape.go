package jsonform

import (
	"slices"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// Escaping is how JSON strings are written. The zero value escapes nothing.
type Escaping struct {
	Special [utf8.RuneSelf]bool // characters that are escaped
	beyond  func(rune) bool     // selects the non-ASCII characters to escape; nil for none
	// Which hexadecimal digits are in upper case: those of control characters, of other ASCII
	// characters, and of non-ASCII characters.
	UpperControl, upperMark, UpperBeyond bool
	Long                                 bool // \" and \\ are the only short escapes
	Quote                                bool // \u0022 instead of \"
	LongSlash                            bool // \u002f instead of \/
	Single                               bool // single quotes around strings and \' in them
	AfterLess                            bool // a slash is escaped only after <
	AsSent                               bool // values keep the escapes they were sent with
}

// Escape returns the escaping of JSON.stringify with additional ASCII characters escaped.
func Escape(more string, changes ...func(*Escaping)) Escaping {
	var e Escaping
	for c := range 0x20 {
		e.Special[c] = true
	}
	for _, c := range `"\` + more {
		e.Special[c] = true
	}
	for _, change := range changes {
		change(&e)
	}
	return e
}

// Changes to the escaping of JSON.stringify.

// Wide escapes all non-ASCII characters.
func Wide(e *Escaping) { e.beyond = func(rune) bool { return true } }

// Lines escapes U+2028 and U+2029, which JavaScript used to treat as line ends.
func Lines(e *Escaping) { e.beyond = func(r rune) bool { return r == '\u2028' || r == '\u2029' } }

// Upper writes hexadecimal digits in upper case.
func Upper(e *Escaping) { e.UpperControl, e.upperMark, e.UpperBeyond = true, true, true }

// Marks writes the hexadecimal digits of escaped ASCII punctuation in upper case.
func Marks(e *Escaping) { e.upperMark = true }

// Beyond escapes the non-ASCII characters in some ranges.
func Beyond(ranges ...[2]rune) func(*Escaping) {
	return func(e *Escaping) {
		e.beyond = func(r rune) bool {
			return slices.ContainsFunc(ranges, func(in [2]rune) bool { return in[0] <= r && r <= in[1] })
		}
	}
}

// NetLines escapes the characters that .NET treats as line ends.
func NetLines(e *Escaping) { Beyond([2]rune{0x85, 0x85}, [2]rune{0x2028, 0x2029})(e) }

// Deleted is the character U+007F.
const Deleted = "\x7f"

// The escapes of languages and libraries.
var (
	// StandardEscapes are those of JSON.stringify.
	StandardEscapes = Escape("")
	// UnicodeEscapes are those of JSON in ASCII.
	UnicodeEscapes = Escape("", Wide)
	// PythonEscapes are those of json.dumps.
	PythonEscapes = Escape(Deleted, Wide)
	// PHPEscapes are those of json_encode.
	PHPEscapes = Escape("/", Wide)
	// GoEscapes are those of encoding/json.
	GoEscapes = Escape("<>&", Lines)
	// PowerShellEscapes are those of ConvertTo-Json in Windows PowerShell 5.
	PowerShellEscapes = Escape("<>&'")
	// OrgJSONEscapes are those of org.json for Java.
	OrgJSONEscapes = Escape("/", func(e *Escaping) { e.AfterLess = true }, Beyond([2]rune{0x80, 0x9f}, [2]rune{0x2000, 0x20ff}))
	// FastjsonEscapes are those of fastjson 1 for Java.
	FastjsonEscapes = Escape(Deleted, Upper, Beyond([2]rune{0x80, 0x9f}, [2]rune{0x2028, 0x2028}))
	// HutoolEscapes are those of Hutool for Java.
	HutoolEscapes = Escape("", Beyond([2]rune{0x80, 0xa0}, [2]rune{0x2000, 0x2010}, [2]rune{0x2028, 0x202f}, [2]rune{0x2066, 0x206f}))
)

// Append writes a text as a JSON string.
func (e *Escaping) Append(dst []byte, text string) []byte {
	around := byte('"')
	if e.Single {
		around = '\''
	}
	dst = append(dst, around)
	chunk := 0
	for i := 0; i < len(text); {
		c := text[i]
		if c < utf8.RuneSelf {
			if e.Special[c] && (c != '/' || !e.AfterLess || i > 0 && text[i-1] == '<') {
				dst = e.ascii(append(dst, text[chunk:i]...), c)
				chunk = i + 1
			}
			i++
			continue
		}
		if e.beyond == nil {
			i++
			continue
		}
		r, size := utf8.DecodeRuneInString(text[i:])
		if e.beyond(r) {
			dst = append(dst, text[chunk:i]...)
			chunk = i + size
			for _, unit := range utf16.Encode([]rune{r}) {
				dst = escapedUnit(dst, unit, e.UpperBeyond)
			}
		}
		i += size
	}
	return append(append(dst, text[chunk:]...), around)
}

func (e *Escaping) ascii(dst []byte, c byte) []byte {
	const codes, letters = "\b\f\n\r\t", "bfnrt"
	switch i := strings.IndexByte(codes, c); {
	case c == '"' && !e.Quote, c == '\\', c == '/' && !e.LongSlash, c == '\'' && e.Single:
		return append(dst, '\\', c)
	case i >= 0 && !e.Long:
		return append(dst, '\\', letters[i])
	case c < ' ' || c == 0x7f:
		return escapedUnit(dst, uint16(c), e.UpperControl)
	}
	return escapedUnit(dst, uint16(c), e.upperMark)
}

// escapedUnit writes \uXXXX.
func escapedUnit(dst []byte, unit uint16, upper bool) []byte {
	digits := "0123456789abcdef"
	if upper {
		digits = "0123456789ABCDEF"
	}
	return append(dst, '\\', 'u', digits[unit>>12], digits[unit>>8&15], digits[unit>>4&15], digits[unit&15])
}
