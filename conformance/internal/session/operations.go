package session

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/mallcheck/mallcheck/conformance/internal/requests"
	"github.com/mallcheck/mallcheck/conformance/internal/wire"
)

// The pauses between two looks at a task double from the first to the longest.
const (
	firstPause   = time.Millisecond
	longestPause = time.Second
)

// Accepted is an asynchronous operation that the target accepted.
type Accepted struct {
	// RequestID is the key of its result, as the response header gives it.
	RequestID string
	// Answer is the whole answer.
	Answer *wire.Answer
}

// NewAddSims drafts an addSims of SIM cards to a group.
func (s *Session) NewAddSims(group string, sims ...string) *Draft {
	return s.newDraft("addSims")(requests.AddSIMs(s.Target(), group, sims...))
}

// NewRemoveSims drafts a removeSims of SIM cards from a group.
func (s *Session) NewRemoveSims(group string, sims ...string) *Draft {
	return s.newDraft("removeSims")(requests.RemoveSIMs(s.Target(), group, sims...))
}

// NewListGroupSims drafts a listGroupSims.
func (s *Session) NewListGroupSims(group string) *Draft {
	return s.newDraft("listGroupSims")(requests.ListGroupSIMs(s.Target(), group))
}

// NewListBundles drafts a listBundles.
func (s *Session) NewListBundles() *Draft {
	return s.newDraft("listBundles")(requests.ListBundles(s.Target()))
}

// NewAsyncResult drafts an asyncResult.
func (s *Session) NewAsyncResult(requestID string) *Draft {
	return s.newDraft("asyncResult")(requests.AsyncResult(s.Target(), requestID))
}

// NewSingleVerify drafts a singleVerify of a SIM card.
func (s *Session) NewSingleVerify(sim string) *Draft {
	return s.newDraft("singleVerify")(requests.SingleVerify(s.Target(), sim))
}

// NewSingleServicePlanPage drafts a singleServicePlanPage for a SIM card.
func (s *Session) NewSingleServicePlanPage(sim string) *Draft {
	return s.newDraft("singleServicePlanPage")(requests.SingleServicePlanPage(s.Target(), sim))
}

// makeValid drafts a valid request of an operation, after creating what it needs.
func (s *Session) makeValid(ctx context.Context, operation string) *Draft {
	switch operation {
	case "addSims":
		return s.NewAddSims(s.Group(), s.UnknownSIM())
	case "removeSims":
		return s.NewRemoveSims(s.Group(), s.UnknownSIM())
	case "listGroupSims":
		return s.NewListGroupSims(s.Group())
	case "listBundles":
		return s.NewListBundles()
	case "asyncResult":
		if with := s.connection.arranger; with != nil && s.Quick() {
			return s.NewAsyncResult(with.Task(ctx, s))
		}
		accepted := s.AddSIMs(ctx, s.Group(), s.UnknownSIM())
		s.AwaitResult(ctx, accepted.RequestID)
		return s.NewAsyncResult(accepted.RequestID)
	case "singleVerify":
		return s.NewSingleVerify(s.ExistingSIM())
	case "singleServicePlanPage":
		return s.NewSingleServicePlanPage(s.ExistingSIM())
	}
	return s.validPurchase(ctx, operation)
}

// AddSIMs adds SIM cards to a group and requires that the target accepts it.
func (s *Session) AddSIMs(ctx context.Context, group string, sims ...string) Accepted {
	return s.Identified(s.Send(ctx, s.NewAddSims(group, sims...)))
}

// RemoveSIMs removes SIM cards from a group and requires that the target accepts it.
func (s *Session) RemoveSIMs(ctx context.Context, group string, sims ...string) Accepted {
	return s.Identified(s.Send(ctx, s.NewRemoveSims(group, sims...)))
}

// Identified requires that an answer accepts a task and has a request id.
func (s *Session) Identified(answer *wire.Answer) Accepted {
	s.RequireAccepted(answer)
	header := s.Target().RequestIDHeader
	id := answer.Header.Get(header)
	switch {
	case len(answer.Header.Values(header)) == 0:
		s.Prevents("request-id/header-present", answer.Exchange,
			answer.Operation+" succeeded without the header that carries the request id",
			"a response header "+header, "none")
	case id == "":
		s.Prevents("request-id/non-empty", answer.Exchange,
			answer.Operation+" succeeded with an empty request id",
			"a response header "+header+" with a value", "an empty one")
	}
	return Accepted{RequestID: id, Answer: answer}
}

