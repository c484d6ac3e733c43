package diagnose

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/mallcheck/mallcheck/signing/diagnose/internal/excerpt"
)

// Line returns the diagnosis as one line, without a line break or full stop, for use in a refusal
// message. It names parameters but shows no values unless they are the mistake.
func (d Diagnosis) Line() string {
	switch {
	case d.Right:
		return "the sign is right"
	case d.Problem != nil:
		return "no sign can be right: " + excerpt.OneLine(d.Problem.Error())
	case len(d.Causes) > 0:
		return "the sign is wrong: " + excerpt.OneLine(words(d.Causes[0].Mistakes, "; and "))
	case d.explained():
		return "the sign is wrong: " + excerpt.OneLine(words(d.Seen, "; and "))
	case len(d.Seen) > 0:
		return "the sign is wrong: " + excerpt.OneLine(words(d.Seen, "; and ")) + "; and no known mistake produces its digits"
	}
	return "the sign is wrong, and no known mistake produces it"
}

// String returns the diagnosis for people: each cause in words, then the right content above the text
// that was signed, with a mark at the first byte that differs. Long texts are shortened to the part
// around that byte. Every line ends in a line break.
func (d Diagnosis) String() string {
	var b strings.Builder
	switch {
	case d.Right:
		b.WriteString("The sign is right.\n")
		return b.String()
	case d.Problem != nil:
		fmt.Fprintf(&b, "No sign can be right: %s.\n", excerpt.OneLine(d.Problem.Error()))
		return b.String()
	}
	fmt.Fprintf(&b, "The sign is wrong.\n  sent   %s\n  right  %s\n", excerpt.ShortSign(d.Sign), d.Want)
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

// explained reports whether what the sign itself shows explains why it is wrong. Letter case and
// surrounding white space do not: without them the sign would still be wrong.
func (d Diagnosis) explained() bool {
	return slices.ContainsFunc(d.Seen, func(m Mistake) bool { return m.ID != "sign-case" && m.ID != "sign-spaced" })
}

func (d Diagnosis) printNothing(b *strings.Builder) {
	tried := "No known mistake, and no combination that was tried, produces this sign."
	if d.Cut {
		tried = "No mistake that was tried produces this sign. The request is too large to try all mistakes and combinations."
	}
	if !d.explained() {
		fmt.Fprintf(b, "%s Texts compared: %d.\n"+
			"Perhaps the request was changed after it was signed, or it carries the sign of another request.\n", tried, d.Tried)
	}
	shown := excerpt.View{Text: d.Expected}
	fmt.Fprintf(b, "The right sign is the MD5 of these %d bytes:\n  %s\n", len(d.Expected), shown.Part(0, min(len(d.Expected), excerpt.AllShown)))
}

func (c Cause) print(b *strings.Builder, expected []byte) {
	fmt.Fprintf(b, "%s.\n", sentence(words(c.Mistakes, "; and ")))
	for _, m := range c.Or {
		fmt.Fprintf(b, "Another mistake with the same effect: %s.\n", excerpt.OneLine(m.Words))
	}
	right, signed := excerpt.View{Text: expected}, excerpt.View{Text: c.Text, Bytes: c.encoded || !utf8.Valid(c.Text)}
	if c.At < 0 {
		fmt.Fprintf(b, "The right text was signed, but the sign sent is %s:\n", c.How)
		fmt.Fprintf(b, "  text   %s\n", right.Part(right.Window(0)))
		return
	}
	at := c.At
	for at > 0 && at < len(expected) && !utf8.RuneStart(expected[at]) {
		at--
	}
	fmt.Fprintf(b, "The sign sent is %s; the signed text first differs from the right one at byte %d:\n", c.How, c.At)
	fmt.Fprintf(b, "  right  %s\n", right.Part(right.Window(at)))
	from, to := signed.Window(at)
	fmt.Fprintf(b, "  signed %s\n", signed.Part(from, to))
	before := excerpt.View{Text: c.Text[:at], Bytes: signed.Bytes}
	fmt.Fprintf(b, "%s^\n", strings.Repeat(" ", len("  signed ")+excerpt.Columns(before.Part(from, at))))
}

func sentence(clause string) string {
	clause = excerpt.OneLine(clause)
	r, size := utf8.DecodeRuneInString(clause)
	return string(unicode.ToUpper(r)) + clause[size:]
}
