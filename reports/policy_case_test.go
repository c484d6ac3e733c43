package reports_test

import (
	"testing"

	"github.com/mallcheck/mallcheck/reports"
)

func TestPolicyExpected(t *testing.T) {
	lenient := []reports.Expectation{
		{Operation: "*", Mutation: "wrong-type.*", Expect: reports.ExpectAccepted},
		{Operation: "singleOrder", Mutation: "wrong-type.boolean", Expect: reports.ExpectEither},
		{Operation: "singleOrder", Mutation: "missing", Expect: reports.ExpectRefused},
		{Operation: "[", Mutation: "*", Expect: reports.ExpectEither},
	}
	const refused, accepted, either = reports.ExpectRefused, reports.ExpectAccepted, reports.ExpectEither
	for _, test := range []struct {
		name     string
		c        reports.Case
		own      []reports.Expectation
		want     reports.Expect
		deviates bool
	}{
		{"refused as the contract has it", reports.Case{Expect: refused, Refused: true}, nil, refused, false},
		{"accepted against the contract", reports.Case{Expect: refused, Accepted: true}, nil, refused, true},
		{"no envelope is no refusal", reports.Case{Expect: refused}, nil, refused, true},
		{"accepted as the contract has it", reports.Case{Expect: accepted, Accepted: true}, nil, accepted, false},
		{"refused against the contract", reports.Case{Expect: accepted, Refused: true}, nil, accepted, true},
		{"either", reports.Case{Expect: either, Refused: true}, nil, either, false},
		{"the target's own expectation", reports.Case{Operation: "addSims", Mutation: "wrong-type.text", Expect: refused, Accepted: true, Refused: false}, lenient, accepted, false},
		{"the target does not keep its own", reports.Case{Operation: "addSims", Mutation: "wrong-type.text", Expect: refused, Accepted: false, Refused: true}, lenient, accepted, true},
		{"the last one counts", reports.Case{Operation: "singleOrder", Mutation: "wrong-type.boolean", Expect: refused, Accepted: false, Refused: true}, lenient, either, false},
		{"stricter than the contract", reports.Case{Operation: "singleOrder", Mutation: "missing", Expect: accepted, Accepted: true, Refused: false}, lenient, refused, true},
		{"of another operation", reports.Case{Operation: "addSims", Mutation: "missing", Expect: accepted, Accepted: true, Refused: false}, lenient, accepted, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			expected, deviates := reports.Policy{Expectations: test.own}.Expected(test.c)
			if expected != test.want || deviates != test.deviates {
				t.Errorf("%s, deviates %t, want %s, %t", expected, deviates, test.want, test.deviates)
			}
		})
	}
}
