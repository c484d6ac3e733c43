package checks

import (
	"context"

	. "github.com/mallcheck/mallcheck/conformance/internal/expect"
	"github.com/mallcheck/mallcheck/conformance/internal/session"
	"github.com/mallcheck/mallcheck/reports"
)

// duplicateOrderChecks are about several orders with the same key.
var duplicateOrderChecks = []Check{{
	ID: "ORD-050", Clause: "order-lookup/duplicate-purchase-id-newest-paid", Does: reports.Purchase,
	Operations:  []string{"queryOrder", "synOrderInfo"},
	Requirement: "queryOrder returns the most recently paid of two orders with the same purchase_order_id",
	Run: func(ctx context.Context, s *session.Session) {
		orders := sameOrderID(ctx, s)
		s.RequireAccepted(s.Own(orders.later.answer))
		Expect(orders.afterLater.OrderID).NotTo(Equal(orders.afterPaid.OrderID),
			"queryOrder returned the older of two paid orders with the same purchase_order_id")
	},
}, {
	ID: "ORD-051", Clause: "order-lookup/duplicate-purchase-id-newest-paid", Does: reports.Purchase, Operations: ordering("synOrderInfo"),
	Requirement: "queryOrder returns the paid order, not a later unpaid one with the same purchase_order_id",
	Run: func(ctx context.Context, s *session.Session) {
		orders := sameOrderID(ctx, s)
		s.RequireAccepted(s.Own(orders.last.answer))
		Expect(orders.afterLast.OrderID).To(Equal(orders.afterLater.OrderID),
			"queryOrder did not return the paid one of two orders with the same purchase_order_id")
	},
}, {
	ID: "ORD-052", Clause: "order-lookup/duplicate-purchase-id-newest-paid", Does: reports.Purchase, Operations: ordering("synOrderInfo"),
	Requirement: "queryOrder returns the paid order, not an earlier unpaid one with the same purchase_order_id",
	Run: func(ctx context.Context, s *session.Session) {
		orders := sameOrderID(ctx, s)
		s.RequireAccepted(s.Own(orders.paid.answer))
		s.RequireAccepted(s.Own(orders.afterPaid.Answer))
		if orders.afterPaid.PayID != orders.paid.PayID {
			Expect(orders.afterPaid.PayID).NotTo(Equal(orders.unpaid.PayID),
				"queryOrder returned the unpaid one of two orders with the same purchase_order_id")
		}
	},
}, {
	ID: "ORD-055", Clause: "order-lookup/newest-of-a-sim", Does: reports.Purchase, Operations: ordering(),
	Requirement: "queryOrder returns the most recent order of a SIM",
	Run: func(ctx context.Context, s *session.Session) {
		if s.Roomy() && (s.Quick() || unpaid(ctx, s).alone) {
			keys := keysOf(ctx, s, unpaidLater(ctx, s).Purchase)
			Expect(newestOf(ctx, s, keys.SIM)).To(Equal(keys.OrderID), notTheNewest)
			return
		}
		older := s.Order(ctx)
		for range repeats { // other checks may order for the SIM meanwhile
			newer := s.NewPurchase()
			newer.SIM = older.SIM
			before, answered := s.Orders(newer.SIM)
			s.RequireAccepted(s.Send(ctx, s.NewSingleOrder(newer)))
			keys := keysOf(ctx, s, newer)
			shown := newestOf(ctx, s, keys.SIM)
			if after, _ := s.Orders(newer.SIM); answered && after == before+1 || shown == keys.OrderID {
				Expect(shown).To(Equal(keys.OrderID), notTheNewest)
				return
			}
		}
		s.Skip("other checks ordered for the SIM card during each of the comparisons: name more SIM cards (--sim)")
	},
}}

const notTheNewest = "queryOrder did not return the most recent order of the SIM"

// newestOf returns the order_id that queryOrder shows for a SIM.
func newestOf(ctx context.Context, s *session.Session, sim string) string {
	return found(ctx, s, session.OrderKeys{SIM: sim}).OrderID
}

// foreignOrderChecks are about the orders of another partner.
var foreignOrderChecks = []Check{{
	ID: "ORD-060", Clause: "order-lookup/own-orders-only", Does: reports.Purchase, Operations: lookingUp("listBundles"),
	Requirement: "queryOrder does not return another partner's order for its purchase_order_id",
	Run: func(ctx context.Context, s *session.Session) {
		second := acceptedSecondPartner(ctx, s)
		keys := paidKeys(ctx, s)
		Expect(s.Send(ctx, s.NewQueryOrder(session.OrderKeys{PurchaseID: keys.PurchaseID}).As(second))).To(beRefused(),
			"a lookup of the first partner's order from the second partner")
	},
}, {
	ID: "ORD-061", Clause: "order-lookup/own-orders-only", Does: reports.Purchase, Operations: lookingUp("listBundles"),
	Requirement: "queryOrder does not return another partner's order for its order_id",
	Run: func(ctx context.Context, s *session.Session) {
		second := acceptedSecondPartner(ctx, s)
		keys := paidKeys(ctx, s)
		Expect(s.Send(ctx, s.NewQueryOrder(session.OrderKeys{OrderID: keys.OrderID}).As(second))).To(beRefused(),
			"a lookup of the first partner's order from the second partner")
	},
}, {
	ID: "ORD-062", Clause: "order-lookup/own-orders-only", Does: reports.Purchase, Operations: lookingUp("listBundles"),
	Requirement: "queryOrder does not return another partner's order for its sim_id",
	Run: func(ctx context.Context, s *session.Session) {
		second := acceptedSecondPartner(ctx, s)
		keys := paidKeys(ctx, s)
		// The second partner may have an order of the same SIM.
		other := s.LookUp(ctx, s.NewQueryOrder(session.OrderKeys{SIM: keys.SIM}).As(second))
		Expect(other.OrderID).NotTo(Equal(keys.OrderID), "queryOrder showed the first partner's order to the second partner")
	},
}, {
	ID: "ORD-063", Clause: "order-lookup/own-orders-only", Does: reports.Purchase, Operations: lookingUp(),
	Requirement: "queryOrder returns to each of two partners its own order with the same purchase_order_id",
	Run: func(ctx context.Context, s *session.Session) {
		second, p := s.SecondPartner(), mineBefore(ctx, s)
		mine := keysOf(ctx, s, p)
		foreignOrder(ctx, s)
		theirs := foundBy(ctx, s, s.NewQueryOrder(session.OrderKeys{PurchaseID: p.PurchaseID}).As(second))
		Expect(theirs.OrderID).NotTo(Equal(mine.OrderID), "queryOrder showed the first partner's order to the second partner")
		Expect(found(ctx, s, session.OrderKeys{PurchaseID: p.PurchaseID}).OrderID).To(Equal(mine.OrderID),
			"queryOrder showed the second partner's order to the first partner")
	},
}}

// duplicateOf returns another purchase with the same purchase id.
func duplicateOf(s *session.Session, p session.Purchase) session.Purchase {
	other := s.NewPurchase()
	other.PurchaseID = p.PurchaseID
	return other
}

// orderAs sends an order of the second partner. It skips the check if the target refuses it, because the
// SIM may belong to the first partner only.
func orderAs(ctx context.Context, s *session.Session, partner string, draft *session.Draft) {
	answer := s.Send(ctx, draft.As(partner))
	if answer.Refused() && len(s.Target().SecondSIMs) == 0 {
		s.Skip("the target refuses an order of the second partner for a SIM of the first; name one of its own with --second-sim")
	}
	s.RequireAccepted(answer)
}
