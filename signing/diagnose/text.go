package diagnose

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// The widths of what Text prints, in columns or bytes.
const (
	textBefore = 24   // bytes shown before the first difference
	textWindow = 100  // bytes of a text that are shown
	signShown  = 80   // bytes of a sign that are shown
	allShown   = 2000 // bytes of the right content that are shown if nothing is found
)

// Line returns the diagnosis as one line, without a line break or full stop, for the message that refuses
// a request. It names parameters but, unless they are the mistake, no values.
func (d Diagnosis) Line() string {
	switch {
	case d.Right:
		return "the sign is right"
	case d.Problem != nil:
		return "no sign can be right: " + oneLine(d.Problem.Error())
	case len(d.Causes) > 0:
		return "the sign is wrong: " + oneLine(words(d.Causes[0].Mistakes, "; and "))
	case d.explained():
		return "the sign is wrong: " + oneLine(words(d.Seen, "; and "))
	case len(d.Seen) > 0:
		return "the sign is wrong: " + oneLine(words(d.Seen, "; and ")) + "; and no known mistake leads to its digits"
	}
	return "the sign is wrong, and no known mistake leads to it"
}

// Text returns the diagnosis for people: each cause in words, then the right content and the text that was signed one
// above the other, with a mark at the first byte in which they differ. Of long texts the part around that byte is
// shown. Every line ends in a line break.
func (d Diagnosis) Text() string {
	var b strings.Builder
	switch {
	case d.Right:
		b.WriteString("The sign is right.\n")
		return b.String()
	case d.Problem != nil:
		fmt.Fprintf(&b, "No sign can be right: %s.\n", oneLine(d.Problem.Error()))
		return b.String()
	}
	fmt.Fprintf(&b, "The sign is wrong.\n  sent   %s\n  right  %s\n", shortSign(d.Sign), d.Want)
	for _, cause := range d.Causes {
		cause.print(&b, d.Expected)
	}
	if len(d.Causes) > 0 {
		return b.String()
	}
	for _, m := range d.Seen {
		fmt.Fprintf(&b, "%s.\n", sentence(m.Words))
	}
	d.printNothing(&b)
	return b.String()
}

// explained reports whether what the sign itself shows is enough to say why it is wrong. Its letter
// case and white space around it are not, for without them it would be wrong too.
func (d Diagnosis) explained() bool {
	return slices.ContainsFunc(d.Seen, func(m Mistake) bool { return m.ID != "sign-case" && m.ID != "sign-spaced" })
}

// String is Text.
func (d Diagnosis) String() string { return d.Text() }

func (d Diagnosis) printNothing(b *strings.Builder) {
	tried := "No known mistake, and no combination of mistakes that was tried, leads to this sign."
	if d.Cut {
		tried = "No mistake that was tried leads to this sign. The request is too large to try all mistakes and combinations."
	}
	if !d.explained() {
		fmt.Fprintf(b, "%s %d texts were compared.\n"+
			"Perhaps the request was changed after it was signed, or it carries the sign of another request.\n", tried, d.Tried)
	}
	shown := view{text: d.Expected}
	fmt.Fprintf(b, "The right sign is the MD5 of these %d bytes:\n  %s\n", len(d.Expected), shown.part(0, min(len(d.Expected), allShown)))
}

func (c Cause) print(b *strings.Builder, expected []byte) {
	fmt.Fprintf(b, "%s.\n", sentence(words(c.Mistakes, "; and ")))
	for _, m := range c.Or {
		fmt.Fprintf(b, "Or, with the same effect: %s.\n", oneLine(m.Words))
	}
	right, signed := view{text: expected}, view{text: c.Text, bytes: c.encoded || !utf8.Valid(c.Text)}
	if c.At < 0 {
		fmt.Fprintf(b, "The right text was signed, but the sign sent is %s:\n", c.How)
		fmt.Fprintf(b, "  text   %s\n", right.part(right.window(0)))
		return
	}
	at := c.At
	for at > 0 && at < len(expected) && !utf8.RuneStart(expected[at]) {
		at--
	}
	fmt.Fprintf(b, "The sign sent is %s; the signed text differs from the right one from byte %d on:\n", c.How, c.At)
	fmt.Fprintf(b, "  right  %s\n", right.part(right.window(at)))
	from, to := signed.window(at)
	fmt.Fprintf(b, "  signed %s\n", signed.part(from, to))
	before := view{text: c.Text[:at], bytes: signed.bytes}
	fmt.Fprintf(b, "%s^\n", strings.Repeat(" ", len("  signed ")+columns(before.part(from, at))))
}

// view is a text to be shown in part.
type view struct {
	text  []byte
	bytes bool // it is no UTF-8: show what is not ASCII as bytes
}

// window returns the part of a text to show around the byte at an index.
func (v view) window(at int) (from, to int) {
	from = max(0, at-textBefore)
	for from > 0 && from < at && !utf8.RuneStart(v.text[from]) {
		from++
	}
	to = min(len(v.text), from+textWindow)
	for to < len(v.text) && to > at && !utf8.RuneStart(v.text[to]) {
		to--
	}
	return from, to
}

// part shows a part of a text and that it goes on. What cannot be seen is shown by name.
func (v view) part(from, to int) string {
	var b strings.Builder
	if from > 0 {
		b.WriteRune('…')
	}
	for text := v.text[from:to]; len(text) > 0; {
		r, size := utf8.DecodeRune(text)
		switch {
		case r == utf8.RuneError && size == 1, v.bytes && r >= utf8.RuneSelf:
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
	if to < len(v.text) {
		b.WriteRune('…')
	}
	return b.String()
}

// columns is how wide a text is on a terminal, near enough to place a mark.
func columns(text string) int {
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

// oneLine shows a text that may contain what a request sent on one line.
func oneLine(text string) string { return view{text: []byte(text)}.part(0, len(text)) }

func shortSign(sign string) string {
	if len(sign) > signShown {
		return strconv.Quote(sign[:signShown]) + fmt.Sprintf("… (%d bytes)", len(sign))
	}
	return strconv.Quote(sign)
}

func sentence(clause string) string {
	clause = oneLine(clause)
	r, size := utf8.DecodeRuneInString(clause)
	return string(unicode.ToUpper(r)) + clause[size:]
}
