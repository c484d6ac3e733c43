package checks

import (
	"context"
	"slices"

	. "github.com/mallcheck/mallcheck/conformance/internal/expect"
	"github.com/mallcheck/mallcheck/conformance/internal/session"
	"github.com/mallcheck/mallcheck/reports"
	"github.com/mallcheck/mallcheck/signing"
)

// valueChecks are about values that could count as empty. No parameter of the
// contract may have one of them, so they are sent in one that it does not know.
var valueChecks = slices.Concat([]Check{{
	ID: "SIG-057", Clause: "signature/null-counts-as-empty", Does: reports.Read, Operations: []string{"singleVerify"},
	Requirement: "a parameter that is null is left out of the sign",
	Run: func(ctx context.Context, s *session.Session) {
		if empty := s.Target().Sign.Empty; empty == signing.EmptyStringOnly || empty == signing.EmptyNothing {
			s.Skip("the target signs null (--sign-empty)")
		}
		countsAs(ctx, s, "null", wrongSign{"a sign that includes the null", keepingEmpty})
	},
}}, casesOf(Check{
	ID: "SIG-058", Clause: "signature/empty-containers-signed", Does: reports.Read, Operations: []string{"singleVerify"},
	Requirement: "a parameter that is {case} is signed",
}, []named[string]{
	{"list", "an empty list", "[]"}, {"object", "an empty object", "{}"}, {"zero", "0", "0"}, {"false", "false", "false"},
}, func(ctx context.Context, s *session.Session, value string) {
	if s.Target().Sign.Empty == signing.EmptyContainersToo {
		s.Skip("the target does not sign empty lists and objects (--sign-empty)")
	}
	countsAs(ctx, s, value, wrongSign{"a sign that leaves " + value + " out", without(unknownName)})
}))

// unknownName is the name of no parameter of the contract.
const unknownName = "mallcheckNote"

// countsAs asserts that a request with a value in an unknown parameter is accepted
// with its right sign and refused with the other. A target that takes no unknown
// parameter, signs none, or takes no such value cannot be asked.
func countsAs(ctx context.Context, s *session.Session, value string, other wrongSign) {
	with := func(value string) *session.Draft {
		return s.NewSingleVerify(s.ExistingSIM()).Before(session.SetRaw(unknownName, value))
	}
	if !s.Send(ctx, with(`"text"`)).Accepted() {
		s.Skip("the target takes or signs no parameter that the contract does not know")
	}
	right, wrong := s.Send(ctx, with(value)), s.Send(ctx, with(value).SignedBy(other.sign))
	if !right.Accepted() && !wrong.Accepted() {
		s.Skip("the target takes no parameter that is " + value)
	}
	Expect(wrong).To(beRefused(), "a request with "+other.what)
	Expect(right).To(beAccepted(), "a request with its right sign")
}
