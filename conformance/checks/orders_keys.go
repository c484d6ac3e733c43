package checks

import (
	"context"

	. "github.com/mallcheck/mallcheck/conformance/internal/expect"
	"github.com/mallcheck/mallcheck/conformance/internal/session"
	"github.com/mallcheck/mallcheck/reports"
)

// keyPriorityChecks are about several keys of different orders: purchase_order_id
// decides before order_id, and order_id before sim_id.
var keyPriorityChecks = []Check{{
	ID: "ORD-020", Clause: "order-lookup/priority-purchase-id-over-order-id", Does: reports.Purchase, Operations: ordering(),
	Requirement: "with the purchase_order_id of one order and the order_id of another, queryOrder returns the first",
	Run: func(ctx context.Context, s *session.Session) {
		first, second := twoOrders(ctx, s)
		decides(ctx, s, session.OrderKeys{PurchaseID: first.PurchaseID, OrderID: second.OrderID}, first, "purchase_order_id")
	},
}, {
	ID: "ORD-021", Clause: "order-lookup/priority-purchase-id-over-sim", Does: reports.Purchase, Operations: ordering(),
	Requirement: "with the purchase_order_id of one order and the sim_id of another, queryOrder returns the first",
	Run: func(ctx context.Context, s *session.Session) {
		first, second := twoOrders(ctx, s)
		decides(ctx, s, session.OrderKeys{PurchaseID: first.PurchaseID, SIM: second.SIM}, first, "purchase_order_id")
	},
}, {
	ID: "ORD-022", Clause: "order-lookup/priority-order-id-over-sim", Does: reports.Purchase, Operations: ordering(),
	Requirement: "with the order_id of one order and the sim_id of another, queryOrder returns the first",
	Run: func(ctx context.Context, s *session.Session) {
		first, second := twoOrders(ctx, s)
		decides(ctx, s, session.OrderKeys{OrderID: first.OrderID, SIM: second.SIM}, first, "order_id")
	},
}, {
	ID: "ORD-023", Clause: "order-lookup/priority-purchase-id-over-order-id", Does: reports.Purchase, Operations: ordering(),
	Requirement: "with all three keys of different orders, queryOrder returns the order of the purchase_order_id",
	Run: func(ctx context.Context, s *session.Session) {
		first, second := twoOrders(ctx, s)
		third := s.KeysOf(ctx, s.Order(ctx))
		decides(ctx, s, session.OrderKeys{PurchaseID: first.PurchaseID, OrderID: third.OrderID, SIM: second.SIM}, first, "purchase_order_id")
	},
}}

