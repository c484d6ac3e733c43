package checks

import (
	"context"
	"fmt"
	"slices"
	"strings"

	. "github.com/mallcheck/mallcheck/conformance/internal/expect"
	"github.com/mallcheck/mallcheck/conformance/internal/session"
	"github.com/mallcheck/mallcheck/conformance/internal/wire"
	"github.com/mallcheck/mallcheck/reports"
)

// orderChecks are about queryOrder: which order each key finds, for whom, and what is shown. Every check
// looks up its own orders. A check about the keys takes them from an answer, because the mapping of
// order members to keys is assumed.
//
// queryOrder is documented for use after a completed recharge. Checks of documented clauses therefore
// look up paid orders; what queryOrder shows of an unpaid order is assumed.
var orderChecks = slices.Concat(foundOrderChecks, shownOrderChecks, keyPriorityChecks, emptyKeyChecks, unknownKeyChecks,
	duplicateOrderChecks, foreignOrderChecks)

// ordering are the operations of a check that looks up an order of singleOrder.
func ordering(others ...string) []string {
	return append([]string{"queryOrder", "singleOrder"}, others...)
}

// lookingUp are the operations of a check that looks up third-party orders, which count as paid at once.
func lookingUp(others ...string) []string {
	return append([]string{"queryOrder", "synOrderInfo"}, others...)
}

// awaitVisible waits until queryOrder shows a paid order. It ends the check if the order is
// not shown within the time limit for tasks.
func awaitVisible(ctx context.Context, s *session.Session, p session.Purchase) {
	var last *wire.Answer
	if !s.Await(func() bool {
		last = s.LookUp(ctx, s.NewQueryOrder(session.OrderKeys{PurchaseID: p.PurchaseID})).Answer
		return last.Accepted()
	}) {
		s.Prevents("order-lookup/purchase-id-of-the-order", last.Exchange,
			"precondition failed: queryOrder does not find a paid order by its orgOrderId", "the order "+p.PurchaseID, last.String())
	}
}

// paidKeys returns the keys of a paid order.
func paidKeys(ctx context.Context, s *session.Session) session.OrderKeys {
	return visibleKeys(ctx, s, 0)
}

// foundOrderChecks are about each key alone.
var foundOrderChecks = []Check{{
	ID: "ORD-001", Clause: "order-lookup/purchase-id-of-the-order", Does: reports.Purchase, Operations: ordering(),
	Requirement: "queryOrder finds an order by the requestOrderId of singleOrder as purchase_order_id",
	Run: func(ctx context.Context, s *session.Session) {
		p := unpaid(ctx, s)
		found := lookedUp(ctx, s, session.OrderKeys{PurchaseID: p.PurchaseID})
		Expect(found.Answer).To(beAccepted(), "a lookup by the requestOrderId of an order")
		Expect(found.PurchaseID).To(Equal(p.PurchaseID), "queryOrder returned an order with the wrong purchase_order_id")
	},
}, {
	ID: "ORD-002", Clause: "order-lookup/order-id-of-the-order", Does: reports.Purchase, Operations: ordering(),
	Requirement: "queryOrder finds an order by the orderNo of singleOrder as order_id",
	Run: func(ctx context.Context, s *session.Session) {
		p := unpaid(ctx, s)
		found := lookedUp(ctx, s, session.OrderKeys{OrderID: p.OrderNo})
		Expect(found.Answer).To(beAccepted(), "a lookup by the orderNo of an order")
		Expect(found.OrderID).To(Equal(p.OrderNo), "queryOrder returned an order with the wrong order_id")
	},
}, {
	ID: "ORD-003", Clause: "order-lookup/sim-id-of-the-order", Does: reports.Purchase, Operations: lookingUp(),
	Requirement: "queryOrder finds a paid order by its deviceCode as sim_id",
	Run: func(ctx context.Context, s *session.Session) {
		p := paidKeys(ctx, s)
		found := lookedUp(ctx, s, session.OrderKeys{SIM: p.SIM})
		Expect(found.Answer).To(beAccepted(), "a lookup by the deviceCode of a paid order")
		Expect(found.SIM).To(Equal(p.SIM), "queryOrder returned an order of another SIM")
	},
}, {
	ID: "ORD-004", Clause: "order-lookup/each-key-finds-the-order", Does: reports.Purchase, Operations: lookingUp(),
	Requirement: "queryOrder finds a paid order by each of its keys alone",
	Run: func(ctx context.Context, s *session.Session) {
		keys := paidKeys(ctx, s)
		byOrderID := lookedUp(ctx, s, session.OrderKeys{OrderID: keys.OrderID})
		Expect(byOrderID.Answer).To(beAccepted(), "a lookup by an order_id that it had returned")
		Expect(byOrderID.OrderID).To(Equal(keys.OrderID), "queryOrder returned the wrong order for an order_id")
		bySIM := lookedUp(ctx, s, session.OrderKeys{SIM: keys.SIM})
		Expect(bySIM.Answer).To(beAccepted(), "a lookup by the SIM of a paid order")
	},
}, {
	ID: "ORD-005", Clause: "order-lookup/purchase-id-of-the-order", Does: reports.Purchase,
	Operations:  []string{"queryOrder", "synOrderInfo"},
	Requirement: "queryOrder finds an order by the orgOrderId of synOrderInfo as purchase_order_id",
	Run: func(ctx context.Context, s *session.Session) {
		p := topUp(ctx, s)
		found := lookedUp(ctx, s, session.OrderKeys{PurchaseID: p.PurchaseID})
		Expect(found.Answer).To(beAccepted(), "a lookup by the orgOrderId of an order")
		Expect(found.OrderID).To(Equal(p.OrderNo), "queryOrder returned the wrong order for the orgOrderId of synOrderInfo")
	},
}}

