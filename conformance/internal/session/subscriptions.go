package session

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/mallcheck/mallcheck/conformance/internal/journal"
	"github.com/mallcheck/mallcheck/conformance/internal/wire"
	"github.com/mallcheck/mallcheck/reports"
)

// mostSIMsAsked bounds the SIM cards that are searched for an auto-renewal of an unknown order.
const mostSIMsAsked = 200

// renewal is an auto-renewal as cancelAutoRenewalRecord names it.
type renewal struct{ partner, sim, orderNo, payID string }

// Cancelled reports whether any check of the run cancelled the auto-renewal of an order and the target accepted it.
func (s *Session) Cancelled(orderNo string) bool { return s.connection.journal.Cancelled(orderNo) }

// cancelRenewals cancels the auto-renewals that the check left, newest first, and returns a sentence for each that
// stays active. Those that the target does not show yet are left to the end of the run.
func (s *Session) cancelRenewals(undoing *Session) (left []string) {
	s.mu.Lock()
	entries := slices.Clone(s.entries)
	s.mu.Unlock()
	for i := len(entries) - 1; i >= 0; i-- {
		e := entries[i]
		if e.Operation != journal.Subscribe || e.Outcome() == journal.Refused || e.Undone() {
			continue
		}
		switch err := undoing.cancelSubscription(e); {
		case errors.Is(err, errHidden):
			s.connection.journal.Hide(e)
		case err != nil:
			left = append(left, err.Error())
		}
	}
	return left
}

// errHidden says that the target shows no auto-renewal for a payment whose order is unknown. A target may show one for
// each SIM card: another check may have started it.
var errHidden = errors.New("the target shows no auto-renewal for the payment")

// cancelSubscription cancels the auto-renewal that a subscription started. The request names only a payment: the order
// may be any order of the run with that payId, or one of an earlier run. The error is errHidden or a sentence about
// what may be left.
func (s *Session) cancelSubscription(e *journal.Entry) error {
	candidates := s.renewalsOf(e)
	for _, one := range append(candidates, renewal{payID: e.Payment}) {
		if s.connection.journal.CancelledAfter(e, one.orderNo, one.payID) {
			return nil
		}
	}
	for _, one := range candidates {
		if accepted, err := s.cancel(one); accepted || err != nil {
			return err
		}
	}
	known := len(candidates) > 0
	if !known {
		for _, sim := range s.Target().SIMs[:min(len(s.Target().SIMs), mostSIMsAsked)] {
			candidates = append(candidates, renewal{partner: e.Partner, sim: sim, payID: e.Payment})
		}
	}
	for _, one := range candidates {
		shown, err := s.shownRenewal(one.partner, one.sim)
		switch {
		case err != nil:
			return one.mayGoOn(err)
		case shown == nil || shown.orderNo != one.orderNo && (e.Payment == "" || shown.payID != e.Payment):
			continue
		}
		accepted := false
		if shown.orderNo != one.orderNo || shown.payID != "" && shown.payID != one.payID { // else that was refused already
			if accepted, err = s.cancel(*shown); err != nil {
				return err
			}
		}
		if !accepted {
			return shown.mayGoOn(errors.New("the target refuses to cancel it"))
		}
		return nil
	}
	if !known {
		return errHidden
	}
	return nil
}

// cancelHidden cancels the auto-renewals that were hidden, once the run has cancelled the others: again while one of
// them may hide another. It returns a sentence for each that may be active.
func (c *Connection) cancelHidden(s *Session) (left []string) {
	for last := -1; ; {
		hidden := c.journal.Hidden()
		if len(hidden) == last || len(hidden) == 0 {
			return left
		}
		last, left = len(hidden), nil
		for _, e := range hidden {
			switch err := s.cancelSubscription(e); {
			case err == nil:
				c.journal.Reveal(e)
			case !errors.Is(err, errHidden):
				left = append(left, err.Error())
			case e.Outcome() == journal.Accepted:
				left = append(left, "a subscription of partner "+e.Partner+" was accepted for a payment without a known order; it may be renewed")
			}
		}
	}
}

// renewalsOf returns the auto-renewals that a subscription may have started, newest order first.
func (s *Session) renewalsOf(e *journal.Entry) (found []renewal) {
	for _, order := range s.connection.journal.OrdersOf(e.Payment) {
		if len(order.SIMs) == 1 {
			found = append(found, renewal{order.Partner, order.SIMs[0], order.Order, e.Payment})
		}
	}
	// A sweep knows the order only from the entry.
	if len(found) == 0 && e.Order != "" && len(e.SIMs) == 1 {
		found = append(found, renewal{e.Partner, e.SIMs[0], e.Order, e.Payment})
	}
	return found
}

// cancel cancels one auto-renewal and reports whether the target accepted that.
func (s *Session) cancel(r renewal) (accepted bool, err error) {
	err = attempt(func() {
		p := Purchase{SIM: r.sim, OrderNo: r.orderNo, PayID: r.payID}
		accepted = s.Send(s.stop, s.NewCancelAutoRenewalRecord(p).As(r.partner)).Accepted()
	})
	if err != nil {
		err = r.mayGoOn(err)
	}
	return accepted, err
}

// shownRenewal returns the active auto-renewal of a SIM card, or nil if the target shows none.
func (s *Session) shownRenewal(partner, sim string) (shown *renewal, err error) {
	err = attempt(func() {
		answer := s.Send(s.stop, s.NewQueryAutoRenewalRecord(sim).As(partner))
		var record struct {
			OrderNo wire.LooseString `json:"orderNo"`
			PayID   wire.LooseString `json:"payId"`
			SIM     wire.LooseString `json:"deviceCode"`
		}
		if answer.Accepted() && json.Unmarshal(answer.Data, &record) == nil && record.OrderNo != "" {
			shown = &renewal{partner, cmp.Or(string(record.SIM), sim), string(record.OrderNo), string(record.PayID)}
		}
	})
	return shown, err
}

// mayGoOn returns an error that says that an auto-renewal may still be active, or nil without a cause.
func (r renewal) mayGoOn(cause error) error {
	if cause == nil {
		return nil
	}
	return fmt.Errorf("order %s of partner %s may be renewed (SIM card %s): %w", cmp.Or(r.orderNo, "unknown"), r.partner, r.sim, cause)
}

// endRenewals queries the active auto-renewal of each SIM card that the run ordered for, and cancels those of the run's
// orders. The target may have accepted a cancellation without executing it, or started an auto-renewal without a
// subscription. It returns a sentence for each that stays active.
func (c *Connection) endRenewals() (left []string) {
	asked, orders, payments := c.journal.Renewable(c.target.SIMs)
	s := c.undoing()
	for _, k := range asked {
		for cancelled := map[string]bool{}; ; {
			shown, err := s.shownRenewal(k.Partner, k.SIM)
			if err != nil {
				return append(left, fmt.Sprintf("auto-renewals of SIM card %s may be active: %v", k.SIM, err))
			}
			if shown == nil || !orders[shown.orderNo] && !payments[shown.payID] {
				break
			}
			accepted, err := s.cancel(*shown)
			if err == nil && (!accepted || cancelled[shown.orderNo]) {
				err = shown.mayGoOn(End{Verdict: reports.Inconclusive, Reason: "the target shows it as active after its cancellation"})
			}
			if err != nil {
				left = append(left, err.Error())
				break
			}
			cancelled[shown.orderNo] = true
		}
	}
	return append(left, c.cancelHidden(s)...)
}
