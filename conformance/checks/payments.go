package checks

import (
	"context"
	"slices"
	"strings"

	. "github.com/mallcheck/mallcheck/conformance/internal/expect"
	"github.com/mallcheck/mallcheck/conformance/internal/session"
	"github.com/mallcheck/mallcheck/conformance/internal/wire"
	"github.com/mallcheck/mallcheck/reports"
)

// The values of payStatus.
const (
	paid   = "1"
	failed = "2"
)

// paymentChecks are about the content of answers about payments, and about unknown
// payments.
var paymentChecks = slices.Concat(paymentAnswers, []Check{{
	ID: "PAY-006", Clause: "payments/known-from-the-order", Does: reports.Purchase, Operations: []string{"resultQuery", "singleOrder"},
	Requirement: "resultQuery knows a payId as soon as singleOrder has accepted it",
	Run: func(ctx context.Context, s *session.Session) {
		Expect(s.Own(unpaid(ctx, s).state)).To(beAccepted(), "a payId right after singleOrder had accepted it")
	},
}, {
	ID: "PAY-008", Clause: "payments/open-until-paid", Does: reports.Purchase, Operations: []string{"resultQuery", "singleOrder"},
	Requirement: "resultQuery does not show an unpaid payment as paid",
	Run: func(ctx context.Context, s *session.Session) {
		order := unpaid(ctx, s)
		Expect(order.queried(ctx, s)["payStatus"]).NotTo(Equal(paid), "resultQuery shows an unpaid payment as paid")
	},
}, {
	ID: "PAY-009", Clause: "payments/open-until-paid", Does: reports.Purchase,
	Operations:  []string{"resultQuery", "singleOrder", "stripeSingleAuthorization"},
	Requirement: "resultQuery does not show a payment as paid that was authorized without a payment method",
	Run: func(ctx context.Context, s *session.Session) {
		Expect(paymentState(ctx, s, authorizedWith(ctx, s, false).Purchase)).NotTo(Equal(paid), "resultQuery shows a payment as paid that was only authorized")
	},
}, {
	ID: "PAY-010", Clause: "payments/result-names-the-payment", Does: reports.Purchase,
	Operations:  []string{"resultQuery", "singleOrder", "stripeSingleAuthorization"},
	Requirement: "resultQuery answers each of four concurrent requests with its own payment",
	Run: func(ctx context.Context, s *session.Session) {
		asked := []string{
			unpaid(ctx, s).PayID, unpaidLater(ctx, s).PayID, authorizedWith(ctx, s, false).PayID, authorizedWith(ctx, s, true).PayID,
		}
		named := make([]string, len(asked))
		parallel(len(asked), func(i int) { named[i] = accepted(ctx, s, s.NewResultQuery(asked[i]))["payId"] })
		Expect(named).To(Equal(asked), "resultQuery mixed up the payments of concurrent requests")
	},
}, {
	ID: "PAY-011", Clause: "payments/query-triggers-nothing", Does: reports.Purchase, Operations: []string{"resultQuery", "singleOrder"},
	Requirement: "resultQuery answers the same for an unpaid payment every time",
	Run: func(ctx context.Context, s *session.Session) {
		p := unpaid(ctx, s)
		s.RequireAccepted(s.Own(p.state))
		first := recordOf(p.state) // before any other query
		for range 3 {
			Expect(accepted(ctx, s, s.NewResultQuery(p.PayID))).To(Equal(first), "querying an unpaid payment changed what resultQuery shows")
		}
		Expect(first["payStatus"]).NotTo(Equal(paid), "resultQuery shows an unpaid payment as paid")
	},
}, {
	ID: "PAY-023", Clause: "payments/empty-strings-refused", Does: reports.Purchase, Operations: []string{"resultQuery", "singleOrder"},
	Requirement: "resultQuery refuses a request with any empty parameter",
	Run: func(ctx context.Context, s *session.Session) {
		draft := s.NewValid(ctx, "resultQuery")
		s.Controlled(ctx, draft, func() {
			for _, name := range draft.Names() {
				Expect(s.Send(ctx, draft.Twin().Before(wire.Set(name, "")))).To(beRefused(), "a request with an empty "+name)
			}
		})
	},
}}, unknownPayments)

