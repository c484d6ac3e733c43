package checks

import (
	"context"

	. "github.com/mallcheck/mallcheck/conformance/internal/expect"
	"github.com/mallcheck/mallcheck/conformance/internal/session"
	"github.com/mallcheck/mallcheck/reports"
)

// duplicateOrderChecks are about several orders under one key.
var duplicateOrderChecks = []Check{{
	ID: "ORD-050", Clause: "order-lookup/duplicate-purchase-id-newest-paid", Does: reports.Purchase, Operations: []string{"queryOrder", "synOrderInfo"},
	Requirement: "of two paid orders with one purchase_order_id, queryOrder returns the one that was paid last",
	Run: func(ctx context.Context, s *session.Session) {
		p := s.NewPurchase()
		s.ThirdPartyOrder(ctx, p, session.Set("payResultDate", "2022-06-07 15:10:35"))
		older := s.KeysOf(ctx, p)
		s.ThirdPartyOrder(ctx, duplicateOf(s, p), session.Set("payResultDate", "2022-06-08 15:10:35"))
		Expect(found(ctx, s, session.OrderKeys{PurchaseID: p.PurchaseID}).OrderID).NotTo(Equal(older.OrderID),
			"order_id of the answer, with that of the order that was paid first")
	},
}, {
	ID: "ORD-051", Clause: "order-lookup/duplicate-purchase-id-newest-paid", Does: reports.Purchase, Operations: ordering("synOrderInfo"),
	Requirement: "of a paid order and a later one with the same purchase_order_id that nobody paid, queryOrder returns the paid one",
	Run: func(ctx context.Context, s *session.Session) {
		p := s.NewPurchase()
		s.ThirdPartyOrder(ctx, p)
		paid := s.KeysOf(ctx, p)
		s.RequireAccepted(s.Send(ctx, s.NewSingleOrder(duplicateOf(s, p))))
		Expect(found(ctx, s, session.OrderKeys{PurchaseID: p.PurchaseID}).OrderID).To(Equal(paid.OrderID),
			"order_id of the answer, with that of the order that was paid")
	},
}, {
	ID: "ORD-052", Clause: "order-lookup/duplicate-purchase-id-newest-paid", Does: reports.Purchase, Operations: ordering("synOrderInfo"),
	Requirement: "of an order that nobody paid and a later one with the same purchase_order_id that was paid, queryOrder returns the paid one",
	Run: func(ctx context.Context, s *session.Session) {
		p := s.Order(ctx)
		unpaid := s.KeysOf(ctx, p)
		s.ThirdPartyOrder(ctx, duplicateOf(s, p))
		Expect(found(ctx, s, session.OrderKeys{PurchaseID: p.PurchaseID}).OrderID).NotTo(Equal(unpaid.OrderID),
			"order_id of the answer, with that of the order that nobody paid")
	},
}, {
	ID: "ORD-055", Clause: "order-lookup/newest-of-a-sim", Does: reports.Purchase, Operations: ordering(),
	Requirement: "of two orders of one SIM card, queryOrder returns the more recent one for the sim_id",
	Run: func(ctx context.Context, s *session.Session) {
		older, newer := s.Order(ctx), s.NewPurchase()
		newer.SIM = older.SIM
		s.RequireAccepted(s.Send(ctx, s.NewSingleOrder(newer)))
		keys := s.KeysOf(ctx, newer)
		Expect(found(ctx, s, session.OrderKeys{SIM: keys.SIM}).OrderID).To(Equal(keys.OrderID), "order_id of the answer, with that of the more recent order")
	},
}}

// foreignOrderChecks are about the orders of another partner.
var foreignOrderChecks = []Check{{
	ID: "ORD-060", Clause: "order-lookup/own-orders-only", Does: reports.Purchase, Operations: ordering("listBundles"),
	Requirement: "the order of another partner is not returned for its purchase_order_id",
	Run: func(ctx context.Context, s *session.Session) {
		second := acceptedSecondPartner(ctx, s)
		keys := s.KeysOf(ctx, s.Order(ctx))
		Expect(s.Send(ctx, s.NewQueryOrder(session.OrderKeys{PurchaseID: keys.PurchaseID}).As(second))).To(beRefused(), "the look-up of the second partner")
	},
}, {
	ID: "ORD-061", Clause: "order-lookup/own-orders-only", Does: reports.Purchase, Operations: ordering("listBundles"),
	Requirement: "the order of another partner is not returned for its order_id",
	Run: func(ctx context.Context, s *session.Session) {
		second := acceptedSecondPartner(ctx, s)
		keys := s.KeysOf(ctx, s.Order(ctx))
		Expect(s.Send(ctx, s.NewQueryOrder(session.OrderKeys{OrderID: keys.OrderID}).As(second))).To(beRefused(), "the look-up of the second partner")
	},
}, {
	ID: "ORD-062", Clause: "order-lookup/own-orders-only", Does: reports.Purchase, Operations: ordering("listBundles"),
	Requirement: "the order of another partner is not returned for its sim_id",
	Run: func(ctx context.Context, s *session.Session) {
		second := acceptedSecondPartner(ctx, s)
		keys := s.KeysOf(ctx, s.Order(ctx))
		// The second partner may have an order of the same SIM card.
		other := s.LookUp(ctx, s.NewQueryOrder(session.OrderKeys{SIM: keys.SIM}).As(second))
		Expect(other.OrderID).NotTo(Equal(keys.OrderID), "order_id of the answer to the second partner")
	},
}, {
	ID: "ORD-063", Clause: "order-lookup/own-orders-only", Does: reports.Purchase, Operations: ordering(),
	Requirement: "two partners who use the same purchase_order_id are each returned their own order",
	Run: func(ctx context.Context, s *session.Session) {
		second, p := s.SecondPartner(), s.Order(ctx)
		mine := s.KeysOf(ctx, p)
		s.RequireAccepted(s.Send(ctx, s.NewSingleOrder(duplicateOf(s, p)).As(second)))
		theirs := foundBy(ctx, s, s.NewQueryOrder(session.OrderKeys{PurchaseID: p.PurchaseID}).As(second))
		Expect(theirs.OrderID).NotTo(Equal(mine.OrderID), "order_id of the answer to the second partner")
		Expect(found(ctx, s, session.OrderKeys{PurchaseID: p.PurchaseID}).OrderID).To(Equal(mine.OrderID), "order_id of the answer to the first partner")
	},
}}

// duplicateOf returns another purchase under the same purchase id.
func duplicateOf(s *session.Session, p session.Purchase) session.Purchase {
	other := s.NewPurchase()
	other.PurchaseID = p.PurchaseID
	return other
}
