package session

import (
	"fmt"
	"slices"
	"sync"

	"github.com/mallcheck/mallcheck/conformance/internal/journal"
	"github.com/mallcheck/mallcheck/conformance/internal/supply"
	"github.com/mallcheck/mallcheck/conformance/internal/wire"
	"github.com/mallcheck/mallcheck/reports"
)

// mostOccupied bounds the SIM cards that are skipped for one subscription.
const mostOccupied = 8

// renewing records which SIM cards are used for auto-renewals. A target may allow one for each SIM card, so the run
// never starts a second one: otherwise a refusal could come from an auto-renewal of another check.
type renewing struct {
	supply.Claims[*Session]
	reserver Session // claims the reserved SIM cards

	mu sync.Mutex
	// left has sentences about discarded objects that could not be undone.
	left []string
}

// NewRenewal returns a purchase with auto-renewal, if possible for a SIM card that no other check subscribes for.
func (s *Session) NewRenewal() Purchase {
	p := s.NewPurchase()
	p.AutoRenewal = "1"
	for range min(len(s.Target().SIMs), mostOccupied) {
		if p.SIM = s.RenewableSIM(); s.foundOccupied(p.SIM) == "" {
			break // otherwise a refusal would prove nothing
		}
	}
	return p
}

// RenewableSIM returns a SIM card that no other check subscribes for, a different one for each call while the target
// names enough, but none of those apart. It prefers cards for which no valid subscription waits. Before it uses a card
// twice, it cancels the auto-renewals of valid requests that are not on loan.
func (s *Session) RenewableSIM(apart ...string) string {
	s.need(len(s.Target().SIMs) > 0, "sim")
	claims := &s.connection.renewing
	s.renews = s.ExistingSIM() // every card has an auto-renewal of somebody else
	for pass := range 3 {
		if claims.Count(s) >= supply.SIMsToRenew {
			break
		}
		for i := range 2 * len(s.Target().SIMs) {
			part := s.part
			if i < len(s.Target().SIMs) && s.Roomy() && part != supply.Counted { // first where no card is reserved
				part = supply.Compared
			}
			sim := s.connection.supply.SIMs(1, part)[0]
			if slices.Contains(apart, sim) || pass == 0 && s.connection.waitsFor(sim) {
				continue
			}
			if s.claim(sim, pass > 1) {
				s.renews = sim
				return sim
			}
		}
	}
	for range s.Target().SIMs {
		if sim := s.ExistingSIM(); claims.Has(sim, s) && !slices.Contains(apart, sim) {
			s.renews = sim
			break // this check cancels its own auto-renewal before the next subscription
		}
	}
	return s.renews
}

// claim reserves a SIM card for the subscriptions of a session and reports whether it was free. With evict, a valid
// request that has the card and is not on loan is discarded.
func (s *Session) claim(sim string, evict bool) bool {
	c := s.connection
	var idle *loan
	claimed := c.renewing.Claim(sim, s, func(holder *Session) (free bool) {
		if evict {
			idle, free = c.lending.Take(func(l *loan) bool { return l.maker == holder })
		}
		return free
	})
	if idle != nil {
		c.keepLeft(idle.maker.Undo())
	}
	if claimed {
		c.renewing.Take(sim, s)
	}
	return claimed
}

// keepLeft keeps sentences about what could not be undone until the end of the run.
func (c *Connection) keepLeft(left []string) {
	c.renewing.mu.Lock()
	defer c.renewing.mu.Unlock()
	c.renewing.left = append(c.renewing.left, left...)
}

// RenewableSIMs returns the number of SIM cards without a known auto-renewal of somebody else.
func (s *Session) RenewableSIMs() int {
	occupied, _ := s.connection.renewing.Occupied("")
	return len(s.Target().SIMs) - occupied
}

// borrow returns a valid request that is not on loan, or false if there is none. A subscription is for a SIM card that
// no other check subscribes for.
func (c *Connection) borrow(operation string) (lent *loan, free bool) {
	return c.lending.Borrow(operation, func(l *loan) bool {
		return operation != journal.Subscribe || c.renewing.Claim(l.maker.renews, l.maker, nil)
	})
}

