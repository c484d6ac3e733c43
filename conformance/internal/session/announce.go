package session

import (
	"context"
	"encoding/json"
	"fmt"
	"math/big"
	"net/http"

	"github.com/mallcheck/mallcheck/reports"
)

// announced is what was noted of a request before it was sent.
type announced struct {
	entry *journalEntry // nil without a journal
	cost  *big.Rat      // nil without a budget
}

// announce counts a request that changes the target against the budget and writes
// it into the journal, before it is sent. It ends the check when that cannot be
// done: then the request is not sent, unless it undoes something.
func (s *Session) announce(draft *Draft, request *http.Request) announced {
	operation := draft.Operation.ID
	if !changes(operation) || s.connection.journal == nil && !s.connection.budget.limit.Limited() {
		return announced{}
	}
	body := recordRequest(request).Body
	sent := announced{cost: s.connection.budget.spend(operation, body, s.Target().Amount)}
	if s.connection.journal == nil {
		return sent
	}
	r := s.named(draft, body)
	if r.Group != "" && len(r.SIMs) > 0 {
		s.connection.lookBefore(place{r.Group, r.Partner})
	}
	var err error
	if sent.entry, err = s.connection.journal.enter(r); err != nil {
		if s.undoes {
			return sent // better undone and not written down than left
		}
		panic(End{Verdict: reports.Inconclusive, Reason: "nothing that changes the target is sent: " + err.Error()})
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.announced = append(s.announced, sent.entry)
	return sent
}

// changes reports whether an operation puts something on the target or takes it away.
func changes(operation string) bool {
	switch operation {
	case "addSims", "removeSims":
		return true
	}
	return PlacesOrder(operation) || BeginsPayment(operation) || operation == "cancelAutoRenewalRecord"
}

// PlacesOrder reports whether an operation places an order.
func PlacesOrder(operation string) bool {
	return operation == "singleOrder" || operation == "synOrderInfo"
}

// BeginsPayment reports whether an operation begins or makes a payment.
func BeginsPayment(operation string) bool {
	switch operation {
	case "stripeSingleAuthorization", "stripeSubscriptionAuthorization", "stripeSubDirectly":
		return true
	}
	return false
}

// named returns what a request names of what it changes, as far as it is text.
func (s *Session) named(draft *Draft, body []byte) record {
	var members struct {
		Partner text            `json:"partnerCode"`
		SIMs    json.RawMessage `json:"sim_ids"`
		SIM     text            `json:"deviceCode"`
		OrderNo text            `json:"orderNo"`
		PayID   text            `json:"payId"`
	}
	_ = json.Unmarshal(body, &members) // what is no object names nothing
	r := record{Operation: draft.Operation.ID, Partner: string(members.Partner), Order: string(members.OrderNo)}
	var sims []text
	_ = json.Unmarshal(members.SIMs, &sims) // the same for what is no list
	for _, sim := range sims {
		r.SIMs = append(r.SIMs, string(sim))
	}
	switch operation := draft.Operation.ID; {
	case operation == "addSims" || operation == "removeSims":
		r.Group = groupOf(draft)
	case operation == "stripeSubDirectly":
		r.Payment = string(members.PayID)
		// The subscription names its payment alone, its cancellation the order and the SIM card as well.
		if order := s.orderOf(r.Payment); order != nil {
			r.Order, r.SIMs = order.orderNo, []string{order.sim}
		}
	case members.SIM != "":
		r.SIMs = []string{string(members.SIM)}
	}
	return r
}

// orderOf returns the order of a payment that the check has made, nil when there is none.
func (s *Session) orderOf(payID string) *placed {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, order := range s.placed() {
		if order.payID == payID {
			return order
		}
	}
	return nil
}

// settleAnnounced notes what came of an announced request.
func (s *Session) settleAnnounced(sent announced, answer *Answer) {
	outcome, requestID := "", ""
	switch {
	case answer.Accepted():
		outcome, requestID = accepted, answer.Header.Get(s.Target().RequestIDHeader)
	case answer.Refused():
		outcome = refused
		s.connection.budget.giveBack(sent.cost)
	}
	if sent.entry != nil && outcome != "" {
		s.connection.journal.settle(sent.entry, outcome, requestID)
	}
}

// lookBefore keeps what a group holds before the run writes to it for the first
// time, if the run may read. A shard does not look: others work on the same group.
func (c *Connection) lookBefore(at place) {
	c.looking.Lock()
	defer c.looking.Unlock()
	if _, looked := c.journal.known(at); looked || !c.target.Allow.Read || c.target.Shard.Count > 1 {
		return
	}
	counts, err := c.holds(at)
	if err != nil {
		counts = nil
	}
	c.journal.mu.Lock()
	defer c.journal.mu.Unlock()
	c.journal.before[at] = counts
}

// holds returns how often a group holds each of its SIM cards. A partner who may not
// list the group may not change it, either; what the run's own partner sees of it
// shows whether it did.
func (c *Connection) holds(at place) (map[string]int, error) {
	counts, err := c.listed(at)
	if own := (place{at.id, c.target.PartnerCode}); err != nil && at != own {
		if counts, errOwn := c.listed(own); errOwn == nil {
			return counts, nil
		}
	}
	return counts, err
}

// listed returns how often a group holds each of its SIM cards, as its partner sees it.
func (c *Connection) listed(at place) (map[string]int, error) {
	hands := c.Session(context.Background())
	counts := map[string]int{}
	err := attempt(func() {
		answer := hands.Send(context.Background(), hands.NewListGroupSims(at.id).As(at.partner))
		if !answer.Accepted() {
			panic(End{Verdict: reports.Inconclusive, Reason: "listGroupSims answers " + answer.String()})
		}
		for _, sim := range newListing(answer).SIMs {
			counts[sim]++
		}
	})
	if err != nil {
		return nil, fmt.Errorf("listing %s: %w", at, err)
	}
	return counts, nil
}
