package excerpt

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// View is a text of which a part is shown.
type View struct {
	Text  []byte
	Bytes bool // not UTF-8: show non-ASCII as bytes
}

// Window returns the bounds of the part to show around the byte at an index.
func (v View) Window(at int) (from, to int) {
	from = max(0, at-textBefore)
	for from > 0 && from < at && !utf8.RuneStart(v.Text[from]) {
		from++
	}
	to = min(len(v.Text), from+textWindow)
	for to < len(v.Text) && to > at && !utf8.RuneStart(v.Text[to]) {
		to--
	}
	return from, to
}

// Part returns a part of a text, with marks where it is cut off. Invisible characters are shown by name.
func (v View) Part(from, to int) string {
	var b strings.Builder
	if from > 0 {
		b.WriteRune('…')
	}
	for text := v.Text[from:to]; len(text) > 0; {
		r, size := utf8.DecodeRune(text)
		switch {
		case r == utf8.RuneError && size == 1, v.Bytes && r >= utf8.RuneSelf:
			fmt.Fprintf(&b, "‹0x%02x›", text[0])
			size = 1
		case r == '\n':
			b.WriteString("‹LF›")
		case r == '\r':
			b.WriteString("‹CR›")
		case r == '\t':
			b.WriteString("‹TAB›")
		case r == ' ' || unicode.IsGraphic(r) && !unicode.IsSpace(r):
			b.WriteRune(r)
		default:
			fmt.Fprintf(&b, "‹%U›", r)
		}
		text = text[size:]
	}
	if to < len(v.Text) {
		b.WriteRune('…')
	}
	return b.String()
}

// Columns returns the approximate width of a text on a terminal, close enough to place a mark below it.
func Columns(text string) int {
	n := 0
	for _, r := range text {
		switch {
		case unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf):
		case unicode.In(r, unicode.Han, unicode.Hangul, unicode.Hiragana, unicode.Katakana),
			r >= 0x3000 && r <= 0x303f, r >= 0xff01 && r <= 0xff60, r >= 0x1f300 && r <= 0x1faff:
			n += 2
		default:
			n++
		}
	}
	return n
}

// OneLine returns text from a request in a form that fits on one line.
func OneLine(text string) string { return View{Text: []byte(text)}.Part(0, len(text)) }

// ShortSign quotes a sign and shortens a long one.
func ShortSign(sign string) string {
	if len(sign) > signShown {
		return strconv.Quote(sign[:signShown]) + fmt.Sprintf("… (%d bytes)", len(sign))
	}
	return strconv.Quote(sign)
}

// Widths in columns or bytes.
const (
	textBefore = 24   // bytes shown before the first difference
	textWindow = 100  // bytes of a text that are shown
	signShown  = 80   // bytes of a sign that are shown
	AllShown   = 2000 // bytes of the right content that are shown if no mistake is found
)
