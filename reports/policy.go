package reports

import (
	"cmp"
	"path"
	"slices"
)

// VerdictOf returns what the policy makes of a deviation: Failed when it deviates
// from a MUST clause at or above the run's strictness, or from a critical one where
// those fail the run; otherwise Finding. A value that no page names is never a violation.
func (p Policy) VerdictOf(d Deviation) Verdict {
	switch {
	case d.Undocumented:
		return Finding
	case p.FailOnCritical && d.Severity == Critical:
		return Failed
	case d.Level == Should || !d.Grade.AtLeast(p.Strict):
		return Finding
	}
	return Failed
}

// Judge sets the verdict of every deviation of a result, sorts them worst first
// and sets the result's verdict to the worst of them and of what it had.
func (p Policy) Judge(result *Result) {
	for i := range result.Deviations {
		d := &result.Deviations[i]
		d.Verdict = p.VerdictOf(*d)
		result.Verdict = Worse(result.Verdict, d.Verdict)
	}
	slices.SortStableFunc(result.Deviations, func(a, b Deviation) int {
		return cmp.Compare(order(a), order(b))
	})
}

// order puts violations before findings.
func order(d Deviation) int {
	if d.Verdict == Failed {
		return 0
	}
	return 1
}

// Fails reports whether a result with this verdict makes the run fail.
func (p Policy) Fails(v Verdict) bool {
	return v == Failed || p.FailOnFinding && v == Finding
}

// Waive turns a failure into Waived if one of the waivers that cover its check is
// valid; the reason is then the waiver's. Any other verdict stays, so that a
// waiver never hides that the target could not be asked.
func (p Policy) Waive(result *Result, covering []Waiver) {
	if !p.Fails(result.Verdict) {
		return
	}
	for _, waiver := range covering {
		if !waiver.Expired {
			result.Verdict, result.Reason = Waived, waiver.Words()
			return
		}
	}
}

// Count adds the outcome of a check that the waiver covers.
func (w *Waiver) Count(result *Result, policy Policy) {
	switch {
	case result.Verdict == Waived || policy.Fails(result.Verdict):
		w.Failed++
	case result.Verdict == Passed || result.Verdict == Finding:
		w.Passed++
	}
}

// Case is a request derived from the contract, and how the target answered it.
type Case struct {
	// Operation is the id of the operation. Mutation names what was changed in a
	// valid request ("wrong-type.boolean").
	Operation, Mutation string
	// Expect is what the contract expects of the request.
	Expect Expect
	// Accepted and Refused say how the target answered. Both are false for an
	// answer without an envelope.
	Accepted, Refused bool
}

// Expected returns what is expected of a case, and whether the answer deviates
// from it. The target's own expectation takes precedence over the contract's; of
// several that match, the last counts. ExpectEither never deviates: the oracle
// judges the form of the answer.
func (p Policy) Expected(c Case) (expected Expect, deviates bool) {
	expected = c.Expect
	for _, own := range p.Expectations {
		if own.Matches(c.Operation, c.Mutation) {
			expected = own.Expect
		}
	}
	switch expected {
	case ExpectRefused:
		return expected, !c.Refused
	case ExpectAccepted:
		return expected, !c.Accepted
	}
	return expected, false
}

// Matches reports whether the expectation is about a case. A malformed glob
// matches nothing.
func (e Expectation) Matches(operation, mutation string) bool {
	return e.MatchesOperation(operation) && matches(e.Mutation, mutation)
}

// MatchesOperation reports whether the expectation is about cases of an operation.
func (e Expectation) MatchesOperation(operation string) bool { return matches(e.Operation, operation) }

func matches(glob, id string) bool {
	matched, err := path.Match(glob, id)
	return err == nil && matched
}
