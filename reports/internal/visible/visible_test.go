package visible

import (
	"bytes"
	"testing"
	"testing/iotest"
	"unicode/utf8"

	"pgregory.net/rapid"
)

func TestText(t *testing.T) {
	for in, want := range map[string]string{
		"plain\ttext\n":            "plain\ttext\n",
		"欧洲 € é":                   "欧洲 € é",
		"\x1b]8;;http://x\x07":     `\x1b]8;;http://x\x07`,
		"a\rb":                     `a\x0db`,
		"\u009b31m\u0085":          `\u009b31m\u0085`,
		"\u202egnp.\u2066x\u2069":  `\u202egnp.\u2066x\u2069`,
		"\u2028\u2029\ufeff\u200b": `\u2028\u2029\ufeff\u200b`,
		"\x7f":                     `\u007f`,
		"\xff\xfe":                 `\xff\xfe`,
		"\U000e0041":               `\udb40\udc41`,
	} {
		if got := Escape(in); got != want || Escape(got) != got {
			t.Errorf("%q: %s, want %s", in, got, want)
		}
	}
}

// TestWriter writes text in any pieces: cutting inside a character changes nothing.
func TestWriter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.String().Draw(t, "text")
		size := rapid.IntRange(1, 5).Draw(t, "size")
		var out bytes.Buffer
		w := NewWriter(&out)
		for rest := []byte(text); len(rest) > 0; rest = rest[min(size, len(rest)):] {
			if _, err := w.Write(rest[:min(size, len(rest))]); err != nil {
				t.Fatal(err)
			}
		}
		if got := out.String(); got != Escape(text) || !utf8.ValidString(got) {
			t.Fatalf("%q in pieces of %d became %q, want %q", text, size, got, Escape(text))
		}
	})
	if _, err := NewWriter(iotest.TruncateWriter(failing{}, 0)).Write([]byte("a")); err != nil {
		t.Errorf("a writer that takes everything: %v", err)
	}
	if _, err := NewWriter(failing{}).Write([]byte("a")); err == nil {
		t.Error("the error of the writer behind is lost")
	}
}

type failing struct{}

func (failing) Write([]byte) (int, error) { return 0, bytes.ErrTooLarge }
