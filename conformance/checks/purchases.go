package checks

import (
	"context"
	"slices"

	. "github.com/mallcheck/mallcheck/conformance/internal/expect"
	"github.com/mallcheck/mallcheck/conformance/internal/session"
	"github.com/mallcheck/mallcheck/conformance/internal/wire"
	"github.com/mallcheck/mallcheck/reports"
)

// purchaseChecks are about creating and refusing orders.
var purchaseChecks = slices.Concat(createdOrderChecks, orderAnswerChecks, refusedOrderChecks, nothingOrdered)

// newOrder drafts the operation that creates an order: singleOrder or synOrderInfo.
func newOrder(s *session.Session, operation string, p session.Purchase) *session.Draft {
	if operation == "synOrderInfo" {
		return s.NewSynOrderInfo(p)
	}
	return s.NewSingleOrder(p)
}

// onOrders makes a case of a check for each operation that creates orders.
func onOrders(check Check, run func(ctx context.Context, s *session.Session, operation string)) []Check {
	check.Does = reports.Purchase
	return onThese(check, run, "singleOrder", "synOrderInfo")
}

var createdOrderChecks = []Check{{
	ID: "VSH-007", Clause: "vshop/plan-can-be-ordered", Does: reports.Purchase, Operations: []string{"singleOrder", "singleServicePlanPage"},
	Requirement: "singleOrder accepts a plan that singleServicePlanPage lists for the SIM",
	Run: func(ctx context.Context, s *session.Session) {
		if s.Keeps(2) && s.Reaches("queryAutoRenewalRecord") && listedOrder(ctx, s).answer.Accepted() {
			return
		}
		Expect(s.Send(ctx, s.NewSingleOrder(listedPurchase(ctx, s, s.ExistingSIM())))).To(beAccepted(), "an order of a listed plan")
	},
}, {
	ID: "VSH-030", Clause: "orders/creates-an-order", Does: reports.Purchase, Operations: []string{"singleOrder", "queryOrder"},
	Requirement: "an order that singleOrder accepted exists afterwards, with its SIM and package",
	Run: func(ctx context.Context, s *session.Session) {
		p := unpaid(ctx, s)
		var order wire.FoundOrder
		for _, keys := range []session.OrderKeys{{OrderID: p.OrderNo}, {PurchaseID: p.PurchaseID}, {SIM: p.SIM}} {
			if order = lookedUp(ctx, s, keys); order.Answer.Accepted() {
				break
			}
		}
		if !order.Answer.Accepted() { // queryOrder is documented for paid orders
			s.Prevents("order-lookup/answer-has-the-key", order.Answer.Exchange,
				"queryOrder does not find the order of an accepted singleOrder by any key", "the order "+p.OrderNo, order.Answer.String())
		}
		Expect(order.SIM).To(Equal(p.SIM), "singleOrder created an order for another SIM")
		Expect(order.Package).To(Equal(p.Package), "singleOrder created an order of another package")
	},
}}

// listedPurchase returns a purchase of a plan that is listed for a SIM: the target's package or, if that
// is not listed, the first listed one.
func listedPurchase(ctx context.Context, s *session.Session, sim string) session.Purchase {
	p := s.NewPurchase()
	p.SIM = sim
	draft := s.NewSingleServicePlanPage(p.SIM)
	plans := plansOf(ctx, s, draft)
	if len(plans) == 0 {
		s.Prevents("vshop/plans-for-a-sim", len(s.Exchanges())-1, "precondition failed: singleServicePlanPage lists no plan", "a plan", "none")
	}
	plan := plans[max(0, slices.IndexFunc(plans, func(plan record) bool { return plan["packageCode"] == p.Package }))]
	p.Package, p.Plan, p.PlanName = plan["packageCode"], plan["servicePlanCode"], plan["servicePlanShowName"]
	p.Amount, p.Currency = plan["payAmount"], plan["payCurrency"]
	return p
}

