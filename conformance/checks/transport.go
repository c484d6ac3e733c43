package checks

import (
	"bytes"
	"context"
	"net/http"
	"path"
	"slices"
	"strings"

	. "github.com/mallcheck/mallcheck/conformance/internal/expect"
	"github.com/mallcheck/mallcheck/conformance/internal/session"
	"github.com/mallcheck/mallcheck/conformance/internal/wire"
	"github.com/mallcheck/mallcheck/reports"
	"github.com/mallcheck/mallcheck/signing"
)

// transportChecks are about requests that are wrong as HTTP or as JSON.
var transportChecks = slices.Concat(
	[]Check{
		unknownPath(Check{ID: "ENV-020/payment", Does: reports.Purchase, Operations: []string{"resultQuery", "singleOrder"}}),
		unknownPath(Check{ID: "ENV-020/topup", Does: reports.Read, Operations: []string{"listBundles"}}),
		unknownPath(Check{ID: "ENV-020/vshop", Does: reports.Read, Operations: []string{"singleVerify"}}),
	},
	onEach(Check{
		ID: "ENV-021", Clause: "errors/other-method-refused",
		Requirement: "{operation} refuses a request with a method that its path does not support",
	}, func(ctx context.Context, s *session.Session, operation string) {
		method := otherMethod(operation)
		refusesTwin(ctx, s, operation, "a request with method "+method, wire.Method(method))
	}),
	onBodies(Check{
		ID: "ENV-022", Clause: "errors/malformed-json-refused",
		Requirement: "{operation} refuses a body without its last brace",
	}, refusesBody("a body without its last brace", func(body []byte) []byte { return body[:len(body)-1] })),
	onBodies(Check{
		ID: "ENV-023", Clause: "errors/malformed-json-refused",
		Requirement: "{operation} refuses a valid body followed by a second one",
	}, refusesBody("a valid body followed by a second one", func(body []byte) []byte { return slices.Concat(body, body) })),
	onEach(Check{
		ID: "ENV-024", Clause: "signature/ambiguous-request-refused",
		Requirement: "{operation} refuses a request with two partnerCodes, whichever of them is signed",
	}, refusesTwoPartners),
	inBody("/type", onBodies(Check{
		ID:          "ENV-025",
		Requirement: "{operation} refuses a valid body inside an array",
	}, refusesBody("a valid body inside an array", func(body []byte) []byte { return slices.Concat([]byte("["), body, []byte("]")) }))),
	onBodies(Check{
		ID: "ENV-026", Clause: "errors/other-media-type-refused",
		Requirement: "{operation} refuses a valid body with the Content-Type of text, a form or XML",
	}, refusesOtherMediaTypes),
	onBodies(Check{
		ID: "ENV-027", Clause: "errors/missing-body-refused",
		Requirement: "{operation} refuses a request without a body",
	}, refusesBody("a request without a body", func([]byte) []byte { return []byte{} })),
	[]Check{{
		ID: "ENV-028", Clause: "signature/ambiguous-request-refused", Does: reports.Read, Operations: []string{"singleVerify"},
		Requirement: "singleVerify refuses text that is not valid Unicode, in its bytes or in an escape, instead of repairing it",
		Run:         refusesInvalidUnicode,
	}, {
		ID: "ENV-031", Clause: "errors/oversized-refused", Does: reports.Read, Operations: []string{"singleVerify"},
		Requirement: "singleVerify answers a body of 2 MB in the envelope",
		Run:         answersLargeBody,
	}},
	onBodies(Check{
		ID: "ENV-029", Clause: "errors/no-server-error",
		Requirement: "{operation} answers bodies that are not requests without a server error",
	}, withstandsAnyBody),
	onEach(Check{
		ID: "ENV-030", Clause: "errors/refusals-in-the-envelope",
		Requirement: "{operation} refuses a wrong method, media type or body in the envelope",
	}, refusesInEnvelope),
)

// unknownPath completes a check that sends a request to an unknown path of a service.
func unknownPath(check Check) Check {
	check.Clause = "errors/unknown-path-refused"
	service := strings.TrimPrefix(check.ID, "ENV-020/")
	check.Requirement = "the " + service + " service refuses an unknown path in the envelope"
	check.Run = func(ctx context.Context, s *session.Session) {
		draft := s.NewValid(ctx, check.Operations[0])
		s.RequireAccepted(s.Send(ctx, draft))
		beside := func(w *wire.Request) {
			address := *w.URL
			address.Path = path.Join(path.Dir(address.Path), "mallcheckNoSuchPath")
			w.URL = &address
		}
		Expect(s.Send(ctx, draft.After(beside))).To(sayWhyRefused(), "the "+service+" service did not refuse an unknown path in the envelope")
	}
	return check
}

