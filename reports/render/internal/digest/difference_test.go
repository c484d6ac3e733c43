package digest

import (
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestDifference(t *testing.T) {
	left, right := Difference(`{"status":"paid","amount":"4.99"}`, `{"status":"open","amount":"4.99"}`)
	want := func(word string) []Span {
		return []Span{{Text: `{"status":"`}, {word, true}, {Text: `","amount":"4.99"}`}}
	}
	if !reflect.DeepEqual(left, want("paid")) || !reflect.DeepEqual(right, want("open")) {
		t.Errorf("got %v and %v", left, right)
	}
	for _, pair := range [][2]string{{"to be refused", "HTTP 200"}, {"same", "same"}, {strings.Repeat("a ", 500), strings.Repeat("a ", 501)}} {
		if left, right := Difference(pair[0], pair[1]); len(left) != 1 || left[0].Mark || len(right) != 1 || right[0].Mark {
			t.Errorf("%.20q and %.20q: marked %v and %v", pair[0], pair[1], left, right)
		}
	}
}

// The spans add up to the texts, and the unmarked spans are the same in both.
func TestDifferenceLosesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringMatching(`[ab{": ]{0,20}`)
		a, b := text.Draw(t, "a"), text.Draw(t, "b")
		left, right := Difference(a, b)
		wholeA, sameA := joined(left)
		wholeB, sameB := joined(right)
		if wholeA != a || wholeB != b {
			t.Fatalf("%q and %q came back as %q and %q", a, b, wholeA, wholeB)
		}
		marked := sameA != wholeA || sameB != wholeB
		if marked && sameA != sameB {
			t.Fatalf("what is not marked differs: %q and %q", sameA, sameB)
		}
	})
}

func joined(spans []Span) (whole, same string) {
	for _, part := range spans {
		whole += part.Text
		if !part.Mark {
			same += part.Text
		}
	}
	return whole, same
}
