package session

import (
	"context"
	"time"

	"github.com/mallcheck/mallcheck/conformance/internal/wire"
)

// PayingMethod returns a payment method whose payments succeed.
func (s *Session) PayingMethod() string {
	s.need(s.Target().PayingMethod != "", "pm-success")
	return s.Target().PayingMethod
}

// FailingMethod returns a payment method whose payments fail.
func (s *Session) FailingMethod() string {
	s.need(s.Target().FailingMethod != "", "pm-failure")
	return s.Target().FailingMethod
}

// OpenMethod returns a payment method whose payments stay open.
func (s *Session) OpenMethod() string {
	s.need(s.Target().OpenMethod != "", "pm-open")
	return s.Target().OpenMethod
}

// Authorize starts the single payment of an order, without a payment method if method is empty, and requires that the
// target accepts it.
func (s *Session) Authorize(ctx context.Context, p Purchase, method string) *wire.Answer {
	answer := s.Send(ctx, s.NewStripeSingleAuthorization(p, method))
	s.RequireAccepted(answer)
	return answer
}

// Subscribe creates an order, pays it by subscription, and waits at most the time of a task until the target shows the
// auto-renewal of its SIM card. It requires that the target accepts both.
func (s *Session) Subscribe(ctx context.Context, p Purchase) {
	s.PayingMethod() // skip before ordering anything without one
	p.AutoRenewal = "1"
	s.RequireAccepted(s.Send(ctx, s.NewSingleOrder(p)))
	s.SubscribeTo(ctx, p)
}

// SubscribeTo is Subscribe for an existing order.
func (s *Session) SubscribeTo(ctx context.Context, p Purchase) {
	s.requireSubscribed(s.Send(ctx, s.NewStripeSubDirectly(p, s.PayingMethod())), p.SIM)
	s.Await(func() bool { return s.Send(ctx, s.NewQueryAutoRenewalRecord(p.SIM)).Accepted() })
}

// Subscription creates an order with an auto-renewal, as Subscribe does.
func (s *Session) Subscription(ctx context.Context) Purchase {
	p := s.NewRenewal()
	s.Subscribe(ctx, p)
	return p
}

// Await calls look at growing intervals until it returns true, and reports whether it did within the time of a task.
func (s *Session) Await(look func() bool) bool {
	return s.AwaitWithin(s.Target().TaskTimeout, look)
}

// AwaitWithin is Await with another time limit.
func (s *Session) AwaitWithin(limit time.Duration, look func() bool) bool {
	started, waited := time.Now(), s.connection.pace.Waited()
	for pause := firstPause; ; pause = min(2*pause, longestPause) {
		if look() {
			return true
		}
		if time.Since(started)-(s.connection.pace.Waited()-waited) > limit {
			return false
		}
		s.pause(pause)
	}
}

// LookUp sends a queryOrder request. It does not require that the target accepts it.
func (s *Session) LookUp(ctx context.Context, draft *Draft) wire.FoundOrder {
	return wire.FoundOrderOf(s.Send(ctx, draft))
}
