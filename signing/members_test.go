package signing

import (
	"errors"
	"strings"
	"testing"
)

func TestParseMembers(t *testing.T) {
	body := " \t\r\n{ \"b\" : [1, {\"x\":null}] ,\"\\u0061\":\"\\/\",\"\":-0.5e+2,\"欧\":{ }}\n"
	members, err := ParseMembers([]byte(body))
	if err != nil {
		t.Fatal(err)
	}
	want := []struct{ name, value string }{
		{"b", `[1, {"x":null}]`}, {"a", `"\/"`}, {"", "-0.5e+2"}, {"欧", "{ }"},
	}
	if len(members) != len(want) {
		t.Fatalf("%d members, want %d", len(members), len(want))
	}
	for i, w := range want {
		if members[i].Name != w.name || string(members[i].Value) != w.value {
			t.Errorf("member %d is %q: %s, want %q: %s", i, members[i].Name, members[i].Value, w.name, w.value)
		}
	}
}

func TestParseMembersOfNothing(t *testing.T) {
	members, err := ParseMembers([]byte("{}"))
	if err != nil || len(members) != 0 {
		t.Fatalf("members %v, error %v", members, err)
	}
}

func TestParseMembersRefuses(t *testing.T) {
	for _, c := range []struct {
		name, body string
		offset     int
		reason     string
	}{
		{"nothing", "", 0, "one JSON object expected, but the text ends"},
		{"white space", " \n", 2, "one JSON object expected, but the text ends"},
		{"array", "[1]", 0, "one JSON object expected, found '['"},
		{"string", ` "a"`, 1, `one JSON object expected, found '"'`},
		{"byte order mark", "\xef\xbb\xbf{}", 0, "a byte order mark"},
		{"second object", "{}{}", 2, "the end of the text expected, found '{'"},
		{"NUL behind the object", "{}\x00", 2, `the end of the text expected, found '\x00'`},
		{"comma at the end", `{"a":1,}`, 7, "a member's name expected, found '}'"},
		{"comma at the beginning", `{,"a":1}`, 1, "a member's name expected, found ','"},
		{"comma at the end of an array", `{"a":[1,]}`, 8, "a value expected, found ']'"},
		{"no comma", `{"a":1 "b":2}`, 7, `',' or '}' expected, found '"'`},
		{"no comma in an array", `{"a":[1 2]}`, 8, `',' or ']' expected, found '2'`},
		{"no colon", `{"a" 1}`, 5, "':' expected, found '1'"},
		{"no value", `{"a":}`, 5, "a value expected, found '}'"},
		{"name without quotes", `{a:1}`, 1, "a member's name expected, found 'a'"},
		{"cut off", `{"a":1`, 6, "',' or '}' expected, but the text ends"},
		{"string cut off", `{"a":"b`, 7, "an unterminated string"},
		{"escape cut off", `{"a":"\`, 6, "an incomplete escape sequence"},
		{"unknown escape", `{"a":"\x41"}`, 6, "an unknown escape sequence"},
		{"short unicode escape", `{"a":"\u00g0"}`, 6, "an escape sequence without four hexadecimal digits"},
		{"unicode escape cut off", `{"a":"\u00"`, 6, "an escape sequence without four hexadecimal digits"},
		{"lone high surrogate", `{"a":"\ud83d"}`, 6, `a lone surrogate \ud83d`},
		{"lone low surrogate", `{"a":"x\uDE00"}`, 7, `a lone surrogate \ude00`},
		{"two high surrogates", `{"a":"\ud83d\ud83d"}`, 6, `a lone surrogate \ud83d`},
		{"surrogate before another escape", `{"a":"\ud83d\n"}`, 6, `a lone surrogate \ud83d`},
		{"lone surrogate in a name", `{"\ud83d":1}`, 2, `a lone surrogate \ud83d`},
		{"surrogate in UTF-8", "{\"a\":\"\xed\xa0\x80\"}", 6, "not valid UTF-8: byte 0xed"},
		{"GBK", "{\"a\":\"\xc5\xb7\xd6\xde\"}", 8, "not valid UTF-8: byte 0xd6"},
		{"invalid UTF-8 outside strings", "{\xff}", 1, "not valid UTF-8: byte 0xff"},
		{"raw line feed", "{\"a\":\"12345678\n\"}", 14, "an unescaped control character (0x0a) in a string"},
		{"leading zero", `{"a":01}`, 5, "a malformed number"},
		{"minus alone", `{"a":-}`, 5, "a malformed number"},
		{"point without digits", `{"a":1.}`, 5, "a malformed number"},
		{"exponent without digits", `{"a":1e+}`, 5, "a malformed number"},
		{"plus sign", `{"a":+1}`, 5, "a value expected, found '+'"},
		{"misspelt literal", `{"a":nul}`, 5, "a value expected, found a word other than true, false and null"},
		{"longer literal", `{"a":nulls}`, 9, "',' or '}' expected, found 's'"},
		{"duplicate", `{"a":1,"b":2,"a":3}`, 13, `duplicate member "a"`},
		{"duplicate spelt differently", `{"a/b":1,"\u0061\/b":1}`, 9, `duplicate member "a/b"`},
		{"duplicate in a nested object", `{"x":[{"a":1,"a":1}]}`, 13, `duplicate member "a"`},
		{"duplicate among many", `{"v":0,` + many(40) + `,"v":0}`, 7 + len(many(40)) + 1, `duplicate member "v"`},
		{"too deep", `{"a":` + strings.Repeat("[", MaxDepth), 5 + MaxDepth - 1, "nested deeper than 128"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := ParseMembers([]byte(c.body))
			var syntax *SyntaxError
			if !errors.As(err, &syntax) {
				t.Fatalf("the error is %v, want a SyntaxError", err)
			}
			if syntax.Offset != c.offset || syntax.Reason != c.reason {
				t.Errorf("%q at %d, want %q at %d", syntax.Reason, syntax.Offset, c.reason, c.offset)
			}
		})
	}
}

// many returns n members with different names.
func many(n int) string {
	var members []string
	for i := range n {
		members = append(members, `"k`+strings.Repeat("x", i)+`":0`)
	}
	return strings.Join(members, ",")
}

func TestParseMembersUpToMaxDepth(t *testing.T) {
	brackets := MaxDepth - 1
	body := `{"a":` + strings.Repeat("[", brackets) + strings.Repeat("]", brackets) + "}"
	if _, err := ParseMembers([]byte(body)); err != nil {
		t.Fatal(err)
	}
}

// Names may be equal in different objects, and differ only in case in the same.
func TestParseMembersAllowsEqualNamesElsewhere(t *testing.T) {
	body := `{"a":{"a":{"a":1},"A":2},"A":[{"b":1},{"b":1}],"b":0}`
	if _, err := ParseMembers([]byte(body)); err != nil {
		t.Fatal(err)
	}
}

func TestMemberText(t *testing.T) {
	for value, want := range map[string]string{
		`"a\u00e9\n\ud83d\ude00"`: "aé\n😀", ` "b" `: "b", `""`: "",
	} {
		if text, ok := (Member{Value: []byte(value)}).StringValue(); !ok || text != want {
			t.Errorf("%s: %q %v, want %q", value, text, ok, want)
		}
	}
	for _, value := range []string{"", "1", "null", `"a`, `"a"b`, `"\ud83d"`} {
		if text, ok := (Member{Value: []byte(value)}).StringValue(); ok {
			t.Errorf("%s: is taken for the string %q", value, text)
		}
	}
}

func TestSignOf(t *testing.T) {
	for _, c := range []struct {
		body, sign string
		missing    bool
	}{
		{body: `{"a":"1","sign":"x\u0079"}`, sign: "xy"},
		{body: `{"a":"1"}`, missing: true},
		{body: `{"sign":""}`, missing: true},
		{body: `{"sign":null}`, missing: true},
		{body: `{"sign":5}`},
	} {
		members, err := ParseMembers([]byte(c.body))
		if err != nil {
			t.Fatal(err)
		}
		sign, err := SignOf(members)
		if sign != c.sign || errors.Is(err, ErrNoSign) != c.missing || (err == nil) != (c.sign != "") {
			t.Errorf("%s: sign %q, error %v", c.body, sign, err)
		}
	}
}
