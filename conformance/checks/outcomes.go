package checks

import (
	"context"
	"slices"

	. "github.com/mallcheck/mallcheck/conformance/internal/expect"
	"github.com/mallcheck/mallcheck/conformance/internal/session"
	"github.com/mallcheck/mallcheck/reports"
)

// paymentOutcomeChecks are about how payments end. What makes one succeed or fail is a
// payment method that the settings of the target name.
var paymentOutcomeChecks = slices.Concat(successChecks, repeatedPaymentChecks, failureChecks)

// paying returns the operations of a check that pays for an order, with the one
// that it is about first.
func paying(about string, others ...string) []string {
	all := []string{about}
	for _, id := range append([]string{"singleOrder", "stripeSingleAuthorization", "confirmPaymentResult", "resultQuery"}, others...) {
		if !slices.Contains(all, id) {
			all = append(all, id)
		}
	}
	return all
}

// paidOrder creates an order and pays for it.
func paidOrder(ctx context.Context, s *session.Session) session.Purchase {
	p := s.Order(ctx)
	payFor(ctx, s, p)
	return p
}

// payFor authorizes the payment of an order, confirms it, and waits until it is
// shown as paid; that it is, within the time that a task may take, is required.
func payFor(ctx context.Context, s *session.Session, p session.Purchase) {
	s.Authorize(ctx, p, s.PayingMethod())
	s.RequireAccepted(s.Send(ctx, s.NewConfirmPaymentResult(p.PayID)))
	state := ""
	if !s.Await(func() bool { state = paymentState(ctx, s, p); return state == paid }) {
		s.Violates("payments/status-after-success", len(s.Exchanges())-1,
			"a payment with a method that pays is not shown as one that succeeded", paid, state)
	}
}

// endFailing tries to pay for an order with a method that does not pay, and
// confirms the payment. Each step may be refused.
func endFailing(ctx context.Context, s *session.Session, p session.Purchase, method string) {
	s.Send(ctx, s.NewStripeSingleAuthorization(p, method))
	s.Send(ctx, s.NewConfirmPaymentResult(p.PayID))
}

var successChecks = []Check{{
	ID: "PAY-030", Clause: "payments/status-after-success", Does: reports.Purchase, Operations: paying("resultQuery"),
	Requirement: "a payment that succeeded is shown as one by resultQuery, and stays so",
	Run: func(ctx context.Context, s *session.Session) {
		p := paidOrder(ctx, s)
		for range 3 {
			Expect(paymentState(ctx, s, p)).To(Equal(paid), "payStatus of a payment that was shown as paid before")
		}
	},
}, {
	ID: "PAY-031", Clause: "payments/status-after-success", Does: reports.Purchase, Operations: paying("confirmPaymentResult"),
	Requirement: "a confirmation of a payment that succeeded tells that it did",
	Run: func(ctx context.Context, s *session.Session) {
		p := paidOrder(ctx, s)
		Expect(accepted(ctx, s, s.NewConfirmPaymentResult(p.PayID))["payStatus"]).To(Equal(paid), "payStatus of the confirmation")
	},
}, {
	ID: "PAY-032", Clause: "payments/confirm-agrees-with-result", Does: reports.Purchase, Operations: paying("confirmPaymentResult"),
	Requirement: "the confirmation of a payment that succeeded tells payStatus, amount and currency as resultQuery does",
	Run: func(ctx context.Context, s *session.Session) {
		p := paidOrder(ctx, s)
		confirmed, queried := accepted(ctx, s, s.NewConfirmPaymentResult(p.PayID)), accepted(ctx, s, s.NewResultQuery(p.PayID))
		for _, name := range []string{"payStatus", "payAmount", "payCurrency"} {
			Expect(confirmed[name]).To(Equal(queried[name]), name+" of the confirmation, compared with that of the query")
		}
	},
}, {
	ID: "PAY-033", Clause: "payments/confirm-can-be-repeated", Does: reports.Purchase, Operations: paying("confirmPaymentResult"),
	Requirement: "a second confirmation of a payment that succeeded is accepted and tells the same outcome",
	Run: func(ctx context.Context, s *session.Session) {
		p := paidOrder(ctx, s)
		again := s.Send(ctx, s.NewConfirmPaymentResult(p.PayID))
		Expect(again).To(beAccepted(), "the second confirmation")
		Expect(recordOf(again)["payStatus"]).To(Equal(paid), "payStatus of the second confirmation")
		Expect(paymentState(ctx, s, p)).To(Equal(paid), "payStatus of the payment afterwards")
	},
}, {
	ID: "PAY-034", Clause: "payments/subscription-pays-the-order", Does: reports.Purchase, Operations: []string{"stripeSubDirectly", "singleOrder", "resultQuery"},
	Requirement: "a subscription pays the order that its payId names",
	Run: func(ctx context.Context, s *session.Session) {
		p := s.Subscription(ctx)
		s.Await(func() bool { return paymentState(ctx, s, p) == paid })
		Expect(paymentState(ctx, s, p)).To(Equal(paid), "payStatus of the payment of the order")
	},
}}

