package checks

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	. "github.com/mallcheck/mallcheck/conformance/internal/expect"
	"github.com/mallcheck/mallcheck/conformance/internal/session"
	"github.com/mallcheck/mallcheck/reports"
	"github.com/mallcheck/mallcheck/signing"
	"github.com/mallcheck/mallcheck/signing/vectors"
)

// signatureChecks are about the sign: which one is accepted and which are
// refused. A request that must be refused is one that the target accepts but for
// its sign, so that nothing else can be why it is refused.
var signatureChecks = slices.Concat(
	[]Check{documentedVerify, documentedPlans},
	onEach(Check{
		ID: "SIG-003", Clause: "signature/right-sign-accepted",
		Requirement: "{operation} accepts a request whose sign is right",
	}, func(ctx context.Context, s *session.Session, operation string) {
		// A body without the envelope is no refusal: that it is bare is for the oracle to say.
		Expect(s.SendValid(ctx, operation)).NotTo(beRefused(), "a valid request with the right sign")
	}),
	absentSigns, wrongSigns, otherForms,
)

// The partner and the SIM card of the two requests that the documentation prints
// with a real sign, and the values that it prints for what such a request may leave out.
const (
	printedPartner = "P000270"
	printedSIM     = "89852420180910340793"
	printedLogin   = "https://dist.linksfield.net/login"
)

var (
	printedURL  = session.Set("url", printedLogin)
	printedArea = session.Set("area", "欧洲")
)

var documentedVerify = documented(Check{
	ID: "SIG-001", Operations: []string{"singleVerify"},
	Requirement: "the singleVerify that the documentation prints is accepted as it is printed, with its printed sign",
}, "documented-single-verify",
	func(s *session.Session) *session.Draft { return s.NewSingleVerify(printedSIM).Before(printedURL) })

var documentedPlans = documented(Check{
	ID: "SIG-002", Operations: []string{"singleServicePlanPage"},
	Requirement: "the singleServicePlanPage that the documentation prints is accepted as it is printed, with its printed sign",
}, "documented-single-service-plan-page",
	func(s *session.Session) *session.Draft {
		return s.NewSingleServicePlanPage(printedSIM).Before(printedArea)
	})

// documented completes a check that sends the request of a vector, byte for byte.
// now drafts the same request with the present time as its access time.
func documented(check Check, vector string, now func(*session.Session) *session.Draft) Check {
	check.Clause, check.Does = "signature/documented-vectors", reports.Read
	check.Run = func(ctx context.Context, s *session.Session) {
		if partner := s.Target().PartnerCode; partner != printedPartner {
			s.Skip("the printed request is that of partner " + printedPartner + ", the run speaks as " + partner)
		}
		if !slices.Contains(s.Target().SIMs, printedSIM) {
			s.Skip("the printed request is for the SIM card " + printedSIM + ", which the target does not name (--sim)")
		}
		printed, err := bodyOfVector(vector)
		if err != nil {
			s.Skip("the printed request cannot be read: " + err.Error())
		}
		answer := s.Send(ctx, now(s).After(session.RawBody(func([]byte) []byte { return printed })))
		if !answer.Accepted() && s.Send(ctx, now(s)).Accepted() {
			s.Skip("the target accepts the printed request with the present time and refuses it with the printed one: what it refuses is its age")
		}
		Expect(answer).To(beAccepted(), "the printed request")
	}
	return check
}

// requestVectors are the signature vectors, read when they are first needed.
var requestVectors = sync.OnceValues(vectors.Request)

// bodyOfVector returns the body of a signature vector as it is sent.
func bodyOfVector(name string) ([]byte, error) {
	all, err := requestVectors()
	if err != nil {
		return nil, fmt.Errorf("loading the signature vectors: %w", err)
	}
	for _, vector := range all {
		if vector.Name == name {
			return vector.RawBody()
		}
	}
	return nil, fmt.Errorf("there is no signature vector %s", name)
}

