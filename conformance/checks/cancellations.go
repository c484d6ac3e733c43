package checks

import (
	"context"

	. "github.com/mallcheck/mallcheck/conformance/internal/expect"
	"github.com/mallcheck/mallcheck/conformance/internal/session"
	"github.com/mallcheck/mallcheck/conformance/internal/wire"
	"github.com/mallcheck/mallcheck/reports"
)

// cancellationChecks are about cancelAutoRenewalRecord: what it ends and what it leaves.
var cancellationChecks = []Check{{
	ID: "VSH-070", Clause: "renewals/cancelled-is-gone", Does: reports.Purchase, Operations: renewing("cancelAutoRenewalRecord"),
	Requirement: "queryAutoRenewalRecord no longer shows a cancelled auto-renewal",
	Run: func(ctx context.Context, s *session.Session) {
		p := renewed(ctx, s)
		s.RequireAccepted(s.Send(ctx, s.NewCancelAutoRenewalRecord(p)))
		Expect(shownRenewal(ctx, s, p)["orderNo"]).NotTo(Equal(p.OrderNo), "queryAutoRenewalRecord still shows a cancelled auto-renewal")
	},
}, {
	ID: "VSH-071", Clause: "renewals/cancel-unknown-refused", Does: reports.Purchase, Operations: renewing("cancelAutoRenewalRecord"),
	Requirement: "cancelAutoRenewalRecord refuses an unknown orderNo and payId",
	Run: func(ctx context.Context, s *session.Session) {
		none := s.NewPurchase()
		refusesValid(ctx, s, "cancelAutoRenewalRecord", "an unknown auto-renewal",
			wire.Set("orderNo", none.OrderNo), wire.Set("payId", none.PayID))
	},
}, {
	ID: "VSH-072", Clause: "renewals/cancel-needs-order-and-pay-id", Does: reports.Purchase, Operations: renewing("cancelAutoRenewalRecord"),
	Requirement: "cancelAutoRenewalRecord refuses the orderNo or payId of another auto-renewal and cancels neither",
	Run:         refusesIDsOfAnother,
}, {
	ID: "VSH-073", Clause: "renewals/cancel-twice-refused", Does: reports.Purchase, Operations: renewing("cancelAutoRenewalRecord"),
	Requirement: "cancelAutoRenewalRecord refuses an auto-renewal that is already cancelled",
	Run: func(ctx context.Context, s *session.Session) {
		draft := s.NewCancelAutoRenewalRecord(renewed(ctx, s))
		s.RequireAccepted(s.Send(ctx, draft))
		Expect(s.Send(ctx, draft)).To(beRefused(), "a second cancellation")
	},
}, {
	ID: "VSH-074", Clause: "renewals/cancel-no-other", Does: reports.Purchase, Operations: renewing("cancelAutoRenewalRecord"),
	Requirement: "cancelAutoRenewalRecord leaves the auto-renewals of other SIMs",
	Run: func(ctx context.Context, s *session.Session) {
		s.DistinctSIMs(2)
		p, kept := renewed(ctx, s), renewed(ctx, s)
		s.RequireAccepted(s.Send(ctx, s.NewCancelAutoRenewalRecord(p)))
		Expect(shownRenewal(ctx, s, kept)["orderNo"]).To(Equal(kept.OrderNo), "cancelling an auto-renewal ended that of another SIM")
	},
}, {
	ID: "VSH-075", Clause: "renewals/cancel-keeps-the-order", Does: reports.Purchase,
	Operations:  renewing("cancelAutoRenewalRecord", "singleQueryOrder"),
	Requirement: "singleQueryOrder still lists a paid order after its auto-renewal was cancelled",
	Run:         keepsOrder,
}, {
	ID: "VSH-076", Clause: "renewals/partner-isolation", Does: reports.Purchase, Operations: renewing("cancelAutoRenewalRecord"),
	Requirement: "cancelAutoRenewalRecord refuses the auto-renewal of another partner and does not cancel it",
	Run: func(ctx context.Context, s *session.Session) {
		second, p := s.SecondPartner(), renewed(ctx, s)
		staysRenewed(ctx, s, p, s.NewCancelAutoRenewalRecord(p).As(second))
	},
}, {
	ID: "SIG-073", Clause: "signature/refused-before-anything-happened", Does: reports.Purchase,
	Operations:  renewing("cancelAutoRenewalRecord"),
	Requirement: "cancelAutoRenewalRecord cancels nothing when it refuses a request for its sign",
	Run: func(ctx context.Context, s *session.Session) {
		p := renewed(ctx, s)
		staysRenewed(ctx, s, p, s.NewCancelAutoRenewalRecord(p).SignedBy(digitChanged(-1)))
	},
}}

// renewed returns a purchase whose auto-renewal is shown. It ends the check if another
// auto-renewal of the SIM is shown instead.
func renewed(ctx context.Context, s *session.Session) session.Purchase {
	p := renewable(ctx, s)
	if renewal := subscribed(ctx, s, p); renewal["orderNo"] != p.OrderNo {
		s.Prevents("renewals/answer-names-order-and-pay-id", len(s.Exchanges())-1,
			"precondition failed: queryAutoRenewalRecord shows another auto-renewal than was subscribed", p.OrderNo, renewal["orderNo"])
	}
	return p
}

// staysRenewed asserts that wrong cancellations are refused and that the auto-renewal is
// shown afterwards. The right cancellation, sent last, proves that it could have been
// cancelled.
func staysRenewed(ctx context.Context, s *session.Session, p session.Purchase, wrong ...*session.Draft) {
	for _, draft := range wrong {
		Expect(s.Send(ctx, draft)).To(beRefused(), "a cancellation that it must refuse")
		Expect(shownRenewal(ctx, s, p)["orderNo"]).To(Equal(p.OrderNo), "a refused cancellation ended the auto-renewal")
	}
	s.RequireAccepted(s.Send(ctx, s.NewCancelAutoRenewalRecord(p)))
}

func refusesIDsOfAnother(ctx context.Context, s *session.Session) {
	s.DistinctSIMs(2)
	p, other := renewed(ctx, s), renewed(ctx, s)
	draft := s.NewCancelAutoRenewalRecord(p)
	staysRenewed(ctx, s, p,
		draft.Twin().Before(wire.Set("orderNo", other.OrderNo)), draft.Twin().Before(wire.Set("payId", other.PayID)))
	Expect(shownRenewal(ctx, s, other)["orderNo"]).To(Equal(other.OrderNo), "a refused cancellation ended another auto-renewal")
}

// keepsOrder compares up to three times: another order of the SIM may end meanwhile.
func keepsOrder(ctx context.Context, s *session.Session) {
	before, after := 0, 0
	for range 3 {
		p := renewable(ctx, s)
		listed := allOrders(ctx, s, p.SIM)
		subscribed(ctx, s, p)
		if !s.Await(func() bool { return allOrders(ctx, s, p.SIM) > listed }) {
			s.Prevents("orders/query-shows-the-order", len(s.Exchanges())-1,
				"precondition failed: singleQueryOrder does not list a paid order", "one more order than before", "none")
		}
		before = allOrders(ctx, s, p.SIM)
		s.RequireAccepted(s.Send(ctx, s.NewCancelAutoRenewalRecord(p)))
		if after = allOrders(ctx, s, p.SIM); after >= before {
			break
		}
	}
	Expect(after).To(BeNumerically(">=", before), "singleQueryOrder lists fewer orders after an auto-renewal was cancelled")
}
