package checks

import (
	"context"

	. "github.com/mallcheck/mallcheck/conformance/internal/expect"
	"github.com/mallcheck/mallcheck/conformance/internal/session"
	"github.com/mallcheck/mallcheck/conformance/internal/wire"
	"github.com/mallcheck/mallcheck/reports"
)

// keyPriorityChecks send keys of different orders: purchase_order_id takes precedence over order_id, and
// order_id over sim_id.
var keyPriorityChecks = []Check{{
	ID: "ORD-020", Clause: "order-lookup/priority-purchase-id-over-order-id", Does: reports.Purchase, Operations: lookingUp(),
	Requirement: "purchase_order_id takes precedence over the order_id of another order",
	Run: func(ctx context.Context, s *session.Session) {
		first, second := twoOrders(ctx, s)
		decides(ctx, s, session.OrderKeys{PurchaseID: first.PurchaseID, OrderID: second.OrderID}, first, "purchase_order_id")
	},
}, {
	ID: "ORD-021", Clause: "order-lookup/priority-purchase-id-over-sim", Does: reports.Purchase, Operations: lookingUp(),
	Requirement: "purchase_order_id takes precedence over the sim_id of another order",
	Run: func(ctx context.Context, s *session.Session) {
		first, second := twoOrders(ctx, s)
		decides(ctx, s, session.OrderKeys{PurchaseID: first.PurchaseID, SIM: second.SIM}, first, "purchase_order_id")
	},
}, {
	ID: "ORD-022", Clause: "order-lookup/priority-order-id-over-sim", Does: reports.Purchase, Operations: lookingUp(),
	Requirement: "order_id takes precedence over the sim_id of another order",
	Run: func(ctx context.Context, s *session.Session) {
		first, second := twoOrders(ctx, s)
		decides(ctx, s, session.OrderKeys{OrderID: first.OrderID, SIM: second.SIM}, first, "order_id")
	},
}, {
	ID: "ORD-023", Clause: "order-lookup/priority-purchase-id-over-order-id", Does: reports.Purchase, Operations: lookingUp(),
	Requirement: "purchase_order_id takes precedence over the order_id and sim_id of other orders",
	Run: func(ctx context.Context, s *session.Session) {
		first, second := twoOrders(ctx, s)
		third := visibleKeys(ctx, s, 3)
		decides(ctx, s, session.OrderKeys{PurchaseID: first.PurchaseID, OrderID: third.OrderID, SIM: second.SIM}, first, "purchase_order_id")
	},
}}