var absentSigns = slices.Concat(
	onEach(Check{
		ID: "SIG-020", Clause: "signature/missing-sign-refused",
		Requirement: "{operation} refuses a request without a sign",
	}, func(ctx context.Context, s *session.Session, operation string) {
		refusesTwin(ctx, s, operation, "a request without a sign", session.Drop("sign"))
	}),
	refusedSigns(Check{
		ID: "SIG-021", Clause: "signature/empty-sign-refused",
		Requirement: "{operation} refuses a request whose sign is empty",
	}, wrongSign{"an empty sign", fixed("")}),
)

var wrongSigns = slices.Concat(
	refusedSigns(Check{
		ID: "SIG-022", Clause: "signature/wrong-sign-refused",
		Requirement: "{operation} refuses a request of whose sign one digit is wrong, be it the first or the last",
	},
		wrongSign{"a sign whose first digit is wrong", digitChanged(0)},
		wrongSign{"a sign whose last digit is wrong", digitChanged(-1)}),
	onEach(Check{
		ID: "SIG-023", Clause: "signature/sign-of-another-body-refused",
		Requirement: "{operation} refuses a request with the sign of another {operation} that was sent before",
	}, refusesSignOfAnother),
	onEach(Check{
		ID: "SIG-024", Clause: "signature/tampered-body-refused",
		Requirement: "{operation} refuses a request when any one parameter of its query or body was changed after it was signed",
	}, refusesTampered),
	onEach(Check{
		ID: "SIG-025", Clause: "signature/upper-case-sign-refused",
		Requirement: "{operation} refuses a request whose sign is right but written in upper case",
	}, refusesUpperCase),
	refusedSigns(Check{
		ID: "SIG-026", Clause: "signature/malformed-sign-refused",
		Requirement: "{operation} refuses a request whose sign is right but for a digit too few, a digit too many or a letter that is no digit",
	},
		wrongSign{"a sign that lacks its last digit", altered(func(sign string) string { return sign[:len(sign)-1] })},
		wrongSign{"a sign that has a digit too many", altered(func(sign string) string { return sign + "0" })},
		wrongSign{"a sign whose last digit is g", altered(func(sign string) string { return sign[:len(sign)-1] + "g" })}),
	refusedSigns(Check{
		ID: "SIG-027", Clause: "signature/wrong-sign-refused",
		Requirement: "{operation} refuses the two placeholders that the documentation prints in the place of signs",
	},
		wrongSign{"the placeholder b2a9e697…", fixed("b2a9e697bdff66049803d62ffeffccaf")},
		wrongSign{"the placeholder 481e1335…", fixed("481e1335274f43b0070fcd94e0449fae")}),
)

var otherForms = slices.Concat(
	onEach(Check{
		ID: "SIG-028", Clause: "signature/keys-in-order",
		Requirement: "{operation} refuses a sign that was made over its parameters in the order they are sent instead of sorted",
	}, refusesUnsorted),
	refusedSigns(Check{
		ID: "SIG-029", Clause: "signature/compact-json",
		Requirement: "{operation} refuses a sign that was made over a text with spaces between its members",
	}, wrongSign{"a sign made over a text with spaces", written(spaced)}),
	refusedSigns(Check{
		ID: "SIG-030", Clause: "signature/wrong-sign-refused",
		Requirement: "{operation} refuses the signs that usual mistakes make: an end of line, the form of a query, an empty sign, two digests",
	},
		wrongSign{"a sign made over a text that ends in a line feed", rewritten(func(content string) string { return content + "\n" })},
		wrongSign{"a sign made over the form of a query, a=1&b=2", written(asQuery)},
		wrongSign{"a sign made over a text with an empty sign in it", written(withEmptySign)},
		wrongSign{"a sign that is the digest of the digest", digestOfDigest}),
	onEach(Check{
		ID: "SIG-031", Clause: "globals/partner-code-required",
		Requirement: "{operation} refuses a request without partnerCode whose sign is right without it",
	}, func(ctx context.Context, s *session.Session, operation string) {
		refusesValid(ctx, s, operation, "a request without partnerCode", session.Drop("partnerCode"))
	}),
)

