package reports

import "fmt"

// Waiver excuses a failure of a check until a day, as the run applied it.
type Waiver struct {
	// Check is the check, case or pattern that it covers.
	Check string `json:"check"`
	// Target is the target, or a pattern of its name, for which it applies.
	Target string `json:"target"`
	Reason string `json:"reason"`
	Owner  string `json:"owner"`
	Ticket string `json:"ticket"`
	// Expiry is the last day on which it is valid, in UTC: 2026-12-31.
	Expiry string `json:"expiry"`
	// Expired is set if that day had passed when the run began.
	Expired bool `json:"expired,omitempty"`
	// Covers is the number of checks of the suite that it covers. Of these, Failed found a violation and
	// Passed none; the others were inconclusive or not run.
	Covers int `json:"covers"`
	Failed int `json:"failed"`
	Passed int `json:"passed"`
}

// Stale reports whether everything that the waiver covers was judged and nothing failed: it is no longer
// needed and would hide the next failure.
func (w Waiver) Stale() bool { return w.Covers > 0 && w.Passed == w.Covers }

// Fails reports whether the waiver itself makes the run fail: it is expired or stale.
func (w Waiver) Fails() bool { return w.Expired || w.Stale() }

// Words say why a failure under the waiver is excused.
func (w Waiver) Words() string {
	return fmt.Sprintf("until %s, %s (%s): %s", w.Expiry, w.Owner, w.Ticket, w.Reason)
}

// problem says why the waiver makes the run fail; "" if it does not.
func (w Waiver) problem() string {
	name := fmt.Sprintf("the waiver of %s (%s, %s)", w.Check, w.Ticket, w.Owner)
	switch {
	case w.Expired:
		return fmt.Sprintf("%s expired on %s: renew it, or fix what it covers", name, w.Expiry)
	case w.Stale():
		return name + " no longer covers a failure: remove it"
	}
	return ""
}

// WaiverProblems returns a sentence for each waiver that makes the run fail, in the order of the
// waivers.
func (r *Run) WaiverProblems() []string {
	var problems []string
	for _, waiver := range r.Waivers {
		if problem := waiver.problem(); problem != "" {
			problems = append(problems, problem)
		}
	}
	return problems
}

// addWaivers adds the waivers of another shard.
func addWaivers(all, more []Waiver) []Waiver {
	out := append([]Waiver(nil), all...)
	for _, waiver := range more {
		known := false
		for i := range out {
			same := waiver
			same.Failed, same.Passed, same.Expired = out[i].Failed, out[i].Passed, out[i].Expired
			if same == out[i] {
				out[i].Failed, out[i].Passed = out[i].Failed+waiver.Failed, out[i].Passed+waiver.Passed
				out[i].Expired = out[i].Expired || waiver.Expired
				known = true
				break
			}
		}
		if !known {
			out = append(out, waiver)
		}
	}
	return out
}
