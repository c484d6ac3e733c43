package session

import (
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/mallcheck/mallcheck/conformance/internal/receiver"
	"github.com/mallcheck/mallcheck/reports"
)

// Push is one attempt of the target to deliver a push.
type Push = receiver.Push

// NoAnswer is the status of a push whose connection is closed without an answer.
const NoAnswer = receiver.NoAnswer

// receiver returns the receiver of the run, or ends the check without one.
func (s *Session) receiver() *receiver.Receiver {
	s.need(s.connection.receiver != nil, "push-listen")
	return s.connection.receiver
}

// AnswerPushes answers the first pushes about a purchase with HTTP statuses, or not at all for NoAnswer.
// Later ones are accepted.
func (s *Session) AnswerPushes(p Purchase, statuses ...int) { s.receiver().Plan(p.PayID, statuses...) }

// Pushes returns the pushes about a purchase that have arrived, in order.
func (s *Session) Pushes(p Purchase) []*Push {
	pushes, _ := s.receiver().About(p.PayID, p.OrderNo)
	return pushes
}

// AwaitPushes returns the pushes about a purchase once there are n. If one does not arrive within its
// time limit, that violates the clause.
func (s *Session) AwaitPushes(p Purchase, n int, clause string) []*Push {
	pushes := s.ArrivedPushes(p, n)
	if len(pushes) < n {
		s.MissedPush(p, n, clause, pushes)
	}
	return pushes[:n]
}

// MissedPush ends the check because fewer than n pushes about a purchase arrived in time.
func (s *Session) MissedPush(p Purchase, n int, clause string, pushes []*Push) {
	s.receiver().NoteMissed()
	s.Violates(clause, len(s.Exchanges())-1, fmt.Sprintf("push %d about the order %s did not arrive within %s", n, p.OrderNo, s.Target().PushTimeout),
		"pushes about the order: "+strconv.Itoa(n), strconv.Itoa(len(pushes)))
}

// ArrivedPushes returns the pushes about a purchase once there are n, or those that have arrived when
// the time limit for pushes is over.
func (s *Session) ArrivedPushes(p Purchase, n int) []*Push {
	return s.ArrivedWithin(p, n, s.Target().PushTimeout)
}

// AnyPush reports whether any push has arrived in the run.
func (s *Session) AnyPush() bool { return s.receiver().Any() }

// ArrivedWithin is ArrivedPushes with a time limit of its own.
func (s *Session) ArrivedWithin(p Purchase, n int, limit time.Duration) []*Push {
	r, asked := s.receiver(), time.Now()
	defer func() { s.connection.bill.Waited(time.Since(asked)) }()
	for late := time.After(r.Patience(limit)); ; {
		pushes, changed := r.About(p.PayID, p.OrderNo)
		if len(pushes) >= n {
			s.show(pushes[:n])
			return pushes
		}
		select {
		case <-changed:
		case <-s.stop.Done():
			panic(End{Verdict: reports.Inconclusive, Reason: "the run was stopped before the check was done"})
		case <-late:
			s.show(pushes)
			return pushes
		}
	}
}

// show records pushes among the exchanges of the check, each once.
func (s *Session) show(pushes []*Push) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, push := range pushes {
		if !slices.Contains(s.shown, push) {
			s.shown = append(s.shown, push)
			s.exchanges = append(s.exchanges, push.Exchange)
		}
	}
}

// PushKeyID returns the id of the key that pushes are signed with, or ends the
// check without one.
func (s *Session) PushKeyID() string {
	s.need(len(s.Target().PushKey) > 0, "push-key")
	return s.Target().PushKeyID
}
