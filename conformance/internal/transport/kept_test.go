package transport

import (
	"strings"
	"testing"
)

func TestTailBeginsWithAMemberOrWhatCloses(t *testing.T) {
	long := strings.Repeat("x", 2000)
	for text, want := range map[string]string{
		`{"data":["` + long + `"]}`:                            `"]}`,
		`{"a":"` + long + `","secret":"s","message":"m"}`:      `,"secret":"s","message":"m"}`,
		`{"secret":"` + long + `half", "message" : "m"}`:       `, "message" : "m"}`,
		`{"list":[` + strings.Repeat(`"secret",`, 200) + `1]}`: `]}`,
		"<html>" + long + "</p></body>\n</html>\n":             "</p></body>\n</html>\n",
		long: "",
	} {
		if got := string(tailOf([]byte(text))); got != want {
			t.Errorf("the tail of …%s is %q, want %q", text[len(text)-40:], got, want)
		}
	}
}
