package checks

import (
	"context"
	"slices"

	. "github.com/mallcheck/mallcheck/conformance/internal/expect"
	"github.com/mallcheck/mallcheck/conformance/internal/session"
	"github.com/mallcheck/mallcheck/reports"
)

// purchaseChecks are about creating orders, and about orders that must be refused.
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
	Requirement: "singleOrder accepts a plan that singleServicePlanPage lists for the SIM card, with its codes, its name and its price",
	Run: func(ctx context.Context, s *session.Session) {
		Expect(s.Send(ctx, s.NewSingleOrder(listedPurchase(ctx, s)))).To(beAccepted(), "an order of a plan that is listed")
	},
}, {
	ID: "VSH-030", Clause: "orders/creates-an-order", Does: reports.Purchase, Operations: []string{"singleOrder", "queryOrder"},
	Requirement: "an order that singleOrder accepted is found afterwards, for the SIM card and the package that it named",
	Run: func(ctx context.Context, s *session.Session) {
		p := s.Order(ctx)
		var order session.FoundOrder
		for _, keys := range []session.OrderKeys{{OrderID: p.OrderNo}, {PurchaseID: p.PurchaseID}, {SIM: p.SIM}} {
			if order = s.LookUp(ctx, s.NewQueryOrder(keys)); order.Answer.Accepted() {
				break
			}
		}
		Expect(order.Answer).To(beAccepted(), "the look-up by orderNo, by requestOrderId and by SIM card")
		Expect(order.SIM).To(Equal(p.SIM), "the SIM card of the order that is found")
		Expect(order.Package).To(Equal(p.Package), "the package of the order that is found")
	},
}}

// listedPurchase returns a purchase of a plan that singleServicePlanPage lists:
// the target's package, or the first one when that is not listed.
func listedPurchase(ctx context.Context, s *session.Session) session.Purchase {
	p := s.NewPurchase()
	draft := s.NewSingleServicePlanPage(p.SIM)
	plans := plansOf(ctx, s, draft)
	if len(plans) == 0 {
		s.Prevents("vshop/plans-for-a-sim", len(s.Exchanges())-1, "no plan is listed, so the requirement could not be tested", "a plan", "none")
	}
	plan := plans[max(0, slices.IndexFunc(plans, func(plan record) bool { return plan["packageCode"] == p.Package }))]
	p.Package, p.Plan, p.PlanName = plan["packageCode"], plan["servicePlanCode"], plan["servicePlanShowName"]
	p.Amount, p.Currency = plan["payAmount"], plan["payCurrency"]
	return p
}

var orderAnswerChecks = slices.Concat(
	onOrders(Check{
		ID: "VSH-031", Clause: "orders/answer-names-order-and-pay-id",
		Requirement: "the answer of {operation} names an orderNo and a payId",
	}, func(ctx context.Context, s *session.Session, operation string) {
		order := accepted(ctx, s, newOrder(s, operation, s.NewPurchase()))
		Expect(order["orderNo"]).NotTo(BeEmpty(), "orderNo of the answer")
		Expect(order["payId"]).NotTo(BeEmpty(), "payId of the answer")
	}),
	onOrders(Check{
		ID: "VSH-032", Clause: "orders/answer-repeats-the-request",
		Requirement: "orderNo and payId in the answer of {operation} are those of its request",
	}, func(ctx context.Context, s *session.Session, operation string) {
		for range 2 { // so that an answer that is always about the same order is found
			p := s.NewPurchase()
			order := accepted(ctx, s, newOrder(s, operation, p))
			Expect(order["orderNo"]).To(Equal(p.OrderNo), "orderNo of the answer")
			Expect(order["payId"]).To(Equal(p.PayID), "payId of the answer")
		}
	}),
	onThese(Check{
		ID: "VSH-033", Clause: "orders/answer-names-the-sim",
		Requirement: "deviceCode and partnerCode in the answer of {operation} are those of its request",
	}, func(ctx context.Context, s *session.Session, operation string) {
		namesWhoAsked(ctx, s, func(s *session.Session, sim string) *session.Draft {
			if operation == "singleQueryOrder" {
				return s.NewSingleQueryOrder(sim)
			}
			p := s.NewPurchase()
			p.SIM = sim
			return newOrder(s, operation, p)
		})
	}, "singleOrder", "singleQueryOrder", "synOrderInfo"),
)

