package target

import (
	"cmp"

	"github.com/mallcheck/mallcheck/reports"
)

// Policy returns the policy that turns the deviations of a run into verdicts.
func (t *Target) Policy() reports.Policy {
	policy := reports.Policy{
		Strict: reports.Grade(t.Strict), FailOnFinding: t.FailOnFinding, FailOnHabit: t.FailOnHabit, FailOnCritical: t.FailOnCritical,
	}
	for _, own := range t.Expectations {
		own.Operation, own.Mutation = cmp.Or(own.Operation, "*"), cmp.Or(own.Mutation, "*")
		policy.Expectations = append(policy.Expectations, own.Expectation)
	}
	return policy
}
