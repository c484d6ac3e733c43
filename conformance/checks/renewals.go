package checks

import (
	"context"
	"slices"

	. "github.com/mallcheck/mallcheck/conformance/internal/expect"
	"github.com/mallcheck/mallcheck/conformance/internal/session"
	"github.com/mallcheck/mallcheck/reports"
)

// renewing returns the operations of a check that subscribes, the subject first.
func renewing(about string, others ...string) []string {
	all := []string{about}
	for _, id := range append([]string{"queryAutoRenewalRecord", "singleOrder", "stripeSubDirectly"}, others...) {
		if !slices.Contains(all, id) {
			all = append(all, id)
		}
	}
	return all
}

// renewalChecks are about what queryAutoRenewalRecord shows.
var renewalChecks = []Check{{
	ID: "VSH-060", Clause: "renewals/query-shows-what-was-subscribed", Does: reports.Purchase, Operations: renewing("queryAutoRenewalRecord"),
	Requirement: "queryAutoRenewalRecord shows an auto-renewal after a subscription",
	Run: func(ctx context.Context, s *session.Session) {
		p := active(ctx, s)
		Expect(s.Send(ctx, s.NewQueryAutoRenewalRecord(p.SIM))).To(beAccepted(), "a query for a SIM with a subscription")
	},
}, {
	ID: "VSH-061", Clause: "renewals/answer-names-order-and-pay-id", Does: reports.Purchase, Operations: renewing("queryAutoRenewalRecord"),
	Requirement: "an auto-renewal has the orderNo and payId of the subscribed order",
	Run: func(ctx context.Context, s *session.Session) {
		p := active(ctx, s)
		renewal := p.shown
		Expect(renewal["orderNo"]).To(Equal(p.OrderNo), "queryAutoRenewalRecord shows the wrong orderNo for the subscribed order")
		Expect(renewal["payId"]).To(Equal(p.PayID), "queryAutoRenewalRecord shows the wrong payId for the subscribed order")
	},
}, {
	ID: "VSH-062", Clause: "renewals/shows-the-order", Does: reports.Purchase,
	Operations:  renewing("queryAutoRenewalRecord", "singleServicePlanPage"),
	Requirement: "an auto-renewal has the orderPeriod and servicePlanShowName of the subscribed order",
	Run: func(ctx context.Context, s *session.Session) {
		p := listedRenewal(ctx, s)
		renewal := p.shown
		Expect(renewal["orderPeriod"]).To(Equal(p.Period), "queryAutoRenewalRecord shows the wrong orderPeriod for the subscribed order")
		Expect(renewal["servicePlanShowName"]).To(Equal(p.PlanName),
			"queryAutoRenewalRecord shows the wrong servicePlanShowName for the subscribed order")
	},
}, {
	ID: "VSH-063", Clause: "renewals/answer-names-the-sim", Does: reports.Purchase, Operations: renewing("queryAutoRenewalRecord"),
	Requirement: "queryAutoRenewalRecord answers with the deviceCode and partnerCode of its request",
	Run: func(ctx context.Context, s *session.Session) {
		p := active(ctx, s)
		renewal := p.shown
		Expect(renewal["deviceCode"]).To(Equal(p.SIM), "queryAutoRenewalRecord answered with the wrong deviceCode")
		Expect(renewal["partnerCode"]).To(Equal(s.Target().PartnerCode), "queryAutoRenewalRecord answered with the wrong partnerCode")
	},
}, {
	ID: "VSH-064", Clause: "renewals/none-refused", Does: reports.Purchase,
	Operations:  renewing("queryAutoRenewalRecord", "cancelAutoRenewalRecord"),
	Requirement: "queryAutoRenewalRecord refuses a SIM without an active auto-renewal",
	Run:         refusesWithoutRenewal,
}, {
	ID: "VSH-065", Clause: "renewals/single-order-renews-nothing", Does: reports.Purchase,
	Operations:  []string{"queryAutoRenewalRecord", "synOrderInfo", "singleQueryOrder"},
	Requirement: "a third-party order with autoRenewal 0 has no auto-renewal",
	Run: func(ctx context.Context, s *session.Session) {
		p := takenEffect(ctx, s)
		Expect(shownRenewal(ctx, s, p)["orderNo"]).NotTo(Equal(p.OrderNo),
			"queryAutoRenewalRecord shows an auto-renewal of an order with autoRenewal 0")
	},
}, {
	ID: "VSH-066", Clause: "renewals/single-order-renews-nothing", Does: reports.Purchase, Operations: paying("queryAutoRenewalRecord"),
	Requirement: "a paid order with autoRenewal 0 has no auto-renewal",
	Run: func(ctx context.Context, s *session.Session) {
		p := paidOrder(ctx, s)
		Expect(shownRenewal(ctx, s, p)["orderNo"]).NotTo(Equal(p.OrderNo),
			"queryAutoRenewalRecord shows an auto-renewal of an order with autoRenewal 0")
	},
}, {
	ID: "VSH-067", Clause: "renewals/partner-isolation", Does: reports.Purchase, Operations: renewing("queryAutoRenewalRecord"),
	Requirement: "queryAutoRenewalRecord does not show the auto-renewal of another partner",
	Run: func(ctx context.Context, s *session.Session) {
		second, p := s.SecondPartner(), active(ctx, s)
		shown := recordOf(s.Send(ctx, s.NewQueryAutoRenewalRecord(p.SIM).As(second)))
		Expect(shown["orderNo"]).NotTo(Equal(p.OrderNo), "queryAutoRenewalRecord showed the first partner's orderNo to the second partner")
		Expect(shown["payId"]).NotTo(Equal(p.PayID), "queryAutoRenewalRecord showed the first partner's payId to the second partner")
	},
}}

