package diagnose

import (
	"bytes"
	"slices"
	"strings"
)

// maxOr is how many other mistakes are mentioned that lead to the same text.
const maxOr = 3

// record adds a cause. The first that led to a text explains it; others are only mentioned.
func (s *search) record(text []byte, variants []*variant) {
	cause := Cause{How: "MD5(text)"}
	for _, v := range variants {
		cause.Mistakes = append(cause.Mistakes, v.mistake())
		cause.encoded = cause.encoded || v.of.stage == stageEncode
		if v.how != "" {
			cause.How = strings.ReplaceAll(v.how, "*", cause.How)
		}
	}
	for i := range s.found.Causes {
		known := &s.found.Causes[i]
		if !bytes.Equal(known.Text, text) {
			continue
		}
		said := slices.ContainsFunc(slices.Concat(known.Mistakes, known.Or), func(m Mistake) bool { return m.ID == variants[0].of.id })
		if len(known.Or) < maxOr && !said {
			known.Or = append(known.Or, cause.Mistakes...)
		}
		return
	}
	cause.Text = bytes.Clone(text)
	cause.At = firstDifference(cause.Text, s.found.Expected)
	s.found.Causes = append(s.found.Causes, cause)
}

func (v *variant) mistake() Mistake {
	words := v.of.words
	if v.detail != "" {
		words += " (" + v.detail + ")"
	}
	return Mistake{ID: v.of.id, Words: words}
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
