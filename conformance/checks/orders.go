package checks

import (
	"context"
	"slices"
	"strings"

	. "github.com/mallcheck/mallcheck/conformance/internal/expect"
	"github.com/mallcheck/mallcheck/conformance/internal/session"
	"github.com/mallcheck/mallcheck/reports"
)

// orderChecks are about queryOrder: which order its keys find, for whom, and that
// what it shows is the order. Every check looks up orders of its own, and one that
// is about the keys takes them from what is found, since which member of an order
// is which key is assumed.
var orderChecks = slices.Concat(foundOrderChecks, shownOrderChecks, keyPriorityChecks, emptyKeyChecks, unknownKeyChecks, duplicateOrderChecks, foreignOrderChecks)

// ordering are the operations of a check that looks up what singleOrder created.
func ordering(others ...string) []string {
	return append([]string{"queryOrder", "singleOrder"}, others...)
}

// foundOrderChecks are about each key by itself.
var foundOrderChecks = []Check{{
	ID: "ORD-001", Clause: "order-lookup/purchase-id-of-the-order", Does: reports.Purchase, Operations: ordering(),
	Requirement: "the requestOrderId of a singleOrder is the purchase_order_id by which queryOrder finds the order",
	Run: func(ctx context.Context, s *session.Session) {
		p := s.Order(ctx)
		found := s.LookUp(ctx, s.NewQueryOrder(session.OrderKeys{PurchaseID: p.PurchaseID}))
		Expect(found.Answer).To(beAccepted(), "the look-up by the requestOrderId")
		Expect(found.PurchaseID).To(Equal(p.PurchaseID), "purchase_order_id of the order that is found")
	},
}, {
	ID: "ORD-002", Clause: "order-lookup/order-id-of-the-order", Does: reports.Purchase, Operations: ordering(),
	Requirement: "the orderNo of a singleOrder is the order_id by which queryOrder finds the order",
	Run: func(ctx context.Context, s *session.Session) {
		p := s.Order(ctx)
		found := s.LookUp(ctx, s.NewQueryOrder(session.OrderKeys{OrderID: p.OrderNo}))
		Expect(found.Answer).To(beAccepted(), "the look-up by the orderNo")
		Expect(found.OrderID).To(Equal(p.OrderNo), "order_id of the order that is found")
	},
}, {
	ID: "ORD-003", Clause: "order-lookup/sim-id-of-the-order", Does: reports.Purchase, Operations: ordering(),
	Requirement: "the deviceCode of a singleOrder is the sim_id by which queryOrder finds an order",
	Run: func(ctx context.Context, s *session.Session) {
		p := s.Order(ctx)
		found := s.LookUp(ctx, s.NewQueryOrder(session.OrderKeys{SIM: p.SIM}))
		Expect(found.Answer).To(beAccepted(), "the look-up by the deviceCode")
		Expect(found.SIM).To(Equal(p.SIM), "sim_id of the order that is found")
	},
}, {
	ID: "ORD-004", Clause: "order-lookup/each-key-finds-the-order", Does: reports.Purchase, Operations: ordering(),
	Requirement: "an order that queryOrder finds by one key is found by each of its other keys alone",
	Run: func(ctx context.Context, s *session.Session) {
		keys := s.KeysOf(ctx, s.Order(ctx))
		byOrderID := s.LookUp(ctx, s.NewQueryOrder(session.OrderKeys{OrderID: keys.OrderID}))
		Expect(byOrderID.Answer).To(beAccepted(), "the look-up by the order_id that queryOrder tells")
		Expect(byOrderID.OrderID).To(Equal(keys.OrderID), "order_id of the order that is found by it")
		bySIM := s.LookUp(ctx, s.NewQueryOrder(session.OrderKeys{SIM: keys.SIM}))
		Expect(bySIM.Answer).To(beAccepted(), "the look-up by the SIM card of the order")
	},
}, {
	ID: "ORD-005", Clause: "order-lookup/purchase-id-of-the-order", Does: reports.Purchase, Operations: []string{"queryOrder", "synOrderInfo"},
	Requirement: "the orgOrderId of a synOrderInfo is the purchase_order_id by which queryOrder finds the order",
	Run: func(ctx context.Context, s *session.Session) {
		p := s.NewPurchase()
		s.ThirdPartyOrder(ctx, p)
		found := s.LookUp(ctx, s.NewQueryOrder(session.OrderKeys{PurchaseID: p.PurchaseID}))
		Expect(found.Answer).To(beAccepted(), "the look-up by the orgOrderId")
		Expect(found.OrderID).To(Equal(p.OrderNo), "order_id of the order that is found, the orderNo of the synOrderInfo")
	},
}}

