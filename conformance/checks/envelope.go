package checks

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"mime"
	"slices"
	"strings"

	"github.com/onsi/gomega/types"

	. "github.com/mallcheck/mallcheck/conformance/internal/expect"
	"github.com/mallcheck/mallcheck/conformance/internal/session"
	"github.com/mallcheck/mallcheck/reports"
	"github.com/mallcheck/mallcheck/signing"
)

// envelopeChecks are about the form of every answer, whatever it says, and about
// requests that are wrong before their parameters are looked at.
var envelopeChecks = slices.Concat(
	onEach(Check{
		ID: "ENV-001", Clause: "envelope/success",
		Requirement: `{operation} answers a valid request with operateCode "S" and no HTTP status of an error`,
	}, func(ctx context.Context, s *session.Session, operation string) {
		answer := s.SendValid(ctx, operation)
		Expect(answer).To(beAccepted(), "a valid request")
		Expect(answer.Status).To(BeNumerically("<", 400), "the HTTP status of a success")
	}),
	onAnswers(Check{
		ID: "ENV-002", Clause: "envelope/present",
		Requirement: "{operation} answers with one object that has operateCode and message, both texts, be it a success or a refusal",
	}, func(answer *session.Answer, which string) {
		Expect(answer).To(beEnvelope(), which)
	}),
	onEach(Check{
		ID: "ENV-003", Clause: "envelope/refusal",
		Requirement: `{operation} refuses with an operateCode that is a text and not "S", and with a message that is not empty`,
	}, func(ctx context.Context, s *session.Session, operation string) {
		refusal := refusedUnsigned(ctx, s, s.NewValid(ctx, operation))
		Expect(refusal).To(sayWhyRefused(), "the refusal of a request without a sign")
	}),
	onAnswers(Check{
		ID: "ENV-004", Clause: "envelope/media-type",
		Requirement: "{operation} announces its answer as application/json, be it a success or a refusal",
	}, func(answer *session.Answer, which string) {
		media, _, err := mime.ParseMediaType(answer.Header.Get("Content-Type"))
		Expect(err).To(Succeed(), "the header Content-Type of "+which)
		Expect(media).To(Equal("application/json"), "the media type of "+which)
	}),
	onAnswers(Check{
		ID: "ENV-005", Clause: "envelope/one-json-text",
		Requirement: "{operation} answers with exactly one JSON object in UTF-8 without a member twice, be it a success or a refusal",
	}, func(answer *session.Answer, which string) {
		_, err := signing.ParseMembers(answer.Body)
		Expect(err).To(Succeed(), "the body of "+which)
	}),
	among(onEach(Check{
		ID: "ENV-006", Clause: "envelope/data-on-success",
		Requirement: "{operation} answers a valid request with data that is not null",
	}, func(ctx context.Context, s *session.Session, operation string) {
		answer := s.SendValid(ctx, operation)
		s.RequireAccepted(answer)
		Expect(answer).To(haveData(), "a success")
	}), func(operation string) bool { return !slices.Contains(withoutData, operation) }),
	onEach(Check{
		ID: "ENV-007", Clause: "envelope/members-are-strings",
		Requirement: "every code, count, price and identifier in the answer of {operation} is a JSON string",
	}, func(ctx context.Context, s *session.Session, operation string) {
		answer := s.SendValid(ctx, operation)
		s.RequireAccepted(answer)
		Expect(notTexts(operationOf(operation), envelopeOf(answer), "")).To(BeEmpty(), "members that are no strings")
	}),
	onEach(Check{
		ID: "ENV-008", Clause: "globals/accept-language",
		Requirement: "{operation} accepts requests with Accept-Language en-US and with zh-CN",
	}, func(ctx context.Context, s *session.Session, operation string) {
		draft := s.NewValid(ctx, operation).After(session.Header("Accept-Language", "en-US"))
		Expect(s.Send(ctx, draft)).To(beAccepted(), "a request with Accept-Language en-US")
		chinese := again(ctx, s, draft).After(session.Header("Accept-Language", "zh-CN"))
		Expect(s.Send(ctx, chinese)).To(beAccepted(), "a request with Accept-Language zh-CN")
	}),
	transportChecks,
)