var orderAnswerChecks = slices.Concat(
	onOrders(Check{
		ID: "VSH-031", Clause: "orders/answer-names-order-and-pay-id",
		Requirement: "{operation} answers with an orderNo and a payId",
	}, func(ctx context.Context, s *session.Session, operation string) {
		order := recordOf(s.Own(ordered(ctx, s, operation)[0].answer))
		Expect(order["orderNo"]).NotTo(BeEmpty(), "%s answered without an orderNo", operation)
		Expect(order["payId"]).NotTo(BeEmpty(), "%s answered without a payId", operation)
	}),
	onOrders(Check{
		ID: "VSH-032", Clause: "orders/answer-repeats-the-request",
		Requirement: "{operation} answers with the orderNo and payId of its request",
	}, func(ctx context.Context, s *session.Session, operation string) {
		for _, p := range ordered(ctx, s, operation) { // two, to catch an answer that is always about the same order
			order := recordOf(s.Own(p.answer))
			Expect(order["orderNo"]).To(Equal(p.OrderNo), "%s answered with the wrong orderNo", operation)
			Expect(order["payId"]).To(Equal(p.PayID), "%s answered with the wrong payId", operation)
		}
	}),
	[]Check{{
		ID: "VSH-087", Clause: "orders/answer-repeats-the-request", Does: reports.Purchase, Operations: []string{"singleOrder"},
		Requirement: "singleOrder answers with the orderNo of its request, in the same letter case",
		Run: func(ctx context.Context, s *session.Session) {
			p := letteredOrder(ctx, s)
			answer := s.Own(p.answer)
			if answer.Refused() {
				s.Skip("the target refuses an orderNo with lower-case letters; its form is undocumented")
			}
			s.RequireAccepted(answer)
			Expect(recordOf(answer)["orderNo"]).To(Equal(p.OrderNo), "singleOrder answered with the wrong orderNo")
		},
	}},
	onThese(Check{
		ID: "VSH-033", Clause: "orders/answer-names-the-sim",
		Requirement: "{operation} answers with the deviceCode and partnerCode of its request",
	}, func(ctx context.Context, s *session.Session, operation string) {
		if operation == "singleQueryOrder" {
			namesWhoAsked(ctx, s, (*session.Session).NewSingleQueryOrder)
			return
		}
		for _, p := range ordered(ctx, s, operation) {
			namesOwner(s, s.Own(p.answer), p.SIM)
		}
	}, "singleOrder", "singleQueryOrder", "synOrderInfo"),
)

// ordered returns two orders that an operation created, for different SIMs if the target names several.
func ordered(ctx context.Context, s *session.Session, operation string) []sharedOrder {
	if operation == "synOrderInfo" {
		return []sharedOrder{topUp(ctx, s), topUps(ctx, s)[0]}
	}
	return []sharedOrder{unpaid(ctx, s), attacked(ctx, s, operation)}
}

var refusedOrderChecks = slices.Concat(
	onThese(Check{
		ID: "VSH-040", Clause: "orders/unknown-sim-refused",
		Requirement: "{operation} refuses an unknown SIM",
	}, func(ctx context.Context, s *session.Session, operation string) {
		refusesValid(ctx, s, operation, "an unknown SIM", wire.Set("deviceCode", s.UnknownSIM()))
	}, "singleOrder", "singleQueryOrder", "queryAutoRenewalRecord", "cancelAutoRenewalRecord", "synOrderInfo"),
	onOrders(Check{
		ID: "VSH-041", Clause: "orders/unknown-package-refused",
		Requirement: "{operation} refuses an unknown package",
	}, func(ctx context.Context, s *session.Session, operation string) {
		refusesValid(ctx, s, operation, "an unknown package", wire.Set("packageCode", "MALLCHECKNOSUCHPACKAGE"))
	}),
	onOrders(Check{
		ID: "VSH-042", Clause: "orders/malformed-amount-refused",
		Requirement: "{operation} refuses a payAmount that is not a decimal number",
	}, func(ctx context.Context, s *session.Session, operation string) {
		draft := s.NewValid(ctx, operation)
		s.Controlled(ctx, draft, func() {
			for _, amount := range []string{"free", "4.99.1", s.Target().Amount + " " + s.Target().Currency} {
				Expect(s.Send(ctx, draft.Twin().Before(wire.Set("payAmount", amount)))).To(beRefused(), "an order for the malformed amount "+amount)
			}
		})
	}),
	onOrders(Check{
		ID: "VSH-043", Clause: "orders/duplicate-refused",
		Requirement: "{operation} refuses the orderNo and the payId of another order of the partner",
	}, func(ctx context.Context, s *session.Session, operation string) {
		first := attacked(ctx, s, operation)
		draft := s.NewValid(ctx, operation)
		s.Controlled(ctx, draft, func() {
			Expect(s.Send(ctx, draft.Twin().Before(wire.Set("orderNo", first.OrderNo)))).To(beRefused(), "an order with the orderNo of another")
			Expect(s.Send(ctx, draft.Twin().Before(wire.Set("payId", first.PayID)))).To(beRefused(), "an order with the payId of another")
		})
	}),
	[]Check{{
		ID: "VSH-086", Clause: "orders/duplicate-refused", Does: reports.Purchase, Operations: []string{"singleOrder"},
		Requirement: "singleOrder accepts exactly one of several concurrent requests with the same orderNo",
		Run: func(ctx context.Context, s *session.Session) {
			var answers []*wire.Answer
			for _, order := range racedOrders(ctx, s) {
				answers = append(answers, s.Own(order.answer))
			}
			refused := func(answer *wire.Answer) bool { return !answer.Accepted() }
			if !slices.ContainsFunc(answers, (*wire.Answer).Accepted) {
				s.RequireAccepted(answers[0])
			}
			Expect(slices.DeleteFunc(answers, refused)).To(HaveLen(1), "singleOrder accepted several concurrent orders with the same orderNo")
		},
	}},
	onOrders(Check{
		ID: "VSH-044", Clause: "orders/duplicate-request-order-id-accepted", Operations: []string{"singleOrder", "synOrderInfo", "queryOrder"},
		Requirement: "{operation} accepts two orders with the same requestOrderId or orgOrderId",
	}, func(ctx context.Context, s *session.Session, operation string) {
		const what = "a second order with the same requestOrderId or orgOrderId"
		orders := sameOrderID(ctx, s)
		s.RequireAccepted(s.Own(orders.unpaid.answer))
		if operation == "singleOrder" {
			Expect(s.Own(orders.last.answer)).To(beAccepted(), what)
			return
		}
		Expect(s.Own(orders.paid.answer)).To(beAccepted(), what)
		Expect(s.Own(orders.later.answer)).To(beAccepted(), what)
	}),
)

