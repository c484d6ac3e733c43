package session

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/mallcheck/mallcheck/conformance/internal/pace"
	"github.com/mallcheck/mallcheck/reports"
)

// The grace periods of a stopped run: callGrace for calls in flight, undoGrace for undoing the effects
// of the checks. Both start when the run is stopped. What is not undone by then stays in the journal.
const (
	callGrace = 3 * time.Second
	undoGrace = 9 * time.Second
)

// lifetime limits the calls of a run. The zero value sets no limit.
type lifetime struct{ calls, undoing context.Context }

// Within ends the calls of the connection soon after ctx is done. Without it, each call ends only by its
// own time limit.
func (c *Connection) Within(ctx context.Context) {
	c.life = lifetime{pace.After(ctx, callGrace), pace.After(ctx, undoGrace)}
}

// Session returns the session of one check. Once ctx is done, no new call is made; one in flight may
// finish within its own time limit.
func (c *Connection) Session(ctx context.Context) *Session {
	return &Session{connection: c, stop: ctx, calls: c.life.calls, ended: new(atomic.Bool)}
}

// undoing returns a session that undoes effects, even after the run was stopped.
func (c *Connection) undoing() *Session {
	s := c.Session(c.life.undoing)
	s.calls, s.undoes = c.life.undoing, true
	return s
}

// End makes the session end its check on the next call of any method, because the check has exceeded its
// time limit.
func (s *Session) End() { s.ended.Store(true) }

// Stopped reports whether the run was stopped: no new request is sent.
func (s *Session) Stopped() bool { return s.stop.Err() != nil || s.ended.Load() }

// endIfStopped ends the check if the run was stopped or the check exceeded its time limit.
func (s *Session) endIfStopped() {
	if s.Stopped() {
		panic(End{Verdict: reports.Inconclusive, Reason: "the run was stopped before the check was done"})
	}
}
