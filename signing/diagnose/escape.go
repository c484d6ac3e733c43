package diagnose

import (
	"bytes"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// escaping is how JSON strings are written. The zero value escapes nothing.
type escaping struct {
	special [utf8.RuneSelf]bool // characters that are not written as they are
	beyond  func(rune) bool     // which characters beyond ASCII are escaped; none if nil
	// Which hexadecimal digits are in upper case: those of control characters, of other ASCII
	// characters, and of those beyond.
	upperControl, upperMark, upperBeyond bool
	long                                 bool // no short escapes but \" and \\
	quote                                bool // \u0022 instead of \"
	longSlash                            bool // \u002f instead of \/
	single                               bool // single quotes around strings and \' in them
	afterLess                            bool // a slash is escaped after < alone
	asSent                               bool // values keep the escapes they were sent with
}

// escape returns the way of JSON.stringify with more ASCII characters escaped.
func escape(more string, changes ...func(*escaping)) escaping {
	var e escaping
	for c := range 0x20 {
		e.special[c] = true
	}
	for _, c := range `"\` + more {
		e.special[c] = true
	}
	for _, change := range changes {
		change(&e)
	}
	return e
}

// Changes of the way that JSON.stringify escapes.

func wide(e *escaping)  { e.beyond = func(rune) bool { return true } }
func lines(e *escaping) { e.beyond = func(r rune) bool { return r == '\u2028' || r == '\u2029' } }
func upper(e *escaping) { e.upperControl, e.upperMark, e.upperBeyond = true, true, true }
func marks(e *escaping) { e.upperMark = true }

func beyond(ranges ...[2]rune) func(*escaping) {
	return func(e *escaping) {
		e.beyond = func(r rune) bool {
			for _, in := range ranges {
				if in[0] <= r && r <= in[1] {
					return true
				}
			}
			return false
		}
	}
}

// netLines escapes what .NET takes for the end of a line.
func netLines(e *escaping) { beyond([2]rune{0x85, 0x85}, [2]rune{0x2028, 0x2029})(e) }

const deleted = "\x7f"

var (
	standardEscapes = escape("")
	unicodeEscapes  = escape("", wide)
	pythonEscapes   = escape(deleted, wide)
	phpEscapes      = escape("/", wide)
	goEscapes       = escape("<>&", lines)
	// powerShellEscapes are those of ConvertTo-Json in Windows PowerShell 5.
	powerShellEscapes = escape("<>&'")
	orgJSONEscapes    = escape("/", func(e *escaping) { e.afterLess = true }, beyond([2]rune{0x80, 0x9f}, [2]rune{0x2000, 0x20ff}))
	fastjsonEscapes   = escape(deleted, upper, beyond([2]rune{0x80, 0x9f}, [2]rune{0x2028, 0x2028}))
	hutoolEscapes     = escape("", beyond([2]rune{0x80, 0xa0}, [2]rune{0x2000, 0x2010}, [2]rune{0x2028, 0x202f}, [2]rune{0x2066, 0x206f}))
)

// libraryEscapes are the escapes that single libraries write, as their texts in testdata show.
var libraryEscapes = []struct {
	library string
	escapes escaping
	likely  bool
}{
	{"org.json for Java", orgJSONEscapes, true},
	{"fastjson 1 for Java", fastjsonEscapes, true},
	{"Jackson, RapidJSON and Jansson", escape("", func(e *escaping) { e.upperControl = true }), true},
	{"Jackson's ESCAPE_NON_ASCII, RapidJSON and Jansson in ASCII", escape("", wide, upper), true},
	{"Json.NET", escape("", netLines), true},
	{"Hutool for Java", hutoolEscapes, true},
	{"json-simple and json-smart for Java", escape("/"+deleted, upper, beyond([2]rune{0x80, 0x9f}, [2]rune{0x2000, 0x20ff})), true},
	{"lua-cjson", escape("/" + deleted), true},
	{"jq", escape(deleted), true},
	{"Python's json.dumps, jq -a and nlohmann/json in ASCII", pythonEscapes, true},
	{"PHP's json_encode with JSON_HEX_TAG, JSON_HEX_AMP, JSON_HEX_APOS and JSON_HEX_QUOT, as Symfony sets them",
		escape(`/<>&'`, wide, marks, func(e *escaping) { e.quote = true }), true},
	{"PHP's json_encode with JSON_HEX_TAG, JSON_HEX_AMP, JSON_HEX_APOS, JSON_HEX_QUOT and without escaped slashes and Unicode",
		escape(`<>&'`, lines, marks, func(e *escaping) { e.quote = true }), false},
	{"PHP's json_encode with JSON_UNESCAPED_UNICODE", escape("/", lines), true},
	{"PHP's json_encode with JSON_UNESCAPED_SLASHES, Ruby's ascii_only", unicodeEscapes, true},
	{"ujson with encode_html_chars", escape("/<>&", wide), false},
	{"simplejson with JSONEncoderForHTML", escape("<>&"+deleted, wide), false},
	{"Json.NET's EscapeHtml", escape("<>&'", netLines, func(e *escaping) { e.quote = true }), false},
	{".NET Framework's JavaScriptSerializer", escape("<>&'", netLines), false},
	{"Mono's JavaScriptSerializer", escape("<>'"), false},
	{"serialize-javascript", escape("<>/", lines, upper, func(e *escaping) { e.longSlash, e.upperControl = true, false }), false},
	{"fastjson 1 with BrowserCompatible, Commons Text's escapeJson", escape("/"+deleted, wide, upper), false},
	{"fastjson 1 with BrowserSecure", escape("<>()"+deleted, upper, beyond([2]rune{0x80, 0x9f}, [2]rune{0x2028, 0x2028})), false},
	{"fastjson 1 with WriteSlashAsSpecial", escape("/"+deleted, upper, beyond([2]rune{0x80, 0x9f}, [2]rune{0x2028, 0x2028})), false},
	{"fastjson 2 with BrowserSecure", escape("<>()", marks), false},
	{"fastjson 2 with EscapeNoneAscii", escape("", wide, func(e *escaping) { e.upperBeyond = true }), false},
	{"jsesc", escape(deleted, wide, upper), false},
	{"Perl's JSON in Latin-1", escape("", beyond([2]rune{0x100, utf8.MaxRune})), false},
}

func librariesEscapes(*search) (ways []variant) {
	for _, l := range libraryEscapes {
		v := escapedAs("as "+l.library+" does", l.escapes)
		v.rare = !l.likely
		ways = append(ways, v)
	}
	return ways
}

// escapedAs is a way that writes strings with other escapes.
func escapedAs(detail string, e escaping) variant {
	return variant{detail: detail, apply: func(c *candidate) { c.escapes = &e }}
}

var slashEscaped = fixed(
	escapedAs("", escape("/")),
	escapedAs("after < alone", escape("/", func(e *escaping) { e.afterLess = true })),
)

var linesEscaped = fixed(escapedAs("as Gson, Go and PHP do", escape("", lines)))

func unicodeEscaped(s *search) []variant {
	if bytes.IndexFunc(s.found.Expected, func(r rune) bool { return r >= utf8.RuneSelf }) < 0 {
		return nil
	}
	return []variant{escapedAs("in lower case", unicodeEscapes), escapedAs("in upper case", escape("", wide, upper))}
}

var dotNetDefault = fixed(escapedAs("", escape("<>&'+`"+deleted, wide, upper, func(e *escaping) { e.quote = true })))

var phpDefault = fixed(escapedAs("", phpEscapes))

var htmlEscaped = fixed(
	escapedAs("as Go's encoding/json and Rails do", goEscapes),
	escapedAs("as Gson does, = and ' too", escape("<>&='", lines)),
	escapedAs("as Windows PowerShell does", powerShellEscapes),
)

var controlsEscaped = fixed(
	escapedAs(`\u000a for \n`, escape("", func(e *escaping) { e.long = true })),
	escapedAs("in upper case, as Jackson, RapidJSON and Jansson do", escape("", func(e *escaping) { e.upperControl = true })),
	escapedAs("U+007F too", escape(deleted)),
)

var escapesAsSent = fixed(escapedAs("", escape("", func(e *escaping) { e.asSent = true })))

func (e *escaping) append(dst []byte, text string) []byte {
	around := byte('"')
	if e.single {
		around = '\''
	}
	dst = append(dst, around)
	chunk := 0
	for i := 0; i < len(text); {
		c := text[i]
		if c < utf8.RuneSelf {
			if e.special[c] && (c != '/' || !e.afterLess || i > 0 && text[i-1] == '<') {
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
				dst = escapedUnit(dst, unit, e.upperBeyond)
			}
		}
		i += size
	}
	return append(append(dst, text[chunk:]...), around)
}

func (e *escaping) ascii(dst []byte, c byte) []byte {
	const codes, letters = "\b\f\n\r\t", "bfnrt"
	switch i := strings.IndexByte(codes, c); {
	case c == '"' && !e.quote, c == '\\', c == '/' && !e.longSlash, c == '\'' && e.single:
		return append(dst, '\\', c)
	case i >= 0 && !e.long:
		return append(dst, '\\', letters[i])
	case c < ' ' || c == 0x7f:
		return escapedUnit(dst, uint16(c), e.upperControl)
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
