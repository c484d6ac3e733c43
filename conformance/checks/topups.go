package checks

import (
	"context"
	"maps"
	"slices"

	. "github.com/mallcheck/mallcheck/conformance/internal/expect"
	"github.com/mallcheck/mallcheck/conformance/internal/session"
	"github.com/mallcheck/mallcheck/reports"
)

// takeEffectChecks are about what singleQueryOrder lists: paid orders whose top-up has
// taken effect.
var takeEffectChecks = []Check{{
	ID: "VSH-034", Clause: "orders/query-shows-the-order", Does: reports.Purchase, Operations: []string{"synOrderInfo", "singleQueryOrder"},
	Requirement: "singleQueryOrder lists a third-party order",
	Run: func(ctx context.Context, s *session.Session) {
		if grown, known := grownBy(ctx, s, lastEffective); known && grown.all >= 1 {
			return
		}
		Expect(growth(ctx, s, allOrders, 1, func(sim string) { thirdPartyOrder(ctx, s, sim) })).
			To(BeNumerically(">=", 1), "singleQueryOrder does not list a paid order")
	},
}, {
	ID: "VSH-035", Clause: "orders/query-shows-the-order", Does: reports.Purchase, Operations: paying("singleQueryOrder"),
	Requirement: "singleQueryOrder lists a paid order",
	Run: func(ctx context.Context, s *session.Session) {
		if grown, known := grownBy(ctx, s, paidSingly); known && grown.all >= 1 {
			return
		}
		Expect(growth(ctx, s, allOrders, 1, func(sim string) { payFor(ctx, s, orderFor(ctx, s, sim)) })).
			To(BeNumerically(">=", 1), "singleQueryOrder does not list a paid order")
	},
}, {
	ID: "VSH-036", Clause: "orders/query-shows-the-plan", Does: reports.Purchase,
	Operations:  []string{"singleOrder", "stripeSubDirectly", "singleQueryOrder", "singleServicePlanPage"},
	Requirement: "singleQueryOrder lists a paid order under the servicePlanShowName of its plan",
	Run:         listsUnderPlanName,
}, {
	ID: "VSH-037", Clause: "orders/unpaid-order-not-active", Does: reports.Purchase,
	Operations:  []string{"singleOrder", "singleQueryOrder", "synOrderInfo"},
	Requirement: "singleQueryOrder does not list an unpaid order as active",
	Run: func(ctx context.Context, s *session.Session) {
		if grown, known := grownBy(ctx, s, unpaid); known && grown.active <= 0 {
			return
		}
		Expect(growth(ctx, s, activeOrders, 0, func(sim string) { orderFor(ctx, s, sim) })).
			To(BeNumerically("<=", 0), "singleQueryOrder lists an unpaid order as active")
	},
}, {
	ID: "VSH-038", Clause: "orders/query-names-no-other-sim", Does: reports.Purchase,
	Operations:  []string{"synOrderInfo", "singleQueryOrder"},
	Requirement: "singleQueryOrder does not list the order of another SIM",
	Run: func(ctx context.Context, s *session.Session) {
		s.DistinctSIMs(2)
		last, roomy := awaitEffects(ctx, s)
		if roomy && countOf(s.Send(ctx, s.NewSingleQueryOrder(last.other))).all <= last.otherBefore.all {
			return
		}
		Expect(growth(ctx, s, allOrders, 0, func(sim string) {
			thirdPartyOrder(ctx, s, otherSIM(s, sim))
		})).To(BeNumerically("<=", 0), "singleQueryOrder lists the order of another SIM")
	},
}, {
	ID: "VSH-039", Clause: "orders/query-triggers-nothing", Does: reports.Purchase, Operations: []string{"singleQueryOrder", "synOrderInfo"},
	Requirement: "two singleQueryOrder requests in a row list the same orders",
	Run:         listsTheSameAgain,
}, {
	ID: "VSH-048", Clause: "orders/partner-isolation", Does: reports.Purchase, Operations: []string{"singleQueryOrder", "synOrderInfo"},
	Requirement: "singleQueryOrder does not show the orders of another partner",
	Run: func(ctx context.Context, s *session.Session) {
		second := s.SecondPartner()
		listedToSecond := func(ctx context.Context, s *session.Session, sim string) int {
			orders, _ := listedIn(s.Send(ctx, s.NewSingleQueryOrder(sim).As(second)))
			return len(orders)
		}
		if last, roomy := awaitEffects(ctx, s); roomy && listedToSecond(ctx, s, last.SIM) <= last.seenBefore.all {
			return
		}
		Expect(growth(ctx, s, listedToSecond, 0, func(sim string) { takesEffect(ctx, s, sim) })).
			To(BeNumerically("<=", 0), "singleQueryOrder shows an order of the first partner to the second")
	},
}}

