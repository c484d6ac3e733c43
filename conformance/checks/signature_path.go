package checks

import (
	"context"
	"net/url"
	"slices"
	"strings"

	. "github.com/mallcheck/mallcheck/conformance/internal/expect"
	"github.com/mallcheck/mallcheck/conformance/internal/session"
	"github.com/mallcheck/mallcheck/conformance/internal/wire"
	"github.com/mallcheck/mallcheck/signing"
)

var pathChecks = slices.Concat(
	onPaths(Check{
		ID: "SIG-060", Clause: "signature/tampered-path-refused",
		Requirement: "{operation} refuses a sign that belongs to another path parameter",
	}, refusesTamperedPath),
	onPaths(Check{
		ID: "SIG-061", Clause: "signature/path-signed",
		Requirement: "{operation} refuses a sign computed without the path parameter",
	}, func(ctx context.Context, s *session.Session, operation string) {
		name, _ := operationOf(operation).pathParameter()
		refusesSigns(ctx, s, s.NewValid(ctx, operation), wrongSign{"a sign computed without " + name, without(name)})
	}),
	among(refusedSigns(Check{
		ID: "SIG-062", Clause: "signature/query-signed",
		Requirement: "{operation} refuses a sign computed without the query parameters",
	}, wrongSign{"a sign computed without its query parameters", withoutQuery}),
		func(operation string) bool { return !operationOf(operation).hasBody() }),
)

// withoutQuery signs the path parameters only.
func withoutQuery(members []signing.Member, rules signing.Rules) (string, error) {
	return signing.Sign(slices.DeleteFunc(slices.Clone(members), func(m signing.Member) bool {
		return !isPathParameter(m.Name)
	}), rules)
}

// onPaths makes a case of a check for every operation with a path parameter. The check applies only if
// path parameters are signed.
func onPaths(check Check, run func(ctx context.Context, s *session.Session, operation string)) []Check {
	return among(onEach(check, func(ctx context.Context, s *session.Session, operation string) {
		if !s.Target().Sign.Parts.Has(signing.Path) {
			s.Skip("the target does not sign path parameters (--sign-parts)")
		}
		run(ctx, s, operation)
	}), func(operation string) bool {
		name, _ := operationOf(operation).pathParameter()
		return name != ""
	})
}

// refusesTamperedPath first sends the request with another path parameter, so that a target that
// remembers signs without their paths fails.
func refusesTamperedPath(ctx context.Context, s *session.Session, operation string) {
	name, fromEnd := operationOf(operation).pathParameter()
	elsewhere, sign := false, ""
	draft := s.NewValid(ctx, operation).Before(func(w *wire.Request) {
		if elsewhere {
			w.URL = withOtherSegment(w.URL, fromEnd)
		}
	}).After(func(w *wire.Request) {
		if elsewhere {
			sign = memberValue(w, "sign")
		} else if sign != "" {
			wire.Set("sign", sign)(w)
		}
	})
	s.RequireAccepted(s.Send(ctx, draft))
	elsewhere = true
	s.Send(ctx, draft)
	elsewhere = false
	Expect(s.Send(ctx, draft)).To(beRefused(), "a request with the sign of another "+name)
}

// withOtherSegment returns the URL with the last letter or digit of one path segment
// changed. The segment is counted from the end.
func withOtherSegment(u *url.URL, fromEnd int) *url.URL {
	segments := strings.Split(u.Path, "/")
	at := len(segments) - fromEnd
	segments[at] = string(anotherValue([]byte(segments[at])))
	other := *u
	other.Path, other.RawPath = strings.Join(segments, "/"), ""
	return &other
}