var refusedOrderChecks = slices.Concat(
	onThese(Check{
		ID: "VSH-040", Clause: "orders/unknown-sim-refused",
		Requirement: "{operation} refuses a SIM card that does not exist",
	}, func(ctx context.Context, s *session.Session, operation string) {
		refusesValid(ctx, s, operation, "a SIM card that does not exist", session.Set("deviceCode", s.UnknownSIM()))
	}, "singleOrder", "singleQueryOrder", "queryAutoRenewalRecord", "cancelAutoRenewalRecord", "synOrderInfo"),
	onOrders(Check{
		ID: "VSH-041", Clause: "orders/unknown-package-refused",
		Requirement: "{operation} refuses a package that does not exist",
	}, func(ctx context.Context, s *session.Session, operation string) {
		refusesValid(ctx, s, operation, "a package that does not exist", session.Set("packageCode", "MALLCHECKNOSUCHPACKAGE"))
	}),
	onOrders(Check{
		ID: "VSH-042", Clause: "orders/malformed-amount-refused",
		Requirement: "{operation} refuses a payAmount that is no decimal number",
	}, func(ctx context.Context, s *session.Session, operation string) {
		draft := s.NewValid(ctx, operation)
		controlled(ctx, s, draft, func() {
			for _, amount := range []string{"free", "4.99.1", s.Target().Amount + " " + s.Target().Currency} {
				Expect(s.Send(ctx, draft.Twin().Before(session.Set("payAmount", amount)))).To(beRefused(), "an order for the amount "+amount)
			}
		})
	}),
	onOrders(Check{
		ID: "VSH-043", Clause: "orders/duplicate-refused",
		Requirement: "{operation} refuses the orderNo, and the payId, of another order of the partner",
	}, func(ctx context.Context, s *session.Session, operation string) {
		first := s.NewPurchase()
		s.RequireAccepted(s.Send(ctx, newOrder(s, operation, first)))
		draft := newOrder(s, operation, s.NewPurchase())
		controlled(ctx, s, draft, func() {
			Expect(s.Send(ctx, draft.Twin().Before(session.Set("orderNo", first.OrderNo)))).To(beRefused(), "an order with the orderNo of another")
			Expect(s.Send(ctx, draft.Twin().Before(session.Set("payId", first.PayID)))).To(beRefused(), "an order with the payId of another")
		})
	}),
	onOrders(Check{
		ID: "VSH-044", Clause: "orders/duplicate-request-order-id-accepted",
		Requirement: "{operation} accepts two orders under one id of the client's own, requestOrderId or orgOrderId",
	}, func(ctx context.Context, s *session.Session, operation string) {
		first := s.NewPurchase()
		s.RequireAccepted(s.Send(ctx, newOrder(s, operation, first)))
		Expect(s.Send(ctx, newOrder(s, operation, duplicateOf(s, first)))).To(beAccepted(), "a second order under the same id")
	}),
)

// nothingOrdered is about orders that were refused.
var nothingOrdered = slices.Concat(
	onOrders(Check{
		ID: "VSH-045", Clause: "orders/refused-request-creates-nothing", Operations: []string{"queryOrder"},
		Requirement: "a {operation} that is refused for a malformed amount creates no order",
	}, func(ctx context.Context, s *session.Session, operation string) {
		p := s.NewPurchase()
		draft := newOrder(s, operation, p)
		ordersNothing(ctx, s, p, draft, draft.Twin().Before(session.Set("payAmount", "free")))
	}),
	onOrders(Check{
		ID: "VSH-046", Clause: "orders/refused-request-creates-nothing", Operations: []string{"queryOrder"},
		Requirement: "a {operation} that is refused for an orderNo in use leaves the order under it as it was",
	}, func(ctx context.Context, s *session.Session, operation string) {
		first, second := s.NewPurchase(), s.NewPurchase()
		s.RequireAccepted(s.Send(ctx, newOrder(s, operation, first)))
		before := shownOf(found(ctx, s, session.OrderKeys{PurchaseID: first.PurchaseID}))
		second.OrderNo = first.OrderNo
		if !s.Send(ctx, newOrder(s, operation, second)).Refused() {
			s.Skip("the target does not refuse an orderNo that is in use")
		}
		after := shownOf(found(ctx, s, session.OrderKeys{PurchaseID: first.PurchaseID}))
		Expect(after).To(Equal(before), "what queryOrder shows of the first order")
		Expect(s.Send(ctx, s.NewQueryOrder(session.OrderKeys{PurchaseID: second.PurchaseID}))).To(beRefused(), "the look-up of the order that was refused")
	}),
	[]Check{{
		ID: "SIG-072", Clause: "signature/refused-before-anything-happened", Does: reports.Purchase, Operations: []string{"singleOrder", "queryOrder"},
		Requirement: "a singleOrder that is refused on account of its sign creates no order",
		Run: func(ctx context.Context, s *session.Session) {
			p := s.NewPurchase()
			draft := s.NewSingleOrder(p)
			ordersNothing(ctx, s, p, draft, draft.Twin().SignedBy(digitChanged(-1)))
		},
	}},
)

// ordersNothing asserts that a request is refused and creates no order. That the
// look-up would find one is seen from the request when nothing is wrong with it.
func ordersNothing(ctx context.Context, s *session.Session, p session.Purchase, right, wrong *session.Draft) {
	lookUp := s.NewQueryOrder(session.OrderKeys{PurchaseID: p.PurchaseID})
	Expect(s.Send(ctx, wrong)).To(beRefused(), "a request that must be refused")
	Expect(s.Send(ctx, lookUp)).To(beRefused(), "the look-up of an order that was refused")
	s.RequireAccepted(s.Send(ctx, right))
	s.KeysOf(ctx, p)
}
