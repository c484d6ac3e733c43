package session

import (
	"context"
	"encoding/json"
)

// FoundOrder is the order that queryOrder shows; a member that is not there is empty.
type FoundOrder struct {
	// PurchaseID, OrderID and SIM are the values of the three keys.
	PurchaseID, OrderID, SIM string
	// Package, PayID, Amount and Currency are what was ordered.
	Package, PayID, Amount, Currency string
	// Status is the state of the payment.
	Status string
	// Answer is the whole answer.
	Answer *Answer
}

// LookUp sends a queryOrder; the caller says whether it is to be accepted.
func (s *Session) LookUp(ctx context.Context, draft *Draft) FoundOrder {
	return newFoundOrder(s.Send(ctx, draft))
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

func newFoundOrder(answer *Answer) FoundOrder {
	var data struct {
		PurchaseID looseText `json:"purchase_order_id"`
		OrderID    looseText `json:"order_id"`
		SIM        looseText `json:"sim_id"`
		Package    looseText `json:"package_code"`
		PayID      looseText `json:"pay_id"`
		Amount     looseText `json:"pay_amount"`
		Currency   looseText `json:"pay_currency"`
		Status     looseText `json:"pay_status"`
	}
	found := FoundOrder{Answer: answer}
	if err := json.Unmarshal(answer.Data, &data); err != nil {
		return found // the oracle says what is wrong with it
	}
	found.PurchaseID, found.OrderID, found.SIM = string(data.PurchaseID), string(data.OrderID), string(data.SIM)
	found.Package, found.PayID = string(data.Package), string(data.PayID)
	found.Amount, found.Currency, found.Status = string(data.Amount), string(data.Currency), string(data.Status)
	return found
}

// ThirdPartyOrder creates an order that the partner was paid for already; that it
// is accepted is required. What edits change is signed.
func (s *Session) ThirdPartyOrder(ctx context.Context, p Purchase, edits ...Edit) {
	s.RequireAccepted(s.Send(ctx, s.NewSynOrderInfo(p).Before(edits...)))
}
