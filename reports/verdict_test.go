package reports

import "testing"

func TestWorse(t *testing.T) {
	order := append([]Verdict{""}, Verdicts()...)
	order = append(order, "nonsense")
	for i, a := range order {
		for j, b := range order {
			if want := order[max(i, j)]; Worse(a, b) != want {
				t.Errorf("Worse(%q, %q) = %q, want %q", a, b, Worse(a, b), want)
			}
		}
	}
}

func TestVerdictValid(t *testing.T) {
	for _, v := range Verdicts() {
		if !v.Valid() {
			t.Errorf("%q is a verdict", v)
		}
	}
	for _, v := range []Verdict{"", "flaky", "Passed"} {
		if v.Valid() {
			t.Errorf("%q is no verdict", v)
		}
	}
}

func TestGradeAtLeast(t *testing.T) {
	for _, test := range []struct {
		grade, other Grade
		want         bool
	}{
		{Documented, Documented, true}, {Documented, Derived, true}, {Documented, Assumed, true},
		{Derived, Documented, false}, {Derived, Derived, true}, {Derived, Assumed, true},
		{Assumed, Documented, false}, {Assumed, Derived, false}, {Assumed, Assumed, true},
		{"", Assumed, false}, {"", "", false}, {"rumoured", Assumed, false},
		{Assumed, "", true}, {Documented, "rumoured", true},
	} {
		if got := test.grade.AtLeast(test.other); got != test.want {
			t.Errorf("%q.AtLeast(%q) = %t", test.grade, test.other, got)
		}
	}
	if Grade("rumoured").Valid() || Grade("").Valid() || !Derived.Valid() {
		t.Error("Valid does not tell the three grades from others")
	}
}