// otherMethod returns a method that no operation on the path of the given operation has.
func otherMethod(operation string) string {
	path := operationOf(operation).Path
	for _, other := range operations() {
		if other.Path == path && other.Method == http.MethodPost {
			return http.MethodPut
		}
	}
	return http.MethodPost
}

// refusesBody asserts that an operation refuses a changed form of its valid body.
func refusesBody(what string, change func(body []byte) []byte) func(context.Context, *session.Session, string) {
	return func(ctx context.Context, s *session.Session, operation string) {
		refusesTwin(ctx, s, operation, what, wire.RawBody(change))
	}
}

func refusesTwoPartners(ctx context.Context, s *session.Session, operation string) {
	other := signing.StringMember("partnerCode", s.Target().PartnerCode+"0")
	draft := s.NewValid(ctx, operation)
	s.Controlled(ctx, draft, func() {
		before := func(w *wire.Request) { w.Members = slices.Insert(w.Members, 0, other) }
		Expect(s.Send(ctx, draft.Twin().After(before))).To(beRefused(), "a request with another partnerCode before the signed one")
		behind := func(w *wire.Request) { w.Members = append(w.Members, other) }
		Expect(s.Send(ctx, draft.Twin().After(behind))).To(beRefused(), "a request with another partnerCode after the signed one")
	})
}

func refusesOtherMediaTypes(ctx context.Context, s *session.Session, operation string) {
	draft := s.NewValid(ctx, operation)
	s.Controlled(ctx, draft, func() {
		for _, media := range []string{"text/plain", "application/x-www-form-urlencoded", "application/xml"} {
			answer := s.Send(ctx, draft.Twin().After(wire.Header("Content-Type", media)))
			Expect(answer).To(beRefused(), "a body with Content-Type "+media)
		}
	})
}

// refusesInvalidUnicode sends text that lenient readers repair to U+FFFD, with the correct sign of the
// repaired text.
func refusesInvalidUnicode(ctx context.Context, s *session.Session) {
	const repaired = "\ufffd"
	wrong := repaired
	draft := s.NewSingleVerify(s.ExistingSIM()).
		Before(wire.Set("url", printedLogin+"?"+repaired)).
		After(wire.RawBody(func(body []byte) []byte { return bytes.ReplaceAll(body, []byte(repaired), []byte(wrong)) }))
	s.RequireAccepted(s.Send(ctx, draft))
	wrong = "\xff"
	Expect(s.Send(ctx, draft)).To(beRefused(), "a url with a byte that is not UTF-8")
	wrong = `\ud800`
	Expect(s.Send(ctx, draft)).To(beRefused(), "a url with half of a surrogate pair in an escape")
}

// answersLargeBody sends 2 MB of white space between the members of a body, which does not change the
// signed text.
func answersLargeBody(ctx context.Context, s *session.Session) {
	draft := s.NewSingleVerify(s.ExistingSIM()).After(wire.RawBody(func(body []byte) []byte {
		return slices.Concat(bytes.TrimSuffix(body, []byte("}")), bytes.Repeat([]byte(" "), 2<<20), []byte("}"))
	}))
	Expect(s.Send(ctx, draft).OperateCode).NotTo(BeEmpty(), "singleVerify answered a body of 2 MB without the envelope")
}

func withstandsAnyBody(ctx context.Context, s *session.Session, operation string) {
	draft := s.NewValid(ctx, operation)
	s.Controlled(ctx, draft, func() {
		for _, body := range []string{
			`null`, `true`, `0`, `"text"`, `[]`, `{}`, `{"version":{},"partnerCode":[],"sign":0}`, `{"sim_ids":{}}`,
			`{"payId":[],"payAmount":{},"deviceCode":0}`, "\x00", strings.Repeat("[", 5000) + strings.Repeat("]", 5000),
		} {
			answer := s.Send(ctx, draft.Twin().After(wire.RawBody(func([]byte) []byte { return []byte(body) })))
			Expect(answer.Status).To(BeNumerically("<", 500), "%s failed with a server error on the body %.50q", operation, body)
		}
	})
}

func refusesInEnvelope(ctx context.Context, s *session.Session, operation string) {
	type mistake struct {
		what string
		edit wire.Edit
	}
	mistakes := []mistake{{"another method", wire.Method(otherMethod(operation))}}
	if operationOf(operation).hasBody() {
		mistakes = append(mistakes,
			mistake{"another media type", wire.Header("Content-Type", "text/plain")},
			mistake{"malformed JSON", wire.RawBody(func(body []byte) []byte { return body[:len(body)-1] })},
			mistake{"no body", wire.RawBody(func([]byte) []byte { return []byte{} })})
	}
	draft := s.NewValid(ctx, operation)
	for _, wrong := range mistakes {
		answer := s.Send(ctx, draft.Twin().After(wrong.edit))
		Expect(answer).To(sayWhyRefused(), "%s did not refuse a request with %s in the envelope", operation, wrong.what)
	}
}