// begun returns one of two purchases (0 or 1) whose payment was started but not made, with an
// operation's answer about it.
func begun(ctx context.Context, s *session.Session, operation string, number int) (session.Purchase, record) {
	var order authorized
	answer := func(order authorized) *wire.Answer { return order.told }
	switch operation {
	case "stripeSubscriptionAuthorization":
		order = subscriptionBegun(ctx, s, number)
	case "resultQuery":
		placed := unpaid(ctx, s)
		if number > 0 {
			placed = unpaidLater(ctx, s)
		}
		return placed.Purchase, placed.queried(ctx, s)
	case "confirmPaymentResult":
		order = authorizedWith(ctx, s, number > 0)
		answer = func(order authorized) *wire.Answer { return order.confirmed }
	default:
		if s.Quick() && number == 0 && s.Target().PayingMethod != "" && s.Reaches("resultQuery") && s.Reaches("confirmPaymentResult") {
			paid := paidSingly(ctx, s)
			order = authorized{Purchase: paid.Purchase, told: paid.told}
			break
		}
		order = authorizedWith(ctx, s, number > 0)
	}
	own := s.Own(answer(order))
	s.RequireAccepted(own)
	return order.Purchase, recordOf(own)
}

// paymentAnswers are about the content of answers about payments.
var paymentAnswers = slices.Concat(
	onThese(Check{
		ID: "PAY-003", Clause: "payments/amount-preserved",
		Requirement: "{operation} answers with the amount of the order",
	}, func(ctx context.Context, s *session.Session, operation string) {
		p, answer := begun(ctx, s, operation, 0)
		Expect(plainDecimal(answer["payAmount"])).To(Equal(plainDecimal(p.Amount)),
			"%s answered with a payAmount other than the order's", operation)
	}, "stripeSingleAuthorization", "resultQuery", "confirmPaymentResult"),
	onThese(Check{
		ID: "PAY-004", Clause: "payments/currency-preserved",
		Requirement: "{operation} answers with the currency of the order",
	}, func(ctx context.Context, s *session.Session, operation string) {
		p, answer := begun(ctx, s, operation, 0)
		Expect(strings.ToUpper(answer["payCurrency"])).To(Equal(strings.ToUpper(p.Currency)),
			"%s answered with a payCurrency other than the order's", operation)
	}, "stripeSingleAuthorization", "resultQuery", "confirmPaymentResult"),
	onThese(Check{
		ID: "PAY-007", Clause: "payments/result-names-the-payment",
		Requirement: "{operation} answers with the payId of its request",
	}, answersWithPayID, "resultQuery", "confirmPaymentResult"),
)

// ofPayments are the operations that take a payId.
var ofPayments = []string{
	"stripeSingleAuthorization", "stripeSubscriptionAuthorization", "stripeSubDirectly", "resultQuery", "confirmPaymentResult",
}

// unknownPayments are about payments that do not exist or belong to another partner.
var unknownPayments = slices.Concat(
	onThese(Check{
		ID: "PAY-022", Clause: "payments/unknown-pay-id-refused",
		Requirement: "{operation} refuses an unknown payId",
	}, func(ctx context.Context, s *session.Session, operation string) {
		refusesValid(ctx, s, operation, "an unknown payId", wire.Set("payId", s.NewPurchase().PayID))
	}, ofPayments...),
	onThese(Check{
		ID: "PAY-040", Clause: "payments/partner-isolation",
		Requirement: "{operation} refuses the payId of another partner",
	}, func(ctx context.Context, s *session.Session, operation string) {
		second := acceptedSecondPartner(ctx, s)
		draft := s.NewValid(ctx, operation)
		s.Controlled(ctx, draft, func() {
			Expect(s.Send(ctx, draft.Twin().As(second))).To(beRefused(), "a payId of the first partner from the second partner")
		})
	}, ofPayments...),
)

// answersWithPayID asserts that an operation answers with the payId of its request, for two payments,
// because an answer may always be about the same one.
func answersWithPayID(ctx context.Context, s *session.Session, operation string) {
	payments := 2
	if s.Quick() {
		payments = 1 // a second payment would cost an order
	}
	for number := range payments {
		p, answer := begun(ctx, s, operation, number)
		Expect(answer["payId"]).To(Equal(p.PayID), "%s answered with the wrong payId", operation)
	}
}
