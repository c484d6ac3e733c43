package checks

import (
	"context"
	"slices"

	. "github.com/mallcheck/mallcheck/conformance/internal/expect"
	"github.com/mallcheck/mallcheck/conformance/internal/session"
	"github.com/mallcheck/mallcheck/conformance/internal/wire"
	"github.com/mallcheck/mallcheck/reports"
)

// paymentOutcomeChecks are about how payments end. The payment methods that succeed and fail are
// settings.
var paymentOutcomeChecks = slices.Concat(successChecks, repeatedPaymentChecks, failureChecks)

// paying returns the operations of a check that pays for an order, the subject first.
func paying(about string, others ...string) []string {
	all := []string{about}
	for _, id := range append([]string{"singleOrder", "stripeSingleAuthorization", "confirmPaymentResult", "resultQuery"}, others...) {
		if !slices.Contains(all, id) {
			all = append(all, id)
		}
	}
	return all
}

func paidOrder(ctx context.Context, s *session.Session) session.Purchase {
	return paidSingly(ctx, s).Purchase
}

// payFor authorizes and confirms the payment of an order and waits until it is paid.
func payFor(ctx context.Context, s *session.Session, p session.Purchase) {
	s.Authorize(ctx, p, s.PayingMethod())
	s.RequireAccepted(s.Send(ctx, s.NewConfirmPaymentResult(p.PayID)))
	awaitPaid(ctx, s, p)
}

// awaitPaid ends the check if a payment is not shown as paid within the time limit for tasks.
func awaitPaid(ctx context.Context, s *session.Session, p session.Purchase) {
	state := ""
	if !s.Await(func() bool { state = paymentState(ctx, s, p); return state == paid }) {
		s.Violates("payments/status-after-success", len(s.Exchanges())-1,
			"resultQuery does not show a payment as paid after a method that succeeds", paid, state)
	}
}

// endFailing tries to pay for an order with a failing method and confirms the payment. Each step may be
// refused.
func endFailing(ctx context.Context, s *session.Session, p session.Purchase, method string) {
	s.Send(ctx, s.NewStripeSingleAuthorization(p, method))
	s.Send(ctx, s.NewConfirmPaymentResult(p.PayID))
}

var successChecks = []Check{{
	ID: "PAY-030", Clause: "payments/status-after-success", Does: reports.Purchase, Operations: paying("resultQuery"),
	Requirement: "resultQuery shows a successful payment as paid every time",
	Run: func(ctx context.Context, s *session.Session) {
		p := paidOrder(ctx, s)
		if s.Quick() { // it was shown as paid before
			Expect(queriedAfter(ctx, s, p)["payStatus"]).To(Equal(paid), "resultQuery no longer shows a paid payment as paid")
			return
		}
		for range 3 {
			Expect(paymentState(ctx, s, p)).To(Equal(paid), "resultQuery no longer shows a paid payment as paid")
		}
	},
}, {
	ID: "PAY-031", Clause: "payments/status-after-success", Does: reports.Purchase, Operations: paying("confirmPaymentResult"),
	Requirement: "confirmPaymentResult reports a successful payment as paid",
	Run: func(ctx context.Context, s *session.Session) {
		p := paidOrder(ctx, s)
		Expect(confirmedAgain(ctx, s, p)["payStatus"]).To(Equal(paid),
			"confirmPaymentResult does not report a paid payment as paid")
	},
}, {
	ID: "PAY-032", Clause: "payments/confirm-agrees-with-result", Does: reports.Purchase, Operations: paying("confirmPaymentResult"),
	Requirement: "confirmPaymentResult and resultQuery agree about a successful payment",
	Run: func(ctx context.Context, s *session.Session) {
		p := paidOrder(ctx, s)
		confirmed, queried := confirmedAgain(ctx, s, p), queriedAfter(ctx, s, p)
		for _, name := range []string{"payStatus", "payAmount", "payCurrency"} {
			Expect(confirmed[name]).To(Equal(queried[name]), "confirmPaymentResult and resultQuery disagree about "+name)
		}
	},
}, {
	ID: "PAY-033", Clause: "payments/confirm-can-be-repeated", Does: reports.Purchase, Operations: paying("confirmPaymentResult"),
	Requirement: "confirmPaymentResult can be repeated for a successful payment",
	Run: func(ctx context.Context, s *session.Session) {
		p := paidOrder(ctx, s)
		again := repeatedConfirmation(ctx, s, p)
		Expect(again).To(beAccepted(), "a second confirmation of a paid payment")
		Expect(recordOf(again)["payStatus"]).To(Equal(paid), "the second confirmation does not report the payment as paid")
		Expect(queriedAfter(ctx, s, p)["payStatus"]).To(Equal(paid), "a second confirmation changed the status of a paid payment")
	},
}, {
	ID: "PAY-034", Clause: "payments/subscription-pays-the-order", Does: reports.Purchase,
	Operations:  []string{"stripeSubDirectly", "singleOrder", "resultQuery"},
	Requirement: "stripeSubDirectly pays the order of its payId",
	Run: func(ctx context.Context, s *session.Session) {
		p := active(ctx, s).Purchase
		s.Await(func() bool { return paymentState(ctx, s, p) == paid })
		Expect(paymentState(ctx, s, p)).To(Equal(paid), "a subscription did not pay its order")
	},
}}

