package session

import (
	"cmp"
	"slices"

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

// SecretsOf returns what must not be told of a target, or by one: its secrets, the
// payment methods that it is given, and what its settings mask.
func SecretsOf(t *target.Target) reports.Secrets {
	known := map[string]string{}
	for _, method := range []string{t.PayingMethod, t.FailingMethod, t.OpenMethod} {
		known[method] = "pm_id"
	}
	if t.MaskSIMs {
		for _, sim := range slices.Concat(t.SIMs, t.UnknownSIMs) {
			known[sim] = reports.SIMName
		}
	}
	return reports.Secrets{Values: t.Secrets(), Known: known, MaskSIMs: t.MaskSIMs}
}

// Policy returns the policy of the run.
func (s *Session) Policy() reports.Policy { return s.connection.policy }
