package textform

import (
	"regexp"
	"testing"
)

// A sample has the form that it is a sample of, and each form has a pattern that its samples match.
func TestSamples(t *testing.T) {
	for _, one := range formsByRank {
		text := Sample(one.name)
		if Of(text).Name() != one.name || !regexp.MustCompile(Pattern(one.name)).MatchString(text) || Named(one.name) != one.form {
			t.Errorf("%q is no sample of %s but of %s", text, one.name, Of(text).Name())
		}
		for length := 2; length < 40; length++ {
			if sized := Sized(one.name, length); Of(sized).Name() != one.name {
				t.Errorf("%q is no sample of %s", sized, one.name)
			}
		}
	}
	for form, length := range map[string]int{"digits": 13, "hexadecimal digits": 32, "upper-case letters": 3, "more than 22 digits": 30} {
		if text := Sized(form, length); len(text) != length {
			t.Errorf("%q of %s has not %d characters", text, form, length)
		}
	}
}

func TestRewrite(t *testing.T) {
	for _, test := range []struct{ text, form, want string }{
		{"4.99", "three decimals", "4.990"}, {"5", "two decimals", "5.00"}, {"USD", "lower-case letters", "usd"}, {"usd", "upper-case letters", "USD"},
		{"2026-11-01 10:00:00", "RFC 3339", "2026-11-01T10:00:00Z"}, {"2026.11.01", "date", "2026-11-01"}, {"7", "digits", "7"}, {"x", "digits", "x"},
	} {
		if got := Rewrite(test.text, test.form); got != test.want {
			t.Errorf("%q as %s is %q, want %q", test.text, test.form, got, test.want)
		}
	}
}
