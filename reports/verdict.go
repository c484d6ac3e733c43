package reports

import "slices"

// Verdicts returns every verdict, from best to worst.
func Verdicts() []Verdict {
	return []Verdict{Skipped, Passed, Waived, Finding, Inconclusive, Failed}
}

// Valid reports whether v is one of the verdicts.
func (v Verdict) Valid() bool { return v.rank() > 0 && v.rank() <= len(Verdicts()) }

// rank is 0 for an empty verdict and rises with badness. An unknown verdict ranks above the worst, so
// that the mistake shows and hides nothing.
func (v Verdict) rank() int {
	if v == "" {
		return 0
	}
	if i := slices.Index(Verdicts(), v); i >= 0 {
		return i + 1
	}
	return len(Verdicts()) + 1
}

// Worse returns the worse of two verdicts in the order of Verdicts. The empty Verdict is better than all
// others, so that a fold can start with it.
func Worse(a, b Verdict) Verdict {
	if b.rank() > a.rank() {
		return b
	}
	return a
}

// Grades returns the grades of evidence, strongest first, without Rule.
func Grades() []Grade { return []Grade{Documented, Observed, Derived, Assumed} }

// Valid reports whether g is one of the grades.
func (g Grade) Valid() bool { return g.strength() > 0 }

// AtLeast reports whether g is at least as strong as other; the order is Rule, documented, observed,
// derived, assumed. It is false if g is not a grade. Every grade is at least as strong as an invalid
// one.
func (g Grade) AtLeast(other Grade) bool {
	return g.Valid() && g.strength() >= other.strength()
}

// strength is 0 for an invalid grade.
func (g Grade) strength() int {
	grades := append([]Grade{Rule}, Grades()...)
	if i := slices.Index(grades, g); i >= 0 {
		return len(grades) - i
	}
	return 0
}
