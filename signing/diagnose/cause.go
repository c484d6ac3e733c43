package diagnose

import (
	"bytes"
	"slices"
	"strings"

	"github.com/mallcheck/mallcheck/signing/diagnose/internal/mistakes"
)

// maxOr limits how many other mistakes that lead to the same text are mentioned.
const maxOr = 3

// record adds a cause. The first that led to a text explains it; others are only mentioned.
func (s *search) record(text []byte, variants []*mistakes.Variant) {
	cause := Cause{How: "MD5(text)"}
	for _, v := range variants {
		cause.Mistakes = append(cause.Mistakes, mistakeOf(v))
		cause.encoded = cause.encoded || v.Of.Stage == mistakes.StageEncode
		if v.How != "" {
			cause.How = strings.ReplaceAll(v.How, "*", cause.How)
		}
	}
	for i := range s.found.Causes {
		known := &s.found.Causes[i]
		if !bytes.Equal(known.Text, text) {
			continue
		}
		said := slices.ContainsFunc(slices.Concat(known.Mistakes, known.Or), func(m Mistake) bool { return m.ID == variants[0].Of.ID })
		if len(known.Or) < maxOr && !said {
			known.Or = append(known.Or, cause.Mistakes...)
		}
		return
	}
	cause.Text = bytes.Clone(text)
	cause.At = firstDifference(cause.Text, s.Expected)
	s.found.Causes = append(s.found.Causes, cause)
}

// mistakeOf returns a variant in the words of the request at hand.
func mistakeOf(v *mistakes.Variant) Mistake {
	words := v.Of.Words
	if v.Detail != "" {
		words += " (" + v.Detail + ")"
	}
	return Mistake{ID: v.Of.ID, Words: words}
}

// firstDifference returns the index of the first byte in which two texts differ, or -1.
func firstDifference(a, b []byte) int {
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			return i
		}
	}
	if len(a) == len(b) {
		return -1
	}
	return min(len(a), len(b))
}
