package diagnose

import (
	"bytes"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// escaping is how JSON strings are written. The zero value escapes nothing.
type escaping struct {
	special   [utf8.RuneSelf]bool // characters that are not written as they are
	wide      bool                // all beyond ASCII is escaped
	lines     bool                // U+2028 and U+2029 are escaped
	upper     bool                // hexadecimal digits are in upper case
	long      bool                // no short escapes but \" and \\
	quote     bool                // \u0022 instead of \"
	lessSlash bool                // a slash is escaped after < alone
	asSent    bool                // values keep the escapes they were sent with
}

// escape returns the way of JSON.stringify with more ASCII characters escaped.
func escape(more string, change func(*escaping)) escaping {
	var e escaping
	for c := range 0x20 {
		e.special[c] = true
	}
	for _, c := range `"\` + more {
		e.special[c] = true
	}
	if change != nil {
		change(&e)
	}
	return e
}

var (
	standardEscapes = escape("", nil)
	unicodeEscapes  = escape("", func(e *escaping) { e.wide = true })
	phpEscapes      = escape("/", func(e *escaping) { e.wide = true })
	goEscapes       = escape("<>&", func(e *escaping) { e.lines = true })
	// powerShellEscapes are those of ConvertTo-Json in Windows PowerShell 5.
	powerShellEscapes = escape("<>&'", nil)
)

// escapedAs is a way that writes strings with other escapes.
func escapedAs(detail string, e escaping) variant {
	return variant{detail: detail, apply: func(c *candidate) { c.escapes = &e }}
}

var slashEscaped = fixed(
	escapedAs("", escape("/", nil)),
	escapedAs("after < alone", escape("/", func(e *escaping) { e.lessSlash = true })),
)

var unicodeEscaped = ifBeyondASCII(fixed(
	escapedAs("in lower case", unicodeEscapes),
	escapedAs("in upper case", escape("", func(e *escaping) { e.wide, e.upper = true, true })),
))

// ifBeyondASCII drops ways of a mistake that is only one of text beyond ASCII.
func ifBeyondASCII(w ways) ways {
	return func(s *search) []variant {
		if bytes.IndexFunc(s.found.Expected, func(r rune) bool { return r >= utf8.RuneSelf }) < 0 {
			return nil
		}
		return w(s)
	}
}

var dotNetDefault = fixed(escapedAs("", escape("<>&'+`\x7f", func(e *escaping) {
	e.wide, e.upper, e.quote = true, true, true
})))

var phpDefault = fixed(escapedAs("", phpEscapes))

var htmlEscaped = fixed(
	escapedAs("as Go does", goEscapes),
	escapedAs("as Gson does, = and ' too", escape("<>&='", func(e *escaping) { e.lines = true })),
	escapedAs("as Windows PowerShell does", powerShellEscapes),
)

var controlsEscaped = fixed(
	escapedAs(`\u000a for \n`, escape("", func(e *escaping) { e.long = true })),
	escapedAs("in upper case", escape("", func(e *escaping) { e.upper = true })),
	escapedAs("U+007F too", escape("\x7f", nil)),
	escapedAs("U+2028 and U+2029 too", escape("", func(e *escaping) { e.lines = true })),
)

var escapesAsSent = fixed(escapedAs("", escape("", func(e *escaping) { e.asSent = true })))

func (e *escaping) append(dst []byte, text string) []byte {
	dst = append(dst, '"')
	chunk := 0
	for i := 0; i < len(text); {
		c := text[i]
		if c < utf8.RuneSelf {
			if e.special[c] && (c != '/' || !e.lessSlash || i > 0 && text[i-1] == '<') {
				dst = e.ascii(append(dst, text[chunk:i]...), c)
				chunk = i + 1
			}
			i++
			continue
		}
		if !e.wide && !e.lines {
			i++
			continue
		}
		r, size := utf8.DecodeRuneInString(text[i:])
		if e.wide || r == '\u2028' || r == '\u2029' {
			dst = append(dst, text[chunk:i]...)
			chunk = i + size
			for _, unit := range utf16.Encode([]rune{r}) {
				dst = e.unit(dst, unit)
			}
		}
		i += size
	}
	return append(append(dst, text[chunk:]...), '"')
}

func (e *escaping) ascii(dst []byte, c byte) []byte {
	const codes, letters = "\b\f\n\r\t", "bfnrt"
	switch i := strings.IndexByte(codes, c); {
	case c == '"' && !e.quote, c == '\\', c == '/':
		return append(dst, '\\', c)
	case i >= 0 && !e.long:
		return append(dst, '\\', letters[i])
	}
	return e.unit(dst, uint16(c))
}

func (e *escaping) unit(dst []byte, unit uint16) []byte {
	digits := "0123456789abcdef"
	if e.upper {
		digits = "0123456789ABCDEF"
	}
	return append(dst, '\\', 'u', digits[unit>>12], digits[unit>>8&15], digits[unit>>4&15], digits[unit&15])
}
