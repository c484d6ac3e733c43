package checks

import (
	"context"
	"slices"
	"strings"

	. "github.com/mallcheck/mallcheck/conformance/internal/expect"
	"github.com/mallcheck/mallcheck/conformance/internal/session"
	"github.com/mallcheck/mallcheck/reports"
)

// The values of payStatus.
const (
	paid   = "1"
	failed = "2"
)

// paymentChecks are about what is told of a payment, and about payments that there are not.
var paymentChecks = slices.Concat(toldOfPayments, []Check{{
	ID: "PAY-006", Clause: "payments/known-from-the-order", Does: reports.Purchase, Operations: []string{"resultQuery", "singleOrder"},
	Requirement: "resultQuery knows a payId as soon as singleOrder has accepted it",
	Run: func(ctx context.Context, s *session.Session) {
		Expect(s.Send(ctx, s.NewResultQuery(s.Order(ctx).PayID))).To(beAccepted(), "the query of a payId right after its order")
	},
}, {
	ID: "PAY-008", Clause: "payments/open-until-paid", Does: reports.Purchase, Operations: []string{"resultQuery", "singleOrder"},
	Requirement: "the payment of an order that nobody paid is not shown as one that succeeded",
	Run: func(ctx context.Context, s *session.Session) {
		Expect(paymentState(ctx, s, s.Order(ctx))).NotTo(Equal(paid), "payStatus of the payment")
	},
}, {
	ID: "PAY-009", Clause: "payments/open-until-paid", Does: reports.Purchase, Operations: []string{"resultQuery", "singleOrder", "stripeSingleAuthorization"},
	Requirement: "a payment that was authorized without a payment method is not shown as one that succeeded",
	Run: func(ctx context.Context, s *session.Session) {
		p := s.Order(ctx)
		s.Authorize(ctx, p, "")
		Expect(paymentState(ctx, s, p)).NotTo(Equal(paid), "payStatus of the payment")
	},
}, {
	ID: "PAY-010", Clause: "payments/result-names-the-payment", Does: reports.Purchase, Operations: []string{"resultQuery", "singleOrder"},
	Requirement: "resultQuery answers four requests at once each with the payment that it was asked for",
	Run: func(ctx context.Context, s *session.Session) {
		const many = 4
		asked, named := make([]string, many), make([]string, many)
		for i := range asked {
			asked[i] = s.Order(ctx).PayID
		}
		s.Parallel(many, func(i int) { named[i] = accepted(ctx, s, s.NewResultQuery(asked[i]))["payId"] })
		Expect(named).To(Equal(asked), "payId of each answer, in the order of the requests")
	},
}, {
	ID: "PAY-011", Clause: "payments/query-triggers-nothing", Does: reports.Purchase, Operations: []string{"resultQuery", "singleOrder"},
	Requirement: "querying the result of a payment that nobody made again and again changes nothing of what is told",
	Run: func(ctx context.Context, s *session.Session) {
		p := s.Order(ctx)
		first := accepted(ctx, s, s.NewResultQuery(p.PayID))
		for range 3 {
			Expect(accepted(ctx, s, s.NewResultQuery(p.PayID))).To(Equal(first), "what is told of the payment, compared with the first query")
		}
		Expect(first["payStatus"]).NotTo(Equal(paid), "payStatus of the payment")
	},
}, {
	ID: "PAY-023", Clause: "payments/empty-strings-refused", Does: reports.Purchase, Operations: []string{"resultQuery", "singleOrder"},
	Requirement: "resultQuery refuses a request in which any one parameter is an empty string",
	Run: func(ctx context.Context, s *session.Session) {
		draft := s.NewValid(ctx, "resultQuery")
		controlled(ctx, s, draft, func() {
			for _, name := range draft.Names() {
				Expect(s.Send(ctx, draft.Twin().Before(session.Set(name, "")))).To(beRefused(), "a request whose "+name+" is empty")
			}
		})
	},
}}, unknownPayments)

// begun returns a purchase whose payment is begun and not made, with the data of the
// answer of one operation that tells of it.
func begun(ctx context.Context, s *session.Session, operation string) (session.Purchase, record) {
	p := s.Order(ctx)
	switch operation {
	case "stripeSingleAuthorization":
		return p, recordOf(s.Authorize(ctx, p, ""))
	case "stripeSubscriptionAuthorization":
		return p, accepted(ctx, s, s.NewStripeSubscriptionAuthorization(p))
	case "confirmPaymentResult":
		s.Authorize(ctx, p, "")
		return p, accepted(ctx, s, s.NewConfirmPaymentResult(p.PayID))
	}
	return p, accepted(ctx, s, s.NewResultQuery(p.PayID))
}

// toldOfPayments are about what an answer tells of its payment.
var toldOfPayments = slices.Concat(
	onThese(Check{
		ID: "PAY-003", Clause: "payments/amount-preserved",
		Requirement: "{operation} tells the amount that the order was created with",
	}, func(ctx context.Context, s *session.Session, operation string) {
		p, told := begun(ctx, s, operation)
		Expect(plainDecimal(told["payAmount"])).To(Equal(plainDecimal(p.Amount)), "payAmount of the answer, as a decimal number")
	}, "stripeSingleAuthorization", "resultQuery", "confirmPaymentResult"),
	onThese(Check{
		ID: "PAY-004", Clause: "payments/currency-preserved",
		Requirement: "{operation} tells the currency that the order was created with",
	}, func(ctx context.Context, s *session.Session, operation string) {
		p, told := begun(ctx, s, operation)
		Expect(strings.ToUpper(told["payCurrency"])).To(Equal(strings.ToUpper(p.Currency)), "payCurrency of the answer, in upper case")
	}, "stripeSingleAuthorization", "resultQuery", "confirmPaymentResult"),
	onThese(Check{
		ID: "PAY-007", Clause: "payments/result-names-the-payment",
		Requirement: "payId in the answer of {operation} is the one that was asked for",
	}, func(ctx context.Context, s *session.Session, operation string) {
		for range 2 { // so that an answer that is always about the same payment is found
			p, told := begun(ctx, s, operation)
			Expect(told["payId"]).To(Equal(p.PayID), "payId of the answer")
		}
	}, "resultQuery", "confirmPaymentResult"),
)

// ofPayments are the operations that a payId is sent to.
var ofPayments = []string{"stripeSingleAuthorization", "stripeSubscriptionAuthorization", "stripeSubDirectly", "resultQuery", "confirmPaymentResult"}

// unknownPayments are about payments that there are not, or not for this partner.
var unknownPayments = slices.Concat(
	onThese(Check{
		ID: "PAY-022", Clause: "payments/unknown-pay-id-refused",
		Requirement: "{operation} refuses a payId that no order bears",
	}, func(ctx context.Context, s *session.Session, operation string) {
		refusesValid(ctx, s, operation, "a payId that no order bears", session.Set("payId", s.NewPurchase().PayID))
	}, ofPayments...),
	onThese(Check{
		ID: "PAY-040", Clause: "payments/partner-isolation",
		Requirement: "{operation} refuses the payId of another partner",
	}, func(ctx context.Context, s *session.Session, operation string) {
		second := acceptedSecondPartner(ctx, s)
		draft := s.NewValid(ctx, operation)
		controlled(ctx, s, draft, func() {
			Expect(s.Send(ctx, draft.Twin().As(second))).To(beRefused(), "the payment of the first partner")
		})
	}, ofPayments...),
)
