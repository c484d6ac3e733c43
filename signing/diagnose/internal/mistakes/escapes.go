package mistakes

import (
	"bytes"
	"unicode/utf8"

	"github.com/mallcheck/mallcheck/signing/diagnose/internal/jsonform"
)

// libraryEscapes are the escapes of particular libraries, as recorded in testdata.
var libraryEscapes = []struct {
	library string
	escapes jsonform.Escaping
	likely  bool
}{
	{"org.json for Java", jsonform.OrgJSONEscapes, true},
	{"fastjson 1 for Java", jsonform.FastjsonEscapes, true},
	{"Jackson, RapidJSON and Jansson", jsonform.Escape("", func(e *jsonform.Escaping) { e.UpperControl = true }), true},
	{"Jackson's ESCAPE_NON_ASCII, RapidJSON and Jansson in ASCII", jsonform.Escape("", jsonform.Wide, jsonform.Upper), true},
	{"Json.NET", jsonform.Escape("", jsonform.NetLines), true},
	{"Hutool for Java", jsonform.HutoolEscapes, true},
	{"json-simple and json-smart for Java", jsonform.Escape("/"+jsonform.Deleted, jsonform.Upper, jsonform.Beyond([2]rune{0x80, 0x9f}, [2]rune{0x2000, 0x20ff})), true},
	{"lua-cjson", jsonform.Escape("/" + jsonform.Deleted), true},
	{"jq", jsonform.Escape(jsonform.Deleted), true},
	{"Python's json.dumps, jq -a and nlohmann/json in ASCII", jsonform.PythonEscapes, true},
	{"PHP's json_encode with JSON_HEX_TAG, JSON_HEX_AMP, JSON_HEX_APOS and JSON_HEX_QUOT, as Symfony sets them",
		jsonform.Escape(`/<>&'`, jsonform.Wide, jsonform.Marks, func(e *jsonform.Escaping) { e.Quote = true }), true},
	{"PHP's json_encode with JSON_HEX_TAG, JSON_HEX_AMP, JSON_HEX_APOS, JSON_HEX_QUOT and without escaped slashes and Unicode",
		jsonform.Escape(`<>&'`, jsonform.Lines, jsonform.Marks, func(e *jsonform.Escaping) { e.Quote = true }), false},
	{"PHP's json_encode with JSON_UNESCAPED_UNICODE", jsonform.Escape("/", jsonform.Lines), true},
	{"PHP's json_encode with JSON_UNESCAPED_SLASHES, Ruby's ascii_only", jsonform.UnicodeEscapes, true},
	{"ujson with encode_html_chars", jsonform.Escape("/<>&", jsonform.Wide), false},
	{"simplejson with JSONEncoderForHTML", jsonform.Escape("<>&"+jsonform.Deleted, jsonform.Wide), false},
	{"Json.NET's EscapeHtml", jsonform.Escape("<>&'", jsonform.NetLines, func(e *jsonform.Escaping) { e.Quote = true }), false},
	{".NET Framework's JavaScriptSerializer", jsonform.Escape("<>&'", jsonform.NetLines), false},
	{"Mono's JavaScriptSerializer", jsonform.Escape("<>'"), false},
	{"serialize-javascript", jsonform.Escape("<>/", jsonform.Lines, jsonform.Upper, func(e *jsonform.Escaping) { e.LongSlash, e.UpperControl = true, false }), false},
	{"fastjson 1 with BrowserCompatible, Commons Text's escapeJson", jsonform.Escape("/"+jsonform.Deleted, jsonform.Wide, jsonform.Upper), false},
	{"fastjson 1 with BrowserSecure", jsonform.Escape("<>()"+jsonform.Deleted, jsonform.Upper, jsonform.Beyond([2]rune{0x80, 0x9f}, [2]rune{0x2028, 0x2028})), false},
	{"fastjson 1 with WriteSlashAsSpecial", jsonform.Escape("/"+jsonform.Deleted, jsonform.Upper, jsonform.Beyond([2]rune{0x80, 0x9f}, [2]rune{0x2028, 0x2028})), false},
	{"fastjson 2 with BrowserSecure", jsonform.Escape("<>()", jsonform.Marks), false},
	{"fastjson 2 with EscapeNoneAscii", jsonform.Escape("", jsonform.Wide, func(e *jsonform.Escaping) { e.UpperBeyond = true }), false},
	{"jsesc", jsonform.Escape(jsonform.Deleted, jsonform.Wide, jsonform.Upper), false},
	{"Perl's JSON in Latin-1", jsonform.Escape("", jsonform.Beyond([2]rune{0x100, utf8.MaxRune})), false},
}

func librariesEscapes(*Subject) (ways []Variant) {
	for _, l := range libraryEscapes {
		v := escapedAs("as "+l.library+" does", l.escapes)
		v.Rare = !l.likely
		ways = append(ways, v)
	}
	return ways
}

// escapedAs returns a way that escapes strings differently.
func escapedAs(detail string, e jsonform.Escaping) Variant {
	return Variant{Detail: detail, Apply: func(c *Candidate) { c.Escapes = &e }}
}

var slashEscaped = fixed(
	escapedAs("", jsonform.Escape("/")),
	escapedAs("only after <", jsonform.Escape("/", func(e *jsonform.Escaping) { e.AfterLess = true })),
)

var linesEscaped = fixed(escapedAs("as Gson, Go and PHP do", jsonform.Escape("", jsonform.Lines)))

func unicodeEscaped(s *Subject) []Variant {
	if bytes.IndexFunc(s.Expected, func(r rune) bool { return r >= utf8.RuneSelf }) < 0 {
		return nil
	}
	return []Variant{escapedAs("in lower case", jsonform.UnicodeEscapes), escapedAs("in upper case", jsonform.Escape("", jsonform.Wide, jsonform.Upper))}
}

var dotNetDefault = fixed(escapedAs("",
	jsonform.Escape("<>&'+`"+jsonform.Deleted, jsonform.Wide, jsonform.Upper, func(e *jsonform.Escaping) { e.Quote = true })))

var phpDefault = fixed(escapedAs("", jsonform.PHPEscapes))

var htmlEscaped = fixed(
	escapedAs("as Go's encoding/json and Rails do", jsonform.GoEscapes),
	escapedAs("as Gson does, = and ' too", jsonform.Escape("<>&='", jsonform.Lines)),
	escapedAs("as Windows PowerShell does", jsonform.PowerShellEscapes),
)

var controlsEscaped = fixed(
	escapedAs(`\u000a for \n`, jsonform.Escape("", func(e *jsonform.Escaping) { e.Long = true })),
	escapedAs("in upper case, as Jackson, RapidJSON and Jansson do", jsonform.Escape("", func(e *jsonform.Escaping) { e.UpperControl = true })),
	escapedAs("U+007F too", jsonform.Escape(jsonform.Deleted)),
)

var escapesAsSent = fixed(escapedAs("", jsonform.Escape("", func(e *jsonform.Escaping) { e.AsSent = true })))