// emptyKeyChecks send empty keys, which must be skipped.
var emptyKeyChecks = []Check{{
	ID: "ORD-030", Clause: "order-lookup/empty-key-skipped", Does: reports.Purchase, Operations: lookingUp(),
	Requirement: "queryOrder skips an empty purchase_order_id and uses order_id before sim_id",
	Run: func(ctx context.Context, s *session.Session) {
		first, second := twoOrders(ctx, s)
		draft := s.NewQueryOrder(session.OrderKeys{OrderID: first.OrderID, SIM: second.SIM}).Before(wire.Set("purchase_order_id", ""))
		Expect(foundBy(ctx, s, draft).OrderID).To(Equal(first.OrderID),
			"queryOrder did not return the order of the order_id when purchase_order_id was empty")
	},
}, {
	ID: "ORD-031", Clause: "order-lookup/empty-key-skipped", Does: reports.Purchase, Operations: lookingUp(),
	Requirement: "queryOrder skips an empty purchase_order_id and order_id and uses sim_id",
	Run: func(ctx context.Context, s *session.Session) {
		keys := paidKeys(ctx, s)
		draft := s.NewQueryOrder(session.OrderKeys{SIM: keys.SIM}).Before(wire.Set("purchase_order_id", ""), wire.Set("order_id", ""))
		Expect(foundBy(ctx, s, draft).SIM).To(Equal(keys.SIM), "queryOrder did not return an order of the sim_id when the other two keys were empty")
	},
}, {
	ID: "ORD-032", Clause: "order-lookup/empty-key-skipped", Does: reports.Purchase, Operations: lookingUp(),
	Requirement: "queryOrder uses purchase_order_id when order_id is empty and sim_id is given",
	Run: func(ctx context.Context, s *session.Session) {
		first, second := twoOrders(ctx, s)
		draft := s.NewQueryOrder(session.OrderKeys{PurchaseID: first.PurchaseID, SIM: second.SIM}).Before(wire.Set("order_id", ""))
		Expect(foundBy(ctx, s, draft).OrderID).To(Equal(first.OrderID),
			"queryOrder did not return the order of the purchase_order_id when order_id was empty")
	},
}, {
	ID: "ORD-033", Clause: "order-lookup/empty-key-skipped", Does: reports.Purchase, Operations: lookingUp(),
	Requirement: "queryOrder finds an order by one key when the other two are empty",
	Run: func(ctx context.Context, s *session.Session) {
		keys := paidKeys(ctx, s)
		byPurchaseID := s.NewQueryOrder(session.OrderKeys{PurchaseID: keys.PurchaseID}).
			Before(wire.Set("order_id", ""), wire.Set("sim_id", ""))
		Expect(foundBy(ctx, s, byPurchaseID).OrderID).To(Equal(keys.OrderID),
			"queryOrder returned the wrong order for a purchase_order_id when the other two keys were empty")
		byOrderID := s.NewQueryOrder(session.OrderKeys{OrderID: keys.OrderID}).
			Before(wire.Set("purchase_order_id", ""), wire.Set("sim_id", ""))
		Expect(foundBy(ctx, s, byOrderID).OrderID).To(Equal(keys.OrderID),
			"queryOrder returned the wrong order for an order_id when the other two keys were empty")
	},
}}

// twoOrders returns the keys of two paid orders of different SIMs.
func twoOrders(ctx context.Context, s *session.Session) (first, second session.OrderKeys) {
	s.DistinctSIMs(2)
	first = paidKeys(ctx, s)
	for number := 1; number <= 2; number++ {
		if second = visibleKeys(ctx, s, number); second.SIM != first.SIM {
			break
		}
	}
	return first, second
}

// decides asserts which order queryOrder returns for keys, with the keys in either order in the query.
func decides(ctx context.Context, s *session.Session, keys, wanted session.OrderKeys, by string) {
	description := "queryOrder did not return the order of the " + by
	Expect(found(ctx, s, keys).OrderID).To(Equal(wanted.OrderID), description)
	reversed := foundBy(ctx, s, s.NewQueryOrder(keys).Before(wire.Reverse))
	Expect(reversed.OrderID).To(Equal(wanted.OrderID), description+" with the keys in reverse order")
}

// noOrder is a purchase id and order id that no order has.
const noOrder = "MALLCHECK-NO-SUCH-ORDER"