// shownOrderChecks are about what is shown of the order that is found.
var shownOrderChecks = []Check{{
	ID: "ORD-010", Clause: "order-lookup/answer-has-the-key", Does: reports.Purchase, Operations: ordering(),
	Requirement: "the order that queryOrder finds bears the key that it was asked for, whichever of the three",
	Run: func(ctx context.Context, s *session.Session) {
		keys := s.KeysOf(ctx, s.Order(ctx))
		Expect(found(ctx, s, session.OrderKeys{PurchaseID: keys.PurchaseID}).PurchaseID).To(Equal(keys.PurchaseID), "purchase_order_id of the answer")
		Expect(found(ctx, s, session.OrderKeys{OrderID: keys.OrderID}).OrderID).To(Equal(keys.OrderID), "order_id of the answer")
		Expect(found(ctx, s, session.OrderKeys{SIM: keys.SIM}).SIM).To(Equal(keys.SIM), "sim_id of the answer")
	},
}, {
	ID: "ORD-011", Clause: "order-lookup/shows-the-order", Does: reports.Purchase, Operations: ordering(),
	Requirement: "queryOrder shows the package, the payId and the SIM card that the order was created with",
	Run: func(ctx context.Context, s *session.Session) {
		p := s.Order(ctx)
		shown := found(ctx, s, session.OrderKeys{PurchaseID: p.PurchaseID})
		Expect(shown.Package).To(Equal(p.Package), "package_code of the answer")
		Expect(shown.PayID).To(Equal(p.PayID), "pay_id of the answer")
		Expect(shown.SIM).To(Equal(p.SIM), "sim_id of the answer")
	},
}, {
	ID: "ORD-012", Clause: "payments/amount-preserved", Does: reports.Purchase, Operations: ordering(),
	Requirement: "queryOrder shows the amount that the order was created with",
	Run: func(ctx context.Context, s *session.Session) {
		p := s.Order(ctx)
		shown := found(ctx, s, session.OrderKeys{PurchaseID: p.PurchaseID})
		Expect(plainDecimal(shown.Amount)).To(Equal(plainDecimal(p.Amount)), "pay_amount of the answer, as a decimal number")
	},
}, {
	ID: "ORD-013", Clause: "payments/currency-preserved", Does: reports.Purchase, Operations: ordering(),
	Requirement: "queryOrder shows the currency that the order was created with",
	Run: func(ctx context.Context, s *session.Session) {
		p := s.Order(ctx)
		shown := found(ctx, s, session.OrderKeys{PurchaseID: p.PurchaseID})
		Expect(strings.ToUpper(shown.Currency)).To(Equal(strings.ToUpper(p.Currency)), "pay_currency of the answer, in upper case")
	},
}, {
	ID: "ORD-015", Clause: "order-lookup/status-agrees-with-payment", Does: reports.Purchase, Operations: ordering("resultQuery"),
	Requirement: "pay_status of an order that nobody paid is the payStatus that resultQuery shows of its payment",
	Run: func(ctx context.Context, s *session.Session) {
		agreesWithPayment(ctx, s, s.Order(ctx))
	},
}, {
	ID: "ORD-016", Clause: "order-lookup/status-agrees-with-payment", Does: reports.Purchase, Operations: ordering("resultQuery", "stripeSubDirectly"),
	Requirement: "pay_status of an order that was paid is the payStatus that resultQuery shows of its payment",
	Run: func(ctx context.Context, s *session.Session) {
		agreesWithPayment(ctx, s, s.Subscription(ctx))
	},
}, {
	ID: "ORD-018", Clause: "order-lookup/query-triggers-nothing", Does: reports.Purchase, Operations: ordering("resultQuery"),
	Requirement: "looking an order up by each key changes neither what queryOrder shows of it nor the state of its payment",
	Run: func(ctx context.Context, s *session.Session) {
		p := s.Order(ctx)
		paid := paymentState(ctx, s, p)
		keys := s.KeysOf(ctx, p)
		first := shownOf(found(ctx, s, session.OrderKeys{PurchaseID: keys.PurchaseID}))
		found(ctx, s, session.OrderKeys{OrderID: keys.OrderID})
		found(ctx, s, session.OrderKeys{SIM: keys.SIM})
		Expect(shownOf(found(ctx, s, session.OrderKeys{PurchaseID: keys.PurchaseID}))).To(Equal(first), "the order after it was looked up by each key")
		Expect(paymentState(ctx, s, p)).To(Equal(paid), "payStatus of the payment after its order was looked up")
	},
}}

// found looks an order up that there is.
func found(ctx context.Context, s *session.Session, keys session.OrderKeys) session.FoundOrder {
	return foundBy(ctx, s, s.NewQueryOrder(keys))
}

// foundBy sends a queryOrder for an order that there is.
func foundBy(ctx context.Context, s *session.Session, draft *session.Draft) session.FoundOrder {
	order := s.LookUp(ctx, draft)
	s.RequireAccepted(order.Answer)
	return order
}

// shownOf returns what an answer shows of an order, without the answer itself.
func shownOf(order session.FoundOrder) session.FoundOrder {
	order.Answer = nil
	return order
}

// paymentState returns the payStatus that resultQuery shows of a payment.
func paymentState(ctx context.Context, s *session.Session, p session.Purchase) string {
	return accepted(ctx, s, s.NewResultQuery(p.PayID))["payStatus"]
}

func agreesWithPayment(ctx context.Context, s *session.Session, p session.Purchase) {
	paid := paymentState(ctx, s, p)
	Expect(found(ctx, s, session.OrderKeys{PurchaseID: p.PurchaseID}).Status).To(Equal(paid), "pay_status of the order, compared with payStatus of the payment")
}

// plainDecimal writes a decimal number without the zeros that do not count.
func plainDecimal(text string) string {
	if strings.Contains(text, ".") {
		text = strings.TrimRight(strings.TrimRight(text, "0"), ".")
	}
	if text = strings.TrimLeft(text, "0"); text == "" || text[0] == '.' {
		text = "0" + text
	}
	return text
}
