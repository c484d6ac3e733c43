package checks

import (
	"context"

	. "github.com/mallcheck/mallcheck/conformance/internal/expect"
	"github.com/mallcheck/mallcheck/conformance/internal/session"
	"github.com/mallcheck/mallcheck/conformance/internal/wire"
	"github.com/mallcheck/mallcheck/reports"
)

// cancellationChecks are about what cancelAutoRenewalRecord ends and what it leaves unchanged.
var cancellationChecks = []Check{{
	ID: "VSH-070", Clause: "renewals/cancelled-is-gone", Does: reports.Purchase, Operations: renewing("cancelAutoRenewalRecord"),
	Requirement: "queryAutoRenewalRecord no longer shows a cancelled auto-renewal",
	Run: func(ctx context.Context, s *session.Session) {
		p := cancelled(ctx, s)
		Expect(recordOf(s.Own(p.after))["orderNo"]).NotTo(Equal(p.OrderNo), "queryAutoRenewalRecord still shows a cancelled auto-renewal")
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
		Expect(s.Own(cancelled(ctx, s).again)).To(beRefused(), "a second cancellation")
	},
}, {
	ID: "VSH-074", Clause: "renewals/cancel-no-other", Does: reports.Purchase, Operations: renewing("cancelAutoRenewalRecord"),
	Requirement: "cancelAutoRenewalRecord leaves the auto-renewals of other SIMs unchanged",
	Run: func(ctx context.Context, s *session.Session) {
		needTwoRenewals(s)
		p := cancelled(ctx, s)
		if p.keptAfter == nil {
			s.Skip(oneRenewable)
		}
		Expect(recordOf(s.Own(p.keptAfter))["orderNo"]).To(Equal(p.kept.OrderNo), "cancelling an auto-renewal ended that of another SIM")
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
		second := s.SecondPartner()
		staysRenewed(ctx, s, func(right *session.Draft) []*session.Draft { return []*session.Draft{right.Twin().As(second)} })
	},
}, {
	ID: "SIG-073", Clause: "signature/refused-before-anything-happened", Does: reports.Purchase,
	Operations:  renewing("cancelAutoRenewalRecord"),
	Requirement: "cancelAutoRenewalRecord cancels nothing when it refuses a request because of its sign",
	Run: func(ctx context.Context, s *session.Session) {
		staysRenewed(ctx, s, func(right *session.Draft) []*session.Draft {
			return []*session.Draft{right.Twin().SignedBy(digitChanged(-1))}
		})
	},
}}

// staysRenewed asserts that modified cancellations are refused and that the auto-renewal is still shown
// afterwards.
func staysRenewed(ctx context.Context, s *session.Session, spoilt func(right *session.Draft) []*session.Draft) {
	right := s.NewValid(ctx, "cancelAutoRenewalRecord")
	p := right.About
	if shownRenewal(ctx, s, p)["orderNo"] != p.OrderNo { // an earlier refused request ended it
		p = renewable(ctx, s)
		subscribed(ctx, s, p)
		right = s.NewCancelAutoRenewalRecord(p)
	}
	s.Controlled(ctx, right, func() {
		for _, draft := range spoilt(right) {
			Expect(s.Send(ctx, draft)).To(beRefused(), "a cancellation that must be refused")
			Expect(shownRenewal(ctx, s, p)["orderNo"]).To(Equal(p.OrderNo), "a refused cancellation ended the auto-renewal")
		}
	})
}

// oneRenewable is the reason to skip a check when too few SIMs are free of other auto-renewals.
const oneRenewable = "the check needs 2 SIM cards without an auto-renewal that somebody else created"

// needTwoRenewals skips the check unless two SIMs can get an auto-renewal.
func needTwoRenewals(s *session.Session) {
	if s.DistinctSIMs(2); s.RenewableSIMs() < 2 {
		s.Skip(oneRenewable)
	}
}

func refusesIDsOfAnother(ctx context.Context, s *session.Session) {
	needTwoRenewals(s)
	other := active(ctx, s)
	staysRenewed(ctx, s, func(right *session.Draft) []*session.Draft {
		return []*session.Draft{
			right.Twin().Before(wire.Set("orderNo", other.OrderNo)), right.Twin().Before(wire.Set("payId", other.PayID)),
		}
	})
	Expect(shownRenewal(ctx, s, other.Purchase)["orderNo"]).To(Equal(other.OrderNo), "a refused cancellation ended another auto-renewal")
}

// keepsOrder compares up to three more times, because another order of the SIM may end meanwhile.
func keepsOrder(ctx context.Context, s *session.Session) {
	if shared := cancelled(ctx, s); shared.listed > 0 && shared.left >= shared.listed {
		return
	}
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
