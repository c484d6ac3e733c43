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
		Requirement: "{operation} refuses a valid request that is sent with a method which no page names for its path",
	}, func(ctx context.Context, s *session.Session, operation string) {
		method := otherMethod(operation)
		refusesTwin(ctx, s, operation, "a "+method, session.Method(method))
	}),
	onBodies(Check{
		ID: "ENV-022", Clause: "errors/malformed-json-refused",
		Requirement: "{operation} refuses a body that lacks its last brace",
	}, refusesBody(func(body []byte) []byte { return body[:len(body)-1] })),
	onBodies(Check{
		ID: "ENV-023", Clause: "errors/malformed-json-refused",
		Requirement: "{operation} refuses a valid body with a second one behind it",
	}, refusesBody(func(body []byte) []byte { return slices.Concat(body, body) })),
	onEach(Check{
		ID: "ENV-024", Clause: "signature/ambiguous-request-refused",
		Requirement: "{operation} refuses a request with two partnerCodes, whichever of them is the signed one",
	}, refusesTwoPartners),
	inBody("/type", onBodies(Check{
		ID:          "ENV-025",
		Requirement: "{operation} refuses a valid body that stands in an array",
	}, refusesBody(func(body []byte) []byte { return slices.Concat([]byte("["), body, []byte("]")) }))),
	onBodies(Check{
		ID: "ENV-026", Clause: "errors/other-media-type-refused",
		Requirement: "{operation} refuses a valid body that is announced as text, as a form or as XML",
	}, refusesOtherMediaTypes),
	onBodies(Check{
		ID: "ENV-027", Clause: "errors/missing-body-refused",
		Requirement: "{operation} refuses a request without a body",
	}, refusesBody(func([]byte) []byte { return []byte{} })),
	[]Check{{
		ID: "ENV-028", Clause: "signature/ambiguous-request-refused", Does: reports.Read, Operations: []string{"singleVerify"},
		Requirement: "text that is not valid Unicode is refused and not repaired, be it in its bytes or in an escape",
		Run:         refusesBrokenText,
	}, {
		ID: "ENV-031", Clause: "errors/oversized-refused", Does: reports.Read, Operations: []string{"singleVerify"},
		Requirement: "a body of 2 MB, which is too large for most servers, is answered in the envelope",
		Run:         answersLargeBody,
	}},
	onBodies(Check{
		ID: "ENV-029", Clause: "envelope/no-server-error",
		Requirement: "{operation} answers bodies that are no request at all without failing",
	}, withstandsAnyBody),
	onEach(Check{
		ID: "ENV-030", Clause: "errors/refusals-in-the-envelope",
		Requirement: "{operation} refuses in the envelope what is wrong as HTTP or as JSON: method, media type, body",
	}, refusesInEnvelope),
)

// unknownPath completes a check that asks a service for a path beside that of
// its operation.
func unknownPath(check Check) Check {
	check.Clause = "errors/unknown-path-refused"
	service := strings.TrimPrefix(check.ID, "ENV-020/")
	check.Requirement = "a path of the " + service + " service that no page names is refused in the envelope"
	check.Run = func(ctx context.Context, s *session.Session) {
		draft := s.NewValid(ctx, check.Operations[0])
		s.RequireAccepted(s.Send(ctx, draft))
		beside := func(w *session.Wire) {
			address := *w.URL
			address.Path = path.Join(path.Dir(address.Path), "mallcheckNoSuchPath")
			w.URL = &address
		}
		Expect(s.Send(ctx, draft.After(beside))).To(sayWhyRefused(), "the refusal of an unknown path")
	}
	return check
}

// otherMethod returns a method that no operation with the path of an operation has.
func otherMethod(operation string) string {
	path := operationOf(operation).Path
	for _, other := range operations() {
		if other.Path == path && other.Method == http.MethodPost {
			return http.MethodPut
		}
	}
	return http.MethodPost
}

// refusesBody asserts that an operation refuses its valid body in another form.
func refusesBody(change func(body []byte) []byte) func(context.Context, *session.Session, string) {
	return func(ctx context.Context, s *session.Session, operation string) {
		refusesTwin(ctx, s, operation, "a request with this body", session.RawBody(change))
	}
}

