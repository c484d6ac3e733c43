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
	"github.com/mallcheck/mallcheck/conformance/internal/wire"
	"github.com/mallcheck/mallcheck/reports"
	"github.com/mallcheck/mallcheck/signing"
	"github.com/mallcheck/mallcheck/signing/vectors"
)

// signatureChecks are about which signs are accepted and which are refused. A request that must be
// refused differs from an accepted one only in its sign, so nothing else can explain the refusal.
var signatureChecks = slices.Concat(
	[]Check{documentedVerify, documentedPlans},
	onEach(Check{
		ID: "SIG-003", Clause: "signature/right-sign-accepted",
		Requirement: "{operation} accepts a correctly signed request",
	}, func(ctx context.Context, s *session.Session, operation string) {
		acceptsRightSign(ctx, s, operation)
	}),
	absentSigns, wrongSigns, otherForms,
)

// acceptsRightSign asserts that a valid request is not refused for its sign. If the same request with a
// wrong sign gets a different refusal, the valid one was refused for another reason, and the requirement
// cannot be tested.
func acceptsRightSign(ctx context.Context, s *session.Session, operation string) {
	answer := s.SendValid(ctx, operation)
	if !answer.Refused() {
		return // a success, or of a form that the oracle judges
	}
	wrong := s.NewValid(ctx, operation).SignedBy(digitChanged(-1))
	if refusal := s.Send(ctx, wrong); refusal.Refused() && sameRefusal(answer, refusal) {
		Expect(answer).To(beAccepted(), "a correctly signed request with the same refusal as one with a wrong sign")
	}
	s.RequireAccepted(answer)
}

// sameRefusal reports whether a refusal has the same reason as another one that is about a wrong sign:
// the same status and code, and the same message or one about signs.
func sameRefusal(a, wrong *wire.Answer) bool {
	if a.Status != wrong.Status || a.OperateCode != wrong.OperateCode {
		return false
	}
	message := strings.ToLower(a.Message)
	return a.Message == wrong.Message || strings.Contains(message, "sign") || strings.Contains(message, "签")
}

// The partner, SIM and optional parameters of the two example requests that the documentation prints
// with a real sign.
const (
	printedPartner = "P000270"
	printedSIM     = "89852420180910340793"
	printedLogin   = "https://dist.linksfield.net/login"
)

var (
	printedURL  = wire.Set("url", printedLogin)
	printedArea = wire.Set("area", "欧洲")
)

var documentedVerify = documented(Check{
	ID: "SIG-001", Operations: []string{"singleVerify"},
	Requirement: "singleVerify accepts the documentation's example request with its printed sign",
}, "documented-single-verify",
	func(s *session.Session) *session.Draft { return s.NewSingleVerify(printedSIM).Before(printedURL) })

var documentedPlans = documented(Check{
	ID: "SIG-002", Operations: []string{"singleServicePlanPage"},
	Requirement: "singleServicePlanPage accepts the documentation's example request with its printed sign",
}, "documented-single-service-plan-page",
	func(s *session.Session) *session.Draft {
		return s.NewSingleServicePlanPage(printedSIM).Before(printedArea)
	})

// documented completes a check that sends the request of a vector unchanged. now drafts the same request
// with the current time.
func documented(check Check, vector string, now func(*session.Session) *session.Draft) Check {
	check.Clause, check.Does = "signature/documented-vectors", reports.Read
	check.Run = func(ctx context.Context, s *session.Session) {
		if partner := s.Target().PartnerCode; partner != printedPartner {
			s.Skip("the example request belongs to partner " + printedPartner + "; this run uses " + partner)
		}
		if !slices.Contains(s.Target().SIMs, printedSIM) {
			s.Skip("the example request is for SIM " + printedSIM + ", which is not in --sim")
		}
		printed, err := bodyOfVector(vector)
		if err != nil {
			s.Skip("the example request cannot be read: " + err.Error())
		}
		answer := s.Send(ctx, now(s).After(wire.RawBody(func([]byte) []byte { return printed })))
		if !answer.Accepted() && s.Send(ctx, now(s)).Accepted() {
			s.Skip("the target refuses the example request because of its age: it accepts the same request with the current time")
		}
		Expect(answer).To(beAccepted(), "the documentation's example request")
	}
	return check
}

// requestVectors are the signature vectors, read on first use.
var requestVectors = sync.OnceValues(vectors.Request)

// bodyOfVector returns the body of a signature vector as sent.
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
		refusesTwin(ctx, s, operation, "a request without a sign", wire.Drop("sign"))
	}),
	refusedSigns(Check{
		ID: "SIG-021", Clause: "signature/empty-sign-refused",
		Requirement: "{operation} refuses a request with an empty sign",
	}, wrongSign{"an empty sign", fixed("")}),
)

