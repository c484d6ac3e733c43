package checks

import (
	"fmt"

	"github.com/onsi/gomega/types"

	"github.com/mallcheck/mallcheck/conformance/internal/session"
)

// beAccepted succeeds for an answer with operateCode "S".
func beAccepted() types.GomegaMatcher {
	return answerMatcher{"to be accepted: operateCode \"S\"", (*session.Answer).Accepted}
}

// beRefused succeeds for an answer that refuses: an envelope whose operateCode
// is not "S", or an HTTP status from 400 to 499.
func beRefused() types.GomegaMatcher {
	return answerMatcher{"to be refused: an operateCode other than \"S\", or HTTP 4xx", (*session.Answer).Refused}
}

// answerMatcher judges an answer of the target.
type answerMatcher struct {
	expected string
	holds    func(*session.Answer) bool
}

// Match implements types.GomegaMatcher.
func (m answerMatcher) Match(actual any) (bool, error) {
	answer, ok := actual.(*session.Answer)
	if !ok {
		return false, fmt.Errorf("expected a *session.Answer, got %T", actual)
	}
	return m.holds(answer), nil
}

// FailureMessage implements types.GomegaMatcher.
func (m answerMatcher) FailureMessage(actual any) string {
	return fmt.Sprintf("Expected\n    %v\n%s", actual, m.expected)
}

// NegatedFailureMessage implements types.GomegaMatcher.
func (m answerMatcher) NegatedFailureMessage(actual any) string {
	return fmt.Sprintf("Expected\n    %v\nnot %s", actual, m.expected)
}