func thirdPartyOrder(ctx context.Context, s *session.Session, sim string) session.Purchase {
	p := s.NewPurchase()
	p.SIM = sim
	thirdPartyPaid(ctx, s, p)
	return p
}

func orderFor(ctx context.Context, s *session.Session, sim string) session.Purchase {
	p := s.NewPurchase()
	p.SIM = sim
	s.RequireAccepted(s.Send(ctx, s.NewSingleOrder(p)))
	return p
}

// takenEffect returns a third-party order that is listed. It ends the check if the order is not listed
// within the time limit for tasks.
func takenEffect(ctx context.Context, s *session.Session) session.Purchase {
	if last, roomy := awaitEffects(ctx, s); roomy {
		return last.Purchase
	}
	return takesEffect(ctx, s, s.ExistingSIM())
}

// takesEffect creates a third-party order for a SIM, like takenEffect.
func takesEffect(ctx context.Context, s *session.Session, sim string) session.Purchase {
	paid := s.PaidOrders(sim)
	before := allOrders(ctx, s, sim)
	remember(s, sim, before-paid)
	p := thirdPartyOrder(ctx, s, sim)
	if !s.Await(func() bool { return allOrders(ctx, s, sim) > before }) {
		if waits(ctx, s, sim) {
			endWaiting(s)
		}
		s.Prevents("orders/query-shows-the-order", len(s.Exchanges())-1,
			"precondition failed: singleQueryOrder does not list a paid order", "one more order than before", "none")
	}
	return p
}

func listsUnderPlanName(ctx context.Context, s *session.Session) {
	under := func(p session.Purchase) int {
		listed := listedOrders(ctx, s, p.SIM)
		return len(slices.DeleteFunc(listed, func(order record) bool { return order["servicePlanShowName"] != p.PlanName }))
	}
	if s.Keeps(2) { // the SIM has no other order
		p := listedRenewal(ctx, s).Purchase
		if s.Await(func() bool { return under(p) > 0 }); under(p) > 0 {
			return
		}
	}
	p := listedPurchase(ctx, s, s.RenewableSIM())
	look(ctx, s, p.SIM)
	before := under(p)
	s.Subscribe(ctx, p)
	if !s.Await(func() bool { return under(p) > before }) && waits(ctx, s, p.SIM) {
		endWaiting(s)
	}
	Expect(under(p)).To(BeNumerically(">", before), "singleQueryOrder does not list a paid order under the plan name %q", p.PlanName)
}

// listsTheSameAgain compares up to three times, because another order may take effect between two
// queries.
func listsTheSameAgain(ctx context.Context, s *session.Session) {
	sim := takenEffect(ctx, s).SIM
	var first, second []record
	for range 3 {
		first, second = listedOrders(ctx, s, sim), listedOrders(ctx, s, sim)
		if slices.EqualFunc(first, second, maps.Equal[record, record]) {
			break
		}
	}
	Expect(second).To(ConsistOf(first), "two singleQueryOrder requests in a row list different orders")
}