// shownOrderChecks are about what queryOrder shows of an order.
var shownOrderChecks = []Check{{
	ID: "ORD-010", Clause: "order-lookup/answer-has-the-key", Does: reports.Purchase, Operations: ordering(),
	Requirement: "queryOrder returns an order that has the requested key, for each of the three keys",
	Run: func(ctx context.Context, s *session.Session) {
		keys := keysOf(ctx, s, unpaid(ctx, s).Purchase)
		Expect(shown(ctx, s, session.OrderKeys{PurchaseID: keys.PurchaseID}).PurchaseID).To(Equal(keys.PurchaseID),
			"purchase_order_id of the answer")
		Expect(shown(ctx, s, session.OrderKeys{OrderID: keys.OrderID}).OrderID).To(Equal(keys.OrderID), "order_id of the answer")
		Expect(shown(ctx, s, session.OrderKeys{SIM: keys.SIM}).SIM).To(Equal(keys.SIM), "sim_id of the answer")
	},
}, {
	ID: "ORD-011", Clause: "order-lookup/shows-the-order", Does: reports.Purchase, Operations: ordering(),
	Requirement: "queryOrder shows the package, payId and SIM of the order",
	Run: func(ctx context.Context, s *session.Session) {
		p := unpaid(ctx, s)
		shown := shown(ctx, s, session.OrderKeys{PurchaseID: p.PurchaseID})
		Expect(shown.Package).To(Equal(p.Package), "queryOrder shows the wrong package_code for an order")
		Expect(shown.PayID).To(Equal(p.PayID), "queryOrder shows the wrong pay_id for an order")
		Expect(shown.SIM).To(Equal(p.SIM), "queryOrder shows the wrong sim_id for an order")
	},
}, {
	ID: "ORD-012", Clause: "payments/amount-preserved", Does: reports.Purchase, Operations: ordering(),
	Requirement: "queryOrder shows the amount of the order",
	Run: func(ctx context.Context, s *session.Session) {
		p := unpaid(ctx, s)
		shown := shown(ctx, s, session.OrderKeys{PurchaseID: p.PurchaseID})
		Expect(plainDecimal(shown.Amount)).To(Equal(plainDecimal(p.Amount)), "queryOrder shows the wrong pay_amount for an order")
	},
}, {
	ID: "ORD-013", Clause: "payments/currency-preserved", Does: reports.Purchase, Operations: ordering(),
	Requirement: "queryOrder shows the currency of the order",
	Run: func(ctx context.Context, s *session.Session) {
		p := unpaid(ctx, s)
		shown := shown(ctx, s, session.OrderKeys{PurchaseID: p.PurchaseID})
		Expect(strings.ToUpper(shown.Currency)).To(Equal(strings.ToUpper(p.Currency)), "queryOrder shows the wrong pay_currency for an order")
	},
}, {
	ID: "ORD-015", Clause: "order-lookup/status-agrees-with-payment", Does: reports.Purchase, Operations: ordering("resultQuery"),
	Requirement: "queryOrder and resultQuery agree about the status of an unpaid order",
	Run: func(ctx context.Context, s *session.Session) {
		agreesWithPayment(ctx, s, unpaid(ctx, s).Purchase)
	},
}, {
	ID: "ORD-016", Clause: "order-lookup/status-agrees-with-payment", Does: reports.Purchase,
	Operations:  ordering("resultQuery", "stripeSubDirectly"),
	Requirement: "queryOrder and resultQuery agree about the status of a paid order",
	Run: func(ctx context.Context, s *session.Session) {
		agreesWithPayment(ctx, s, active(ctx, s).Purchase)
	},
}, {
	ID: "ORD-018", Clause: "order-lookup/query-triggers-nothing", Does: reports.Purchase, Operations: ordering("resultQuery"),
	Requirement: "queryOrder changes neither the order that it looks up nor its payment",
	Run: func(ctx context.Context, s *session.Session) {
		p := unpaid(ctx, s)
		state := recordOf(s.Own(p.state))["payStatus"] // before the first lookup
		keys := keysOf(ctx, s, p.Purchase)
		first := shownOf(found(ctx, s, session.OrderKeys{PurchaseID: keys.PurchaseID}))
		found(ctx, s, session.OrderKeys{OrderID: keys.OrderID})
		found(ctx, s, session.OrderKeys{SIM: keys.SIM})
		Expect(shownOf(found(ctx, s, session.OrderKeys{PurchaseID: keys.PurchaseID}))).To(Equal(first),
			"looking up an order changed what queryOrder shows about it")
		Expect(paymentState(ctx, s, p.Purchase)).To(Equal(state), "looking up an order changed the status of its payment")
	},
}}

