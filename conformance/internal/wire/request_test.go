package wire

import (
	"encoding/json"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// The fast path for plain strings writes and reads the same as encoding/json.
func TestQuotedLikeJSON(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.OneOf(rapid.String(), rapid.StringMatching(`[ -~]*`), rapid.StringMatching(`[\x00-\x22\\<>&\x7e-\x80\x{2028}]*`)).Draw(t, "text")
		var want strings.Builder
		encoder := json.NewEncoder(&want)
		encoder.SetEscapeHTML(false)
		if err := encoder.Encode(text); err != nil {
			t.Fatal(err)
		}
		quoted := Quote(text)
		if string(quoted)+"\n" != want.String() {
			t.Fatalf("%q is written as %s, want %s", text, quoted, want.String())
		}
		if again := Unquote(quoted); again != strings.ToValidUTF8(text, "\ufffd") && json.Valid([]byte(text)) {
			t.Fatalf("%s is read as %q", quoted, again)
		}
		value := []byte(rapid.OneOf(rapid.StringMatching(`"[ -~]*"?`), rapid.Just(string(quoted)), rapid.StringMatching(`[0-9"\\n]*`)).Draw(t, "value"))
		read := string(value)
		var decoded string
		if json.Unmarshal(value, &decoded) == nil {
			read = decoded
		}
		if got := Unquote(value); got != read {
			t.Fatalf("%s is read as %q, want %q", value, got, read)
		}
	})
}
