package session

import (
	"slices"

	"github.com/mallcheck/mallcheck/conformance/internal/wire"
)

// UnknownForm ends the check because data in an answer does not have the form that the contract
// describes, so that its content cannot be judged.
func (s *Session) UnknownForm(answer *wire.Answer, expected string) {
	operation, _ := s.Contract().Operation(answer.Operation)
	s.Prevents(operation.Pointer+"/responses/200/content/application~1json/schema/properties/data", answer.Exchange,
		"precondition failed: data of the "+answer.Operation+" answer has an unknown form", expected, answer.String())
}

// Terminal reports whether a result is final.
func (s *Session) Terminal(result wire.Result) bool {
	return slices.Contains(s.Target().TerminalStatus, result.Status)
}
