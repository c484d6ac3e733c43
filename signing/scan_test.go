package signing

import (
	"bytes"
	"testing"
)

// Every byte that is not plain is found, wherever it stands in the words of eight that are looked at together.
func TestSkipPlain(t *testing.T) {
	for c := range 256 {
		plain := c >= 0x20 && c < 0x80 && c != '"' && c != '\\'
		for at := range 20 {
			text := bytes.Repeat([]byte("a"), 20)
			text[at] = byte(c)
			want := at
			if plain {
				want = len(text)
			}
			if got := skipPlain(text, 0); got != want {
				t.Fatalf("byte 0x%02x at %d: skipped to %d, want %d", c, at, got, want)
			}
			if isPlain(string(text)) != plain {
				t.Fatalf("byte 0x%02x at %d: isPlain is wrong", c, at)
			}
		}
	}
}
