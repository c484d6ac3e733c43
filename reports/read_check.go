package reports

import (
	"errors"
	"fmt"
	"slices"
)

// check finds values that would make the writers print something untrue. An enumeration may be empty but
// must not be an unknown text, because writers print it unchanged.
func (r *Result) check() error {
	if !r.Verdict.Valid() {
		return fmt.Errorf("unknown verdict %q", r.Verdict)
	}
	if !oneOf(r.Level, Must, Should) || !known(r.Grade) || !oneOf(r.Does, Read, Write, Purchase) {
		return fmt.Errorf("unknown level, grade or permission: %q, %q, %q", r.Level, r.Grade, r.Does)
	}
	for i, d := range r.Deviations {
		if !d.Verdict.Valid() {
			return fmt.Errorf("deviation %d: unknown verdict %q", i, d.Verdict)
		}
		if !oneOf(d.Level, Must, Should) || !known(d.Grade) {
			return fmt.Errorf("deviation %d: unknown level or grade: %q, %q", i, d.Level, d.Grade)
		}
		if d.Exchange < -1 || d.Exchange >= len(r.Exchanges) {
			return fmt.Errorf("deviation %d: there is no exchange %d", i, d.Exchange)
		}
	}
	return nil
}

// check checks the members of a run outside its results.
func (r *Run) check() error {
	for _, does := range r.Target.Allow {
		if !oneOf(does, Read, Write, Purchase) {
			return fmt.Errorf("unknown permission %q", does)
		}
	}
	if r.Shard != nil && (r.Shard.Index < 1 || r.Shard.Index > r.Shard.Count) {
		return fmt.Errorf("shard %s is impossible", r.Shard)
	}
	for _, c := range r.Causes {
		if !c.Verdict.Valid() || !known(c.Grade) {
			return fmt.Errorf("cause %q: unknown verdict or grade: %q, %q", c.Name, c.Verdict, c.Grade)
		}
	}
	for _, h := range r.Habits {
		if !known(h.Grade) {
			return fmt.Errorf("habit %q: unknown grade %q", h.Name, h.Grade)
		}
	}
	if !known(r.Policy.Strict) || !oneOf(r.Stopped, Interrupted, TimedOut, OverBudget, FirstFailure) {
		return fmt.Errorf("unknown strictness or stop reason: %q, %q", r.Policy.Strict, r.Stopped)
	}
	if r.Cost != nil && r.Cost.Amount != "" && (len(r.Cost.Amount) > maxAmountText || !amountForm.MatchString(r.Cost.Amount)) {
		return errors.New("the amount of its cost is not a decimal number")
	}
	return nil
}

// oneOf reports whether a value is empty or one of the known ones.
func oneOf[T ~string](value T, known ...T) bool { return value == "" || slices.Contains(known, value) }

// known reports whether a grade is empty or known, including Rule.
func known(grade Grade) bool { return grade == "" || grade.Valid() }
