package checks

import (
	"context"
	"net/url"
	"slices"
	"strings"

	. "github.com/onsi/gomega"

	"github.com/mallcheck/mallcheck/conformance/internal/session"
	"github.com/mallcheck/mallcheck/signing"
)

// pathParameters are the parameters that stand in the paths of operations, each
// with its place, counted in segments from the end.
var pathParameters = map[string]struct {
	name  string
	place int
}{
	"addSims": {"group_id", 2}, "removeSims": {"group_id", 2}, "listGroupSims": {"group_id", 2}, "asyncResult": {"request_id", 1},
}

var pathChecks = slices.Concat(
	onPaths(Check{
		ID: "SIG-060", Clause: "signature/tampered-path-refused",
		Requirement: "{operation} refuses the sign of a request that was sent with another path parameter",
	}, refusesTamperedPath),
	onPaths(Check{
		ID: "SIG-061", Clause: "signature/path-signed",
		Requirement: "{operation} refuses a sign that was made without the path parameter",
	}, func(ctx context.Context, s *session.Session, operation string) {
		name := pathParameters[operation].name
		refusesSigns(ctx, s, s.NewValid(ctx, operation), wrongSign{"a sign made without its " + name, without(name)})
	}),
	among(refusedSigns(Check{
		ID: "SIG-062", Clause: "signature/query-signed",
		Requirement: "{operation} refuses a sign that was made without the parameters of the query",
	}, wrongSign{"a sign made without its query", withoutQuery}), isGET),
)

// isGET reports whether an operation has its parameters in the query.
func isGET(operation string) bool {
	return bodySchemas[operation] == ""
}

// queryParameters are the parameters that stand in the queries of operations.
var queryParameters = []string{"version", "partnerCode", "purchase_order_id", "order_id", "sim_id"}

// withoutQuery signs the parameters but for those of the query.
func withoutQuery(members []signing.Member, rules signing.Rules) (string, error) {
	return signing.Sign(slices.DeleteFunc(slices.Clone(members), func(m signing.Member) bool {
		return slices.Contains(queryParameters, m.Name)
	}), rules)
}

// onPaths makes a case for every operation with a path parameter, of a check
// that means something where such parameters are signed.
func onPaths(check Check, run func(ctx context.Context, s *session.Session, operation string)) []Check {
	return among(onEach(check, func(ctx context.Context, s *session.Session, operation string) {
		if !s.Target().Sign.Parts.Has(signing.Path) {
			s.Skip("the target does not sign path parameters (--sign-parts)")
		}
		run(ctx, s, operation)
	}), func(operation string) bool { return pathParameters[operation].name != "" })
}

// refusesTamperedPath sends the request with another path parameter before, so
// that a target which knows signs without their paths gives itself away.
func refusesTamperedPath(ctx context.Context, s *session.Session, operation string) {
	elsewhere, sign := false, ""
	draft := s.NewValid(ctx, operation).Before(func(w *session.Wire) {
		if elsewhere {
			w.URL = withOtherSegment(w.URL, pathParameters[operation].place)
		}
	}).After(func(w *session.Wire) {
		if elsewhere {
			sign = memberText(w, "sign")
		} else if sign != "" {
			session.Set("sign", sign)(w)
		}
	})
	s.RequireAccepted(s.Send(ctx, draft))
	elsewhere = true
	s.Send(ctx, draft)
	elsewhere = false
	Expect(s.Send(ctx, draft)).To(beRefused(), "a request with the sign for another "+pathParameters[operation].name)
}

// withOtherSegment returns a URL in whose path one segment, counted from the
// end, has another last letter or digit.
func withOtherSegment(u *url.URL, fromEnd int) *url.URL {
	segments := strings.Split(u.Path, "/")
	at := len(segments) - fromEnd
	segments[at] = string(anotherValue([]byte(segments[at])))
	other := *u
	other.Path, other.RawPath = strings.Join(segments, "/"), ""
	return &other
}
