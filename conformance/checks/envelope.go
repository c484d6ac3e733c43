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
	"github.com/mallcheck/mallcheck/conformance/internal/wire"
	"github.com/mallcheck/mallcheck/reports"
	"github.com/mallcheck/mallcheck/signing"
)

// envelopeChecks are about the form of every answer, and about requests that are wrong as HTTP or as
// JSON.
var envelopeChecks = slices.Concat(
	onEach(Check{
		ID: "ENV-001", Clause: "envelope/success",
		Requirement: `{operation} answers a valid request with operateCode "S" and an HTTP status below 400`,
	}, func(ctx context.Context, s *session.Session, operation string) {
		answer := s.SendValid(ctx, operation)
		Expect(answer).To(beAccepted(), "a valid request")
		Expect(answer.Status).To(BeNumerically("<", 400), "%s answered a success with an error status", operation)
	}),
	onAnswers(Check{
		ID: "ENV-002", Clause: "envelope/present",
		Requirement: "every success and refusal of {operation} is an object with the strings operateCode and message",
	}, func(answer *wire.Answer, which string) {
		Expect(answer).To(beEnvelope(), "%s returned %s without the envelope", answer.Operation, which)
	}),
	onEach(Check{
		ID: "ENV-003", Clause: "envelope/refusal",
		Requirement: `{operation} refuses with a string operateCode other than "S" and a message that is not empty`,
	}, func(ctx context.Context, s *session.Session, operation string) {
		refusal := refusedUnsigned(ctx, s, s.NewValid(ctx, operation))
		Expect(refusal).To(sayWhyRefused(), "%s refused an unsigned request without operateCode or message", operation)
	}),
	onAnswers(Check{
		ID: "ENV-004", Clause: "envelope/media-type",
		Requirement: "every success and refusal of {operation} has the media type application/json",
	}, func(answer *wire.Answer, which string) {
		media, _, err := mime.ParseMediaType(answer.Header.Get("Content-Type"))
		Expect(err).To(Succeed(), "%s returned %s with an unreadable Content-Type", answer.Operation, which)
		Expect(media).To(Equal("application/json"), "%s returned %s with the wrong media type", answer.Operation, which)
	}),
	onAnswers(Check{
		ID: "ENV-005", Clause: "envelope/one-json-text",
		Requirement: "every success and refusal of {operation} is exactly one JSON object in UTF-8, without duplicate members",
	}, func(answer *wire.Answer, which string) {
		_, err := signing.ParseMembers(answer.Body)
		Expect(err).To(Succeed(), "%s returned %s that is not one well-formed JSON object", answer.Operation, which)
	}),
	among(onEach(Check{
		ID: "ENV-006", Clause: "envelope/data-on-success",
		Requirement: "{operation} answers a valid request with data other than null",
	}, func(ctx context.Context, s *session.Session, operation string) {
		answer := s.SendValid(ctx, operation)
		s.RequireAccepted(answer)
		Expect(answer).To(haveData(), "%s returned a success without data", operation)
	}), func(operation string) bool { return !slices.Contains(withoutData, operation) }),
	onEach(Check{
		ID: "ENV-007", Clause: "envelope/members-are-strings",
		Requirement: "every code, count, price and identifier in an answer of {operation} is a JSON string",
	}, func(ctx context.Context, s *session.Session, operation string) {
		answer := s.SendValid(ctx, operation)
		s.RequireAccepted(answer)
		Expect(nonStrings(operationOf(operation), envelopeOf(answer),
			"")).To(BeEmpty(), "%s returned members that are not JSON strings", operation)
	}),
	onEach(Check{
		ID: "ENV-008", Clause: "globals/accept-language",
		Requirement: "{operation} accepts requests with Accept-Language en-US and with zh-CN",
	}, func(ctx context.Context, s *session.Session, operation string) {
		draft := s.NewValid(ctx, operation).After(wire.Header("Accept-Language", "en-US"))
		Expect(s.Send(ctx, draft)).To(beAccepted(), "a request with Accept-Language en-US")
		chinese := again(ctx, s, draft).After(wire.Header("Accept-Language", "zh-CN"))
		Expect(s.Send(ctx, chinese)).To(beAccepted(), "a request with Accept-Language zh-CN")
	}),
	transportChecks,
)

