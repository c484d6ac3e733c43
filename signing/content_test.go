package signing

import (
	"errors"
	"slices"
	"strings"
	"testing"
)

// specificationContent is the example of page doc-1486828; that page prints no sign for it.
const (
	specificationContent = `{"deviceCode":"89430101521032420180","languageCode":"1","mark":"0","partnerCode":"P000270","terminal":"1",` +
		`"tradeTime":"1645683857572","tradeType":"singleVerify","url":"https://dist.linksfield.net/login","version":"1.0"}`
	specificationSign = "01b9a6e419475d81e6a55d869c1506c3"
)

func TestDocumentedSigns(t *testing.T) {
	for _, c := range []struct{ name, body, sign string }{
		{"singleVerify", singleVerifyBody, "ea7a3bba7e345e0b8ca7f7e3b43d6e72"},
		{"singleServicePlanPage", plansBody, "3fdb15332726c77cd792ea2328f98a80"},
		{"specification", specificationContent, specificationSign},
	} {
		t.Run(c.name, func(t *testing.T) {
			sign, err := SignBody([]byte(c.body), Default())
			if err != nil || sign != c.sign {
				t.Errorf("SignBody: %s, error %v, want %s", sign, err, c.sign)
			}
			members, err := ParseMembers([]byte(c.body))
			if err != nil {
				t.Fatal(err)
			}
			slices.Reverse(members)
			if sign, err = Sign(members, Default()); err != nil || sign != c.sign {
				t.Errorf("Sign: %s, error %v, want %s", sign, err, c.sign)
			}
		})
	}
}

func TestContentOfBody(t *testing.T) {
	sorted := Rules{Nested: NestedSorted}
	for _, c := range []struct {
		name, body string
		rules      Rules
		want       string
	}{
		{"nothing", `{}`, Rules{}, `{}`},
		{"only the sign", `{"sign":"x"}`, Rules{}, `{}`},
		{"all empty", `{"b":"","a":null}`, Rules{}, `{}`},
		{"order of keys", `{"b":1,"ab":2,"a":3,"B":4,"":5,"é":6,"😀":7,"ﬀ":8}`, Rules{}, `{"":5,"B":4,"a":3,"ab":2,"b":1,"é":6,"ﬀ":8,"😀":7}`},
		{"white space", " {\t\"b\" :\r\n1 , \"a\": [ 1 , { } , [ ] ] } ", Rules{}, `{"a":[1,{},[]],"b":1}`},
		{"needless escapes", `{"a":"\u6b27\u6d32\/\u0041\u003c\u2028\ud83d\ude00"}`, Rules{}, "{\"a\":\"欧洲/A<\u2028😀\"}"},
		{"raw text", "{\"a\":\"欧</>&'\x7f\u2028\u2029\"}", Rules{}, "{\"a\":\"欧</>&'\x7f\u2028\u2029\"}"},
		{"control characters", `{"a":"\u0008\u000C\u000a\u000D\u0009\u001F\u0000\u000b\b\f\n\r\t"}`, Rules{}, `{"a":"\b\f\n\r\t\u001f\u0000\u000b\b\f\n\r\t"}`},
		{"quote and backslash", `{"a":"\u0022\u005c\"\\"}`, Rules{}, `{"a":"\"\\\"\\"}`},
		{"escapes in names", `{"\u0062\n":1,"\/":2}`, Rules{}, `{"/":2,"b\n":1}`},
		{"numbers", `{"a":1.0,"b":1e2,"c":-0,"d":12345678901234567890,"e":0.10E-07}`, Rules{}, `{"a":1.0,"b":1e2,"c":-0,"d":12345678901234567890,"e":0.10E-07}`},
		{"what is not empty", `{"a":0,"b":false,"c":true,"d":" "}`, Rules{}, `{"a":0,"b":false,"c":true,"d":" "}`},
		{"nested as sent", `{"a":{"z":"\/","b":[{"y": 1,"x":""}],"sign":null}}`, Rules{}, `{"a":{"z":"/","b":[{"y":1,"x":""}],"sign":null}}`},
		{"nested sorted", `{"a":[{"z":"\/","b":[{"y": 1,"x":""}],"\u0061":{}}]}`, sorted, `{"a":[{"a":{},"b":[{"x":"","y":1}],"z":"/"}]}`},
		{"nested empties stay", `{"a":[""],"b":{"c":null}}`, Rules{Empty: EmptyContainersToo}, `{"a":[""],"b":{"c":null}}`},
		{"string or null", empties, Rules{}, `{"c":[],"d":{}}`},
		{"string only", empties, Rules{Empty: EmptyStringOnly}, `{"b":null,"c":[],"d":{}}`},
		{"containers too", empties, Rules{Empty: EmptyContainersToo}, `{}`},
		{"nothing is empty", empties, Rules{Empty: EmptyNothing}, `{"a":"","b":null,"c":[],"d":{}}`},
		{"many members", `{` + many(40) + `}`, Rules{}, `{` + many(40) + `}`},
		{"long text", `{"b":"` + strings.Repeat("x", 5000) + `\/","a":["` + strings.Repeat("y", 5000) + `"]}`, Rules{},
			`{"a":["` + strings.Repeat("y", 5000) + `"],"b":"` + strings.Repeat("x", 5000) + `/"}`},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := ContentOfBody([]byte(c.body), c.rules)
			if err != nil || string(got) != c.want {
				t.Fatalf("ContentOfBody: %s, error %v, want %s", got, err, c.want)
			}
			members, err := ParseMembers([]byte(c.body))
			if err != nil {
				t.Fatal(err)
			}
			if got, err = Content(members, c.rules); err != nil || string(got) != c.want {
				t.Errorf("Content: %s, error %v, want %s", got, err, c.want)
			}
		})
	}
}

