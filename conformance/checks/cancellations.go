package checks

import (
	"context"

	. "github.com/mallcheck/mallcheck/conformance/internal/expect"
	"github.com/mallcheck/mallcheck/conformance/internal/session"
	"github.com/mallcheck/mallcheck/reports"
)

// cancellationChecks are about cancelAutoRenewalRecord: what it ends, and what it leaves alone.
var cancellationChecks = []Check{{
	ID: "VSH-070", Clause: "renewals/cancelled-is-gone", Does: reports.Purchase, Operations: renewing("cancelAutoRenewalRecord"),
	Requirement: "an auto-renewal that was cancelled is no longer shown by queryAutoRenewalRecord",
	Run: func(ctx context.Context, s *session.Session) {
		p := renewed(ctx, s)
		s.RequireAccepted(s.Send(ctx, s.NewCancelAutoRenewalRecord(p)))
		Expect(shownRenewal(ctx, s, p)["orderNo"]).NotTo(Equal(p.OrderNo), "orderNo of an auto-renewal of the SIM card")
	},
}, {
	ID: "VSH-071", Clause: "renewals/cancel-unknown-refused", Does: reports.Purchase, Operations: renewing("cancelAutoRenewalRecord"),
	Requirement: "cancelAutoRenewalRecord refuses an orderNo and a payId that no order bears",
	Run: func(ctx context.Context, s *session.Session) {
		none := s.NewPurchase()
		refusesValid(ctx, s, "cancelAutoRenewalRecord", "an auto-renewal that does not exist",
			session.Set("orderNo", none.OrderNo), session.Set("payId", none.PayID))
	},
}, {
	ID: "VSH-072", Clause: "renewals/cancel-needs-order-and-pay-id", Does: reports.Purchase, Operations: renewing("cancelAutoRenewalRecord"),
	Requirement: "cancelAutoRenewalRecord refuses the orderNo, or the payId, of another auto-renewal, and cancels neither",
	Run:         refusesIDsOfAnother,
}, {
	ID: "VSH-073", Clause: "renewals/cancel-twice-refused", Does: reports.Purchase, Operations: renewing("cancelAutoRenewalRecord"),
	Requirement: "cancelAutoRenewalRecord refuses an auto-renewal that is cancelled already",
	Run: func(ctx context.Context, s *session.Session) {
		draft := s.NewCancelAutoRenewalRecord(renewed(ctx, s))
		s.RequireAccepted(s.Send(ctx, draft))
		Expect(s.Send(ctx, draft)).To(beRefused(), "the second cancellation")
	},
}, {
	ID: "VSH-074", Clause: "renewals/cancel-no-other", Does: reports.Purchase, Operations: renewing("cancelAutoRenewalRecord"),
	Requirement: "cancelling the auto-renewal of one SIM card leaves that of another as it is",
	Run: func(ctx context.Context, s *session.Session) {
		s.DistinctSIMs(2)
		p, kept := renewed(ctx, s), renewed(ctx, s)
		s.RequireAccepted(s.Send(ctx, s.NewCancelAutoRenewalRecord(p)))
		Expect(shownRenewal(ctx, s, kept)["orderNo"]).To(Equal(kept.OrderNo), "orderNo of the auto-renewal of the other SIM card")
	},
}, {
	ID: "VSH-075", Clause: "renewals/cancel-keeps-the-order", Does: reports.Purchase, Operations: renewing("cancelAutoRenewalRecord", "singleQueryOrder"),
	Requirement: "an order that was paid is listed by singleQueryOrder after its auto-renewal was cancelled as before",
	Run:         keepsOrder,
}, {
	ID: "VSH-076", Clause: "renewals/partner-isolation", Does: reports.Purchase, Operations: renewing("cancelAutoRenewalRecord"),
	Requirement: "cancelAutoRenewalRecord refuses the auto-renewal of another partner, and does not cancel it",
	Run: func(ctx context.Context, s *session.Session) {
		second, p := s.SecondPartner(), renewed(ctx, s)
		staysRenewed(ctx, s, p, s.NewCancelAutoRenewalRecord(p).As(second))
	},
}, {
	ID: "SIG-073", Clause: "signature/refused-before-anything-happened", Does: reports.Purchase, Operations: renewing("cancelAutoRenewalRecord"),
	Requirement: "a cancelAutoRenewalRecord that is refused on account of its sign cancels nothing",
	Run: func(ctx context.Context, s *session.Session) {
		p := renewed(ctx, s)
		staysRenewed(ctx, s, p, s.NewCancelAutoRenewalRecord(p).SignedBy(digitChanged(-1)))
	},
}}

// renewed returns a purchase whose auto-renewal is shown. When another one of the
// SIM card is shown instead, what becomes of it could not be seen.
func renewed(ctx context.Context, s *session.Session) session.Purchase {
	p := renewable(ctx, s)
	if renewal := subscribed(ctx, s, p); renewal["orderNo"] != p.OrderNo {
		s.Violates("renewals/answer-names-order-and-pay-id", len(s.Exchanges())-1,
			"the auto-renewal that is shown is not that of the order, so the requirement could not be tested", p.OrderNo, renewal["orderNo"])
	}
	return p
}

// staysRenewed asserts that a cancellation is refused and that the auto-renewal is
// shown afterwards. That it could have been cancelled is seen from the same
// cancellation when nothing is wrong with it.
func staysRenewed(ctx context.Context, s *session.Session, p session.Purchase, wrong ...*session.Draft) {
	for _, draft := range wrong {
		Expect(s.Send(ctx, draft)).To(beRefused(), "a cancellation that must be refused")
		Expect(shownRenewal(ctx, s, p)["orderNo"]).To(Equal(p.OrderNo), "orderNo of the auto-renewal that is shown afterwards")
	}
	s.RequireAccepted(s.Send(ctx, s.NewCancelAutoRenewalRecord(p)))
}

func refusesIDsOfAnother(ctx context.Context, s *session.Session) {
	s.DistinctSIMs(2)
	p, other := renewed(ctx, s), renewed(ctx, s)
	draft := s.NewCancelAutoRenewalRecord(p)
	staysRenewed(ctx, s, p,
		draft.Twin().Before(session.Set("orderNo", other.OrderNo)), draft.Twin().Before(session.Set("payId", other.PayID)))
	Expect(shownRenewal(ctx, s, other)["orderNo"]).To(Equal(other.OrderNo), "orderNo of the other auto-renewal")
}

// keepsOrder compares up to three times: another order of the SIM card may end in between.
func keepsOrder(ctx context.Context, s *session.Session) {
	before, after := 0, 0
	for range 3 {
		p := renewable(ctx, s)
		listed := allOrders(ctx, s, p.SIM)
		subscribed(ctx, s, p)
		if !s.Await(func() bool { return allOrders(ctx, s, p.SIM) > listed }) {
			s.Violates("orders/query-shows-the-order", len(s.Exchanges())-1,
				"an order that was paid is not listed, so the requirement could not be tested", "one more order than before", "none")
		}
		before = allOrders(ctx, s, p.SIM)
		s.RequireAccepted(s.Send(ctx, s.NewCancelAutoRenewalRecord(p)))
		if after = allOrders(ctx, s, p.SIM); after >= before {
			break
		}
	}
	Expect(after).To(BeNumerically(">=", before), "how many orders are listed after the cancellation, compared with before")
}
