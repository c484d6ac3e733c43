package reports

import (
	"cmp"
	"path"
	"slices"
)

// VerdictOf returns the verdict on a deviation under the policy: Failed if it deviates from a MUST
// clause at or above the run's strictness, or from a critical clause if those fail the run; otherwise
// Finding. An undocumented value is never a violation.
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

// Judge sets the verdict of every deviation of a result, sorts them worst first, and sets the result's
// verdict to the worst of them and its previous verdict.
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

// Waive turns a failure into Waived if a valid waiver covers its check; the reason is then the waiver's.
// It changes no other verdict, so a waiver never hides that the target could not be tested.
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

// Count counts the outcome of a check that the waiver covers.
func (w *Waiver) Count(result *Result, policy Policy) {
	switch {
	case result.Verdict == Waived || policy.Fails(result.Verdict):
		w.Failed++
	case result.Verdict == Passed || result.Verdict == Finding:
		w.Passed++
	}
}

// Case is a request derived from the contract, with the target's reaction.
type Case struct {
	// Operation is the id of the operation. Mutation names the change to a valid request
	// ("wrong-type.boolean").
	Operation, Mutation string
	// Expect is the reaction that the contract requires.
	Expect Expect
	// Accepted and Refused are the target's reaction. Both are false for an answer without an envelope.
	Accepted, Refused bool
}

// Expected returns the expected reaction to a case and whether the answer deviates from it. The target's
// own expectations take precedence over the contract; if several match, the last counts. ExpectEither
// never deviates: the oracle judges the form of the answer.
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

// Matches reports whether the expectation applies to a case. A malformed glob matches nothing.
func (e Expectation) Matches(operation, mutation string) bool {
	return e.MatchesOperation(operation) && matches(e.Mutation, mutation)
}

// MatchesOperation reports whether the expectation applies to cases of an operation.
func (e Expectation) MatchesOperation(operation string) bool { return matches(e.Operation, operation) }

func matches(glob, id string) bool {
	matched, err := path.Match(glob, id)
	return err == nil && matched
}

// Expect is the expected reaction of a target to a request.
type Expect string

// The expectations. ExpectEither means that the request may be accepted or refused.
const (
	ExpectRefused  Expect = "refused"
	ExpectAccepted Expect = "accepted"
	ExpectEither   Expect = "either"
)

// Expectation is a known difference between the target's reaction to requests and the contract's.
type Expectation struct {
	// Operation and Mutation select the cases, each by an id or a glob.
	Operation string `json:"operation"`
	Mutation  string `json:"mutation"`
	// Expect is the target's reaction to them.
	Expect Expect `json:"expect"`
}
