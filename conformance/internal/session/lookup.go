package session

import (
	"context"

	"github.com/mallcheck/mallcheck/conformance/internal/wire"
)

// LookUp sends a queryOrder; the caller says whether it is to be accepted.
func (s *Session) LookUp(ctx context.Context, draft *Draft) wire.FoundOrder {
	return wire.FoundOrderOf(s.Send(ctx, draft))
}

// KeysOf looks up an order of the run by its purchase id and returns its three keys. It
// ends the check if the order is not found or has no order_id: it is assumed which member
// of an order is which key, and a check about the keys does not fail for that.
func (s *Session) KeysOf(ctx context.Context, p Purchase) OrderKeys {
	found := s.LookUp(ctx, s.NewQueryOrder(OrderKeys{PurchaseID: p.PurchaseID}))
	switch {
	case !found.Answer.Accepted():
		s.Prevents("order-lookup/purchase-id-of-the-order", found.Answer.Exchange,
			"precondition failed: queryOrder does not find an order by the partner's own id", "the order "+p.PurchaseID, found.Answer.String())
	case found.OrderID == "":
		s.Prevents("order-lookup/order-id-of-the-order", found.Answer.Exchange,
			"precondition failed: queryOrder returned an order without order_id", "an order_id", found.Answer.String())
	}
	return OrderKeys{PurchaseID: p.PurchaseID, OrderID: found.OrderID, SIM: p.SIM}
}

// ThirdPartyOrder creates an order that the partner was paid for already; that it
// is accepted is required. What edits change is signed.
func (s *Session) ThirdPartyOrder(ctx context.Context, p Purchase, edits ...wire.Edit) {
	s.RequireAccepted(s.Send(ctx, s.NewSynOrderInfo(p).Before(edits...)))
}
