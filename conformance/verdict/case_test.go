package verdict

import (
	"testing"

	"github.com/mallcheck/mallcheck/reports"
)

func TestOfCase(t *testing.T) {
	lenient := []reports.Expectation{
		{Operation: "*", Mutation: "wrong-type.*", Expect: reports.ExpectAccepted},
		{Operation: "singleOrder", Mutation: "wrong-type.boolean", Expect: reports.ExpectEither},
		{Operation: "singleOrder", Mutation: "missing", Expect: reports.ExpectRefused},
		{Operation: "[", Mutation: "*", Expect: reports.ExpectEither},
	}
	const refused, accepted, either = reports.ExpectRefused, reports.ExpectAccepted, reports.ExpectEither
	for _, test := range []struct {
		name     string
		c        Case
		own      []reports.Expectation
		want     reports.Expect
		deviates bool
	}{
		{"refused as the contract has it", Case{Expect: refused, Refused: true}, nil, refused, false},
		{"accepted against the contract", Case{Expect: refused, Accepted: true}, nil, refused, true},
		{"no envelope is no refusal", Case{Expect: refused}, nil, refused, true},
		{"accepted as the contract has it", Case{Expect: accepted, Accepted: true}, nil, accepted, false},
		{"refused against the contract", Case{Expect: accepted, Refused: true}, nil, accepted, true},
		{"either", Case{Expect: either, Refused: true}, nil, either, false},
		{"the target's own expectation", Case{"addSims", "wrong-type.text", refused, true, false}, lenient, accepted, false},
		{"the target does not keep its own", Case{"addSims", "wrong-type.text", refused, false, true}, lenient, accepted, true},
		{"the last one counts", Case{"singleOrder", "wrong-type.boolean", refused, false, true}, lenient, either, false},
		{"stricter than the contract", Case{"singleOrder", "missing", accepted, true, false}, lenient, refused, true},
		{"of another operation", Case{"addSims", "missing", accepted, true, false}, lenient, accepted, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			expected, deviates := OfCase(test.c, reports.Policy{Expectations: test.own})
			if expected != test.want || deviates != test.deviates {
				t.Errorf("%s, deviates %t, want %s, %t", expected, deviates, test.want, test.deviates)
			}
		})
	}
}
