package checks

import (
	"context"
	"slices"
	"strings"

	. "github.com/mallcheck/mallcheck/conformance/internal/expect"
	"github.com/mallcheck/mallcheck/conformance/internal/session"
	"github.com/mallcheck/mallcheck/reports"
)

// authorizationChecks are about beginning a payment: what an authorization says,
// and which amounts and currencies it takes.
var authorizationChecks = slices.Concat(
	onThese(Check{
		ID: "PAY-001", Clause: "payments/authorization-names-the-payment",
		Requirement: "payId in the answer of {operation} is the one that it was asked for",
	}, func(ctx context.Context, s *session.Session, operation string) {
		for range 2 { // so that an answer that is always about the same payment is found
			p, told := begun(ctx, s, operation)
			Expect(told["payId"]).To(Equal(p.PayID), "payId of the authorization")
		}
	}, "stripeSingleAuthorization", "stripeSubscriptionAuthorization"),
	onThese(Check{
		ID: "PAY-002", Clause: "payments/secret-is-unique",
		Requirement: "{operation} gives two payments two client_secrets, neither of them empty",
	}, func(ctx context.Context, s *session.Session, operation string) {
		_, first := begun(ctx, s, operation)
		_, second := begun(ctx, s, operation)
		Expect(first["client_secret"]).NotTo(BeEmpty(), "client_secret of the first payment")
		Expect(second["client_secret"]).NotTo(BeEmpty(), "client_secret of the second payment")
		Expect(second["client_secret"]).NotTo(Equal(first["client_secret"]), "client_secret of the second payment")
	}, "stripeSingleAuthorization", "stripeSubscriptionAuthorization"),
	onThese(Check{
		ID: "PAY-005", Clause: "payments/currency-in-either-case",
		Requirement: "{operation} accepts the currency in upper and in lower case",
	}, func(ctx context.Context, s *session.Session, operation string) {
		for _, currency := range []string{strings.ToUpper(s.Target().Currency), strings.ToLower(s.Target().Currency)} {
			draft := s.NewValid(ctx, operation).Before(session.Set("payCurrency", currency))
			Expect(s.Send(ctx, draft)).To(beAccepted(), "a request with the currency "+currency)
		}
	}, "singleOrder", "synOrderInfo", "stripeSingleAuthorization", "stripeSubDirectly"),
	onThese(Check{
		ID: "PAY-020", Clause: "payments/amount-of-the-order-required",
		Requirement: "{operation} refuses another amount than that of the order",
	}, func(ctx context.Context, s *session.Session, operation string) {
		refusesValid(ctx, s, operation, "another amount than that of the order", session.Set("payAmount", otherThan(s.Target().Amount, "0.50", "0.51")))
	}, "stripeSingleAuthorization", "stripeSubDirectly"),
	onThese(Check{
		ID: "PAY-021", Clause: "payments/currency-of-the-order-required",
		Requirement: "{operation} refuses another currency than that of the order",
	}, func(ctx context.Context, s *session.Session, operation string) {
		refusesValid(ctx, s, operation, "another currency than that of the order",
			session.Set("payCurrency", otherThan(strings.ToUpper(s.Target().Currency), "EUR", "USD")))
	}, "stripeSingleAuthorization", "stripeSubDirectly"),
	nothingPaid,
)

// otherThan returns the first of two texts, or the second when the first is the given one.
func otherThan(given, first, second string) string {
	if plainDecimal(given) == plainDecimal(first) {
		return second
	}
	return first
}

// nothingPaid is about requests that were refused.
var nothingPaid = []Check{{
	ID: "PAY-041", Clause: "payments/refused-request-pays-nothing", Does: reports.Purchase,
	Operations:  []string{"stripeSubDirectly", "singleOrder", "resultQuery", "queryAutoRenewalRecord"},
	Requirement: "a stripeSubDirectly that is refused for want of its tradeTime pays nothing and subscribes to nothing",
	Run: func(ctx context.Context, s *session.Session) {
		subscribesNothing(ctx, s, func(draft *session.Draft) { draft.Before(session.Drop("tradeTime")) })
	},
}, {
	ID: "PAY-042", Clause: "payments/refused-request-pays-nothing", Does: reports.Purchase,
	Operations:  []string{"confirmPaymentResult", "singleOrder", "stripeSingleAuthorization", "resultQuery"},
	Requirement: "a confirmPaymentResult that is refused for want of its tradeTime pays nothing",
	Run: func(ctx context.Context, s *session.Session) {
		p := s.Order(ctx)
		s.Authorize(ctx, p, s.PayingMethod())
		before := paymentState(ctx, s, p)
		right := s.NewConfirmPaymentResult(p.PayID)
		Expect(s.Send(ctx, right.Twin().Before(session.Drop("tradeTime")))).To(beRefused(), "a confirmation without tradeTime")
		if before != paid { // a payment that the authorization has made already is none of the confirmation's
			Expect(paymentState(ctx, s, p)).NotTo(Equal(paid), "payStatus of the payment")
		}
		s.RequireAccepted(s.Send(ctx, right))
	},
}, {
	ID: "PAY-043", Clause: "payments/refused-request-pays-nothing", Does: reports.Purchase, Operations: paying("stripeSingleAuthorization"),
	Requirement: "a stripeSingleAuthorization that is refused for want of its tradeTime leads to no payment, even when it is confirmed",
	Run: func(ctx context.Context, s *session.Session) {
		p := s.Order(ctx)
		right := s.NewStripeSingleAuthorization(p, s.PayingMethod())
		Expect(s.Send(ctx, right.Twin().Before(session.Drop("tradeTime")))).To(beRefused(), "an authorization without tradeTime")
		s.Send(ctx, s.NewConfirmPaymentResult(p.PayID))
		Expect(paymentState(ctx, s, p)).NotTo(Equal(paid), "payStatus of the payment")
		s.RequireAccepted(s.Send(ctx, right))
	},
}, {
	ID: "SIG-074", Clause: "signature/refused-before-anything-happened", Does: reports.Purchase,
	Operations:  []string{"stripeSubDirectly", "singleOrder", "resultQuery", "queryAutoRenewalRecord"},
	Requirement: "a stripeSubDirectly that is refused on account of its sign pays nothing and subscribes to nothing",
	Run: func(ctx context.Context, s *session.Session) {
		subscribesNothing(ctx, s, func(draft *session.Draft) { draft.SignedBy(digitChanged(-1)) })
	},
}}

// subscribesNothing asserts that a subscription in which something is wrong is
// refused, pays nothing and makes no auto-renewal. That it could have done so is
// seen from the same subscription when nothing is wrong with it.
func subscribesNothing(ctx context.Context, s *session.Session, spoil func(*session.Draft)) {
	p := s.NewPurchase()
	p.AutoRenewal = "1"
	s.RequireAccepted(s.Send(ctx, s.NewSingleOrder(p)))
	right := s.NewStripeSubDirectly(p, s.PayingMethod())
	wrong := right.Twin()
	spoil(wrong)
	Expect(s.Send(ctx, wrong)).To(beRefused(), "a subscription that must be refused")
	Expect(paymentState(ctx, s, p)).NotTo(Equal(paid), "payStatus of the payment")
	Expect(shownRenewal(ctx, s, p)["orderNo"]).NotTo(Equal(p.OrderNo), "orderNo of an auto-renewal of the SIM card")
	s.RequireAccepted(s.Send(ctx, right))
}
