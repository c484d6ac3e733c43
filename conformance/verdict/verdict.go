// Package verdict turns deviations into verdicts: the one place where the grade
// of a clause, the level of a check and the policy of a run meet. It knows no
// target and no contract.
package verdict

import (
	"cmp"
	"slices"

	"github.com/mallcheck/mallcheck/reports"
)

// Decide returns what the policy makes of a deviation: Failed when a MUST
// clause at or above the run's strictness is deviated from, otherwise Finding.
// What no page names is never a violation.
func Decide(d reports.Deviation, policy reports.Policy) reports.Verdict {
	if d.Undocumented || d.Level == reports.Should || !d.Grade.AtLeast(policy.Strict) {
		return reports.Finding
	}
	return reports.Failed
}

// Settle decides every deviation of a result under the policy, sorts them worst
// first and sets the result's verdict to the worst of them and of what it had.
func Settle(result *reports.Result, policy reports.Policy) {
	for i := range result.Deviations {
		d := &result.Deviations[i]
		d.Verdict = Decide(*d, policy)
		result.Verdict = reports.Worse(result.Verdict, d.Verdict)
	}
	slices.SortStableFunc(result.Deviations, func(a, b reports.Deviation) int {
		return cmp.Compare(rank(a), rank(b))
	})
}

// rank orders deviations: violations before findings.
func rank(d reports.Deviation) int {
	if d.Verdict == reports.Failed {
		return 0
	}
	return 1
}

// Fails reports whether a result makes the run fail under the policy.
func Fails(v reports.Verdict, policy reports.Policy) bool {
	return v == reports.Failed || policy.FailOnFinding && v == reports.Finding
}
