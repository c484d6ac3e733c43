package conformance

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/mallcheck/mallcheck/conformance/internal/wire"
	"github.com/mallcheck/mallcheck/conformance/target"
	"github.com/mallcheck/mallcheck/openapi"
	"github.com/mallcheck/mallcheck/reports"
	"github.com/mallcheck/mallcheck/signing"
)

// ErrNoAnswer is the error of a call that was not answered.
var ErrNoAnswer = errors.New("no answer")

// Called is the outcome of one call.
type Called struct {
	// Answer is the target's answer, or nil if there was none.
	Answer *Answer
	// Signed shows how the sign of the request was computed.
	Signed signing.Explanation
	// Problem says why the answer is not a success. It is empty for a success.
	Problem string
}

// Call makes one signed call of an operation of a target. set holds the members of
// its path, query or body, as NAME=TEXT or NAME:=JSON, in addition to those in the
// target's settings. If the error is not ErrNoAnswer, nothing was sent.
func Call(ctx context.Context, t *target.Target, operationID string, set []string) (*Called, error) {
	operation, err := callable(t, operationID)
	if err != nil {
		return nil, err
	}
	members := make([]signing.Member, len(set))
	for i, text := range set {
		if members[i], err = wire.ParseMember(text); err != nil {
			return nil, fmt.Errorf("--set: %w", err)
		}
	}
	contract, err := openapi.Mall()
	if err != nil {
		return nil, err
	}
	quiet := *t
	quiet.PushListen, quiet.PushListener = "", nil // a call waits for no push
	connection, err := Connect(&quiet, contract)
	if err != nil {
		return nil, err
	}
	defer connection.Close()
	connection.Within(ctx)
	s := connection.Session(ctx)
	draft, err := s.NewCall(operation, members)
	if err != nil {
		return nil, err
	}
	called := &Called{}
	answer, failed := s.Attempt(draft)
	if len(s.Exchanges()) > 0 {
		if called.Signed, err = s.Explain(operation, 0); err != nil {
			return nil, err
		}
	}
	if failed != nil && ctx.Err() != nil {
		failed = interruptedCall(operation, len(s.Exchanges()) > 0)
	}
	if failed != nil {
		return called, fmt.Errorf("%w%w", failed, silently{ErrNoAnswer})
	}
	called.Answer, called.Problem = answer, problemOf(answer, s.Exchanges()[0].Problem)
	return called, nil
}

// interruptedCall is the error of a call that was interrupted before its answer came.
func interruptedCall(operation openapi.Operation, sent bool) error {
	switch {
	case !sent:
		return errors.New("interrupted: nothing was sent")
	case operation.Does == openapi.Read:
		return errors.New("interrupted before the answer came")
	}
	return fmt.Errorf("interrupted before the answer came: the target may have executed %s", operation.ID)
}

// silently is an error that errors.Is finds but whose text is empty.
type silently struct{ error }

// Error implements error.
func (silently) Error() string { return "" }

// Unwrap returns the error.
func (s silently) Unwrap() error { return s.error }

// callable returns the operation, or an error if it cannot be called.
func callable(t *target.Target, id string) (openapi.Operation, error) {
	operation, known := openapi.OperationOf(id)
	switch {
	case !known:
		return operation, UnknownOperation(id)
	case operation.Service == notification:
		return operation, fmt.Errorf("%s is sent by the mall; partners do not call it", id)
	case t.URLs[operation.Service] == "":
		return operation, fmt.Errorf("--%s-url is missing: the target has no address for %s", operation.Service, id)
	case operation.Does != openapi.Read && t.Production && !t.YesProduction:
		return operation, fmt.Errorf("%s does a %s, and %s is a production target; if you mean it, add --yes-production", id, operation.Does, t.Name)
	case !operation.PathKnown && t.Paths[id] == "":
		return operation, fmt.Errorf("the path of %s is undocumented; set it with --path %s=/…", id, id)
	}
	return operation, nil
}

// UnknownOperation returns the error for an unknown operation id. It suggests the nearest
// one.
func UnknownOperation(id string) error {
	contract, err := openapi.Mall()
	if err != nil {
		return err
	}
	var ids []string
	for _, operation := range contract.Operations() {
		ids = append(ids, operation.ID)
	}
	return fmt.Errorf("%q is not an operation; %s", id, target.DidYouMean(id, ids, "there are "+strings.Join(ids, ", ")))
}

// problemOf says why an answer is not a success; "" means success. In a run the oracle
// judges answers, but nothing judges the answer of a single call.
// The parameter incomplete says why the answer is shorter than the target announced, or is empty.
func problemOf(answer *Answer, incomplete string) string {
	if !answer.Accepted() {
		return "the target did not accept the call"
	}
	if incomplete != "" {
		return "the answer is incomplete: " + incomplete
	}
	if answer.Status != http.StatusOK {
		return fmt.Sprintf("HTTP %d is not a success, whatever the body says", answer.Status)
	}
	decoder := json.NewDecoder(bytes.NewReader(answer.Body))
	var members map[string]json.RawMessage
	if err := decoder.Decode(&members); err != nil {
		return "the body is not a JSON object"
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return "something follows the JSON object in the body"
	}
	if _, err := signing.ParseMembers(answer.Body); err != nil {
		return "the JSON in the body is ambiguous: " + err.Error()
	}
	if answer.OperateCode != "" && string(members["operateCode"]) != `"`+reports.CodeSuccess+`"` {
		return "the body has no member operateCode, spelled so, with the text S"
	}
	return ""
}
