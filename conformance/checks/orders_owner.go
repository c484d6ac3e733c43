package checks

import (
	"context"

	. "github.com/mallcheck/mallcheck/conformance/internal/expect"
	"github.com/mallcheck/mallcheck/conformance/internal/session"
	"github.com/mallcheck/mallcheck/conformance/internal/wire"
	"github.com/mallcheck/mallcheck/reports"
)

// duplicateOrderChecks are about several orders with the same key.
var duplicateOrderChecks = []Check{{
	ID: "ORD-050", Clause: "order-lookup/duplicate-purchase-id-newest-paid", Does: reports.Purchase,
	Operations:  []string{"queryOrder", "synOrderInfo"},
	Requirement: "queryOrder returns the most recently paid of two orders with the same purchase_order_id",
	Run: func(ctx context.Context, s *session.Session) {
		p := s.NewPurchase()
		s.ThirdPartyOrder(ctx, p, wire.Set("payResultDate", "2022-06-07 15:10:35"))
		older := awaitKeys(ctx, s, p)
		s.ThirdPartyOrder(ctx, duplicateOf(s, p), wire.Set("payResultDate", "2022-06-08 15:10:35"))
		newest := func() string { return found(ctx, s, session.OrderKeys{PurchaseID: p.PurchaseID}).OrderID }
		s.Await(func() bool { return newest() != older.OrderID })
		Expect(newest()).NotTo(Equal(older.OrderID), "queryOrder returned the older of two paid orders with the same purchase_order_id")
	},
}, {
	ID: "ORD-051", Clause: "order-lookup/duplicate-purchase-id-newest-paid", Does: reports.Purchase, Operations: ordering("synOrderInfo"),
	Requirement: "queryOrder returns the paid order, not a later unpaid one with the same purchase_order_id",
	Run: func(ctx context.Context, s *session.Session) {
		p := s.NewPurchase()
		s.ThirdPartyOrder(ctx, p)
		paid := awaitKeys(ctx, s, p)
		s.RequireAccepted(s.Send(ctx, s.NewSingleOrder(duplicateOf(s, p))))
		Expect(found(ctx, s, session.OrderKeys{PurchaseID: p.PurchaseID}).OrderID).To(Equal(paid.OrderID),
			"queryOrder did not return the paid one of two orders with the same purchase_order_id")
	},
}, {
	ID: "ORD-052", Clause: "order-lookup/duplicate-purchase-id-newest-paid", Does: reports.Purchase, Operations: ordering("synOrderInfo"),
	Requirement: "queryOrder returns the paid order, not an earlier unpaid one with the same purchase_order_id",
	Run: func(ctx context.Context, s *session.Session) {
		unpaid := s.Order(ctx)
		paid := duplicateOf(s, unpaid)
		s.ThirdPartyOrder(ctx, paid)
		isPaid := func() bool {
			return s.LookUp(ctx, s.NewQueryOrder(session.OrderKeys{PurchaseID: paid.PurchaseID})).PayID == paid.PayID
		}
		if !s.Await(isPaid) {
			Expect(found(ctx, s, session.OrderKeys{PurchaseID: paid.PurchaseID}).PayID).NotTo(Equal(unpaid.PayID),
				"queryOrder returned the unpaid one of two orders with the same purchase_order_id")
		}
	},
}, {
	ID: "ORD-055", Clause: "order-lookup/newest-of-a-sim", Does: reports.Purchase, Operations: ordering(),
	Requirement: "queryOrder returns the most recent order of a SIM",
	Run: func(ctx context.Context, s *session.Session) {
		older, newer := s.Order(ctx), s.NewPurchase()
		newer.SIM = older.SIM
		s.RequireAccepted(s.Send(ctx, s.NewSingleOrder(newer)))
		keys := s.KeysOf(ctx, newer)
		Expect(found(ctx, s, session.OrderKeys{SIM: keys.SIM}).OrderID).To(Equal(keys.OrderID),
			"queryOrder did not return the most recent order of the SIM")
	},
}}

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
		second, p := s.SecondPartner(), visibleOrder(ctx, s)
		mine := s.KeysOf(ctx, p)
		other := duplicateOf(s, p)
		other.SIM = s.SecondSIM()
		orderAs(ctx, s, second, s.NewSynOrderInfo(other))
		s.Await(func() bool {
			return s.LookUp(ctx, s.NewQueryOrder(session.OrderKeys{PurchaseID: p.PurchaseID}).As(second)).Answer.Accepted()
		})
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

// awaitKeys waits until queryOrder finds a paid order, and returns its keys.
func awaitKeys(ctx context.Context, s *session.Session, p session.Purchase) session.OrderKeys {
	s.Await(func() bool {
		return s.LookUp(ctx, s.NewQueryOrder(session.OrderKeys{PurchaseID: p.PurchaseID})).Answer.Accepted()
	})
	return s.KeysOf(ctx, p)
}

// orderAs sends an order of the second partner. It ends the check if the target refuses
// it: the SIM may belong to the first partner only.
func orderAs(ctx context.Context, s *session.Session, partner string, draft *session.Draft) {
	answer := s.Send(ctx, draft.As(partner))
	if answer.Refused() && len(s.Target().SecondSIMs) == 0 {
		s.Skip("the target refuses an order of the second partner for a SIM of the first; name one of its own with --second-sim")
	}
	s.RequireAccepted(answer)
}
