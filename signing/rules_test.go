package signing

import (
	"slices"
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

func TestCatalogue(t *testing.T) {
	parsers := map[string]func(string) error{
		"sign-parts":    func(s string) error { _, err := ParseParts(s); return err },
		"sign-empty":    func(s string) error { _, err := ParseEmpty(s); return err },
		"sign-hex":      func(s string) error { _, err := ParseHexCase(s); return err },
		"sign-nested":   func(s string) error { _, err := ParseNested(s); return err },
		"push-join":     func(s string) error { _, err := ParsePushJoin(s); return err },
		"push-encoding": func(s string) error { _, err := ParsePushEncoding(s); return err },
	}
	for _, rule := range Catalogue() {
		parse := parsers[rule.Name]
		if parse == nil {
			t.Errorf("%s: no such rule, or twice", rule.Name)
			continue
		}
		delete(parsers, rule.Name)
		for _, value := range append(slices.Clone(rule.Values), rule.Default) {
			if err := parse(value); err != nil {
				t.Errorf("%s: %v", rule.Name, err)
			}
		}
		if rule.About == "" || rule.Source == "" || rule.Grade != gradeDocumented && rule.Grade != gradeAssumed {
			t.Errorf("%s: about %q, source %q, grade %q", rule.Name, rule.About, rule.Source, rule.Grade)
		}
	}
	for name := range parsers {
		t.Errorf("%s is not in the catalogue", name)
	}
}

// The catalogue names the defaults that the package uses.
func TestCatalogueDefaults(t *testing.T) {
	rules := Default()
	used := map[string]string{
		"sign-parts": rules.Parts.String(), "sign-empty": rules.Empty.String(),
		"sign-hex": rules.Hex.String(), "sign-nested": rules.Nested.String(),
		"push-join": PushSigner{}.Join.String(), "push-encoding": PushVerifier{}.Encoding.String(),
	}
	for _, rule := range Catalogue() {
		if used[rule.Name] != rule.Default {
			t.Errorf("%s: the catalogue says %q, used is %q", rule.Name, rule.Default, used[rule.Name])
		}
	}
}