func refusesTwoPartners(ctx context.Context, s *session.Session, operation string) {
	other := signing.StringMember("partnerCode", s.Target().PartnerCode+"0")
	draft := s.NewValid(ctx, operation)
	controlled(ctx, s, draft, func() {
		before := func(w *session.Wire) { w.Members = slices.Insert(w.Members, 0, other) }
		Expect(s.Send(ctx, draft.Twin().After(before))).To(beRefused(), "a request with another partnerCode before the signed one")
		behind := func(w *session.Wire) { w.Members = append(w.Members, other) }
		Expect(s.Send(ctx, draft.Twin().After(behind))).To(beRefused(), "a request with another partnerCode behind the signed one")
	})
}

func refusesOtherMediaTypes(ctx context.Context, s *session.Session, operation string) {
	draft := s.NewValid(ctx, operation)
	controlled(ctx, s, draft, func() {
		for _, media := range []string{"text/plain", "application/x-www-form-urlencoded", "application/xml"} {
			answer := s.Send(ctx, draft.Twin().After(session.Header("Content-Type", media)))
			Expect(answer).To(beRefused(), "a body with Content-Type "+media)
		}
	})
}

// refusesBrokenText sends text that lenient readers repair to U+FFFD, with the
// sign that is right for the repaired text.
func refusesBrokenText(ctx context.Context, s *session.Session) {
	const repaired = "\ufffd"
	wrong := repaired
	draft := s.NewSingleVerify(s.ExistingSIM()).
		Before(session.Set("url", printedLogin+"?"+repaired)).
		After(session.RawBody(func(body []byte) []byte { return bytes.ReplaceAll(body, []byte(repaired), []byte(wrong)) }))
	s.RequireAccepted(s.Send(ctx, draft))
	wrong = "\xff"
	Expect(s.Send(ctx, draft)).To(beRefused(), "a url with a byte that is not UTF-8")
	wrong = `\ud800`
	Expect(s.Send(ctx, draft)).To(beRefused(), "a url with half of a surrogate pair in an escape")
}

// answersLargeBody sends 2 MB of white space between the members of a body, which
// changes nothing of what is signed.
func answersLargeBody(ctx context.Context, s *session.Session) {
	draft := s.NewSingleVerify(s.ExistingSIM()).After(session.RawBody(func(body []byte) []byte {
		return slices.Concat(bytes.TrimSuffix(body, []byte("}")), bytes.Repeat([]byte(" "), 2<<20), []byte("}"))
	}))
	Expect(s.Send(ctx, draft).OperateCode).NotTo(BeEmpty(), "the operateCode of the answer to a body of 2 MB")
}

func withstandsAnyBody(ctx context.Context, s *session.Session, operation string) {
	draft := s.NewValid(ctx, operation)
	controlled(ctx, s, draft, func() {
		for _, body := range []string{
			`null`, `true`, `0`, `"text"`, `[]`, `{}`, `{"version":{},"partnerCode":[],"sign":0}`, `{"sim_ids":{}}`,
			`{"payId":[],"payAmount":{},"deviceCode":0}`, "\x00", strings.Repeat("[", 5000) + strings.Repeat("]", 5000),
		} {
			answer := s.Send(ctx, draft.Twin().After(session.RawBody(func([]byte) []byte { return []byte(body) })))
			Expect(answer.Status).To(BeNumerically("<", 500), "the HTTP status for the body "+body[:min(len(body), 50)])
		}
	})
}

func refusesInEnvelope(ctx context.Context, s *session.Session, operation string) {
	type mistake struct {
		what string
		edit session.Edit
	}
	mistakes := []mistake{{"another method", session.Method(otherMethod(operation))}}
	if operationOf(operation).hasBody() {
		mistakes = append(mistakes,
			mistake{"another media type", session.Header("Content-Type", "text/plain")},
			mistake{"a body that is no JSON", session.RawBody(func(body []byte) []byte { return body[:len(body)-1] })},
			mistake{"no body", session.RawBody(func([]byte) []byte { return []byte{} })})
	}
	draft := s.NewValid(ctx, operation)
	for _, wrong := range mistakes {
		answer := s.Send(ctx, draft.Twin().After(wrong.edit))
		Expect(answer).To(sayWhyRefused(), "the refusal of a request with "+wrong.what)
	}
}
