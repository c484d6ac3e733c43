package target

import (
	"cmp"

	"github.com/mallcheck/mallcheck/reports"
)

// Policy returns what turns the deviations of a run against the target into verdicts.
func (t *Target) Policy() reports.Policy {
	policy := reports.Policy{Strict: reports.Grade(t.Strict), FailOnFinding: t.FailOnFinding}
	for _, own := range t.Expectations {
		expect := map[string]reports.Expect{
			Accept: reports.ExpectAccepted, Reject: reports.ExpectRefused, Either: reports.ExpectEither,
		}[own.Expect]
		policy.Expectations = append(policy.Expectations, reports.Expectation{
			Operation: cmp.Or(own.Operation, "*"), Mutation: cmp.Or(own.Mutation, "*"), Expect: expect,
		})
	}
	return policy
}
