package checks

import (
	"context"
	"slices"
	"strings"
	"time"

	. "github.com/mallcheck/mallcheck/conformance/internal/expect"
	"github.com/mallcheck/mallcheck/conformance/internal/session"
	"github.com/mallcheck/mallcheck/conformance/internal/wire"
	"github.com/mallcheck/mallcheck/reports"
)

// authorizationChecks are about starting a payment: the content of an authorization, and the amounts and
// currencies that it accepts.
var authorizationChecks = slices.Concat(
	onThese(Check{
		ID: "PAY-001", Clause: "payments/authorization-names-the-payment",
		Requirement: "{operation} answers with the payId of its request",
	}, answersWithPayID, "stripeSingleAuthorization", "stripeSubscriptionAuthorization"),
	onThese(Check{
		ID: "PAY-002", Clause: "payments/secret-is-unique",
		Requirement: "{operation} gives each payment its own client_secret",
	}, func(ctx context.Context, s *session.Session, operation string) {
		_, first := begun(ctx, s, operation, 0)
		_, second := begun(ctx, s, operation, 1)
		Expect(first["client_secret"]).NotTo(BeEmpty(), "%s answered without a client_secret", operation)
		Expect(second["client_secret"]).NotTo(BeEmpty(), "%s answered without a client_secret", operation)
		Expect(second["client_secret"]).NotTo(Equal(first["client_secret"]), "%s gave two payments the same client_secret", operation)
	}, "stripeSingleAuthorization", "stripeSubscriptionAuthorization"),
	onThese(Check{
		ID: "PAY-005", Clause: "payments/currency-in-either-case",
		Requirement: "{operation} accepts a currency in upper and in lower case",
	}, func(ctx context.Context, s *session.Session, operation string) {
		if otherForm(ctx, s, operation) {
			return
		}
		for _, currency := range []string{strings.ToUpper(s.Target().Currency), strings.ToLower(s.Target().Currency)} {
			Expect(sendWith(ctx, s, operation, "payCurrency", currency)).To(beAccepted(), "a request with the currency "+currency)
		}
	}, "singleOrder", "synOrderInfo", "stripeSingleAuthorization", "stripeSubDirectly"),
	onThese(Check{
		ID: "PAY-020", Clause: "payments/amount-of-the-order-required",
		Requirement: "{operation} refuses an amount other than the order's",
	}, func(ctx context.Context, s *session.Session, operation string) {
		refusesValid(ctx, s, operation, "an amount other than the order's",
			wire.Set("payAmount", otherThan(s.Target().Amount, "0.50", "0.51")))
	}, "stripeSingleAuthorization", "stripeSubDirectly"),
	onThese(Check{
		ID: "PAY-021", Clause: "payments/currency-of-the-order-required",
		Requirement: "{operation} refuses a currency other than the order's",
	}, func(ctx context.Context, s *session.Session, operation string) {
		refusesValid(ctx, s, operation, "a currency other than the order's",
			wire.Set("payCurrency", otherThan(strings.ToUpper(s.Target().Currency), "EUR", "USD")))
	}, "stripeSingleAuthorization", "stripeSubDirectly"),
	nothingPaid,
)

// sendWith sends a valid request with another value of a member. If a valid request already has that
// value, an earlier accepted answer is returned.
func sendWith(ctx context.Context, s *session.Session, operation, member, value string) *wire.Answer {
	if draft := s.NewValid(ctx, operation); draft.Value(member) != value {
		return s.Send(ctx, draft.Before(wire.Set(member, value)))
	}
	return s.SendValid(ctx, operation)
}

// otherForm reports whether the target accepts a request of an operation that creates orders in another
// form: with the other languageCode, terminal and letter case of the currency. It costs one order for
// all callers.
func otherForm(ctx context.Context, s *session.Session, operation string) bool {
	if operation != "singleOrder" && operation != "synOrderInfo" {
		return false
	}
	return session.Share(s, "other form of "+operation, func(s *session.Session) bool {
		valid := s.NewValid(ctx, operation)
		s.RequireAccepted(s.SendValid(ctx, operation))
		answer := s.Send(ctx, valid.Before(
			wire.Set("languageCode", otherThan(valid.Value("languageCode"), "0", "1")),
			wire.Set("terminal", otherThan(valid.Value("terminal"), "0", "1")),
			wire.Set("payCurrency", otherCase(valid.Value("payCurrency")))))
		return answer.Accepted()
	})
}

// otherCase returns a text in lower case, or in upper case if it is in lower case already.
func otherCase(text string) string {
	if lower := strings.ToLower(text); lower != text {
		return lower
	}
	return strings.ToUpper(text)
}

// otherThan returns first, or second if first equals given.
func otherThan(given, first, second string) string {
	if plainDecimal(given) == plainDecimal(first) {
		return second
	}
	return first
}

