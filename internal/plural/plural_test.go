package plural

import "testing"

func TestOf(t *testing.T) {
	for want, got := range map[string]string{
		"0 orders":       Of(0, "order"),
		"1 order":        Of(1, "order"),
		"2 orders":       Of(2, "order"),
		"2 more entries": Of(2, "more entry"),
		"1 SIM card":     Of(1, "SIM card"),
		"are":            Noun(3, "is"),
		"was":            Noun(1, "was"),
	} {
		if got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
