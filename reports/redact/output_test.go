package redact

import (
	"io"
	"strings"
	"testing"
)

// TestTextHidesWhatItTells holds that what a text tells openly is hidden in it where
// it is encoded, too, and in the lines behind it.
func TestTextHidesWhatItTells(t *testing.T) {
	const sim, encoded = "89852990000000000018", "ODk4NTI5OTAwMDAwMDAwMDAwMT"
	secrets := Secrets{MaskSIMs: true}
	if told := secrets.Text("<p>" + encoded + "</p> <p>" + sim + "</p>"); strings.Contains(told, encoded) {
		t.Errorf("a text tells %s", told)
	}
	var out strings.Builder
	w := secrets.Writer(&out)
	if _, err := io.WriteString(w, "group "+sim+"\nagain "+encoded+"\n"); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(out.String(), encoded) {
		t.Errorf("the lines tell %s", out.String())
	}
}