// nothingPaid is about the effects of refused payment requests.
var nothingPaid = []Check{{
	ID: "PAY-041", Clause: "payments/refused-request-pays-nothing", Does: reports.Purchase,
	Operations:  []string{"stripeSubDirectly", "singleOrder", "resultQuery", "queryAutoRenewalRecord"},
	Requirement: "stripeSubDirectly neither pays nor subscribes when it refuses a request without tradeTime",
	Run: func(ctx context.Context, s *session.Session) {
		subscribesNothing(ctx, s, tradeTimeClause("stripeSubDirectly"), "a subscription without tradeTime",
			func(draft *session.Draft) { draft.Before(wire.Drop("tradeTime")) })
	},
}, {
	ID: "PAY-042", Clause: "payments/refused-request-pays-nothing", Does: reports.Purchase,
	Operations:  []string{"confirmPaymentResult", "singleOrder", "stripeSingleAuthorization", "resultQuery"},
	Requirement: "confirmPaymentResult pays nothing when it refuses a request without tradeTime",
	Run: func(ctx context.Context, s *session.Session) {
		const what = "a confirmation without tradeTime"
		if shared := paidInStages(ctx, s); shared.untimed.Refused() && shared.begun.Accepted() {
			mustBeRefused(s, s.Own(shared.unconfirmed), tradeTimeClause("confirmPaymentResult"), what)
			paysNothing(ctx, s, s.Own(shared.begunState), s.Own(shared.unconfirmedState))
			return
		}
		p := s.Order(ctx)
		s.Authorize(ctx, p, s.PayingMethod())
		before := s.Send(ctx, s.NewResultQuery(p.PayID))
		right := s.NewConfirmPaymentResult(p.PayID)
		refusedFirst(ctx, s, right.Twin().Before(wire.Drop("tradeTime")), tradeTimeClause(right.Operation.ID), what)
		paysNothing(ctx, s, before, s.Send(ctx, s.NewResultQuery(p.PayID)))
		s.RequireAccepted(s.Send(ctx, right))
	},
}, {
	ID: "PAY-043", Clause: "payments/refused-request-pays-nothing", Does: reports.Purchase, Operations: paying("stripeSingleAuthorization"),
	Requirement: "stripeSingleAuthorization causes no payment when it refuses a request without tradeTime",
	Run: func(ctx context.Context, s *session.Session) {
		shared := paidInStages(ctx, s)
		mustBeRefused(s, s.Own(shared.untimed), tradeTimeClause("stripeSingleAuthorization"), "an authorization without tradeTime")
		state := s.Own(shared.untimedState)
		s.RequireAccepted(state)
		Expect(recordOf(state)["payStatus"]).NotTo(Equal(paid), "a refused authorization paid for an order")
		s.RequireAccepted(s.Own(shared.begun))
	},
}, {
	ID: "SIG-074", Clause: "signature/refused-before-anything-happened", Does: reports.Purchase,
	Operations:  []string{"stripeSubDirectly", "singleOrder", "resultQuery", "queryAutoRenewalRecord"},
	Requirement: "stripeSubDirectly neither pays nor subscribes when it refuses a request because of its sign",
	Run: func(ctx context.Context, s *session.Session) {
		subscribesNothing(ctx, s, "signature/wrong-sign-refused", "a subscription with a wrong sign",
			func(draft *session.Draft) { draft.SignedBy(digitChanged(-1)) })
	},
}}

// paysNothing asserts that a refused confirmation paid nothing. It skips the assertion if the
// authorization paid already, and the check if authorizations pay a moment later by themselves.
func paysNothing(ctx context.Context, s *session.Session, before, after *wire.Answer) {
	s.RequireAccepted(before)
	s.RequireAccepted(after)
	if recordOf(before)["payStatus"] == paid || recordOf(after)["payStatus"] != paid {
		return
	}
	if paysByItself(ctx, s) {
		s.Skip("the target completes an authorized payment without a confirmation, so a refused confirmation proves nothing")
	}
	s.Violates("payments/refused-request-pays-nothing", after.Exchange, "a refused confirmation paid for an order",
		`a payStatus other than "`+paid+`"`, `payStatus "`+paid+`"`)
}

// endsByItself bounds the time in which an authorized payment may end without a confirmation.
const endsByItself = 3 * time.Second

// paysByItself reports whether the target completes an authorized payment without a confirmation. It costs
// one order.
func paysByItself(ctx context.Context, s *session.Session) bool {
	return session.Share(s, "payments that end by themselves", func(s *session.Session) bool {
		p := s.Order(ctx)
		s.Authorize(ctx, p, s.PayingMethod())
		return s.AwaitWithin(endsByItself, func() bool { return paymentState(ctx, s, p) == paid })
	})
}

// subscribesNothing asserts that a modified subscription is refused, pays nothing and creates no
// auto-renewal. The unmodified subscription could have done both.
func subscribesNothing(ctx context.Context, s *session.Session, clause, what string, spoil func(*session.Draft)) {
	right := s.NewValid(ctx, "stripeSubDirectly")
	s.Controlled(ctx, right, func() {
		wrong := right.Twin()
		spoil(wrong)
		refusedFirst(ctx, s, wrong, clause, what)
		Expect(paymentState(ctx, s, right.About)).NotTo(Equal(paid), "a refused subscription paid for an order")
		Expect(shownRenewal(ctx, s, right.About)["orderNo"]).NotTo(Equal(right.About.OrderNo), "a refused subscription created an auto-renewal")
	})
}
