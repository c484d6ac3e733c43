package session

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/mallcheck/mallcheck/conformance/internal/pace"
	"github.com/mallcheck/mallcheck/reports"
)

// What a stopped run still does: a call in flight may end for callGrace, and what the
// checks did is undone for undoGrace, both counted from when the run was stopped. What
// is not undone by then stays in the journal.
const (
	callGrace = 3 * time.Second
	undoGrace = 9 * time.Second
)

// lifetime bounds the calls of a run. The zero value bounds none.
type lifetime struct{ calls, undoing context.Context }

// Within ends the calls of the connection soon after ctx is done. Without it each call
// ends within its own time limit alone.
func (c *Connection) Within(ctx context.Context) {
	c.life = lifetime{pace.After(ctx, callGrace), pace.After(ctx, undoGrace)}
}

// Session returns the session of one check. When ctx is done, no new call is made;
// one in flight may still finish within its own time limit.
func (c *Connection) Session(ctx context.Context) *Session {
	return &Session{connection: c, stop: ctx, calls: c.life.calls, ended: new(atomic.Bool)}
}

// undoing returns a session that undoes something, also when the run was stopped.
func (c *Connection) undoing() *Session {
	s := c.Session(c.life.undoing)
	s.calls, s.undoes = c.life.undoing, true
	return s
}

// End makes the session end its check as soon as the check asks it for anything: the
// check has outlived its time limit.
func (s *Session) End() { s.ended.Store(true) }

// Stopped reports whether the run was stopped: no new request is sent.
func (s *Session) Stopped() bool { return s.stop.Err() != nil || s.ended.Load() }

// endIfStopped ends the check when it is not to go on.
func (s *Session) endIfStopped() {
	if s.Stopped() {
		panic(End{Verdict: reports.Inconclusive, Reason: "the run was stopped before the check was done"})
	}
}
