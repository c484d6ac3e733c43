package checks

import (
	"cmp"
	"fmt"

	"github.com/onsi/gomega/types"

	"github.com/mallcheck/mallcheck/conformance/internal/expect"
	"github.com/mallcheck/mallcheck/conformance/internal/wire"
)

// beAccepted succeeds for an answer with operateCode "S". The description names the request: "a request
// without a sign".
func beAccepted() types.GomegaMatcher {
	return outcomeMatcher{accepted: true, expected: `operateCode "S"`}
}

// aRefusal is what a request that must be refused expects.
const aRefusal = `a refusal: an operateCode other than "S", or HTTP 4xx`

// beRefused succeeds for an answer that refuses: an envelope with an operateCode other than "S", or an
// HTTP status from 400 to 499. The description names the request.
func beRefused() types.GomegaMatcher {
	return outcomeMatcher{expected: aRefusal}
}

// outcomeMatcher judges whether a request was accepted or refused.
type outcomeMatcher struct {
	accepted bool // whether acceptance is required, rather than a refusal
	expected string
}

// Match implements types.GomegaMatcher.
func (m outcomeMatcher) Match(actual any) (bool, error) {
	answer, err := answerOf(actual)
	if err != nil {
		return false, err
	}
	if m.accepted {
		return answer.Accepted(), nil
	}
	return answer.Refused(), nil
}

// FailureMessage implements types.GomegaMatcher.
func (m outcomeMatcher) FailureMessage(actual any) string { return m.Tell(actual, "").Error() }

// NegatedFailureMessage implements types.GomegaMatcher.
func (m outcomeMatcher) NegatedFailureMessage(actual any) string {
	return "not: " + m.FailureMessage(actual)
}

// Tell implements expect.Teller: "addSims accepted a request without a sign".
func (m outcomeMatcher) Tell(actual any, request string) expect.Failure {
	request = cmp.Or(request, "a request")
	answer, err := answerOf(actual)
	if err != nil {
		return expect.Failure{Summary: err.Error(), Exchange: -1}
	}
	failure := expect.Failure{
		Summary:  answer.Operation + " " + outcomeWord(answer) + " " + request,
		Expected: m.expected, Actual: answer.String(), Exchange: answer.Exchange,
	}
	if !answer.Accepted() && !answer.Refused() {
		failure.Clause = formClause(answer, m.accepted)
	}
	return failure
}

// formClause returns the clause that an answer violates if it is neither a success nor a refusal of a
// known form. No page shows a refusal, so such an answer may be one.
func formClause(answer *wire.Answer, accepted bool) string {
	switch {
	case answer.Status >= 500 && accepted:
		return "envelope/no-server-error"
	case answer.Status >= 500:
		return "errors/no-server-error"
	case accepted:
		return "envelope/present"
	}
	return "errors/refusals-in-the-envelope"
}

// outcomeWord is the verb for an operation's reaction to a request.
func outcomeWord(answer *wire.Answer) string {
	switch {
	case answer.Accepted():
		return "accepted"
	case answer.Refused():
		return "refused"
	case answer.Status >= 500:
		return "failed on"
	}
	return "neither accepted nor refused"
}

// answerOf returns the answer to judge.
func answerOf(actual any) (*wire.Answer, error) {
	answer, isAnswer := actual.(*wire.Answer)
	if !isAnswer {
		return nil, fmt.Errorf("expected a *wire.Answer, got %T", actual)
	}
	return answer, nil
}

// formMatcher judges the form of an answer. The description says what happened.
type formMatcher struct {
	expected string
	holds    func(*wire.Answer) bool
}

// Match implements types.GomegaMatcher.
func (m formMatcher) Match(actual any) (bool, error) {
	answer, err := answerOf(actual)
	if err != nil {
		return false, err
	}
	return m.holds(answer), nil
}

// FailureMessage implements types.GomegaMatcher.
func (m formMatcher) FailureMessage(actual any) string { return m.Tell(actual, "").Error() }

// NegatedFailureMessage implements types.GomegaMatcher.
func (m formMatcher) NegatedFailureMessage(actual any) string {
	return "not: " + m.FailureMessage(actual)
}

// Tell implements expect.Teller.
func (m formMatcher) Tell(actual any, what string) expect.Failure {
	failure := expect.Failure{Summary: what, Expected: m.expected, Actual: expect.Show(actual), Exchange: -1}
	if answer, err := answerOf(actual); err == nil {
		failure.Exchange = answer.Exchange
	}
	return failure
}
