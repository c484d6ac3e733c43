package checks

import (
	"context"
	"strconv"

	"github.com/mallcheck/mallcheck/conformance/internal/session"
	"github.com/mallcheck/mallcheck/conformance/internal/wire"
)

// authorized is an order whose payment was started, with the answers about it.
type authorized struct {
	session.Purchase
	// told is the answer to the authorization; open and confirmed are the later answers of resultQuery
	// and confirmPaymentResult.
	told, open, confirmed *wire.Answer
}

// subscriptionBegun returns an order whose subscription was started but not completed, with the answer.
// number is 0 or 1.
func subscriptionBegun(ctx context.Context, s *session.Session, number int) authorized {
	order, name := unpaidLater(ctx, s).Purchase, "begun subscription"
	if number > 0 {
		order, name = attacked(ctx, s, "singleOrder").Purchase, "second begun subscription"
	}
	return session.Share(s, name, func(s *session.Session) authorized {
		answer := s.Send(ctx, s.NewStripeSubscriptionAuthorization(order))
		s.RequireAccepted(answer)
		return authorized{Purchase: order, told: answer}
	})
}

// authorizedWith returns an order whose payment was started but not made: without a payment method or,
// if open is set and the target names one, with a method that stays open.
func authorizedWith(ctx context.Context, s *session.Session, open bool) authorized {
	name, method := "authorized order", ""
	if open {
		name, method = "open payment", s.Target().OpenMethod
	}
	return session.Share(s, name, func(s *session.Session) authorized {
		order := authorized{Purchase: s.Order(ctx)}
		order.told = s.Authorize(ctx, order.Purchase, method)
		order.open = s.Send(ctx, s.NewResultQuery(order.PayID))
		if s.Reaches("confirmPaymentResult") {
			order.confirmed = s.Send(ctx, s.NewConfirmPaymentResult(order.PayID))
		}
		return order
	})
}

// topUp returns a third-party order.
func topUp(ctx context.Context, s *session.Session) sharedOrder {
	return session.Share(s, "top-up", func(s *session.Session) sharedOrder {
		return createOrder(ctx, s, func(p *session.Purchase) *session.Draft {
			if !s.Roomy() {
				p.SIM, _ = idleSIM(ctx, s)
			}
			return s.NewSynOrderInfo(*p)
		})
	})
}

// topUps returns three concurrent third-party orders, for different SIMs if the target names enough.
func topUps(ctx context.Context, s *session.Session) []sharedOrder {
	return session.Share(s, "concurrent top-ups", func(s *session.Session) []sharedOrder {
		several := make([]sharedOrder, 3)
		taken := map[string]bool{}
		for i := range several {
			several[i].Purchase = s.NewPurchase()
			several[i].SIM, _ = idleSIM(ctx, s)
			for range several { // a different SIM, if there is one
				if !taken[several[i].SIM] {
					break
				}
				several[i].SIM, _ = idleSIM(ctx, s)
			}
			taken[several[i].SIM] = true
		}
		parallel(len(several), func(i int) { several[i].answer = s.Send(ctx, s.NewSynOrderInfo(several[i].Purchase)) })
		for i := range several {
			s.RequireAccepted(several[i].answer)
		}
		return several
	})
}

// visibleKeys returns the keys of a third-party order once queryOrder shows it. number is from 0 to 3;
// all have different SIMs if the target names enough.
func visibleKeys(ctx context.Context, s *session.Session, number int) session.OrderKeys {
	order := topUp(ctx, s).Purchase
	name := "keys of the top-up"
	if number > 0 {
		order = topUps(ctx, s)[number-1].Purchase
		name = "keys of concurrent top-up " + strconv.Itoa(number)
	}
	return session.Share(s, name, func(s *session.Session) session.OrderKeys {
		if s.Quick() {
			if shown := lookedUp(ctx, s, session.OrderKeys{PurchaseID: order.PurchaseID}); shown.Answer.Accepted() {
				return keysIn(s, shown, order)
			}
		}
		awaitVisible(ctx, s, order)
		return keysOf(ctx, s, order)
	})
}

