package session

import (
	"context"
	"net/http"
	"time"

	"github.com/mallcheck/mallcheck/conformance/internal/pace"
	"github.com/mallcheck/mallcheck/reports"
)

// What a run does when the target limits the rate of calls.
const (
	longestWait = 60 * time.Second // asked to wait longer than this, a check is inconclusive at once
	mostWaits   = 3                // in a row, for one request
)

// turn waits until a request may be sent: until the target's wait is over and the rate allows it. It
// ends the check if the run is stopped before that.
func (s *Session) turn(ctx context.Context) {
	for {
		rest := s.connection.pace.Remaining()
		if rest <= 0 || s.Stopped() {
			break
		}
		s.pause(rest)
	}
	s.endIfStopped()
	asked := time.Now()
	defer func() { s.connection.bill.Waited(time.Since(asked)) }()
	if err := s.connection.pace.Allow(s.stop); err != nil || ctx.Err() != nil {
		panic(End{Verdict: reports.Inconclusive, Reason: "the run was stopped before the check was done"})
	}
}

// endIfClosed ends the check if the target asked to wait with an operation longer than a run waits, and
// that time has not passed. Undoing is tried nevertheless.
func (s *Session) endIfClosed(operation string) {
	if reason := s.connection.pace.Closed(operation); reason != "" && !s.undoes {
		panic(End{Verdict: reports.Inconclusive, Reason: reason})
	}
}

// exchange sends a request. If the target did not accept it because it limits the rate of calls,
// exchange sends it again after the time that the target asks for: the request was not executed, and its
// answer says nothing about it. Answers that ask to wait are recorded but not judged, like those of a
// service that is down.
func (s *Session) exchange(ctx context.Context, draft *Draft, request *http.Request) reports.Exchange {
	for waits := 0; ; waits++ {
		exchange := s.connection.client.Do(s.calls, draft.Operation.ID, request)
		s.connection.bill.Call(&exchange)
		wait, limited := pace.AsksToWait(exchange.Response)
		if !limited {
			return exchange
		}
		s.record(exchange, false)
		if waits == mostWaits || wait > longestWait {
			reason := pace.LimitedReason(exchange.Response.Status, wait)
			s.connection.pace.Close(draft.Operation.ID, wait, reason)
			panic(End{Verdict: reports.Inconclusive, Reason: reason})
		}
		s.connection.pace.Hold(wait)
		s.turn(ctx)
		again := request.Clone(request.Context())
		if request.GetBody != nil {
			again.Body, _ = request.GetBody() // reading from memory does not fail
		}
		request = again
	}
}