var wrongSigns = slices.Concat(
	refusedSigns(Check{
		ID: "SIG-022", Clause: "signature/wrong-sign-refused",
		Requirement: "{operation} refuses a request whose sign has one wrong digit, first or last",
	},
		wrongSign{"a sign whose first digit is wrong", digitChanged(0)},
		wrongSign{"a sign whose last digit is wrong", digitChanged(-1)}),
	onEach(Check{
		ID: "SIG-023", Clause: "signature/sign-of-another-body-refused",
		Requirement: "{operation} refuses a request that carries the sign of an earlier {operation} request",
	}, refusesSignOfAnother),
	onEach(Check{
		ID: "SIG-024", Clause: "signature/tampered-body-refused",
		Requirement: "{operation} refuses a request if any parameter of its query or body changed after signing",
	}, refusesTampered),
	onEach(Check{
		ID: "SIG-025", Clause: "signature/upper-case-sign-refused",
		Requirement: "{operation} refuses a correct sign in upper case",
	}, refusesUpperCase),
	refusedSigns(Check{
		ID: "SIG-026", Clause: "signature/malformed-sign-refused",
		Requirement: "{operation} refuses a sign that is one digit short, one digit too long or not hexadecimal",
	},
		wrongSign{"a sign without its last digit", altered(func(sign string) string { return sign[:len(sign)-1] })},
		wrongSign{"a sign with an extra digit", altered(func(sign string) string { return sign + "0" })},
		wrongSign{"a sign whose last digit is g", altered(func(sign string) string { return sign[:len(sign)-1] + "g" })}),
	refusedSigns(Check{
		ID: "SIG-027", Clause: "signature/wrong-sign-refused",
		Requirement: "{operation} refuses the two placeholder signs printed in the documentation",
	},
		wrongSign{"the placeholder sign b2a9e697…", fixed("b2a9e697bdff66049803d62ffeffccaf")},
		wrongSign{"the placeholder sign 481e1335…", fixed("481e1335274f43b0070fcd94e0449fae")}),
)

var otherForms = slices.Concat(
	onEach(Check{
		ID: "SIG-028", Clause: "signature/keys-in-order",
		Requirement: "{operation} refuses a sign computed over unsorted parameters",
	}, refusesUnsorted),
	refusedSigns(Check{
		ID: "SIG-029", Clause: "signature/compact-json",
		Requirement: "{operation} refuses a sign computed over JSON with spaces between its members",
	}, wrongSign{"a sign computed over JSON with spaces", written(spaced)}),
	refusedSigns(Check{
		ID: "SIG-030", Clause: "signature/wrong-sign-refused",
		Requirement: "{operation} refuses signs with common mistakes: trailing newline, query form, empty sign included, hashed twice",
	},
		wrongSign{"a sign computed over text with a trailing newline", rewritten(func(content string) string { return content + "\n" })},
		wrongSign{"a sign computed over the query form a=1&b=2", written(asQuery)},
		wrongSign{"a sign computed over text that includes an empty sign", written(withEmptySign)},
		wrongSign{"a sign that was hashed twice", digestOfDigest}),
	onEach(Check{
		ID: "SIG-031", Clause: "globals/partner-code-required",
		Requirement: "{operation} refuses a correctly signed request without partnerCode",
	}, func(ctx context.Context, s *session.Session, operation string) {
		refusesValid(ctx, s, operation, "a request without partnerCode", wire.Drop("partnerCode"))
	}),
)

// refusesValid requires that the target accepts a valid request of an operation, and asserts that it
// refuses the request after edits, signed correctly.
func refusesValid(ctx context.Context, s *session.Session, operation, what string, edits ...wire.Edit) {
	draft := s.NewValid(ctx, operation)
	s.Controlled(ctx, draft, func() {
		Expect(s.Send(ctx, draft.Twin().Before(edits...))).To(beRefused(), what)
	})
}

// refusesSignOfAnother sends another request of the operation first, so that a target that accepts any
// sign it has seen before fails.
func refusesSignOfAnother(ctx context.Context, s *session.Session, operation string) {
	var sign string
	note := func(w *wire.Request) { sign = memberValue(w, "sign") }
	s.Send(ctx, another(ctx, s, operation).After(note))
	refusesSigns(ctx, s, s.NewValid(ctx, operation), wrongSign{
		"the sign of an earlier request",
		func([]signing.Member, signing.Rules) (string, error) { return sign, nil },
	})
}

// another drafts a request that differs from the valid one in its body or, for a GET without other query
// parameters, in its partner.
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
		return draft.Before(wire.Set("tradeTime", strconv.FormatInt(earlier, 10)))
	}
	if partner := s.Target().SecondPartnerCode; partner != "" {
		return draft.As(partner)
	}
	return draft.As(s.Target().PartnerCode + "0")
}

// refusesTampered sends the request once for each of its parameters, with the sign of a request that has
// another value of that parameter.
func refusesTampered(ctx context.Context, s *session.Session, operation string) {
	var signs []wrongSign
	draft := s.NewValid(ctx, operation)
	for _, name := range draft.Names() {
		signs = append(signs, wrongSign{"a sign computed before " + name + " changed", withChanged(name)})
	}
	refusesSigns(ctx, s, draft, signs...)
}

func refusesUpperCase(ctx context.Context, s *session.Session, operation string) {
	if s.Target().Sign.Hex == signing.UpperHex {
		s.Skip("the target uses upper-case signs (--sign-hex)")
	}
	lettered := false
	upper := altered(func(sign string) string {
		lettered = strings.ToUpper(sign) != sign
		return strings.ToUpper(sign)
	})
	draft := s.NewValid(ctx, operation)
	s.Controlled(ctx, draft, func() {
		answer := s.Send(ctx, draft.Twin().SignedBy(upper))
		if !lettered {
			s.Skip("the sign of this request has no letters")
		}
		Expect(answer).To(beRefused(), "a request with its sign in upper case")
	})
}

// refusesUnsorted sends the parameters in descending order, so that the order sent is never the sorted
// one.
func refusesUnsorted(ctx context.Context, s *session.Session, operation string) {
	refusesSigns(ctx, s, s.NewValid(ctx, operation).Before(descending),
		wrongSign{"a sign computed over its unsorted parameters", asSent})
}

// descending sends the members in descending order of their names.
func descending(w *wire.Request) {
	slices.SortFunc(w.Members, func(a, b signing.Member) int { return strings.Compare(b.Name, a.Name) })
}

// memberValue returns the text of a parameter, "" if it is absent.
func memberValue(w *wire.Request, name string) string {
	for _, member := range w.Members {
		if member.Name == name {
			return wire.Unquote(member.Value)
		}
	}
	return ""
}
