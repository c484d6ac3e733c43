package redact

import (
	"cmp"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"html"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/mallcheck/mallcheck/reports/internal/jsontext"
)

// shortestEncoded is the length in bytes from which on a value is also searched for in hexadecimal, in
// base64 and in another letter case; shorter ones would occur by chance.
const shortestEncoded = 6

// formsOf returns every form of the secret and learned values that is searched for, each with its
// replacement.
func formsOf(values []string, learned map[string]string) map[string]string {
	forms := map[string]string{}
	add := func(name string, texts ...string) {
		for _, text := range texts {
			if forms[text] == "" {
				forms[text] = hidden(name, text)
			}
		}
	}
	for _, value := range values {
		add("secret", writtenForms(value)...)
		add("secret", encodedForms(value)...)
		add("secret", keyForms(value)...)
		if len(value) >= shortestEncoded { // a gateway that repeats a header may change its letter case
			add("secret", writtenForms(strings.ToLower(value))...)
			add("secret", writtenForms(strings.ToUpper(value))...)
		}
	}
	for _, value := range slices.Sorted(maps.Keys(learned)) {
		name := learned[value]
		if name != SIMName { // in plain form it is masked, not replaced
			add(name, writtenForms(value)...)
		}
		add(name, encodedForms(value)...)
	}
	delete(forms, "")
	return forms
}

// replacer returns a replacer for forms, nil if there are none, and the length of the shortest form.
func replacer(forms map[string]string) (replacing *strings.Replacer, shortest int) {
	if len(forms) == 0 {
		return nil, 0
	}
	// The longest form must win, or the rest of it would remain.
	longest := slices.SortedFunc(maps.Keys(forms), func(a, b string) int {
		return cmp.Or(cmp.Compare(len(b), len(a)), strings.Compare(a, b))
	})
	var pairs []string
	for _, form := range longest {
		pairs = append(pairs, form, forms[form])
	}
	return strings.NewReplacer(pairs...), len(longest[len(longest)-1])
}

// writtenForms returns the forms of value in texts: plain, in a URL, in JSON and in HTML.
func writtenForms(value string) []string {
	forms := []string{value, html.EscapeString(value)}
	for _, escaped := range []string{url.QueryEscape(value), url.PathEscape(value)} {
		forms = append(forms, escaped, lowerEscapes(escaped))
	}
	plain, _ := jsontext.Quote(value)
	safe, _ := json.Marshal(value) // <, > and & as \u003c
	for _, quoted := range []string{string(plain), string(safe), asciiJSON(string(plain)), asciiJSON(string(safe))} {
		inner := quoted[1 : len(quoted)-1]
		forms = append(forms, inner, strings.ReplaceAll(inner, "/", `\/`))
	}
	for _, escape := range escapes {
		forms = append(forms, escaped(value, escape))
	}
	return forms
}

// escapes are how URLs, JSON and HTML escape a byte.
var escapes = []string{"%%%02X", "%%%02x", `\u%04x`, `\u%04X`, "&#%d;", "&#x%x;", "&#x%X;"}

// escaped returns value with every ASCII character escaped that has a meaning in URLs (RFC 3986, section
// 2.3).
func escaped(value, escape string) string {
	var out strings.Builder
	for i := range len(value) {
		if c := value[i]; c < utf8.RuneSelf && !wordByte(c) && !strings.ContainsRune("-._~", rune(c)) {
			fmt.Fprintf(&out, escape, c)
		} else {
			out.WriteByte(c)
		}
	}
	return out.String()
}

// mixedForms matches values in which any characters are escaped in any way; nil if there are none. There
// is one group for each value.
func mixedForms(values []string) *regexp.Regexp {
	var patterns []string
	for _, value := range values {
		var pattern strings.Builder
		for _, c := range value {
			fmt.Fprintf(&pattern, `(?:%s|(?i:\\*u%04x|&#0*%d;|&#x0*%x;`, regexp.QuoteMeta(string(c)), c, c, c)
			if named := html.EscapeString(string(c)); named != string(c) {
				pattern.WriteString("|" + regexp.QuoteMeta(named))
			}
			pattern.WriteString("|")
			for _, part := range []byte(string(c)) {
				fmt.Fprintf(&pattern, "%%%02x", part)
			}
			pattern.WriteString("))")
		}
		if value != "" && utf8.ValidString(value) {
			patterns = append(patterns, pattern.String())
		}
	}
	if patterns == nil {
		return nil
	}
	return regexp.MustCompile(strings.Join(patterns, "|"))
}

// encodedForms returns value in hexadecimal and base64, as it occurs inside a longer text that was
// encoded as a whole.
func encodedForms(value string) []string {
	if len(value) < shortestEncoded {
		return nil
	}
	lower := hex.EncodeToString([]byte(value))
	return append(base64Forms(value), lower, strings.ToUpper(lower))
}

// keyForms returns the bytes of value if it is hexadecimal itself, as keys are.
func keyForms(value string) []string {
	key, err := hex.DecodeString(value)
	if err != nil || len(key) < shortestEncoded {
		return nil
	}
	return append(base64Forms(string(key)), string(key), strings.ToLower(value), strings.ToUpper(value))
}

// base64Forms returns, for each of the three positions at which value can begin in an encoded text, the
// digits that depend on value alone. By itself, it begins at the first, and its padding belongs to it.
func base64Forms(value string) []string {
	var forms []string
	for _, encoding := range []*base64.Encoding{base64.StdEncoding, base64.URLEncoding} {
		forms = append(forms, encoding.EncodeToString([]byte(value)))
		for before := range 3 {
			text := encoding.WithPadding(base64.NoPadding).
				EncodeToString([]byte(strings.Repeat("\x00", before) + value))
			first := (before*8 + 5) / 6
			last := (before + len(value)) * 8 / 6
			forms = append(forms, text[first:last], url.QueryEscape(text[first:last]))
		}
	}
	return forms
}

// lowerEscapes writes the hexadecimal digits of percent escapes in lower case.
func lowerEscapes(escaped string) string {
	out := []byte(escaped)
	for i := 0; i+2 < len(out); i++ {
		if out[i] == '%' {
			copy(out[i+1:i+3], strings.ToLower(escaped[i+1:i+3]))
		}
	}
	return string(out)
}

// asciiJSON writes every character outside ASCII as \uxxxx.
func asciiJSON(quoted string) string {
	var out strings.Builder
	for _, c := range quoted {
		if c < utf8.RuneSelf {
			out.WriteRune(c)
			continue
		}
		for _, unit := range utf16.Encode([]rune{c}) {
			fmt.Fprintf(&out, `\u%04x`, unit)
		}
	}
	return out.String()
}
