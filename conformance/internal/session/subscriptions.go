package session

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
)

// orderLedger is what one check has ordered, in the order of acceptance.
type orderLedger []*placed

// placed is an accepted order.
type placed struct {
	partner, sim, orderNo, payID string
	renewed                      bool // was subscribed to and not cancelled
}

// enterOrder writes an accepted order, subscription or cancellation into the
// ledger, whether the check meant it to be accepted or not.
func (s *Session) enterOrder(answer *Answer) {
	switch answer.Operation {
	case "singleOrder", "stripeSubDirectly", "cancelAutoRenewalRecord":
	default:
		return
	}
	if !answer.Accepted() {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	var body struct {
		Partner string `json:"partnerCode"`
		SIM     string `json:"deviceCode"`
		OrderNo string `json:"orderNo"`
		PayID   string `json:"payId"`
	}
	if json.Unmarshal(s.exchanges[answer.Exchange].Request.Body, &body) != nil {
		return // nothing that names an order was submitted
	}
	if answer.Operation == "singleOrder" {
		s.orders = append(s.orders, &placed{partner: body.Partner, sim: body.SIM, orderNo: body.OrderNo, payID: body.PayID})
		return
	}
	for _, order := range s.placed() {
		switch {
		case order.payID != body.PayID:
		case answer.Operation == "stripeSubDirectly":
			order.renewed = true
		case answer.Operation == "cancelAutoRenewalRecord" && order.orderNo == body.OrderNo:
			order.renewed = false
			s.connection.noteCancelled(order.orderNo)
		}
	}
}

// noteCancelled remembers that the target accepted the cancellation of an auto-renewal.
func (c *Connection) noteCancelled(orderNo string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.cancelled == nil {
		c.cancelled = map[string]bool{}
	}
	c.cancelled[orderNo] = true
}

// Cancelled reports whether the run cancelled the auto-renewal of an order, in
// whichever check, and the target accepted it.
func (s *Session) Cancelled(orderNo string) bool {
	s.connection.mu.Lock()
	defer s.connection.mu.Unlock()
	return s.connection.cancelled[orderNo]
}

// placed returns the orders that requests of the check may be about: its own, and
// those that were made for a valid request which it changes. The caller holds the lock.
func (s *Session) placed() orderLedger {
	if s.orderedBy == nil {
		return s.orders
	}
	return slices.Concat(s.orderedBy.orders, s.orders)
}

// cancelRenewals cancels the auto-renewals that the check left, newest first, and
// returns a sentence for each that goes on all the same.
func (s *Session) cancelRenewals(hands *Session) (left []string) {
	s.mu.Lock()
	orders := append(orderLedger(nil), s.orders...)
	s.mu.Unlock()
	for i := len(orders) - 1; i >= 0; i-- {
		if !orders[i].renewed {
			continue
		}
		if err := attempt(func() { hands.cancelRenewal(orders[i]) }); err != nil {
			left = append(left, fmt.Sprintf("order %s of partner %s may be renewed (SIM card %s): %v",
				orders[i].orderNo, orders[i].partner, orders[i].sim, err))
		}
	}
	return left
}

// cancelRenewal cancels one auto-renewal. That it is refused is no harm when the
// auto-renewal is not there.
func (s *Session) cancelRenewal(order *placed) {
	ctx := context.Background()
	p := Purchase{SIM: order.sim, OrderNo: order.orderNo, PayID: order.payID}
	cancelled := s.Send(ctx, s.NewCancelAutoRenewalRecord(p).As(order.partner))
	if cancelled.Accepted() {
		return
	}
	var shown struct {
		OrderNo text `json:"orderNo"`
	}
	record := s.Send(ctx, s.NewQueryAutoRenewalRecord(order.sim).As(order.partner))
	if json.Unmarshal(record.Data, &shown) == nil && string(shown.OrderNo) == order.orderNo {
		s.RequireAccepted(cancelled)
	}
}
