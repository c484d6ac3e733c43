package conformance

import (
	"context"
	"runtime/debug"
	"time"

	"github.com/mallcheck/mallcheck/conformance/checks"
	"github.com/mallcheck/mallcheck/conformance/internal/expect"
	"github.com/mallcheck/mallcheck/conformance/internal/session"
	"github.com/mallcheck/mallcheck/conformance/target"
	"github.com/mallcheck/mallcheck/reports"
)

// endGrace is how long a stopped check may take to end.
const endGrace = 4 * time.Second

// limitOf returns how long one check may take against a target. It is generous: a
// check awaits several tasks, and is counted out only when it hangs.
func limitOf(t *target.Target) time.Duration {
	limit := time.Minute + 3*(t.TaskTimeout+t.PushTimeout)
	if t.Rate > 0 {
		limit += time.Duration(float64(500*time.Second) / t.Rate)
	}
	return limit
}

// perform runs a check and returns how it ended: nil, an expect.Failure, a
// session.End, or broken. A check that outlives limit, or does not end although the
// run was stopped, is left behind: it ends when it asks its session for anything.
func perform(ctx context.Context, check checks.Check, s *session.Session, limit time.Duration) any {
	done := make(chan any, 1)
	go func() { done <- outcome(ctx, check, s) }()
	late := time.NewTimer(limit)
	defer late.Stop()
	reason := "the check did not end within " + limit.String()
	select {
	case end := <-done:
		return end
	case <-late.C:
	case <-ctx.Done():
		reason = "the run was stopped, and the check did not end within " + endGrace.String()
		if end, ended := within(done, endGrace); ended {
			return end
		}
	}
	s.End()
	if end, ended := within(done, endGrace); ended {
		if _, stopped := end.(session.End); !stopped {
			return end
		}
	}
	return session.End{Verdict: reports.Inconclusive, Reason: reason}
}

// within waits for the end of a check for a while.
func within(done <-chan any, wait time.Duration) (end any, ended bool) {
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case end = <-done:
		return end, true
	case <-timer.C:
		return nil, false
	}
}

// outcome runs a check and returns how it ended.
func outcome(ctx context.Context, check checks.Check, s *session.Session) (end any) {
	defer func() {
		switch value := recover().(type) {
		case nil:
		case expect.Failure, session.End:
			end = value
		default:
			end = crash{value, ownFrames(debug.Stack())}
		}
	}()
	check.Run(ctx, s)
	return nil
}