// unknownKeyChecks are about keys that find nothing and lookups without a key. Each refused lookup
// differs in one thing from an accepted one.
var unknownKeyChecks = []Check{{
	ID: "ORD-040", Clause: "order-lookup/first-key-decides-alone", Does: reports.Purchase, Operations: lookingUp(),
	Requirement: "queryOrder does not fall back to order_id when purchase_order_id finds nothing",
	Run: func(ctx context.Context, s *session.Session) {
		keys := paidKeys(ctx, s)
		shown(ctx, s, session.OrderKeys{OrderID: keys.OrderID}) // found by this key alone
		answer := s.Send(ctx, s.NewQueryOrder(session.OrderKeys{PurchaseID: noOrder, OrderID: keys.OrderID}))
		Expect(answer).To(beRefused(), "an unknown purchase_order_id with the order_id of an order")
	},
}, {
	ID: "ORD-041", Clause: "order-lookup/first-key-decides-alone", Does: reports.Purchase, Operations: lookingUp(),
	Requirement: "queryOrder does not fall back to sim_id when purchase_order_id finds nothing",
	Run: func(ctx context.Context, s *session.Session) {
		keys := paidKeys(ctx, s)
		shown(ctx, s, session.OrderKeys{SIM: keys.SIM}) // found by this key alone
		answer := s.Send(ctx, s.NewQueryOrder(session.OrderKeys{PurchaseID: noOrder, SIM: keys.SIM}))
		Expect(answer).To(beRefused(), "an unknown purchase_order_id with the sim_id of an order")
	},
}, {
	ID: "ORD-042", Clause: "order-lookup/first-key-decides-alone", Does: reports.Purchase, Operations: lookingUp(),
	Requirement: "queryOrder does not fall back to sim_id when order_id finds nothing",
	Run: func(ctx context.Context, s *session.Session) {
		keys := paidKeys(ctx, s)
		shown(ctx, s, session.OrderKeys{SIM: keys.SIM}) // found by this key alone
		answer := s.Send(ctx, s.NewQueryOrder(session.OrderKeys{OrderID: noOrder, SIM: keys.SIM}))
		Expect(answer).To(beRefused(), "an unknown order_id with the sim_id of an order")
	},
}, {
	ID: "ORD-043", Clause: "order-lookup/unknown-key-refused", Does: reports.Purchase, Operations: lookingUp(),
	Requirement: "queryOrder refuses an unknown purchase_order_id, even the beginning of a known one",
	Run: func(ctx context.Context, s *session.Session) {
		keys := paidKeys(ctx, s)
		for _, id := range []string{noOrder, keys.PurchaseID[:len(keys.PurchaseID)-1]} {
			Expect(s.Send(ctx, s.NewQueryOrder(session.OrderKeys{PurchaseID: id}))).To(beRefused(), "the unknown purchase_order_id "+id)
		}
	},
}, {
	ID: "ORD-044", Clause: "order-lookup/unknown-key-refused", Does: reports.Purchase, Operations: lookingUp(),
	Requirement: "queryOrder refuses an unknown order_id, even the purchase_order_id of an order",
	Run: func(ctx context.Context, s *session.Session) {
		keys := paidKeys(ctx, s)
		for _, id := range []string{noOrder, keys.PurchaseID} {
			Expect(s.Send(ctx, s.NewQueryOrder(session.OrderKeys{OrderID: id}))).To(beRefused(), "the unknown order_id "+id)
		}
	},
}, {
	ID: "ORD-045", Clause: "order-lookup/unknown-key-refused", Does: reports.Purchase, Operations: lookingUp(),
	Requirement: "queryOrder refuses an unknown sim_id",
	Run: func(ctx context.Context, s *session.Session) {
		shown(ctx, s, session.OrderKeys{SIM: paidKeys(ctx, s).SIM}) // accepted for a SIM with an order
		Expect(s.Send(ctx, s.NewQueryOrder(session.OrderKeys{SIM: s.UnknownSIM()}))).To(beRefused(), "an unknown sim_id")
	},
}, {
	ID: "ORD-046", Clause: "order-lookup/no-key-refused", Does: reports.Purchase, Operations: lookingUp(),
	Requirement: "queryOrder refuses a lookup without a key",
	Run: func(ctx context.Context, s *session.Session) {
		paidKeys(ctx, s) // there is an order that could be returned
		Expect(s.Send(ctx, s.NewQueryOrder(session.OrderKeys{}))).To(beRefused(), "a lookup without a key")
	},
}, {
	ID: "ORD-047", Clause: "order-lookup/no-key-refused", Does: reports.Purchase, Operations: lookingUp(),
	Requirement: "queryOrder refuses a lookup with three empty keys",
	Run: func(ctx context.Context, s *session.Session) {
		paidKeys(ctx, s) // there is an order that could be returned
		empty := s.NewQueryOrder(session.OrderKeys{}).
			Before(wire.Set("purchase_order_id", ""), wire.Set("order_id", ""), wire.Set("sim_id", ""))
		Expect(s.Send(ctx, empty)).To(beRefused(), "a lookup with three empty keys")
	},
}}