// renewable returns a purchase with auto-renewal for a SIM that has none and is not apart. It skips the
// check if every SIM tried has an auto-renewal that somebody else created.
func renewable(ctx context.Context, s *session.Session, apart ...string) session.Purchase {
	p := s.NewPurchase()
	p.SIM, p.AutoRenewal = s.RenewableSIM(apart...), "1"
	for range min(len(s.Target().SIMs), 8) + 1 {
		if slices.Contains(apart, p.SIM) {
			break
		}
		answer := s.Send(ctx, s.NewQueryAutoRenewalRecord(p.SIM))
		shown := recordOf(answer)["orderNo"]
		switch {
		case shown == "":
			return p
		case s.Cancelled(shown):
			s.Violates("renewals/cancelled-is-gone", answer.Exchange,
				"queryAutoRenewalRecord shows an auto-renewal whose cancellation was accepted", "no auto-renewal, or a different one", shown)
		}
		if s.Ordered(shown) {
			s.MakeRoom(p.SIM)
			continue
		}
		p.SIM = s.RenewableSIM(apart...)
	}
	s.Skip("every SIM tried already has an auto-renewal")
	return p
}

// subscribed subscribes and returns the auto-renewal that is shown afterwards. It ends
// the check if none is shown.
func subscribed(ctx context.Context, s *session.Session, p session.Purchase) record {
	s.Subscribe(ctx, p)
	return shownAfter(ctx, s, p)
}

// shownAfter returns the auto-renewal that is shown after a subscription. It ends the
// check if none is shown.
func shownAfter(ctx context.Context, s *session.Session, p session.Purchase) record {
	answer := s.Send(ctx, s.NewQueryAutoRenewalRecord(p.SIM))
	if !answer.Accepted() {
		s.Prevents("renewals/query-shows-what-was-subscribed", answer.Exchange,
			"precondition failed: queryAutoRenewalRecord shows no auto-renewal after a subscription", `operateCode "S"`, answer.String())
	}
	return recordOf(answer)
}

// shownRenewal returns the auto-renewal that is shown for the SIM of a purchase; empty if none is shown.
func shownRenewal(ctx context.Context, s *session.Session, p session.Purchase) record {
	return recordOf(s.Send(ctx, s.NewQueryAutoRenewalRecord(p.SIM)))
}

// refusesWithoutRenewal queries an auto-renewal that was cancelled: the same query was accepted before.
// Others may create one meanwhile.
func refusesWithoutRenewal(ctx context.Context, s *session.Session) {
	p := cancelled(ctx, s)
	answer := s.Own(p.after)
	shown := recordOf(answer)
	if shown["orderNo"] != "" && shown["orderNo"] != p.OrderNo && shown["deviceCode"] == p.SIM {
		s.Skip("somebody else created an auto-renewal for the SIM meanwhile")
	}
	Expect(answer).To(beRefused(), "a query for a SIM whose auto-renewal was cancelled")
}