var repeatedPaymentChecks = slices.Concat(
	onThese(Check{
		ID: "PAY-035", Clause: "payments/paid-once", Operations: []string{"resultQuery", "singleOrder", "stripeSubDirectly"},
		Requirement: "{operation} refuses an order that is paid already",
	}, func(ctx context.Context, s *session.Session, operation string) {
		p := s.Subscription(ctx)
		draft := s.NewValid(ctx, operation)
		controlled(ctx, s, draft, func() {
			Expect(s.Send(ctx, draft.Twin().Before(session.Set("payId", p.PayID)))).To(beRefused(), "the payment of an order that is paid")
			Expect(paymentState(ctx, s, p)).To(Equal(paid), "payStatus of the payment that was made before")
		})
	}, "stripeSingleAuthorization", "stripeSubscriptionAuthorization", "stripeSubDirectly"),
	[]Check{{
		ID: "PAY-036", Clause: "payments/takes-effect-once", Does: reports.Purchase, Operations: paying("confirmPaymentResult", "singleQueryOrder", "synOrderInfo"),
		Requirement: "an order takes effect once, however often its payment is confirmed and queried",
		Run: func(ctx context.Context, s *session.Session) {
			takesEffectOnce(ctx, s, func(p session.Purchase) {
				for range 2 {
					s.Send(ctx, s.NewConfirmPaymentResult(p.PayID))
					s.Send(ctx, s.NewResultQuery(p.PayID))
				}
			})
		},
	}, {
		ID: "PAY-037", Clause: "payments/takes-effect-once", Does: reports.Purchase, Operations: paying("confirmPaymentResult", "singleQueryOrder", "synOrderInfo"),
		Requirement: "an order takes effect once when its payment is confirmed four times at the same time",
		Run: func(ctx context.Context, s *session.Session) {
			takesEffectOnce(ctx, s, func(p session.Purchase) {
				s.Parallel(4, func(int) { s.Send(ctx, s.NewConfirmPaymentResult(p.PayID)) })
			})
		},
	}},
)

// takesEffectOnce asserts that an order which is paid is listed once after its
// payment was confirmed in some way.
func takesEffectOnce(ctx context.Context, s *session.Session, confirm func(p session.Purchase)) {
	grown := growth(ctx, s, allOrders, 1, func(sim string) {
		p := orderFor(ctx, s, sim)
		s.Authorize(ctx, p, s.PayingMethod())
		confirm(p)
		s.RequireAccepted(s.Send(ctx, s.NewConfirmPaymentResult(p.PayID)))
	})
	Expect(grown).To(Equal(1), "how many more orders are listed for the SIM card after one was paid")
}

