package checks

import (
	"context"
	"net/http"

	. "github.com/mallcheck/mallcheck/conformance/internal/expect"
	"github.com/mallcheck/mallcheck/conformance/internal/session"
	"github.com/mallcheck/mallcheck/reports"
)

// pushBodyChecks are about what a push says of the order.
var pushBodyChecks = []Check{{
	ID: "NTF-030", Clause: "push/body-names-the-order", Does: reports.Purchase, Operations: pushing(),
	Requirement: "orderNo, payId and deviceCode of a push are those of the order",
	Run: func(ctx context.Context, s *session.Session) {
		p := toppedUp(ctx, s)
		namesTheOrder(p, s.AwaitPush(p))
	},
}, {
	ID: "NTF-031", Clause: "push/body-names-the-partner", Does: reports.Purchase, Operations: pushing(),
	Requirement: "partnerCode of a push is that of the partner whose order it is",
	Run: func(ctx context.Context, s *session.Session) {
		told := textsOf(s.AwaitPush(toppedUp(ctx, s)))
		Expect(told["partnerCode"]).To(Equal(s.Target().PartnerCode), "partnerCode of the push")
	},
}, {
	ID: "NTF-032", Clause: "push/amount-preserved", Does: reports.Purchase, Operations: pushing(),
	Requirement: "the amount of a push is that of the order",
	Run: func(ctx context.Context, s *session.Session) {
		p := toppedUp(ctx, s)
		Expect(plainDecimal(textsOf(s.AwaitPush(p))["payAmount"])).To(Equal(plainDecimal(p.Amount)), "payAmount of the push, as a decimal number")
	},
}, {
	ID: "NTF-033", Clause: "push/currency-preserved", Does: reports.Purchase, Operations: pushing(),
	Requirement: "the currency of a push is that of the order",
	Run: func(ctx context.Context, s *session.Session) {
		p := toppedUp(ctx, s)
		Expect(sameCurrency(textsOf(s.AwaitPush(p))["payCurrency"])).To(Equal(sameCurrency(p.Currency)), "payCurrency of the push, in upper case")
	},
}, {
	ID: "NTF-035", Clause: "push/order-visible", Does: reports.Purchase, Operations: pushing("queryOrder"),
	Requirement: "when a push arrives, queryOrder shows its order as paid",
	Run: func(ctx context.Context, s *session.Session) {
		p := toppedUp(ctx, s)
		s.AwaitPush(p)
		shown := s.LookUp(ctx, s.NewQueryOrder(session.OrderKeys{PurchaseID: p.PurchaseID}))
		Expect(shown.Answer).To(beAccepted(), "the look-up of the order that the push is about")
		Expect(shown.Status).To(Equal("1"), "pay_status of the order that the push is about")
	},
}, {
	ID: "NTF-036", Clause: "push/body-names-the-order", Does: reports.Purchase, Operations: pushing(),
	Requirement: "the pushes of orders that are made at the same time each name one order only",
	Run: func(ctx context.Context, s *session.Session) {
		for _, one := range severalPushes(ctx, s) {
			namesTheOrder(one.purchase, one.push)
		}
	},
}}

func namesTheOrder(p session.Purchase, push *session.Push) {
	told := textsOf(push)
	Expect(told["orderNo"]).To(Equal(p.OrderNo), "orderNo of the push")
	Expect(told["payId"]).To(Equal(p.PayID), "payId of the push")
	Expect(told["deviceCode"]).To(Equal(p.SIM), "deviceCode of the push")
}

// pushRetryChecks are about the repetition of a push that was not taken, or was.
var pushRetryChecks = []Check{{
	ID: "NTF-040", Clause: "push/retried-after-failure", Does: reports.Purchase, Operations: pushing(),
	Requirement: "a push that the receiver answers with HTTP 500 is sent again",
	Run: func(ctx context.Context, s *session.Session) {
		Expect(retried(ctx, s, http.StatusInternalServerError, "push/retried-after-failure")).To(HaveLen(2), "the pushes until it was sent again")
	},
}, {
	ID: "NTF-041", Clause: "push/retried-without-an-answer", Does: reports.Purchase, Operations: pushing(),
	Requirement: "a push to which the receiver closes the connection without an answer is sent again",
	Run: func(ctx context.Context, s *session.Session) {
		Expect(retried(ctx, s, session.NoAnswer, "push/retried-without-an-answer")).To(HaveLen(2), "the pushes until it was sent again")
	},
}, {
	ID: "NTF-042", Clause: "push/retried-after-refusal", Does: reports.Purchase, Operations: pushing(),
	Requirement: "a push that the receiver answers with HTTP 400 is sent again",
	Run: func(ctx context.Context, s *session.Session) {
		Expect(retried(ctx, s, http.StatusBadRequest, "push/retried-after-refusal")).To(HaveLen(2), "the pushes until it was sent again")
	},
}, {
	ID: "NTF-043", Clause: "push/same-content-on-retry", Does: reports.Purchase, Operations: pushing(),
	Requirement: "a push that is sent again has the same body as before",
	Run: func(ctx context.Context, s *session.Session) {
		pushes := retried(ctx, s, http.StatusInternalServerError, "push/retried-after-failure")
		Expect(pushes[1].Body).To(MatchJSON(pushes[0].Body), "the body of the second push, with that of the first")
	},
}, {
	ID: "NTF-044", Clause: "push/retry-is-signed", Does: reports.Purchase, Operations: pushing(),
	Requirement: "a push that is sent again carries a signature that verifies",
	Run: func(ctx context.Context, s *session.Session) {
		s.PushKeyID() // without a key nothing is ordered
		pushes := retried(ctx, s, http.StatusInternalServerError, "push/retried-after-failure")
		Expect(s.VerifyPush(pushes[1])).To(Succeed(), "verifying the second push")
	},
}, {
	ID: "NTF-045", Clause: "push/not-repeated-after-success", Does: reports.Purchase, Operations: pushing(),
	Requirement: "a push that the receiver answered with HTTP 200 is not sent again, while two later ones are that it did not take",
	Run: func(ctx context.Context, s *session.Session) {
		p := toppedUp(ctx, s)
		s.AwaitPush(p)
		// How long the target waits before it sends a push again is not known: the
		// repetitions of others, one after the other, tell when this one would be over.
		for range 2 {
			retried(ctx, s, http.StatusInternalServerError, "push/retried-after-failure")
		}
		Expect(bodiesOf(s.Pushes(p))).To(HaveLen(1), "the pushes about the order whose push was taken")
	},
}}

// retried orders a top-up whose first push is answered with a status, and returns
// it with the second one. One that is not sent again violates the clause.
func retried(ctx context.Context, s *session.Session, status int, clause string) []*session.Push {
	p := s.NewPurchase()
	s.AnswerPushes(p, status)
	s.ThirdPartyOrder(ctx, p)
	s.AwaitPush(p)
	return s.AwaitPushes(p, 2, clause)
}