// emptyKeyChecks are about keys that are sent empty: they count as not sent.
var emptyKeyChecks = []Check{{
	ID: "ORD-030", Clause: "order-lookup/empty-key-skipped", Does: reports.Purchase, Operations: ordering(),
	Requirement: "with an empty purchase_order_id the order_id decides, whatever the sim_id",
	Run: func(ctx context.Context, s *session.Session) {
		first, second := twoOrders(ctx, s)
		draft := s.NewQueryOrder(session.OrderKeys{OrderID: first.OrderID, SIM: second.SIM}).Before(session.Set("purchase_order_id", ""))
		Expect(foundBy(ctx, s, draft).OrderID).To(Equal(first.OrderID), "order_id of the answer, of the order whose order_id was sent")
	},
}, {
	ID: "ORD-031", Clause: "order-lookup/empty-key-skipped", Does: reports.Purchase, Operations: ordering(),
	Requirement: "with an empty purchase_order_id and an empty order_id the sim_id decides",
	Run: func(ctx context.Context, s *session.Session) {
		keys := s.KeysOf(ctx, s.Order(ctx))
		draft := s.NewQueryOrder(session.OrderKeys{SIM: keys.SIM}).Before(session.Set("purchase_order_id", ""), session.Set("order_id", ""))
		Expect(foundBy(ctx, s, draft).SIM).To(Equal(keys.SIM), "sim_id of the answer")
	},
}, {
	ID: "ORD-032", Clause: "order-lookup/empty-key-skipped", Does: reports.Purchase, Operations: ordering(),
	Requirement: "with an empty order_id between a purchase_order_id and a sim_id the purchase_order_id decides",
	Run: func(ctx context.Context, s *session.Session) {
		first, second := twoOrders(ctx, s)
		draft := s.NewQueryOrder(session.OrderKeys{PurchaseID: first.PurchaseID, SIM: second.SIM}).Before(session.Set("order_id", ""))
		Expect(foundBy(ctx, s, draft).OrderID).To(Equal(first.OrderID), "order_id of the answer, of the order whose purchase_order_id was sent")
	},
}, {
	ID: "ORD-033", Clause: "order-lookup/empty-key-skipped", Does: reports.Purchase, Operations: ordering(),
	Requirement: "with one key of an order and the other two empty, queryOrder returns the order",
	Run: func(ctx context.Context, s *session.Session) {
		keys := s.KeysOf(ctx, s.Order(ctx))
		byPurchaseID := s.NewQueryOrder(session.OrderKeys{PurchaseID: keys.PurchaseID}).Before(session.Set("order_id", ""), session.Set("sim_id", ""))
		Expect(foundBy(ctx, s, byPurchaseID).OrderID).To(Equal(keys.OrderID), "order_id of the answer to its purchase_order_id")
		byOrderID := s.NewQueryOrder(session.OrderKeys{OrderID: keys.OrderID}).Before(session.Set("purchase_order_id", ""), session.Set("sim_id", ""))
		Expect(foundBy(ctx, s, byOrderID).OrderID).To(Equal(keys.OrderID), "order_id of the answer to it")
	},
}}

// twoOrders creates two orders of different SIM cards and returns their keys.
func twoOrders(ctx context.Context, s *session.Session) (first, second session.OrderKeys) {
	sims := s.DistinctSIMs(2)
	var keys [2]session.OrderKeys
	for i := range keys {
		p := s.NewPurchase()
		p.SIM = sims[i]
		s.RequireAccepted(s.Send(ctx, s.NewSingleOrder(p)))
		keys[i] = s.KeysOf(ctx, p)
	}
	return keys[0], keys[1]
}

// decides asserts that an order is returned for keys, in whatever order they stand
// in the query.
func decides(ctx context.Context, s *session.Session, keys, wanted session.OrderKeys, by string) {
	description := "order_id of the answer, of the order whose " + by + " was sent"
	Expect(found(ctx, s, keys).OrderID).To(Equal(wanted.OrderID), description)
	reversed := foundBy(ctx, s, s.NewQueryOrder(keys).Before(session.Reverse))
	Expect(reversed.OrderID).To(Equal(wanted.OrderID), description+", with the keys in the opposite order")
}

// noOrder is a purchase id and an order id that no order bears.
const noOrder = "MALLCHECK-NO-SUCH-ORDER"

