package checks

import (
	"context"
	"slices"

	. "github.com/mallcheck/mallcheck/conformance/internal/expect"
	"github.com/mallcheck/mallcheck/conformance/internal/session"
	"github.com/mallcheck/mallcheck/reports"
)

// renewing returns the operations of a check that subscribes, with the one that it
// is about first.
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
	Requirement: "after a subscription queryAutoRenewalRecord shows an auto-renewal of the SIM card",
	Run: func(ctx context.Context, s *session.Session) {
		p := renewable(ctx, s)
		s.Subscribe(ctx, p)
		Expect(s.Send(ctx, s.NewQueryAutoRenewalRecord(p.SIM))).To(beAccepted(), "the query of a SIM card for which a subscription was made")
	},
}, {
	ID: "VSH-061", Clause: "renewals/answer-names-order-and-pay-id", Does: reports.Purchase, Operations: renewing("queryAutoRenewalRecord"),
	Requirement: "orderNo and payId of an auto-renewal are those of the order that was subscribed to",
	Run: func(ctx context.Context, s *session.Session) {
		p := renewable(ctx, s)
		renewal := subscribed(ctx, s, p)
		Expect(renewal["orderNo"]).To(Equal(p.OrderNo), "orderNo of the auto-renewal")
		Expect(renewal["payId"]).To(Equal(p.PayID), "payId of the auto-renewal")
	},
}, {
	ID: "VSH-062", Clause: "renewals/shows-the-order", Does: reports.Purchase, Operations: renewing("queryAutoRenewalRecord", "singleServicePlanPage"),
	Requirement: "orderPeriod and servicePlanShowName of an auto-renewal are those of the order that was subscribed to",
	Run: func(ctx context.Context, s *session.Session) {
		p := listedPurchase(ctx, s)
		p.SIM, p.AutoRenewal = renewable(ctx, s).SIM, "1"
		renewal := subscribed(ctx, s, p)
		Expect(renewal["orderPeriod"]).To(Equal(p.Period), "orderPeriod of the auto-renewal")
		Expect(renewal["servicePlanShowName"]).To(Equal(p.PlanName), "servicePlanShowName of the auto-renewal")
	},
}, {
	ID: "VSH-063", Clause: "renewals/answer-names-the-sim", Does: reports.Purchase, Operations: renewing("queryAutoRenewalRecord"),
	Requirement: "deviceCode and partnerCode in the answer of queryAutoRenewalRecord are those of its request",
	Run: func(ctx context.Context, s *session.Session) {
		p := renewable(ctx, s)
		renewal := subscribed(ctx, s, p)
		Expect(renewal["deviceCode"]).To(Equal(p.SIM), "deviceCode of the auto-renewal")
		Expect(renewal["partnerCode"]).To(Equal(s.Target().PartnerCode), "partnerCode of the auto-renewal")
	},
}, {
	ID: "VSH-064", Clause: "renewals/none-refused", Does: reports.Purchase, Operations: renewing("queryAutoRenewalRecord", "cancelAutoRenewalRecord"),
	Requirement: "queryAutoRenewalRecord is refused for a SIM card without an active auto-renewal",
	Run:         refusesWithoutRenewal,
}, {
	ID: "VSH-065", Clause: "renewals/single-order-renews-nothing", Does: reports.Purchase, Operations: []string{"queryAutoRenewalRecord", "synOrderInfo", "singleQueryOrder"},
	Requirement: "an order with autoRenewal 0 that a third party was paid for has no auto-renewal",
	Run: func(ctx context.Context, s *session.Session) {
		p := takesEffect(ctx, s, s.ExistingSIM())
		Expect(shownRenewal(ctx, s, p)["orderNo"]).NotTo(Equal(p.OrderNo), "orderNo of an auto-renewal of the SIM card")
	},
}, {
	ID: "VSH-066", Clause: "renewals/single-order-renews-nothing", Does: reports.Purchase, Operations: paying("queryAutoRenewalRecord"),
	Requirement: "an order with autoRenewal 0 that was paid once has no auto-renewal",
	Run: func(ctx context.Context, s *session.Session) {
		p := paidOrder(ctx, s)
		Expect(shownRenewal(ctx, s, p)["orderNo"]).NotTo(Equal(p.OrderNo), "orderNo of an auto-renewal of the SIM card")
	},
}, {
	ID: "VSH-067", Clause: "renewals/partner-isolation", Does: reports.Purchase, Operations: renewing("queryAutoRenewalRecord"),
	Requirement: "queryAutoRenewalRecord does not show the auto-renewal of a partner to another one",
	Run: func(ctx context.Context, s *session.Session) {
		second, p := s.SecondPartner(), renewable(ctx, s)
		subscribed(ctx, s, p)
		shown := recordOf(s.Send(ctx, s.NewQueryAutoRenewalRecord(p.SIM).As(second)))
		Expect(shown["orderNo"]).NotTo(Equal(p.OrderNo), "orderNo of the auto-renewal that the second partner is shown")
		Expect(shown["payId"]).NotTo(Equal(p.PayID), "payId of the auto-renewal that the second partner is shown")
	},
}}

// renewable returns a purchase with auto-renewal for a SIM card that has none, or
// skips the check when each of several SIM cards has one that others made.
func renewable(ctx context.Context, s *session.Session) session.Purchase {
	p := s.NewPurchase()
	p.AutoRenewal = "1"
	for range min(len(s.Target().SIMs), 8) {
		answer := s.Send(ctx, s.NewQueryAutoRenewalRecord(p.SIM))
		shown := recordOf(answer)["orderNo"]
		switch {
		case shown == "":
			return p
		case s.Cancelled(shown):
			s.Violates("renewals/cancelled-is-gone", answer.Exchange,
				"an auto-renewal whose cancellation was accepted before is shown", "no auto-renewal, or another", shown)
		}
		p.SIM = s.ExistingSIM()
	}
	s.Skip("the SIM cards of the target have auto-renewals already")
	return p
}

// subscribed subscribes and returns the auto-renewal that is shown afterwards; that
// one is shown is required.
func subscribed(ctx context.Context, s *session.Session, p session.Purchase) record {
	s.Subscribe(ctx, p)
	answer := s.Send(ctx, s.NewQueryAutoRenewalRecord(p.SIM))
	if !answer.Accepted() {
		s.Violates("renewals/query-shows-what-was-subscribed", answer.Exchange,
			"no auto-renewal is shown after a subscription, so the requirement could not be tested", `operateCode "S"`, answer.String())
	}
	return recordOf(answer)
}

// shownRenewal returns the auto-renewal that is shown of the SIM card of a
// purchase, empty when none is.
func shownRenewal(ctx context.Context, s *session.Session, p session.Purchase) record {
	return recordOf(s.Send(ctx, s.NewQueryAutoRenewalRecord(p.SIM)))
}

// refusesWithoutRenewal makes an auto-renewal first and cancels it, so that the
// same query was accepted before. Others may have made one in between.
func refusesWithoutRenewal(ctx context.Context, s *session.Session) {
	p := renewable(ctx, s)
	subscribed(ctx, s, p)
	s.RequireAccepted(s.Send(ctx, s.NewCancelAutoRenewalRecord(p)))
	answer := s.Send(ctx, s.NewQueryAutoRenewalRecord(p.SIM))
	shown := recordOf(answer)
	if shown["orderNo"] != "" && shown["orderNo"] != p.OrderNo && shown["deviceCode"] == p.SIM {
		s.Skip("the SIM card has got another auto-renewal in between")
	}
	Expect(answer).To(beRefused(), "the query of a SIM card whose auto-renewal was cancelled")
}