// refusesValid requires that a valid request of an operation is accepted, and
// asserts that it is refused when it is changed and rightly signed as it then is.
func refusesValid(ctx context.Context, s *session.Session, operation, what string, edits ...session.Edit) {
	draft := s.NewValid(ctx, operation)
	controlled(ctx, s, draft, func() {
		Expect(s.Send(ctx, draft.Twin().Before(edits...))).To(beRefused(), what)
	})
}

// refusesSignOfAnother sends another request of the operation first, so that a
// target which accepts any sign that it has seen gives itself away.
func refusesSignOfAnother(ctx context.Context, s *session.Session, operation string) {
	var sign string
	note := func(w *session.Wire) { sign = memberText(w, "sign") }
	s.Send(ctx, another(ctx, s, operation).After(note))
	refusesSigns(ctx, s, s.NewValid(ctx, operation), wrongSign{
		"the sign of another request of the operation",
		func([]signing.Member, signing.Rules) (string, error) { return sign, nil },
	})
}

// another drafts a request that differs from the valid one: in its body, or for
// a GET, whose query says nothing else, in the partner that it speaks as.
func another(ctx context.Context, s *session.Session, operation string) *session.Draft {
	switch operation {
	case "addSims":
		return s.NewAddSims(s.Group(), s.UnknownSIM(), s.UnknownSIM())
	case "removeSims":
		return s.NewRemoveSims(s.Group(), s.UnknownSIM(), s.UnknownSIM())
	}
	draft := s.NewValid(ctx, operation)
	if operationOf(operation).requires("tradeTime") {
		earlier := time.Now().Add(-time.Second).UnixMilli()
		return draft.Before(session.Set("tradeTime", strconv.FormatInt(earlier, 10)))
	}
	if partner := s.Target().SecondPartnerCode; partner != "" {
		return draft.As(partner)
	}
	return draft.As(s.Target().PartnerCode + "0")
}

// refusesTampered signs the request once for each of its parameters as if that
// one had another value.
func refusesTampered(ctx context.Context, s *session.Session, operation string) {
	var signs []wrongSign
	draft := s.NewValid(ctx, operation)
	for _, name := range draft.Names() {
		signs = append(signs, wrongSign{"a sign made before its " + name + " was changed", withChanged(name)})
	}
	refusesSigns(ctx, s, draft, signs...)
}

func refusesUpperCase(ctx context.Context, s *session.Session, operation string) {
	if s.Target().Sign.Hex == signing.UpperHex {
		s.Skip("the target writes signs in upper case (--sign-hex)")
	}
	lettered := false
	upper := altered(func(sign string) string {
		lettered = strings.ToUpper(sign) != sign
		return strings.ToUpper(sign)
	})
	draft := s.NewValid(ctx, operation)
	controlled(ctx, s, draft, func() {
		answer := s.Send(ctx, draft.Twin().SignedBy(upper))
		if !lettered {
			s.Skip("the sign of the request happens to have no letter")
		}
		Expect(answer).To(beRefused(), "a request with its sign in upper case")
	})
}

// refusesUnsorted sends the parameters in the opposite of their order, so that
// the order they are sent in is never the sorted one.
func refusesUnsorted(ctx context.Context, s *session.Session, operation string) {
	refusesSigns(ctx, s, s.NewValid(ctx, operation).Before(descending),
		wrongSign{"a sign made over its parameters as they are sent", asSent})
}

// descending sends the members in the opposite of the order of their names.
func descending(w *session.Wire) {
	slices.SortFunc(w.Members, func(a, b signing.Member) int { return strings.Compare(b.Name, a.Name) })
}

// memberText returns the text of a parameter, "" when it is not there.
func memberText(w *session.Wire, name string) string {
	for _, member := range w.Members {
		if member.Name == name {
			return textOf(member)
		}
	}
	return ""
}
