package session

import (
	"cmp"

	"github.com/mallcheck/mallcheck/conformance/target"
	"github.com/mallcheck/mallcheck/reports"
)

// PolicyOf returns the policy of a run against a target: what turns deviations into verdicts.
func PolicyOf(t *target.Target) reports.Policy {
	policy := reports.Policy{Strict: reports.Grade(t.Strict), FailOnFinding: t.FailOnFinding}
	for _, own := range t.Expectations {
		expect := map[string]reports.Expect{
			target.Accept: reports.ExpectAccepted, target.Reject: reports.ExpectRefused, target.Either: reports.ExpectEither,
		}[own.Expect]
		policy.Expectations = append(policy.Expectations, reports.Expectation{
			Operation: cmp.Or(own.Operation, "*"), Mutation: cmp.Or(own.Mutation, "*"), Expect: expect,
		})
	}
	return policy
}

// Policy returns the policy of the run.
func (s *Session) Policy() reports.Policy { return s.connection.policy }