// repeatedConfirmation confirms a paid payment again.
func repeatedConfirmation(ctx context.Context, s *session.Session, p session.Purchase) *wire.Answer {
	return s.Own(once(s, "second confirmation of "+p.PayID, func(s *session.Session) *wire.Answer {
		return s.Send(ctx, s.NewConfirmPaymentResult(p.PayID))
	}))
}

// confirmedAgain returns the data of the second confirmation.
func confirmedAgain(ctx context.Context, s *session.Session, p session.Purchase) record {
	return acceptedRecord(s, repeatedConfirmation(ctx, s, p))
}

// queriedAfter returns the data of resultQuery after the second confirmation.
func queriedAfter(ctx context.Context, s *session.Session, p session.Purchase) record {
	return acceptedRecord(s, once(s, "state after the second confirmation of "+p.PayID, func(s *session.Session) *wire.Answer {
		return s.Send(ctx, s.NewResultQuery(p.PayID))
	}))
}

var repeatedPaymentChecks = slices.Concat(
	onThese(Check{
		ID: "PAY-035", Clause: "payments/paid-once", Operations: []string{"resultQuery", "singleOrder", "stripeSubDirectly"},
		Requirement: "{operation} refuses an order that is already paid",
	}, func(ctx context.Context, s *session.Session, operation string) {
		p := active(ctx, s).Purchase
		draft := s.NewValid(ctx, operation)
		s.Controlled(ctx, draft, func() {
			Expect(s.Send(ctx, draft.Twin().Before(wire.Set("payId", p.PayID)))).To(beRefused(), "a second payment of a paid order")
			Expect(paymentState(ctx, s, p)).To(Equal(paid), "a refused second payment changed the status of the first")
		})
	}, "stripeSingleAuthorization", "stripeSubscriptionAuthorization", "stripeSubDirectly"),
	[]Check{{
		ID: "PAY-036", Clause: "payments/takes-effect-once", Does: reports.Purchase,
		Operations:  paying("confirmPaymentResult", "singleQueryOrder", "synOrderInfo"),
		Requirement: "an order takes effect once even if its payment is confirmed and queried repeatedly",
		Run: func(ctx context.Context, s *session.Session) {
			takesEffectOnce(ctx, s, paidSingly, func(p session.Purchase) {
				for range 2 {
					s.Send(ctx, s.NewConfirmPaymentResult(p.PayID))
					s.Send(ctx, s.NewResultQuery(p.PayID))
				}
			})
		},
	}, {
		ID: "PAY-037", Clause: "payments/takes-effect-once", Does: reports.Purchase,
		Operations:  paying("confirmPaymentResult", "singleQueryOrder", "synOrderInfo"),
		Requirement: "an order takes effect once even if its payment is confirmed four times concurrently",
		Run: func(ctx context.Context, s *session.Session) {
			takesEffectOnce(ctx, s, paidAtOnce, func(p session.Purchase) {
				parallel(4, func(int) { s.Send(ctx, s.NewConfirmPaymentResult(p.PayID)) })
			})
		},
	}},
)

// takesEffectOnce asserts that a paid order is listed once, however often its payment is confirmed. It
// looks at the shared order first and, if its list has not grown by one, at others.
func takesEffectOnce(ctx context.Context, s *session.Session,
	shared func(context.Context, *session.Session) sharedOrder, confirm func(p session.Purchase),
) {
	if grown, known := grownBy(ctx, s, shared); known && grown.all == 1 {
		return
	}
	grown := growth(ctx, s, allOrders, 1, func(sim string) {
		p := orderFor(ctx, s, sim)
		s.Authorize(ctx, p, s.PayingMethod())
		confirm(p)
		s.RequireAccepted(s.Send(ctx, s.NewConfirmPaymentResult(p.PayID)))
	})
	Expect(grown).To(Equal(1), "singleQueryOrder does not list exactly one more order after one payment")
}

