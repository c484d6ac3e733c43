package mistakes

import (
	"bytes"
	"fmt"
	"net/url"

	"github.com/mallcheck/mallcheck/signing/diagnose/internal/jsonform"
)

// framed returns a way that changes the whole text.
func framed(detail string, f func(dst, text []byte) []byte) Variant {
	return Variant{Detail: detail, Apply: func(c *Candidate) { c.Frame = f }}
}

// around returns a way that adds text before and after the signed text.
func around(detail, before, after string) Variant {
	return framed(detail, func(dst, text []byte) []byte {
		return append(append(append(dst, before...), text...), after...)
	})
}

var newline = fixed(
	around(`\n`, "", "\n"),
	around(`\r\n`, "", "\r\n"),
)

var otherEnds = fixed(
	around("a space at the end", "", " "),
	around("a zero byte at the end", "", "\x00"),
	around("a new line before it", "\n", ""),
)

var byteOrderMark = fixed(around("", "\ufeff", ""))

var wrapped = fixed(
	around("[…]", "[", "]"),
	around(`{"data":…}`, `{"data":`, "}"),
).rarely(
	around(`{"params":…}`, `{"params":`, "}"),
	around(`{"body":…}`, `{"body":`, "}"),
	around(`{"request":…}`, `{"request":`, "}"),
	around(`{"content":…}`, `{"content":`, "}"),
	around(`{"signContent":…}`, `{"signContent":`, "}"),
	around("signContent=…", "signContent=", ""),
	around("in single quotes", "'", "'"),
	around("in double quotes", `"`, `"`),
)

// secret covers the texts that clients add when they expect the sign to use a secret.
func secret(s *Subject) []Variant {
	ways := []Variant{
		around(`"null" at the end`, "", "null"),
		around(`"undefined" at the end`, "", "undefined"),
	}
	ways = append(ways, rare([]Variant{
		around(`"None" at the end`, "", "None"),
		around(`"&key=" at the end`, "", "&key="),
	})...)
	if e := s.Base.find("partnerCode"); e != nil && e.Value.Text != "" {
		code := e.Value.Text
		ways = append(ways,
			around("partnerCode at the end", "", code),
			around("partnerCode at the beginning", code, ""))
		ways = append(ways, rare([]Variant{
			around("partnerCode at both ends", code, code),
			around(`"&key=" and partnerCode at the end`, "", "&key="+code),
		})...)
	}
	return ways
}

var jsonTwice = fixed(
	framed("a JSON string of it", func(dst, text []byte) []byte { return jsonform.StandardEscapes.Append(dst, string(text)) }),
	framed("its quotes are escaped", func(dst, text []byte) []byte {
		quoted := jsonform.StandardEscapes.Append(dst, string(text))
		return quoted[1 : len(quoted)-1]
	}),
)

var textURLEncoded = fixed(
	framed("as encodeURIComponent does", func(dst, text []byte) []byte { return percentScript(dst, string(text)) }),
	framed("as in forms, with + for a space", func(dst, text []byte) []byte { return percentForm(dst, string(text)) }),
).rarely(
	framed("as .NET does, in lower case", func(dst, text []byte) []byte { return percentDotNet(dst, string(text)) }),
	framed("by RFC 3986", func(dst, text []byte) []byte { return percentRFC(dst, string(text)) }),
	framed("as encodeURI does", func(dst, text []byte) []byte {
		return percent(dst, string(text), ";,/?:@&=+$-_.!~*'()#", "%20", upperDigits)
	}),
	framed("as JavaScript's escape does", func(dst, text []byte) []byte { return scriptEscape(dst, string(text)) }),
	framed("as in a query", func(dst, text []byte) []byte { return append(dst, url.PathEscape(string(text))...) }),
)

var textCase = fixed(
	framed("lower", func(dst, text []byte) []byte { return append(dst, bytes.ToLower(text)...) }),
	framed("upper", func(dst, text []byte) []byte { return append(dst, bytes.ToUpper(text)...) }),
)

var spacesRemoved = fixed(
	framed("spaces", func(dst, text []byte) []byte { return append(dst, bytes.ReplaceAll(text, []byte(" "), nil)...) }),
	framed("all white space", func(dst, text []byte) []byte { return append(dst, bytes.Join(bytes.Fields(text), nil)...) }),
	framed("backslashes, as PHP's stripslashes does", stripSlashes),
	framed("backslashes", func(dst, text []byte) []byte { return append(dst, bytes.ReplaceAll(text, []byte(`\`), nil)...) }),
)

// stripSlashes removes each backslash and keeps the character after it.
func stripSlashes(dst, text []byte) []byte {
	for i := 0; i < len(text); i++ {
		if text[i] == '\\' {
			if i++; i == len(text) {
				break
			}
		}
		dst = append(dst, text[i])
	}
	return dst
}

// scriptEscape is JavaScript's escape, which writes UTF-16.
func scriptEscape(dst []byte, text string) []byte {
	return eachUnit(dst, []byte(text), func(dst []byte, unit uint16) []byte {
		switch {
		case unit >= 0x100:
			return fmt.Appendf(dst, "%%u%04X", unit)
		case unit < 0x80:
			return percent(dst, string(rune(unit)), "@*_+-./", "%20", upperDigits)
		}
		return fmt.Appendf(dst, "%%%02X", unit)
	})
}
