package reports_test

import (
	"testing"

	"github.com/mallcheck/mallcheck/reports"
)

func TestWorse(t *testing.T) {
	order := append([]reports.Verdict{""}, reports.Verdicts()...)
	order = append(order, "nonsense")
	for i, a := range order {
		for j, b := range order {
			if want := order[max(i, j)]; reports.Worse(a, b) != want {
				t.Errorf("Worse(%q, %q) = %q, want %q", a, b, reports.Worse(a, b), want)
			}
		}
	}
}

func TestVerdictValid(t *testing.T) {
	for _, v := range reports.Verdicts() {
		if !v.Valid() {
			t.Errorf("%q is a verdict", v)
		}
	}
	for _, v := range []reports.Verdict{"", "flaky", "Passed"} {
		if v.Valid() {
			t.Errorf("%q is no verdict", v)
		}
	}
}

func TestGradeAtLeast(t *testing.T) {
	for _, test := range []struct {
		grade, other reports.Grade
		want         bool
	}{
		{reports.Documented, reports.Documented, true}, {reports.Documented, reports.Derived, true}, {reports.Documented, reports.Assumed, true},
		{reports.Derived, reports.Documented, false}, {reports.Derived, reports.Derived, true}, {reports.Derived, reports.Assumed, true},
		{reports.Assumed, reports.Documented, false}, {reports.Assumed, reports.Derived, false}, {reports.Assumed, reports.Assumed, true},
		{"", reports.Assumed, false}, {"", "", false}, {"rumoured", reports.Assumed, false},
		{reports.Assumed, "", true}, {reports.Documented, "rumoured", true},
	} {
		if got := test.grade.AtLeast(test.other); got != test.want {
			t.Errorf("%q.AtLeast(%q) = %t", test.grade, test.other, got)
		}
	}
	if reports.Grade("rumoured").Valid() || reports.Grade("").Valid() || !reports.Derived.Valid() {
		t.Error("Valid does not tell the three grades from others")
	}
}
