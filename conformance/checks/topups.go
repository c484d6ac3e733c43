package checks

import (
	"context"
	"maps"
	"slices"

	. "github.com/mallcheck/mallcheck/conformance/internal/expect"
	"github.com/mallcheck/mallcheck/conformance/internal/session"
	"github.com/mallcheck/mallcheck/reports"
)

// takeEffectChecks are about what singleQueryOrder lists: orders that were paid,
// once their top-up has taken effect.
var takeEffectChecks = []Check{{
	ID: "VSH-034", Clause: "orders/query-shows-the-order", Does: reports.Purchase, Operations: []string{"synOrderInfo", "singleQueryOrder"},
	Requirement: "an order that a third party was paid for is listed for its SIM card by singleQueryOrder",
	Run: func(ctx context.Context, s *session.Session) {
		Expect(growth(ctx, s, allOrders, 1, func(sim string) { thirdPartyOrder(ctx, s, sim) })).
			To(BeNumerically(">=", 1), "how many more orders are listed than before")
	},
}, {
	ID: "VSH-035", Clause: "orders/query-shows-the-order", Does: reports.Purchase, Operations: paying("singleQueryOrder"),
	Requirement: "an order that was paid is listed for its SIM card by singleQueryOrder",
	Run: func(ctx context.Context, s *session.Session) {
		Expect(growth(ctx, s, allOrders, 1, func(sim string) { payFor(ctx, s, orderFor(ctx, s, sim)) })).
			To(BeNumerically(">=", 1), "how many more orders are listed than before")
	},
}, {
	ID: "VSH-036", Clause: "orders/query-shows-the-plan", Does: reports.Purchase,
	Operations:  []string{"singleOrder", "stripeSubDirectly", "singleQueryOrder", "singleServicePlanPage"},
	Requirement: "singleQueryOrder lists an order that was paid under the servicePlanShowName of its plan",
	Run:         listsUnderPlanName,
}, {
	ID: "VSH-037", Clause: "orders/unpaid-order-not-active", Does: reports.Purchase, Operations: []string{"singleOrder", "singleQueryOrder", "synOrderInfo"},
	Requirement: "an order that nobody paid is not listed as active by singleQueryOrder",
	Run: func(ctx context.Context, s *session.Session) {
		Expect(growth(ctx, s, activeOrders, 0, func(sim string) { orderFor(ctx, s, sim) })).
			To(BeNumerically("<=", 0), "how many more active orders are listed than before, though nothing was paid")
	},
}, {
	ID: "VSH-038", Clause: "orders/query-names-no-other-sim", Does: reports.Purchase, Operations: []string{"synOrderInfo", "singleQueryOrder"},
	Requirement: "an order for one SIM card is not listed for another",
	Run: func(ctx context.Context, s *session.Session) {
		s.DistinctSIMs(2)
		Expect(growth(ctx, s, allOrders, 0, func(sim string) {
			thirdPartyOrder(ctx, s, s.OtherSIM(sim))
		})).To(BeNumerically("<=", 0), "how many more orders are listed for a SIM card, while one was paid for another")
	},
}, {
	ID: "VSH-039", Clause: "orders/query-triggers-nothing", Does: reports.Purchase, Operations: []string{"singleQueryOrder", "synOrderInfo"},
	Requirement: "two singleQueryOrder in a row list the same orders, those of a SIM card for which one was just paid included",
	Run:         listsTheSameAgain,
}, {
	ID: "VSH-048", Clause: "orders/partner-isolation", Does: reports.Purchase, Operations: []string{"singleQueryOrder", "synOrderInfo"},
	Requirement: "singleQueryOrder does not list the orders of a partner to another one",
	Run: func(ctx context.Context, s *session.Session) {
		second := s.SecondPartner()
		listedToSecond := func(ctx context.Context, s *session.Session, sim string) int {
			return len(listedIn(s.Send(ctx, s.NewSingleQueryOrder(sim).As(second))))
		}
		Expect(growth(ctx, s, listedToSecond, 0, func(sim string) { takesEffect(ctx, s, sim) })).
			To(BeNumerically("<=", 0), "how many more orders are listed to the second partner than before")
	},
}}

// thirdPartyOrder creates an order for a SIM card that a third party was paid for.
func thirdPartyOrder(ctx context.Context, s *session.Session, sim string) session.Purchase {
	p := s.NewPurchase()
	p.SIM = sim
	s.ThirdPartyOrder(ctx, p)
	return p
}

// orderFor creates an order for a SIM card.
func orderFor(ctx context.Context, s *session.Session, sim string) session.Purchase {
	p := s.NewPurchase()
	p.SIM = sim
	s.RequireAccepted(s.Send(ctx, s.NewSingleOrder(p)))
	return p
}

// takesEffect creates an order by third-party payment, and ends the check when it
// is not listed within the time that a task may take.
func takesEffect(ctx context.Context, s *session.Session, sim string) session.Purchase {
	before := allOrders(ctx, s, sim)
	p := thirdPartyOrder(ctx, s, sim)
	if !s.Await(func() bool { return allOrders(ctx, s, sim) > before }) {
		s.Violates("orders/query-shows-the-order", len(s.Exchanges())-1,
			"an order that was paid is not listed, so the requirement could not be tested", "one more order than before", "none")
	}
	return p
}

func listsUnderPlanName(ctx context.Context, s *session.Session) {
	p := listedPurchase(ctx, s)
	under := func() int {
		listed := listedOrders(ctx, s, p.SIM)
		return len(slices.DeleteFunc(listed, func(order record) bool { return order["servicePlanShowName"] != p.PlanName }))
	}
	before := under()
	s.Subscribe(ctx, p)
	s.Await(func() bool { return under() > before })
	Expect(under()).To(BeNumerically(">", before), "how many orders are listed under the name %q of the plan, compared with before", p.PlanName)
}

// listsTheSameAgain compares up to three times: another order may take effect
// between two queries.
func listsTheSameAgain(ctx context.Context, s *session.Session) {
	sim := s.ExistingSIM()
	takesEffect(ctx, s, sim)
	var first, second []record
	for range 3 {
		first, second = listedOrders(ctx, s, sim), listedOrders(ctx, s, sim)
		if slices.EqualFunc(first, second, maps.Equal[record, record]) {
			break
		}
	}
	Expect(second).To(ConsistOf(first), "the orders that the second query lists, compared with the first")
}
