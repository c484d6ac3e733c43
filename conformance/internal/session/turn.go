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
	longestWait = 60 * time.Second // asked to wait longer, the check is inconclusive at once
	mostWaits   = 3                // in a row, for one request
)

// turn waits until a request may be sent: the target has the run wait no longer,
// and the rate allows it. It ends the check when the run is stopped before.
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

// endIfClosed ends the check if the target asked to wait with an operation longer than a run does,
// and the time has not passed. What is undone is tried all the same.
func (s *Session) endIfClosed(operation string) {
	if reason := s.connection.pace.Closed(operation); reason != "" && !s.undoes {
		panic(End{Verdict: reports.Inconclusive, Reason: reason})
	}
}

// exchange sends a request. One that the target did not take because it limits the
// rate of calls is sent again after the time that the target asks for: it was not
// carried out, and its answer says nothing about what it asked. The answers that
// ask to wait are recorded, and judged no more than those of a service that is down.
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
			again.Body, _ = request.GetBody() // a reader over bytes does not fail
		}
		request = again
	}
}