// nothingOrdered is about the effects of refused orders.
var nothingOrdered = slices.Concat(
	onOrders(Check{
		ID: "VSH-045", Clause: "orders/refused-request-creates-nothing", Operations: []string{"queryOrder"},
		Requirement: "{operation} creates no order when it refuses a malformed amount",
	}, func(ctx context.Context, s *session.Session, operation string) {
		ordersNothing(ctx, s, operation, func(draft *session.Draft) { draft.Before(wire.Set("payAmount", "free")) },
			"orders/malformed-amount-refused", "a malformed amount")
	}),
	onOrders(Check{
		ID: "VSH-046", Clause: "orders/refused-request-creates-nothing", Operations: []string{"queryOrder"},
		Requirement: "{operation} leaves an existing order unchanged when it refuses another with the same orderNo",
	}, func(ctx context.Context, s *session.Session, operation string) {
		first, second := attacked(ctx, s, operation), s.NewPurchase()
		before := shownOf(found(ctx, s, session.OrderKeys{PurchaseID: first.PurchaseID}))
		second.OrderNo = first.OrderNo
		if !s.Send(ctx, newOrder(s, operation, second)).Refused() {
			s.Skip("the target accepts an orderNo that is in use")
		}
		after := shownOf(found(ctx, s, session.OrderKeys{PurchaseID: first.PurchaseID}))
		Expect(after).To(Equal(before), "a refused %s changed the order with the same orderNo", operation)
		Expect(s.Send(ctx, s.NewQueryOrder(session.OrderKeys{PurchaseID: second.PurchaseID}))).To(beRefused(),
			"a lookup of a refused order")
	}),
	[]Check{{
		ID: "SIG-072", Clause: "signature/refused-before-anything-happened", Does: reports.Purchase,
		Operations:  []string{"singleOrder", "queryOrder"},
		Requirement: "singleOrder creates no order when it refuses a request because of its sign",
		Run: func(ctx context.Context, s *session.Session) {
			ordersNothing(ctx, s, "singleOrder", func(draft *session.Draft) { draft.SignedBy(digitChanged(-1)) },
				"signature/wrong-sign-refused", "an order with a wrong sign")
		},
	}},
)

// ordersNothing asserts that a modified request is refused and creates no order. The unmodified request
// would have created one that the lookup finds.
func ordersNothing(ctx context.Context, s *session.Session, operation string, spoil func(*session.Draft), clause, what string) {
	keysOf(ctx, s, attacked(ctx, s, operation).Purchase) // a lookup by this key finds it
	right := s.NewValid(ctx, operation)
	s.Controlled(ctx, right, func() {
		wrong := right.Twin()
		spoil(wrong)
		refusedFirst(ctx, s, wrong, clause, what)
		Expect(s.Send(ctx, s.NewQueryOrder(session.OrderKeys{PurchaseID: right.About.PurchaseID}))).To(beRefused(),
			"a lookup of a refused order")
	})
}