// lookedUp returns the answer of queryOrder for keys.
func lookedUp(ctx context.Context, s *session.Session, keys session.OrderKeys) wire.FoundOrder {
	order := once(s, fmt.Sprintf("lookup by %q", keys), func(s *session.Session) wire.FoundOrder {
		return s.LookUp(ctx, s.NewQueryOrder(keys))
	})
	order.Answer = s.Own(order.Answer)
	return order
}

// shown returns an existing order that no check changes.
func shown(ctx context.Context, s *session.Session, keys session.OrderKeys) wire.FoundOrder {
	order := lookedUp(ctx, s, keys)
	s.RequireAccepted(order.Answer)
	return order
}

// found looks up an existing order.
func found(ctx context.Context, s *session.Session, keys session.OrderKeys) wire.FoundOrder {
	return foundBy(ctx, s, s.NewQueryOrder(keys))
}

// foundBy sends a queryOrder for an existing order.
func foundBy(ctx context.Context, s *session.Session, draft *session.Draft) wire.FoundOrder {
	order := s.LookUp(ctx, draft)
	s.RequireAccepted(order.Answer)
	return order
}

// shownOf returns an order as shown, without the answer that contains it.
func shownOf(order wire.FoundOrder) wire.FoundOrder {
	order.Answer = nil
	return order
}

// paymentState returns the payStatus that resultQuery shows for a payment.
func paymentState(ctx context.Context, s *session.Session, p session.Purchase) string {
	return accepted(ctx, s, s.NewResultQuery(p.PayID))["payStatus"]
}

func agreesWithPayment(ctx context.Context, s *session.Session, p session.Purchase) {
	paid := paymentState(ctx, s, p)
	Expect(found(ctx, s, session.OrderKeys{PurchaseID: p.PurchaseID}).Status).To(Equal(paid),
		"queryOrder and resultQuery disagree about the status of a payment")
}

// plainDecimal writes a decimal number without insignificant zeros.
func plainDecimal(text string) string {
	if strings.Contains(text, ".") {
		text = strings.TrimRight(strings.TrimRight(text, "0"), ".")
	}
	if text = strings.TrimLeft(text, "0"); text == "" || text[0] == '.' {
		text = "0" + text
	}
	return text
}