// withoutData are the operations whose data on success is unknown.
var withoutData = []string{"addSims", "removeSims", "cancelAutoRenewalRecord"}

// onAnswers makes a case of a check for every operation. look is called with a success and with the
// refusal of the same request without its sign.
func onAnswers(check Check, look func(answer *wire.Answer, which string)) []Check {
	return onEach(check, func(ctx context.Context, s *session.Session, operation string) {
		success := s.SendValid(ctx, operation)
		s.RequireAccepted(success)
		draft := s.NewValid(ctx, operation)
		look(success, "a success")
		refusal := s.Send(ctx, draft.Twin().After(wire.Drop("sign")))
		defer func() {
			failed := recover()
			if failure, is := failed.(Failure); is && failure.Clause == "" && !refusal.Accepted() {
				failure.Clause = "errors/refusals-in-the-envelope" // no page says what a refusal looks like
				failed = failure
			}
			if failed != nil {
				panic(failed)
			}
		}()
		look(refusal, "a refusal")
	})
}

// refusedUnsigned sends a valid request without its sign and returns the refusal. It ends the check if
// the request is accepted, because there is no refusal to examine.
func refusedUnsigned(ctx context.Context, s *session.Session, draft *session.Draft) *wire.Answer {
	answer := s.Send(ctx, draft.Twin().After(wire.Drop("sign")))
	if answer.Accepted() {
		s.Prevents("signature/missing-sign-refused", answer.Exchange,
			"precondition failed: "+answer.Operation+" accepted a request without a sign",
			aRefusal, answer.String())
	}
	return answer
}

// envelopeOf reads an answer as an object and ignores what follows it; nil if it is not one.
func envelopeOf(answer *wire.Answer) map[string]any {
	var members map[string]any
	if json.NewDecoder(bytes.NewReader(answer.Body)).Decode(&members) != nil {
		return nil
	}
	return members
}

// stringIn returns the text of an envelope's member, and whether it is a string.
func stringIn(answer *wire.Answer, name string) (text string, isString bool) {
	text, isString = envelopeOf(answer)[name].(string)
	return text, isString
}

// beEnvelope succeeds for an object with the strings operateCode and message.
func beEnvelope() types.GomegaMatcher {
	return formMatcher{"an object with operateCode and message, both strings", func(answer *wire.Answer) bool {
		_, hasCode := stringIn(answer, "operateCode")
		_, hasMessage := stringIn(answer, "message")
		return hasCode && hasMessage
	}}
}

// haveData succeeds for an answer whose data is present and not null.
func haveData() types.GomegaMatcher {
	return formMatcher{"data other than null", func(answer *wire.Answer) bool {
		return envelopeOf(answer)["data"] != nil
	}}
}

// sayWhyRefused succeeds for an envelope with an operateCode other than "S" and a
// message.
func sayWhyRefused() types.GomegaMatcher {
	expected := `an object with an operateCode other than "S" and a message, both non-empty strings`
	return formMatcher{expected, func(answer *wire.Answer) bool {
		code, _ := stringIn(answer, "operateCode")
		message, _ := stringIn(answer, "message")
		return code != "" && code != reports.CodeSuccess && message != ""
	}}
}

// nonStrings returns the members below a value that the contract calls strings but that are not, each with
// its value. It looks no deeper than the contract does, whatever the answer contains there.
func nonStrings(operation operation, value any, path string) []string {
	if !slices.ContainsFunc(operation.stringPaths, func(known string) bool { return strings.HasPrefix(known, path) }) {
		return nil
	}
	var found []string
	switch value := value.(type) {
	case map[string]any:
		for name, member := range value {
			found = append(found, nonStrings(operation, member, path+"/"+name)...)
		}
	case []any:
		for _, element := range value {
			found = append(found, nonStrings(operation, element, path)...)
		}
	case string:
	case nil: // whether a member may be null is another clause, judged by the oracle
	default:
		if slices.Contains(operation.stringPaths, path) {
			found = append(found, fmt.Sprintf("%s: %v", strings.TrimPrefix(path, "/"), value))
		}
	}
	slices.Sort(found)
	return slices.Compact(found)
}