const empties = `{"a":"","b":null,"c":[ ],"d":{ },"sign":""}`

func TestContentRefuses(t *testing.T) {
	for _, c := range []struct {
		name    string
		members []Member
		want    string
	}{
		{"duplicate", []Member{StringMember("a", "1"), StringMember("b", "1"), StringMember("a", "1")}, `two members are named "a"`},
		{"duplicate sign", []Member{StringMember("sign", "1"), StringMember("sign", "1")}, `two members are named "sign"`},
		{"name", []Member{StringMember("\xff", "1")}, `member "\xff": its name is not valid UTF-8`},
		{"value is not UTF-8", []Member{StringMember("a", "\xff")}, `member "a": not valid UTF-8: byte 0xff at offset 1`},
		{"value is not JSON", []Member{{Name: "a", Value: []byte("x")}}, `member "a": a value expected, found 'x' at offset 0`},
		{"string cut off", []Member{{Name: "a", Value: []byte(`"b`)}}, `member "a": an unterminated string at offset 2`},
		{"string cut off in an escape", []Member{{Name: "a", Value: []byte(`"b\`)}}, `member "a": an incomplete escape sequence at offset 2`},
		{"raw line feed at the end", []Member{{Name: "a", Value: []byte("\"b\n")}}, `member "a": an unescaped control character (0x0a) in a string at offset 2`},
		{"quote alone", []Member{{Name: "a", Value: []byte(`"`)}}, `member "a": an unterminated string at offset 1`},
		{"no value", []Member{{Name: "a"}}, `member "a": a value expected, but the text ends at offset 0`},
		{"two values", []Member{{Name: "a", Value: []byte(`1 2`)}}, `member "a": the end of the text expected, found '2' at offset 2`},
		{"value that injects a member", []Member{{Name: "a", Value: []byte(`"1","b":"2"`)}}, `member "a": the end of the text expected, found ',' at offset 3`},
		{"nested duplicate", []Member{{Name: "a", Value: []byte(`{"x":1,"x":2}`)}}, `member "a": duplicate member "x" at offset 7`},
		{"long name", []Member{StringMember(strings.Repeat("n", 70)+"\xff", "")}, `member "` + strings.Repeat("n", 64) + `"…: its name is not valid UTF-8`},
	} {
		t.Run(c.name, func(t *testing.T) {
			content, err := Content(c.members, Default())
			if err == nil || err.Error() != c.want {
				t.Errorf("content %s, error %v, want %s", content, err, c.want)
			}
			if _, err := Sign(c.members, Default()); err == nil {
				t.Error("Sign accepts it")
			}
			if err := Verify(c.members, "", Default()); err == nil || errors.Is(err, ErrMismatch) {
				t.Errorf("Verify: %v, want another error than a mismatch", err)
			}
		})
	}
}

// The order and the values that a caller passes are not touched.
func TestContentLeavesMembersAlone(t *testing.T) {
	members := []Member{StringMember("b", "1"), {Name: "a", Value: []byte(` [ 1 ] `)}}
	if _, err := Content(members, Default()); err != nil {
		t.Fatal(err)
	}
	if members[0].Name != "b" || string(members[1].Value) != " [ 1 ] " {
		t.Errorf("members are now %q", members)
	}
}

func TestVerifyBody(t *testing.T) {
	upper := strings.Replace(singleVerifyBody, "ea7a3bba7e345e0b8ca7f7e3b43d6e72", "EA7A3BBA7E345E0B8CA7F7E3B43D6E72", 1)
	for _, c := range []struct {
		name, body string
		rules      Rules
		want       error
	}{
		{"right", singleVerifyBody, Default(), nil},
		{"another value", strings.Replace(singleVerifyBody, "P000270", "P000271", 1), Default(), ErrMismatch},
		{"another parameter", strings.Replace(singleVerifyBody, "{", `{"x":"1",`, 1), Default(), ErrMismatch},
		{"another empty parameter", strings.Replace(singleVerifyBody, "{", `{"x":"",`, 1), Default(), nil},
		{"upper case", upper, Default(), ErrMismatch},
		{"upper case by rule", upper, Rules{Hex: UpperHex}, nil},
		{"lower case against the rule", singleVerifyBody, Rules{Hex: UpperHex}, ErrMismatch},
		{"no sign", specificationContent, Default(), ErrNoSign},
		{"empty sign", `{"a":"1","sign":""}`, Default(), ErrNoSign},
		{"part of the sign", strings.Replace(singleVerifyBody, "6e72", "", 1), Default(), ErrMismatch},
	} {
		t.Run(c.name, func(t *testing.T) {
			if err := VerifyBody([]byte(c.body), c.rules); !errors.Is(err, c.want) || c.want == nil && err != nil {
				t.Errorf("%v, want %v", err, c.want)
			}
		})
	}
	var syntax *SyntaxError
	if err := VerifyBody([]byte(`{"sign":"x"`), Default()); !errors.As(err, &syntax) {
		t.Errorf("half an object: %v, want a SyntaxError", err)
	}
	if _, err := SignBody([]byte(`[]`), Default()); !errors.As(err, &syntax) {
		t.Errorf("SignBody of an array: %v, want a SyntaxError", err)
	}
}

func TestSignAllocations(t *testing.T) {
	for name, body := range documentedBodies {
		raw := []byte(body)
		members, err := ParseMembers(raw)
		if err != nil {
			t.Fatal(err)
		}
		if n := testing.AllocsPerRun(100, func() { text, err = Sign(members, Default()) }); n > maxSignAllocs {
			t.Errorf("%s: Sign makes %v allocations, at most %d are allowed", name, n, maxSignAllocs)
		}
		if n := testing.AllocsPerRun(100, func() { text, err = SignBody(raw, Default()) }); n > maxSignBodyAllocs {
			t.Errorf("%s: SignBody makes %v allocations, at most %d are allowed", name, n, maxSignBodyAllocs)
		}
	}
}
