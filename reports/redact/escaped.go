package redact

import (
	"html"
	"strconv"
	"strings"
	"unicode/utf16"
)

// escapedLevels is how many levels of escapes are searched for secrets.
const escapedLevels = 4

// hideIn returns s with every secret hidden that can be recognized in free text, even if the text is
// escaped for HTML, URLs or JSON, several times over. Only a text that contains such a secret loses the
// form of its escapes.
func (r *redactor) hideIn(s string) string {
	told := r.plain(s)
	escaped := told
	for range escapedLevels {
		said := unescape(escaped)
		if said == escaped {
			break
		}
		if hidden := r.plain(said); hidden != said {
			told, said = hidden, hidden
		}
		escaped = said
	}
	return told
}

// unescape removes one level of escapes from a text: those of HTML, URLs and JSON. Anything else stays.
func unescape(s string) string {
	if strings.Contains(s, `\`) {
		s = unescapeJSON(s)
	}
	if strings.Contains(s, "%") {
		s = unescapePercent(s)
	}
	if strings.Contains(s, "&") {
		s = html.UnescapeString(s)
	}
	return s
}

// unescapePercent replaces each percent escape by the byte it stands for.
func unescapePercent(s string) string {
	var out strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '%' && i+2 < len(s) {
			if c, err := strconv.ParseUint(s[i+1:i+3], 16, 8); err == nil {
				out.WriteByte(byte(c))
				i += 2
				continue
			}
		}
		out.WriteByte(s[i])
	}
	return out.String()
}

// unescapeJSON replaces the escapes of quotes, slashes and backslashes, and escapes by number; other
// escapes, such as \n, hide nothing.
func unescapeJSON(s string) string {
	var out strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' || i+1 == len(s) {
			out.WriteByte(s[i])
			continue
		}
		switch s[i+1] {
		case '"', '\\', '/':
			out.WriteByte(s[i+1])
			i++
		case 'u':
			first, ok := unit(s[i:])
			if !ok {
				out.WriteByte(s[i])
				continue
			}
			i += 5
			if second, ok := unit(s[i+1:]); ok && utf16.IsSurrogate(first) {
				first = utf16.DecodeRune(first, second)
				i += 6
			}
			out.WriteRune(first)
		default:
			out.WriteByte(s[i])
		}
	}
	return out.String()
}

// unit returns the number of an escape \uxxxx at the beginning of s.
func unit(s string) (rune, bool) {
	if len(s) < 6 || s[0] != '\\' || s[1] != 'u' {
		return 0, false
	}
	n, err := strconv.ParseUint(s[2:6], 16, 16)
	return rune(n), err == nil
}