// RequireAccepted ends the check if the target did not accept a valid request: a precondition of the check failed. An
// answer that is neither a success nor a refusal in a known form deviates from the clause about the envelope, not from
// the operation's.
func (s *Session) RequireAccepted(answer *wire.Answer) {
	if answer.Accepted() {
		return
	}
	clause, what := "requests/valid-accepted", " refused a valid request"
	if !answer.Refused() && answer.Status < 500 {
		clause, what = "envelope/present", " answered a valid request in an unknown form"
	}
	s.Prevents(clause, answer.Exchange, "precondition failed: "+answer.Operation+what+": "+answer.Told(), `operateCode "S"`, answer.String())
}

// ReadResult queries the result of a task once and requires that it is found.
func (s *Session) ReadResult(ctx context.Context, requestID string) wire.Result {
	answer := s.Send(ctx, s.NewAsyncResult(requestID))
	if !answer.Accepted() {
		s.notFound(answer, requestID)
	}
	return wire.ResultOf(answer)
}

// notFound ends the check because a request id does not find its result.
func (s *Session) notFound(answer *wire.Answer, requestID string) {
	s.Prevents("request-id/finds-its-own-result", answer.Exchange,
		"asyncResult does not find a request_id that was returned",
		"the result of "+requestID, answer.String())
}

// AwaitResult queries the result of a task until its status is final. A task that exceeds its time limit
// is a violation.
func (s *Session) AwaitResult(ctx context.Context, requestID string) wire.Result {
	return s.AwaitResultAs(ctx, s.Target().PartnerCode, requestID)
}

// AwaitResultAs is AwaitResult for another partner.
func (s *Session) AwaitResultAs(ctx context.Context, partner, requestID string) wire.Result {
	if s.Quick() {
		s.pause(s.connection.tasks.Pause(5*time.Millisecond, s.Target().TaskTimeout/4)) // an earlier query would prove nothing
	}
	return s.watch(ctx, partner, requestID, func(wire.Result) {})
}

// WatchResult is AwaitResult, but passes every result to look, including the last.
func (s *Session) WatchResult(ctx context.Context, requestID string, look func(wire.Result)) wire.Result {
	return s.watch(ctx, s.Target().PartnerCode, requestID, look)
}

func (s *Session) watch(ctx context.Context, partner, requestID string, look func(wire.Result)) wire.Result {
	started, limit, waited := time.Now(), s.Target().TaskTimeout, s.connection.pace.Waited()
	var seen []string // each status once, in order
	for pause := s.connection.tasks.Pause(firstPause, limit/4); ; pause = min(2*pause, longestPause) {
		asked := time.Since(started)
		answer := s.Send(ctx, s.NewAsyncResult(requestID).As(partner))
		result, passed := wire.ResultOf(answer), time.Since(started)-(s.connection.pace.Waited()-waited)
		if answer.Accepted() {
			look(result)
			if s.Terminal(result) {
				s.recordResult(requestID, result)
				if len(seen) > 0 {
					s.connection.tasks.Took(asked)
				}
				return result
			}
			if !slices.Contains(seen, result.Status) {
				seen = append(seen, result.Status)
			}
		} else if !answer.Refused() || passed > limit {
			s.notFound(answer, requestID)
		}
		if passed > limit {
			s.notEnded(answer, requestID, seen)
		}
		s.pause(pause)
	}
}

// notEnded ends the check because a task did not end in time. That it ends is documented; how long it may take, and
// which statuses are final, is not.
func (s *Session) notEnded(answer *wire.Answer, requestID string, seen []string) {
	statuses, _ := json.Marshal(seen)
	s.Prevents("async/ends-in-time", answer.Exchange,
		fmt.Sprintf("the task %s did not end within %s; statuses seen: %s. If it takes longer, raise --task-timeout; "+
			"if one of them is final, add it to --terminal-status", requestID, s.Target().TaskTimeout, statuses),
		"a final status: "+strings.Join(s.Target().TerminalStatus, ", "), string(statuses))
}

// pause waits, but returns early if the run is stopped.
func (s *Session) pause(d time.Duration) {
	asked := time.Now()
	defer func() { s.connection.bill.Waited(time.Since(asked)) }()
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-s.stop.Done():
	}
}