var failureChecks = []Check{{
	ID: "PAY-050", Clause: "payments/status-after-failure", Does: reports.Purchase, Operations: paying("resultQuery"),
	Requirement: "a payment that failed is not shown by resultQuery as one that succeeded",
	Run: func(ctx context.Context, s *session.Session) {
		p, method := s.Order(ctx), s.FailingMethod()
		endFailing(ctx, s, p, method)
		Expect(paymentState(ctx, s, p)).NotTo(Equal(paid), "payStatus of the payment")
	},
}, {
	ID: "PAY-051", Clause: "payments/status-after-failure", Does: reports.Purchase, Operations: paying("singleQueryOrder", "synOrderInfo"),
	Requirement: "an order whose payment failed is not listed as active",
	Run: func(ctx context.Context, s *session.Session) {
		method := s.FailingMethod()
		Expect(growth(ctx, s, activeOrders, 0, func(sim string) { endFailing(ctx, s, orderFor(ctx, s, sim), method) })).
			To(BeNumerically("<=", 0), "how many more active orders are listed than before")
	},
}, {
	ID: "PAY-052", Clause: "payments/status-after-failure", Does: reports.Purchase,
	Operations:  []string{"stripeSubDirectly", "singleOrder", "resultQuery", "queryAutoRenewalRecord"},
	Requirement: "a subscription with a payment method that fails pays nothing and makes no auto-renewal",
	Run: func(ctx context.Context, s *session.Session) {
		p, method := s.NewPurchase(), s.FailingMethod()
		p.AutoRenewal = "1"
		s.RequireAccepted(s.Send(ctx, s.NewSingleOrder(p)))
		s.Send(ctx, s.NewStripeSubDirectly(p, method))
		Expect(paymentState(ctx, s, p)).NotTo(Equal(paid), "payStatus of the payment")
		Expect(shownRenewal(ctx, s, p)["orderNo"]).NotTo(Equal(p.OrderNo), "orderNo of an auto-renewal of the SIM card")
	},
}, {
	ID: "PAY-053", Clause: "payments/confirm-keeps-the-outcome", Does: reports.Purchase, Operations: paying("confirmPaymentResult"),
	Requirement: "a second confirmation makes no success of a payment that failed",
	Run: func(ctx context.Context, s *session.Session) {
		p, method := s.Order(ctx), s.FailingMethod()
		endFailing(ctx, s, p, method)
		confirmsNothing(ctx, s, p)
	},
}, {
	ID: "PAY-054", Clause: "payments/confirm-keeps-the-outcome", Does: reports.Purchase, Operations: []string{"confirmPaymentResult", "singleOrder", "resultQuery"},
	Requirement: "a confirmation makes no success of a payment that nobody made",
	Run: func(ctx context.Context, s *session.Session) {
		confirmsNothing(ctx, s, s.Order(ctx))
	},
}, {
	ID: "PAY-055", Clause: "payments/confirm-keeps-the-outcome", Does: reports.Purchase, Operations: paying("confirmPaymentResult"),
	Requirement: "a confirmation makes no success of a payment whose method leaves it open",
	Run: func(ctx context.Context, s *session.Session) {
		p, method := s.Order(ctx), s.OpenMethod()
		s.Authorize(ctx, p, method)
		confirmsNothing(ctx, s, p)
	},
}, {
	ID: "PAY-056", Clause: "payments/confirm-agrees-with-result", Does: reports.Purchase, Operations: paying("confirmPaymentResult"),
	Requirement: "the confirmation of a payment that failed is refused or tells the payStatus that resultQuery tells",
	Run: func(ctx context.Context, s *session.Session) {
		p, method := s.Order(ctx), s.FailingMethod()
		endFailing(ctx, s, p, method)
		if confirmed := s.Send(ctx, s.NewConfirmPaymentResult(p.PayID)); confirmed.Accepted() {
			Expect(recordOf(confirmed)["payStatus"]).To(Equal(paymentState(ctx, s, p)), "payStatus of the confirmation, compared with that of the query")
		}
	},
}}

// confirmsNothing asserts that a confirmation is refused or tells no success, and
// that the payment is not shown as one that succeeded afterwards.
func confirmsNothing(ctx context.Context, s *session.Session, p session.Purchase) {
	confirmed := s.Send(ctx, s.NewConfirmPaymentResult(p.PayID))
	Expect(recordOf(confirmed)["payStatus"]).NotTo(Equal(paid), "payStatus of the confirmation")
	Expect(paymentState(ctx, s, p)).NotTo(Equal(paid), "payStatus of the payment afterwards")
}