// paidSingly returns an order that was paid by a single payment. Its payment was confirmed and queried
// repeatedly, except in a quick run, which pays the unpaid order.
func paidSingly(ctx context.Context, s *session.Session) sharedOrder {
	return session.Share(s, "paid order", func(s *session.Session) sharedOrder {
		s.PayingMethod() // skip before ordering anything without one
		if s.Quick() {
			order := unpaid(ctx, s)
			order.told = s.Authorize(ctx, order.Purchase, s.PayingMethod())
			s.RequireAccepted(s.Send(ctx, s.NewConfirmPaymentResult(order.PayID)))
			awaitPaid(ctx, s, order.Purchase)
			return order
		}
		order := createOrder(ctx, s, func(p *session.Purchase) *session.Draft { return s.NewSingleOrder(*p) })
		s.Authorize(ctx, order.Purchase, s.PayingMethod())
		s.RequireAccepted(s.Send(ctx, s.NewConfirmPaymentResult(order.PayID)))
		for range 2 {
			s.Send(ctx, s.NewResultQuery(order.PayID))
			s.Send(ctx, s.NewConfirmPaymentResult(order.PayID))
		}
		awaitPaid(ctx, s, order.Purchase)
		return order
	})
}

// stages are the answers about an order whose payment was made step by step.
type stages struct {
	sharedOrder
	// early is the answer to a confirmation before the payment was started, earlyState the answer of
	// resultQuery after it.
	early, earlyState *wire.Answer
	// untimed is the answer to an authorization without tradeTime, untimedState the answer of
	// resultQuery after its confirmation.
	untimed, untimedState *wire.Answer
	// begun is the answer to the authorization, begunState the answer of resultQuery after it.
	begun, begunState *wire.Answer
	// unconfirmed is the answer to a confirmation without tradeTime, unconfirmedState the answer of
	// resultQuery after it.
	unconfirmed, unconfirmedState *wire.Answer
}

// paidInStages returns an order whose payment was made step by step, as far as the target accepts the
// steps. The payment is not confirmed in the end.
func paidInStages(ctx context.Context, s *session.Session) stages {
	return session.Share(s, "order paid in stages", func(s *session.Session) stages {
		method := s.PayingMethod()
		order := stages{sharedOrder: createOrder(ctx, s, func(p *session.Purchase) *session.Draft { return s.NewSingleOrder(*p) })}
		state := func() *wire.Answer { return s.Send(ctx, s.NewResultQuery(order.PayID)) }
		begin, confirm := s.NewStripeSingleAuthorization(order.Purchase, method), s.NewConfirmPaymentResult(order.PayID)
		order.early, order.earlyState = s.Send(ctx, confirm), state()
		order.untimed = s.Send(ctx, begin.Twin().Before(wire.Drop("tradeTime")))
		s.Send(ctx, confirm)
		order.untimedState = state()
		order.begun, order.begunState = s.Send(ctx, begin), state()
		order.unconfirmed, order.unconfirmedState = s.Send(ctx, confirm.Twin().Before(wire.Drop("tradeTime"))), state()
		return order
	})
}

// inOrder reports whether the target refused what it must refuse and accepted the authorization.
func (o stages) inOrder() bool {
	return o.untimed.Refused() && o.begun.Accepted() && o.unconfirmed.Refused()
}

// paidAtOnce returns an order whose payment was confirmed four times concurrently.
func paidAtOnce(ctx context.Context, s *session.Session) sharedOrder {
	staged := paidInStages(ctx, s)
	return session.Share(s, "order confirmed at once", func(s *session.Session) sharedOrder {
		order := staged.sharedOrder
		if !staged.inOrder() {
			order = createOrder(ctx, s, func(p *session.Purchase) *session.Draft { return s.NewSingleOrder(*p) })
			s.Authorize(ctx, order.Purchase, s.PayingMethod())
		}
		parallel(4, func(int) { s.Send(ctx, s.NewConfirmPaymentResult(order.PayID)) })
		return order
	})
}

// notPaid returns an order whose payment failed.
func notPaid(ctx context.Context, s *session.Session) sharedOrder {
	return session.Share(s, "failed payment", func(s *session.Session) sharedOrder {
		method := s.FailingMethod()
		order := failedSIM(ctx, s).another(s)
		order.answer = s.Send(ctx, s.NewSingleOrder(order.Purchase))
		s.RequireAccepted(order.answer)
		endFailing(ctx, s, order.Purchase, method)
		return order
	})
}

// notPaidElsewhere returns an order whose third-party payment failed. The target may have
// refused it.
func notPaidElsewhere(ctx context.Context, s *session.Session) sharedOrder {
	return session.Share(s, "failed third-party payment", func(s *session.Session) sharedOrder {
		order := failedSIM(ctx, s).another(s)
		order.answer = s.Send(ctx, s.NewSynOrderInfo(order.Purchase).Before(failedElsewhere))
		return order
	})
}