var failureChecks = []Check{{
	ID: "PAY-050", Clause: "payments/status-after-failure", Does: reports.Purchase, Operations: paying("resultQuery"),
	Requirement: "resultQuery does not show a failed payment as paid",
	Run: func(ctx context.Context, s *session.Session) {
		p := notPaid(ctx, s).Purchase
		Expect(paymentState(ctx, s, p)).NotTo(Equal(paid), "resultQuery shows a failed payment as paid")
	},
}, {
	ID: "PAY-051", Clause: "payments/status-after-failure", Does: reports.Purchase, Operations: paying("singleQueryOrder", "synOrderInfo"),
	Requirement: "singleQueryOrder does not list an order as active after its payment failed",
	Run: func(ctx context.Context, s *session.Session) {
		method := s.FailingMethod()
		if grown, known := grownBy(ctx, s, notPaid); known && grown.active <= 0 {
			return
		}
		Expect(growth(ctx, s, activeOrders, 0, func(sim string) { endFailing(ctx, s, orderFor(ctx, s, sim), method) })).
			To(BeNumerically("<=", 0), "singleQueryOrder lists an order as active although its payment failed")
	},
}, {
	ID: "PAY-052", Clause: "payments/status-after-failure", Does: reports.Purchase,
	Operations:  []string{"stripeSubDirectly", "singleOrder", "resultQuery", "queryAutoRenewalRecord"},
	Requirement: "a subscription with a failing method pays nothing and creates no auto-renewal",
	Run: func(ctx context.Context, s *session.Session) {
		method := s.FailingMethod()
		p := renewableOrder(ctx, s)
		s.Send(ctx, s.NewStripeSubDirectly(p, method))
		Expect(paymentState(ctx, s, p)).NotTo(Equal(paid), "resultQuery shows a failed payment as paid")
		Expect(shownRenewal(ctx, s, p)["orderNo"]).NotTo(Equal(p.OrderNo), "a failed subscription created an auto-renewal")
	},
}, {
	ID: "PAY-053", Clause: "payments/confirm-keeps-the-outcome", Does: reports.Purchase, Operations: paying("confirmPaymentResult"),
	Requirement: "confirming a failed payment again does not make it succeed",
	Run: func(ctx context.Context, s *session.Session) {
		confirmsNothing(ctx, s, notPaid(ctx, s).Purchase)
	},
}, {
	ID: "PAY-054", Clause: "payments/confirm-keeps-the-outcome", Does: reports.Purchase,
	Operations:  paying("confirmPaymentResult"),
	Requirement: "confirming a payment that was never started does not make it succeed",
	Run: func(ctx context.Context, s *session.Session) {
		order := paidInStages(ctx, s)
		Expect(recordOf(s.Own(order.early))["payStatus"]).NotTo(Equal(paid), "confirmPaymentResult reported an unpaid payment as paid")
		state := s.Own(order.earlyState)
		s.RequireAccepted(state)
		Expect(recordOf(state)["payStatus"]).NotTo(Equal(paid), "confirming an unpaid payment made it paid")
	},
}, {
	ID: "PAY-055", Clause: "payments/confirm-keeps-the-outcome", Does: reports.Purchase, Operations: paying("confirmPaymentResult"),
	Requirement: "confirming an open payment does not make it succeed",
	Run: func(ctx context.Context, s *session.Session) {
		s.OpenMethod() // skip before ordering anything without one
		confirmsNothing(ctx, s, authorizedWith(ctx, s, true).Purchase)
	},
}, {
	ID: "PAY-056", Clause: "payments/confirm-agrees-with-result", Does: reports.Purchase, Operations: paying("confirmPaymentResult"),
	Requirement: "confirmPaymentResult refuses a failed payment or agrees with resultQuery about it",
	Run: func(ctx context.Context, s *session.Session) {
		p := notPaid(ctx, s).Purchase
		if confirmed := s.Send(ctx, s.NewConfirmPaymentResult(p.PayID)); confirmed.Accepted() {
			Expect(recordOf(confirmed)["payStatus"]).To(Equal(paymentState(ctx, s, p)),
				"confirmPaymentResult and resultQuery disagree about the status of a failed payment")
		}
	},
}}

// renewableOrder returns an unpaid order with autoRenewal 1 for the calling check alone.
func renewableOrder(ctx context.Context, s *session.Session) session.Purchase {
	var accepted []session.Purchase
	for _, order := range racedOrders(ctx, s) {
		if order.answer.Accepted() {
			accepted = append(accepted, order.Purchase)
		}
	}
	if len(accepted) == 1 {
		return accepted[0]
	}
	p := s.NewRenewal()
	s.RequireAccepted(s.Send(ctx, s.NewSingleOrder(p)))
	return p
}

// confirmsNothing asserts that a confirmation is refused or reports no success, and that the payment is
// not paid afterwards.
func confirmsNothing(ctx context.Context, s *session.Session, p session.Purchase) {
	confirmed := s.Send(ctx, s.NewConfirmPaymentResult(p.PayID))
	Expect(recordOf(confirmed)["payStatus"]).NotTo(Equal(paid), "confirmPaymentResult reported an unpaid payment as paid")
	Expect(paymentState(ctx, s, p)).NotTo(Equal(paid), "confirming an unpaid payment made it paid")
}