// withoutData are the operations of whose data on success nothing is known.
var withoutData = []string{"addSims", "removeSims", "cancelAutoRenewalRecord"}

// onAnswers makes a case for every operation of a check that looks at a success
// and at a refusal of it, which differ in the sign of their requests.
func onAnswers(check Check, look func(answer *session.Answer, which string)) []Check {
	return onEach(check, func(ctx context.Context, s *session.Session, operation string) {
		success := s.SendValid(ctx, operation)
		s.RequireAccepted(success)
		draft := s.NewValid(ctx, operation)
		look(success, "a success")
		look(s.Send(ctx, draft.Twin().After(session.Drop("sign"))), "a refusal")
	})
}

// refusedUnsigned sends a valid request without its sign and returns its refusal.
// It ends the check when the request is accepted: no refusal can be looked at then.
func refusedUnsigned(ctx context.Context, s *session.Session, draft *session.Draft) *session.Answer {
	answer := s.Send(ctx, draft.Twin().After(session.Drop("sign")))
	if answer.Accepted() {
		s.Violates("signature/missing-sign-refused", answer.Exchange,
			answer.Operation+" accepted a request without a sign, so the requirement could not be tested",
			`an operateCode other than "S", or HTTP 4xx`, answer.String())
	}
	return answer
}

// envelopeOf reads an answer as an object, whatever follows it; nil when it is none.
func envelopeOf(answer *session.Answer) map[string]any {
	var members map[string]any
	if json.NewDecoder(bytes.NewReader(answer.Body)).Decode(&members) != nil {
		return nil
	}
	return members
}

// textIn returns the text of an envelope's member, and whether it is a text.
func textIn(answer *session.Answer, name string) (text string, isText bool) {
	text, isText = envelopeOf(answer)[name].(string)
	return text, isText
}

// beEnvelope succeeds for an answer that is an object with operateCode and
// message, both texts.
func beEnvelope() types.GomegaMatcher {
	return formMatcher{"an object with operateCode and message, both strings", func(answer *session.Answer) bool {
		_, hasCode := textIn(answer, "operateCode")
		_, hasMessage := textIn(answer, "message")
		return hasCode && hasMessage
	}}
}

// haveData succeeds for an answer with data that is not null.
func haveData() types.GomegaMatcher {
	return formMatcher{"data that is not null", func(answer *session.Answer) bool {
		return envelopeOf(answer)["data"] != nil
	}}
}

// sayWhyRefused succeeds for an answer that is an envelope with a code other
// than "S" and a message.
func sayWhyRefused() types.GomegaMatcher {
	expected := `an object with an operateCode that is not "S" and a message, both strings that are not empty`
	return formMatcher{expected, func(answer *session.Answer) bool {
		code, _ := textIn(answer, "operateCode")
		message, _ := textIn(answer, "message")
		return code != "" && code != reports.CodeSuccess && message != ""
	}}
}

// notTexts returns the known members below a value that are no strings, each
// with what it is instead.
func notTexts(operation operation, value any, path string) []string {
	var found []string
	switch value := value.(type) {
	case map[string]any:
		for name, member := range value {
			found = append(found, notTexts(operation, member, path+"/"+name)...)
		}
	case []any:
		for _, element := range value {
			found = append(found, notTexts(operation, element, path)...)
		}
	case string:
	default:
		if slices.Contains(operation.texts, path) {
			found = append(found, fmt.Sprintf("%s: %v", strings.TrimPrefix(path, "/"), value))
		}
	}
	slices.Sort(found)
	return slices.Compact(found)
}
