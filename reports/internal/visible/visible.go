// Package visible makes foreign text safe to show: it cannot control a terminal, reorder the text around
// it, or be invalid in XML.
package visible

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// Escape writes every unprintable character in visible form, such as an escape as \x1b and a
// bidirectional override as \u202e. Line feeds and tabs stay.
func Escape(text string) string {
	if !strings.ContainsFunc(text, hidden) {
		return text
	}
	var out strings.Builder
	for len(text) > 0 {
		c, size := utf8.DecodeRuneInString(text)
		switch {
		case !hidden(c):
			out.WriteRune(c)
		case c == utf8.RuneError && size == 1, c < ' ':
			fmt.Fprintf(&out, `\x%02x`, text[0])
		default:
			for _, unit := range utf16.Encode([]rune{c}) {
				fmt.Fprintf(&out, `\u%04x`, unit)
			}
		}
		text = text[size:]
	}
	return out.String()
}

// hidden reports whether a character must be escaped.
func hidden(c rune) bool {
	return c == utf8.RuneError || c != '\n' && c != '\t' && !unicode.IsPrint(c)
}

// NewWriter returns a writer that writes escaped text to out. The text must end with a complete
// character.
func NewWriter(out io.Writer) io.Writer { return &writer{out: out} }

type writer struct {
	out  io.Writer
	rest []byte // of an incomplete character
}

// Write implements io.Writer.
func (w *writer) Write(text []byte) (int, error) {
	all := text
	if len(w.rest) > 0 {
		all = slices.Concat(w.rest, text)
	}
	end := len(all)
	for back := 1; back < utf8.UTFMax && back <= len(all); back++ {
		if at := len(all) - back; utf8.RuneStart(all[at]) {
			if !utf8.FullRune(all[at:]) {
				end = at
			}
			break
		}
	}
	w.rest = append([]byte(nil), all[end:]...)
	if _, err := io.WriteString(w.out, Escape(string(all[:end]))); err != nil {
		return 0, err
	}
	return len(text), nil
}
