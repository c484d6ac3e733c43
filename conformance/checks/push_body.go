package checks

import (
	"context"
	"net/http"
	"slices"

	. "github.com/mallcheck/mallcheck/conformance/internal/expect"
	"github.com/mallcheck/mallcheck/conformance/internal/session"
	"github.com/mallcheck/mallcheck/reports"
)

// pushBodyChecks are about the order that a push describes.
var pushBodyChecks = []Check{{
	ID: "NTF-030", Clause: "push/body-names-the-order", Does: reports.Purchase, Operations: pushing(),
	Requirement: "a push has the orderNo, payId and deviceCode of the order",
	Run: func(ctx context.Context, s *session.Session) {
		p := toppedUp(ctx, s)
		namesTheOrder(p, awaitPush(ctx, s, p))
	},
}, {
	ID: "NTF-031", Clause: "push/body-names-the-partner", Does: reports.Purchase, Operations: pushing(),
	Requirement: "a push has the partnerCode of the order",
	Run: func(ctx context.Context, s *session.Session) {
		told := stringsOf(awaitPush(ctx, s, toppedUp(ctx, s)))
		Expect(told["partnerCode"]).To(Equal(s.Target().PartnerCode), "the push names the wrong partnerCode")
	},
}, {
	ID: "NTF-032", Clause: "push/amount-preserved", Does: reports.Purchase, Operations: pushing(),
	Requirement: "a push has the amount of the order",
	Run: func(ctx context.Context, s *session.Session) {
		p := toppedUp(ctx, s)
		Expect(plainDecimal(stringsOf(awaitPush(ctx, s, p))["payAmount"])).To(Equal(plainDecimal(p.Amount)),
			"the push has a payAmount other than the order's")
	},
}, {
	ID: "NTF-033", Clause: "push/currency-preserved", Does: reports.Purchase, Operations: pushing(),
	Requirement: "a push has the currency of the order",
	Run: func(ctx context.Context, s *session.Session) {
		p := toppedUp(ctx, s)
		Expect(sameCurrency(stringsOf(awaitPush(ctx, s, p))["payCurrency"])).To(Equal(sameCurrency(p.Currency)),
			"the push has a payCurrency other than the order's")
	},
}, {
	ID: "NTF-035", Clause: "push/order-visible", Does: reports.Purchase, Operations: pushing("queryOrder"),
	Requirement: "queryOrder shows an order as paid when its push arrives",
	Run: func(ctx context.Context, s *session.Session) {
		shown := repeatedPush(ctx, s).shown
		if shown.Answer == nil {
			s.Skip("the target has no address for the topup service (--topup-url)")
		}
		shown.Answer = s.Own(shown.Answer)
		Expect(shown.Answer).To(beAccepted(), "a lookup of the order whose push had arrived")
		Expect(shown.Status).To(Equal(paid), "queryOrder does not show an order as paid although its push had arrived")
	},
}, {
	ID: "NTF-036", Clause: "push/body-names-the-order", Does: reports.Purchase, Operations: pushing(),
	Requirement: "the pushes of concurrent orders are not mixed up",
	Run: func(ctx context.Context, s *session.Session) {
		for _, one := range severalPushes(ctx, s) {
			namesTheOrder(one.purchase, one.push)
		}
	},
}}

func namesTheOrder(p session.Purchase, push *session.Push) {
	told := stringsOf(push)
	Expect(told["orderNo"]).To(Equal(p.OrderNo), "the push names the wrong orderNo")
	Expect(told["payId"]).To(Equal(p.PayID), "the push names the wrong payId")
	Expect(told["deviceCode"]).To(Equal(p.SIM), "the push names the wrong deviceCode")
}

// notTaken are the statuses with which repeatedPush answers its first pushes, in order.
var notTaken = []int{http.StatusInternalServerError, session.NoAnswer, http.StatusBadRequest}

// pushRetryChecks are about pushes that the receiver accepted or failed to accept.
var pushRetryChecks = []Check{{
	ID: "NTF-040", Clause: "push/retried-after-failure", Does: reports.Purchase, Operations: pushing(),
	Requirement: "the target repeats a push that the receiver answered with HTTP 500",
	Run: func(ctx context.Context, s *session.Session) {
		retriedAfter(ctx, s, http.StatusInternalServerError, "push/retried-after-failure")
	},
}, {
	ID: "NTF-041", Clause: "push/retried-without-an-answer", Does: reports.Purchase, Operations: pushing(),
	Requirement: "the target repeats a push if the receiver closed the connection without an answer",
	Run: func(ctx context.Context, s *session.Session) {
		retriedAfter(ctx, s, session.NoAnswer, "push/retried-without-an-answer")
	},
}, {
	ID: "NTF-042", Clause: "push/retried-after-refusal", Does: reports.Purchase, Operations: pushing(),
	Requirement: "the target repeats a push that the receiver answered with HTTP 400",
	Run: func(ctx context.Context, s *session.Session) {
		retriedAfter(ctx, s, http.StatusBadRequest, "push/retried-after-refusal")
	},
}, {
	ID: "NTF-043", Clause: "push/same-content-on-retry", Does: reports.Purchase, Operations: pushing(),
	Requirement: "a repeated push has the same body",
	Run: func(ctx context.Context, s *session.Session) {
		pushes := retriedAfter(ctx, s, http.StatusInternalServerError, "push/retried-after-failure")
		Expect(pushes[1].Body).To(MatchJSON(pushes[0].Body), "the repeated push has a different body")
	},
}, {
	ID: "NTF-044", Clause: "push/retry-is-signed", Does: reports.Purchase, Operations: pushing(),
	Requirement: "a repeated push has a correct signature",
	Run: func(ctx context.Context, s *session.Session) {
		s.PushKeyID() // skip before ordering anything without a key
		pushes := retriedAfter(ctx, s, http.StatusInternalServerError, "push/retried-after-failure")
		verifies(s, pushes[1], "the signature of the repeated push is wrong")
	},
}, {
	ID: "NTF-045", Clause: "push/not-repeated-after-success", Does: reports.Purchase, Operations: pushing(),
	Requirement: "the target does not repeat a push that was answered with HTTP 200, but repeats a later failed one",
	Run: func(ctx context.Context, s *session.Session) {
		p := toppedUp(ctx, s)
		awaitPush(ctx, s, p)
		// The retry interval of the target is unknown. The repetitions of a later push, one
		// after the other, take long enough for this one to be repeated.
		retriedAfter(ctx, s, http.StatusInternalServerError, "push/retried-after-failure")
		Expect(bodiesOf(s.Pushes(p))).To(HaveLen(1), "the target repeated a push that the receiver had answered with HTTP 200")
	},
}}

// retriedAfter returns a push that was answered with a status of notTaken, and its repetition. A push
// that is not repeated violates the clause. If the target gave up on the shared order's push before
// that, another order is created.
func retriedAfter(ctx context.Context, s *session.Session, status int, clause string) []*session.Push {
	at := slices.Index(notTaken, status)
	if pushes := repeatedPush(ctx, s).pushes; len(pushes) > at+1 {
		return pushes[at : at+2]
	}
	p := s.NewPurchase()
	s.AnswerPushes(p, status)
	thirdPartyPaid(ctx, s, p)
	awaitPush(ctx, s, p)
	return s.AwaitPushes(p, 2, clause)
}
