package session

import (
	"fmt"
	"net/url"

	"github.com/mallcheck/mallcheck/conformance/internal/requests"
	"github.com/mallcheck/mallcheck/conformance/internal/wire"
	"github.com/mallcheck/mallcheck/openapi"
	"github.com/mallcheck/mallcheck/signing"
)

// NewCall drafts a request of any operation from the given members; requests.Call adds the defaults.
func (s *Session) NewCall(operation openapi.Operation, set []signing.Member) (*Draft, error) {
	request, err := requests.Call(s.Contract(), s.Target(), operation, set)
	if err != nil {
		return nil, err
	}
	return NewDraft(operation, request), nil
}

// Explain shows how the sign of a sent request is made by the target's rules.
func (s *Session) Explain(operation openapi.Operation, exchange int) (signing.Explanation, error) {
	sent := s.Exchanges()[exchange].Request
	address, err := url.Parse(sent.URL)
	if err != nil {
		return signing.Explanation{}, fmt.Errorf("reading the address of %s: %w", operation.ID, err)
	}
	explained, err := signing.ExplainRequest(sent.Method, address, sent.Body, []string{operation.Path}, s.Target().Sign)
	if err != nil {
		return signing.Explanation{}, fmt.Errorf("reading the parameters of %s: %w", operation.ID, err)
	}
	return explained, nil
}

// Attempt sends a draft; unlike Send, it returns an error if no answer arrives.
func (s *Session) Attempt(draft *Draft) (answer *wire.Answer, err error) {
	err = attempt(func() { answer = s.Send(s.stop, draft) })
	return answer, err
}