// waitsFor reports whether a valid subscription for a SIM card is not on loan.
func (c *Connection) waitsFor(sim string) bool {
	return c.lending.Any(journal.Subscribe, func(l *loan) bool { return l.maker.renews == sim })
}

// giveBack makes a valid request available to other checks.
func (c *Connection) giveBack(lent *loan) {
	operation := lent.draft.Operation.ID
	c.renewing.Rest(lent.maker)
	if operation == journal.Subscribe {
		c.renewing.Free(lent.maker) // nothing is subscribed yet
	}
	c.lending.GiveBack(operation, lent)
}

// MakeRoom cancels the auto-renewals that the run started for SIM cards, to prepare a subscription. Auto-renewals of
// other running checks stay.
func (s *Session) MakeRoom(sims ...string) {
	c := s.connection
	for _, sim := range sims {
		if s.claim(sim, true) || !c.renewing.Has(sim, s) {
			continue
		}
		undoing := c.undoing()
		for _, e := range c.journal.Entries() {
			if e.Operation != journal.Subscribe || !slices.Contains(e.SIMs, sim) || e.Outcome() != journal.Accepted || e.Undone() {
				continue
			}
			if undoing.cancelSubscription(e) == nil { // the rest is reported at the end of the check
				c.journal.MarkUndone([]*journal.Entry{e})
				s.lose(e)
			}
		}
		s.adopt(undoing)
		c.renewing.Take(sim, s)
	}
}

// EndRenewals cancels the auto-renewals that the session started, to free their SIM cards. Those that stay active are
// reported at the end.
func (s *Session) EndRenewals() {
	undoing := s.connection.undoing()
	if len(s.cancelRenewals(undoing)) == 0 {
		s.connection.renewing.Free(s)
	}
	s.adopt(undoing)
}

// lose marks the valid request that needed a subscription as used up, if the check of this session has one.
func (s *Session) lose(subscription *journal.Entry) {
	for _, check := range s.connection.renewing.Chain(s) {
		check.mu.Lock()
		loans := slices.Clone(check.loans)
		for _, aside := range check.asides {
			loans = append(loans, aside.loans...) // no other goroutine uses it
		}
		for _, lent := range loans {
			lent.spent = lent.spent || slices.Contains(lent.maker.entries, subscription)
		}
		check.mu.Unlock()
	}
}

// foundOccupied queries the auto-renewal of a SIM card and returns its order if the run did not start it. The card is
// avoided from then on.
func (s *Session) foundOccupied(sim string) (order string) {
	c := s.connection
	if !s.Target().Allow.Read {
		return ""
	}
	shown, err := s.shownRenewal(s.Target().PartnerCode, sim)
	if err != nil || shown == nil || s.Ordered(shown.orderNo) {
		return ""
	}
	c.renewing.Occupy(sim)
	return shown.orderNo
}

// requireSubscribed requires that the target accepts a subscription. A refusal proves nothing if the SIM card has an
// auto-renewal that the run did not start.
func (s *Session) requireSubscribed(answer *wire.Answer, sim string) {
	if answer.Refused() {
		if order := s.foundOccupied(sim); order != "" {
			panic(End{Verdict: reports.Inconclusive, Reason: fmt.Sprintf(
				"stripeSubDirectly refused a subscription for the SIM card %s, which has an active auto-renewal (order %s) "+
					"that this run did not start; name a SIM card without one (--sim)", sim, order)})
		}
	}
	s.RequireAccepted(answer)
}

// PaidOrders returns how many orders for a SIM card the partner has paid in the run.
func (s *Session) PaidOrders(sim string) int {
	return s.connection.journal.PaidOrders(s.Target().PartnerCode, sim)
}

// Orders returns how many orders for a SIM card the run has sent, and whether each was answered.
func (s *Session) Orders(sim string) (sent int, answered bool) {
	answered = true
	for _, e := range s.connection.journal.Entries() {
		if journal.PlacesOrder(e.Operation) && slices.Contains(e.SIMs, sim) {
			sent++
			answered = answered && e.Outcome() != ""
		}
	}
	return sent, answered
}

// Ordered reports whether the run placed an order.
func (s *Session) Ordered(orderNo string) bool {
	return slices.ContainsFunc(s.connection.journal.Entries(), func(e *journal.Entry) bool {
		return journal.PlacesOrder(e.Operation) && e.Order == orderNo
	})
}
