package checks

import (
	"context"
	"slices"
	"strconv"

	. "github.com/mallcheck/mallcheck/conformance/internal/expect"
	"github.com/mallcheck/mallcheck/conformance/internal/session"
	"github.com/mallcheck/mallcheck/conformance/internal/wire"
	"github.com/mallcheck/mallcheck/reports"
	"github.com/mallcheck/mallcheck/signing"
)

// valueChecks are about values that might count as empty. No parameter of the contract may have such a
// value, so they are sent in an unknown parameter.
var valueChecks = slices.Concat([]Check{{
	ID: "SIG-057", Clause: "signature/null-counts-as-empty", Does: reports.Read, Operations: []string{"singleVerify"},
	Requirement: "singleVerify leaves a null parameter out of the signed text",
	Run: func(ctx context.Context, s *session.Session) {
		if empty := s.Target().Sign.Empty; empty == signing.EmptyStringOnly || empty == signing.EmptyNothing {
			s.Skip("the target signs null values (--sign-empty)")
		}
		countsAs(ctx, s, "null", wrongSign{"a sign that includes the null parameter", keepingEmpty})
	},
}}, casesOf(Check{
	ID: "SIG-058", Clause: "signature/empty-containers-signed", Does: reports.Read, Operations: []string{"singleVerify"},
	Requirement: "singleVerify includes a parameter in the signed text when its value is {case}",
}, []named[string]{
	{"list", "an empty list", "[]"}, {"object", "an empty object", "{}"}, {"zero", "0", "0"}, {"false", "false", "false"},
}, func(ctx context.Context, s *session.Session, value string) {
	if s.Target().Sign.Empty == signing.EmptyContainersToo {
		s.Skip("the target leaves empty lists and objects out of the sign (--sign-empty)")
	}
	countsAs(ctx, s, value, wrongSign{"a sign that leaves out the parameter with value " + value, without(unknownName)})
}))

// unknownName is a parameter that the contract does not have.
const unknownName = "mallcheckNote"

// eachValueAccepted returns the answer to one request with all values of these checks if the target
// accepts it. Only a quick run sends it.
func eachValueAccepted(ctx context.Context, s *session.Session) *wire.Answer {
	if !s.Quick() {
		return nil
	}
	answer := session.Share(s, "unknown parameters with each value", func(s *session.Session) *wire.Answer {
		draft := s.NewSingleVerify(s.ExistingSIM())
		for i, value := range []string{"null", "[]", "{}", "0", "false"} {
			draft.Before(wire.SetRaw(unknownName+strconv.Itoa(i), value))
		}
		return s.Send(ctx, draft)
	})
	if !answer.Accepted() {
		return nil
	}
	return s.Own(answer)
}

// countsAs asserts that a request with a value in an unknown parameter is accepted with its correct sign
// and refused with the other sign. It skips targets that refuse or do not sign unknown parameters, or
// that refuse such a value.
func countsAs(ctx context.Context, s *session.Session, value string, other wrongSign) {
	with := func(value string) *session.Draft {
		return s.NewSingleVerify(s.ExistingSIM()).Before(wire.SetRaw(unknownName, value))
	}
	right := eachValueAccepted(ctx, s)
	if right == nil {
		if !s.Send(ctx, with(`"text"`)).Accepted() {
			s.Skip("the target refuses unknown parameters or does not sign them")
		}
		right = s.Send(ctx, with(value))
	}
	wrong := s.Send(ctx, with(value).SignedBy(other.sign))
	if !right.Accepted() && !wrong.Accepted() {
		s.Skip("the target refuses a parameter with the value " + value)
	}
	Expect(wrong).To(beRefused(), "a request with "+other.what)
	Expect(right).To(beAccepted(), "a request with an unknown parameter of value "+value+" and a correct sign")
}
