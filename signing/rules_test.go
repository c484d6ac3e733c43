package signing

import (
	"strings"
	"testing"
)

func TestRulesHaveNames(t *testing.T) {
	for parts := Parts(1); parts <= AllParts; parts++ {
		if got, err := ParseParts(parts.String()); err != nil || got != parts {
			t.Errorf("%v is read as %v, error %v", parts, got, err)
		}
	}
	roundTrip(t, emptyNames, ParseEmpty)
	roundTrip(t, hexNames, ParseHexCase)
	roundTrip(t, nestedNames, ParseNested)
	roundTrip(t, joinNames, ParsePushJoin)
	roundTrip(t, encodingNames, ParsePushEncoding)
}

// roundTrip checks that the values of T are numbered as their names, and that each name is read as its value.
func roundTrip[T interface {
	~uint8
	String() string
}](t *testing.T, names []string, parse func(string) (T, error)) {
	t.Helper()
	for i, name := range names {
		if got, err := parse(name); err != nil || got != T(i) || got.String() != name {
			t.Errorf("%q is read as %d, written as %q, error %v", name, got, got.String(), err)
		}
	}
	for _, text := range []string{"", strings.ToUpper(names[0]), names[0] + " ", "nonsense"} {
		got, err := parse(text)
		if err == nil || !strings.Contains(err.Error(), names[len(names)-1]) {
			t.Errorf("%q is read as %v, error %v, want one that names the values", text, got, err)
		}
	}
	if got := T(99).String(); got != "unknown(99)" {
		t.Errorf("a value without a name is written as %q", got)
	}
}

func TestParseParts(t *testing.T) {
	if got, err := ParseParts("body, query"); err != nil || got != Query|Body {
		t.Errorf("%v, error %v", got, err)
	}
	for _, text := range []string{"", "query,", "header", "Query"} {
		if got, err := ParseParts(text); err == nil {
			t.Errorf("%q is read as %v", text, got)
		}
	}
}

// Each rule can be set to each of its values and to its default.
func TestValues(t *testing.T) {
	rules := Default()
	for _, rule := range []struct {
		setting, usual string
		parse          func(string) error
	}{
		{"sign-parts", rules.Parts.String(), func(s string) error { _, err := ParseParts(s); return err }},
		{"sign-empty", rules.Empty.String(), func(s string) error { _, err := ParseEmpty(s); return err }},
		{"sign-hex", rules.Hex.String(), func(s string) error { _, err := ParseHexCase(s); return err }},
		{"sign-nested", rules.Nested.String(), func(s string) error { _, err := ParseNested(s); return err }},
		{"push-join", PushSigner{}.Join.String(), func(s string) error { _, err := ParsePushJoin(s); return err }},
		{"push-encoding", PushVerifier{}.Encoding.String(), func(s string) error { _, err := ParsePushEncoding(s); return err }},
	} {
		values := Values(rule.setting)
		if len(values) < 2 {
			t.Errorf("%s has the values %q", rule.setting, values)
		}
		for _, value := range append(values, rule.usual) {
			if err := rule.parse(value); err != nil {
				t.Errorf("%s: %v", rule.setting, err)
			}
		}
	}
	if values := Values("sign"); values != nil {
		t.Errorf("an unknown setting has the values %q", values)
	}
}
