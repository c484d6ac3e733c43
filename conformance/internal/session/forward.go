package session

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"

	"github.com/mallcheck/mallcheck/conformance/internal/journal"
	"github.com/mallcheck/mallcheck/conformance/internal/transport"
	"github.com/mallcheck/mallcheck/conformance/internal/wire"
	"github.com/mallcheck/mallcheck/openapi"
	"github.com/mallcheck/mallcheck/reports"
)

// ErrNotSent is the error of a request that was not sent to the target.
var ErrNotSent = errors.New("not sent")

// Forward sends a request that a client made and signed, within the rate and budget of the run, and
// journals it. It returns the exchange and the deviations of the answer. An ErrNotSent error says why
// nothing was sent. The body of the request must be rereadable.
func (c *Connection) Forward(ctx context.Context, operation openapi.Operation, request *http.Request,
) (exchange reports.Exchange, judged []reports.Deviation, err error) {
	s := c.Session(ctx)
	draft := &Draft{Operation: operation, wire: &wire.Request{Method: request.Method, URL: request.URL}}
	sent := false
	err = attempt(func() {
		s.turn(ctx)
		noted := s.announce(draft, request)
		sent = true
		exchange = s.exchange(ctx, draft, request)
		if exchange.Response == nil || transport.TimedOut(exchange) || transport.Stopped(exchange) || wire.Unavailable(exchange.Response) {
			return
		}
		judged = c.judge(exchange, false)
		answer := wire.ReadAnswer(0, exchange)
		s.recordOutcome(noted, answer)
		c.see(answer)
	})
	switch limited := s.Exchanges(); {
	case err != nil && !sent:
		return exchange, nil, fmt.Errorf("%w%w", err, silent{ErrNotSent})
	case err != nil && len(limited) > 0: // the target asked to wait too often: its last answer counts
		return limited[len(limited)-1], nil, nil
	}
	return exchange, judged, err
}

// silent is an error for errors.Is that adds nothing to the text.
type silent struct{ error }

// Error implements error.
func (silent) Error() string { return "" }

// Unwrap returns the error.
func (s silent) Unwrap() error { return s.error }

// EndForwarding undoes the effects of the forwarded requests, like Sweep, and closes the journal. It
// returns a sentence for each thing that stays on the target.
func (c *Connection) EndForwarding() []string {
	if c.target.Sandbox {
		return nil
	}
	entries := c.journal.Entries()
	s := c.undoing()
	s.entries = c.journal.Unfinished()
	c.awaitAll(entries)
	left := s.Undo()
	return append(left, c.Finish(len(left) == 0)...)
}

// KeepForwarded leaves the effects of the forwarded requests on the target and their entries in the
// journal. It returns a sentence for each thing that stays.
func (c *Connection) KeepForwarded() (left []string) {
	if c.target.Sandbox {
		return nil
	}
	entries := c.journal.Entries()
	undoable := slices.ContainsFunc(entries, func(e *journal.Entry) bool {
		return (e.ChangesGroup() || e.Operation == journal.Subscribe) && e.Outcome() != journal.Refused
	})
	if undoable {
		left = append(left, "changes to groups and subscriptions stay on the target; mallcheck sweep undoes them")
	}
	c.journal.Close(!undoable)
	return append(left, journal.Bought(entries, c.price())...)
}