// unknownKeyChecks are about keys that find nothing, and about no key at all. In each,
// what is refused is the accepted look-up of an order with one thing changed.
var unknownKeyChecks = []Check{{
	ID: "ORD-040", Clause: "order-lookup/first-key-decides-alone", Does: reports.Purchase, Operations: ordering(),
	Requirement: "with a purchase_order_id that finds nothing, queryOrder does not fall back on the order_id",
	Run: func(ctx context.Context, s *session.Session) {
		keys := s.KeysOf(ctx, s.Order(ctx))
		found(ctx, s, session.OrderKeys{OrderID: keys.OrderID}) // it would be found
		answer := s.Send(ctx, s.NewQueryOrder(session.OrderKeys{PurchaseID: noOrder, OrderID: keys.OrderID}))
		Expect(answer).To(beRefused(), "a purchase_order_id of no order beside the order_id of one")
	},
}, {
	ID: "ORD-041", Clause: "order-lookup/first-key-decides-alone", Does: reports.Purchase, Operations: ordering(),
	Requirement: "with a purchase_order_id that finds nothing, queryOrder does not fall back on the sim_id",
	Run: func(ctx context.Context, s *session.Session) {
		keys := s.KeysOf(ctx, s.Order(ctx))
		found(ctx, s, session.OrderKeys{SIM: keys.SIM}) // it would be found
		answer := s.Send(ctx, s.NewQueryOrder(session.OrderKeys{PurchaseID: noOrder, SIM: keys.SIM}))
		Expect(answer).To(beRefused(), "a purchase_order_id of no order beside the sim_id of one")
	},
}, {
	ID: "ORD-042", Clause: "order-lookup/first-key-decides-alone", Does: reports.Purchase, Operations: ordering(),
	Requirement: "with an order_id that finds nothing, queryOrder does not fall back on the sim_id",
	Run: func(ctx context.Context, s *session.Session) {
		keys := s.KeysOf(ctx, s.Order(ctx))
		found(ctx, s, session.OrderKeys{SIM: keys.SIM}) // it would be found
		answer := s.Send(ctx, s.NewQueryOrder(session.OrderKeys{OrderID: noOrder, SIM: keys.SIM}))
		Expect(answer).To(beRefused(), "an order_id of no order beside the sim_id of one")
	},
}, {
	ID: "ORD-043", Clause: "order-lookup/unknown-key-refused", Does: reports.Purchase, Operations: ordering(),
	Requirement: "queryOrder refuses a purchase_order_id that no order bears, the beginning of one that is borne included",
	Run: func(ctx context.Context, s *session.Session) {
		keys := s.KeysOf(ctx, s.Order(ctx))
		for _, id := range []string{noOrder, keys.PurchaseID[:len(keys.PurchaseID)-1]} {
			Expect(s.Send(ctx, s.NewQueryOrder(session.OrderKeys{PurchaseID: id}))).To(beRefused(), "the purchase_order_id "+id)
		}
	},
}, {
	ID: "ORD-044", Clause: "order-lookup/unknown-key-refused", Does: reports.Purchase, Operations: ordering(),
	Requirement: "queryOrder refuses an order_id that no order bears, the purchase_order_id of one included",
	Run: func(ctx context.Context, s *session.Session) {
		keys := s.KeysOf(ctx, s.Order(ctx))
		for _, id := range []string{noOrder, keys.PurchaseID} {
			Expect(s.Send(ctx, s.NewQueryOrder(session.OrderKeys{OrderID: id}))).To(beRefused(), "the order_id "+id)
		}
	},
}, {
	ID: "ORD-045", Clause: "order-lookup/unknown-key-refused", Does: reports.Purchase, Operations: ordering(),
	Requirement: "queryOrder refuses the sim_id of a SIM card that does not exist",
	Run: func(ctx context.Context, s *session.Session) {
		found(ctx, s, session.OrderKeys{SIM: s.Order(ctx).SIM}) // a SIM card with an order is accepted
		Expect(s.Send(ctx, s.NewQueryOrder(session.OrderKeys{SIM: s.UnknownSIM()}))).To(beRefused(), "the sim_id of no SIM card")
	},
}, {
	ID: "ORD-046", Clause: "order-lookup/no-key-refused", Does: reports.Purchase, Operations: ordering(),
	Requirement: "queryOrder refuses a look-up without any of the three keys",
	Run: func(ctx context.Context, s *session.Session) {
		s.KeysOf(ctx, s.Order(ctx)) // there is an order that could be returned
		Expect(s.Send(ctx, s.NewQueryOrder(session.OrderKeys{}))).To(beRefused(), "a look-up without a key")
	},
}, {
	ID: "ORD-047", Clause: "order-lookup/no-key-refused", Does: reports.Purchase, Operations: ordering(),
	Requirement: "queryOrder refuses a look-up all of whose three keys are empty",
	Run: func(ctx context.Context, s *session.Session) {
		s.KeysOf(ctx, s.Order(ctx)) // there is an order that could be returned
		empty := s.NewQueryOrder(session.OrderKeys{}).
			Before(session.Set("purchase_order_id", ""), session.Set("order_id", ""), session.Set("sim_id", ""))
		Expect(s.Send(ctx, empty)).To(beRefused(), "a look-up with three empty keys")
	},
}}
