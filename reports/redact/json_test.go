package redact

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"testing"

	"pgregory.net/rapid"
)

// TestRedactJSONProperty redacts any JSON written in any form: it stays JSON, says
// the same but for what is hidden, and without hidden names is the same bytes.
func TestRedactJSONProperty(t *testing.T) {
	r := newRedactor(Secrets{})
	rapid.Check(t, func(t *rapid.T) {
		hide := rapid.Bool().Draw(t, "hide")
		var text bytes.Buffer
		drawJSON(t, &text, 3, hide)
		got := r.body(text.Bytes())
		if !hide {
			if !bytes.Equal(got, text.Bytes()) {
				t.Fatalf("%s became %s", text.Bytes(), got)
			}
			return
		}
		var before, after any
		if err := json.Unmarshal(text.Bytes(), &before); err != nil {
			t.Fatalf("the test drew no JSON: %v: %s", err, text.Bytes())
		}
		if err := json.Unmarshal(got, &after); err != nil {
			t.Fatalf("%s became %s: %v", text.Bytes(), got, err)
		}
		if want := hideAll(before); !reflect.DeepEqual(after, want) {
			t.Fatalf("%s\nbecame %s\nwant   %v", text.Bytes(), got, want)
		}
		if again := r.body(got); !bytes.Equal(again, got) {
			t.Fatalf("%s\nbecame %s\nthen   %s", text.Bytes(), got, again)
		}
	})
}

// drawJSON writes a JSON value with spaces and escapes of all kinds.
func drawJSON(t *rapid.T, out *bytes.Buffer, depth int, hide bool) {
	space := func() { out.WriteString(rapid.StringMatching(`[ \t\r\n]{0,2}`).Draw(t, "space")) }
	space()
	kind := rapid.IntRange(0, 4).Draw(t, "kind")
	if depth == 0 {
		kind %= 3
	}
	switch kind {
	case 0:
		out.WriteString(rapid.SampledFrom([]string{"null", "true", "false", "0", "-1.50e+3", "12345678901234567890"}).Draw(t, "scalar"))
	case 1, 2:
		drawString(t, out)
	case 3, 4:
		open, end := "[", "]"
		if kind == 4 {
			open, end = "{", "}"
		}
		out.WriteString(open)
		for i := range rapid.IntRange(0, 3).Draw(t, "items") {
			if i > 0 {
				out.WriteByte(',')
			}
			if kind == 4 {
				space()
				// A number in the name keeps names apart, as decoding keeps only the last of equal ones.
				if hide && rapid.Bool().Draw(t, "hidden name") {
					out.WriteString([]string{`"payId"`, `"p\u006d_id"`, `"EMAIL"`}[i])
				} else {
					fmt.Fprintf(out, `"n\t%d"`, i)
				}
				space()
				out.WriteByte(':')
			}
			drawJSON(t, out, depth-1, hide)
		}
		space()
		out.WriteString(end)
	}
	space()
}

func drawString(t *rapid.T, out *bytes.Buffer) {
	out.WriteByte('"')
	for range rapid.IntRange(0, 4).Draw(t, "length") {
		out.WriteString(rapid.SampledFrom([]string{
			"a", "payId", "欧", "𝄞", `\"`, `\\`, `\/`, `\b\f\n\r\t`, `\u0000`, `\ud834\udd1e`, `\ud834`, "{", "}", "[", "]", ",", ":", " ", "\u2028", "<",
		}).Draw(t, "piece"))
	}
	out.WriteByte('"')
}

// hideAll is what redaction makes of a decoded JSON value, said independently.
func hideAll(value any) any {
	switch value := value.(type) {
	case []any:
		for i := range value {
			value[i] = hideAll(value[i])
		}
	case map[string]any:
		for name, item := range value {
			hidden, ok := map[string]string{"payId": "payId", "pm_id": "pm_id", "EMAIL": "email"}[name]
			if !ok {
				value[name] = hideAll(item)
				continue
			}
			switch item.(type) {
			case nil:
			case string:
				if item != "" {
					value[name] = "<redacted:" + hidden + ">"
				}
			case float64:
				value[name] = "<redacted:" + hidden + ":number>"
			case bool:
				value[name] = "<redacted:" + hidden + ":boolean>"
			case []any:
				value[name] = "<redacted:" + hidden + ":array>"
			default:
				value[name] = "<redacted:" + hidden + ":object>"
			}
		}
	}
	return value
}
