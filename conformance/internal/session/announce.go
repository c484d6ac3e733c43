package session

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/big"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/mallcheck/mallcheck/conformance/internal/journal"
	"github.com/mallcheck/mallcheck/conformance/internal/transport"
	"github.com/mallcheck/mallcheck/conformance/internal/wire"
	"github.com/mallcheck/mallcheck/reports"
)

// announced is what was noted of a request before it was sent.
type announced struct {
	entry *journal.Entry // nil for a request that changes nothing
	cost  *big.Rat       // nil without a budget
}

// announce counts a request that changes the target against the budget and writes it
// into the journal, before it is sent. It ends the check when that cannot be done:
// then the request is not sent, unless it undoes something.
func (s *Session) announce(draft *Draft, request *http.Request) announced {
	operation := draft.Operation.ID
	if !journal.Changes(operation) {
		return announced{}
	}
	c := s.connection
	body := transport.Record(request).Body
	cost, err := c.budget.Spend(operation, body)
	if err != nil {
		c.overBudget.Store(true)
		panic(End{Verdict: reports.Skipped, Reason: operation + " was not sent: " + err.Error()})
	}
	r := s.named(draft, request.URL, body)
	if r.Group != "" && len(r.SIMs) > 0 && request.URL.Path == draft.wire.URL.Path {
		c.lookBefore(journal.Group{ID: r.Group, Partner: r.Partner})
	}
	entry, err := c.journal.Enter(r)
	if err != nil {
		if s.undoes {
			return announced{cost: cost} // better undone and not written down than left
		}
		c.budget.GiveBack(cost)
		panic(End{Verdict: reports.Inconclusive, Reason: "nothing that changes the target is sent: " + err.Error()})
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.entries = append(s.entries, entry)
	return announced{entry, cost}
}

// named returns what a request names of what it changes, as far as that can be read:
// a lenient target may accept what is not of the right type.
func (s *Session) named(draft *Draft, address *url.URL, body []byte) journal.Request {
	var members struct {
		Partner wire.LooseString `json:"partnerCode"`
		SIMs    json.RawMessage  `json:"sim_ids"`
		SIM     wire.LooseString `json:"deviceCode"`
		OrderNo wire.LooseString `json:"orderNo"`
		PayID   wire.LooseString `json:"payId"`
	}
	_ = json.Unmarshal(body, &members) // what is not an object names nothing
	operation := draft.Operation.ID
	r := journal.Request{Operation: operation, Partner: string(members.Partner), Order: string(members.OrderNo)}
	if r.Partner == "" {
		r.Partner = s.Target().PartnerCode
	}
	switch {
	case operation == journal.AddSIMs || operation == journal.RemoveSIMs:
		r.Group, r.SIMs = pathValue(s.pathOf(draft), address.Path, "group_id"), textsIn(members.SIMs)
	case operation == journal.Subscribe:
		r.Payment = string(members.PayID)
		// The subscription names its payment alone, its cancellation the order and the SIM card as well.
		if orders := s.connection.journal.OrdersOf(r.Payment); len(orders) > 0 {
			r.Order, r.SIMs = orders[0].Order, orders[0].SIMs
		}
	case members.SIM != "":
		r.SIMs, r.PayID = []string{string(members.SIM)}, string(members.PayID)
	default:
		r.PayID = string(members.PayID)
	}
	return r
}

// textsIn returns the texts of a list, or a text that stands where a list should.
func textsIn(raw json.RawMessage) (texts []string) {
	var list []wire.LooseString
	if trimmed := bytes.TrimSpace(raw); len(trimmed) > 0 && trimmed[0] == '"' {
		list = append(list, wire.LooseString(wire.Unquote(trimmed)))
	} else {
		_ = json.Unmarshal(raw, &list) // what is not a list names nothing
	}
	for _, one := range list {
		if one != "" {
			texts = append(texts, string(one))
		}
	}
	return texts
}

// pathOf returns the path of an operation on the target, with its parameters.
func (s *Session) pathOf(draft *Draft) string {
	if path := s.Target().Paths[draft.Operation.ID]; path != "" {
		return path
	}
	return draft.Operation.Path
}

// pathValue returns the value of a path parameter in a path that ends with a
// template, "" when it is not there.
func pathValue(template, path, name string) string {
	parts, segments := strings.Split(template, "/"), strings.Split(path, "/")
	at := slices.Index(parts, "{"+name+"}")
	if at -= len(parts) - len(segments); at < 0 || at >= len(segments) {
		return ""
	}
	return segments[at]
}

// settleAnnounced notes what came of an announced request.
func (s *Session) settleAnnounced(sent announced, answer *wire.Answer) {
	switch {
	case sent.entry == nil:
		if answer.Refused() {
			s.connection.budget.GiveBack(sent.cost)
		}
	case answer.Accepted():
		s.connection.journal.Settle(sent.entry, journal.Accepted, answer.Header.Get(s.Target().RequestIDHeader))
	case answer.Refused():
		s.connection.journal.Settle(sent.entry, journal.Refused, "")
		s.connection.budget.GiveBack(sent.cost)
	}
}

// settleResult keeps the terminal result of a task of the check.
func (s *Session) settleResult(requestID string, result wire.Result) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, e := range s.entries {
		if e.RequestID() == requestID {
			e.SetResults(perSIM(result))
		}
	}
}

// perSIM returns the outcome of a task for each SIM card.
func perSIM(r wire.Result) []journal.Result {
	results := make([]journal.Result, len(r.Details))
	for i, detail := range r.Details {
		results[i] = journal.Result{SIM: detail.SimID, Code: detail.Result}
	}
	return results
}

// lookBefore keeps what a group holds before the run writes to it for the first time,
// if the run may read. A shard does not look, since others work on the same group,
// nor does anybody on the embedded sandbox, which is gone after the run.
func (c *Connection) lookBefore(group journal.Group) {
	if c.target.Sandbox || !c.target.Allow.Read || c.target.Shard.Count > 1 {
		return
	}
	c.looking.Lock()
	defer c.looking.Unlock()
	if _, looked := c.journal.Before(group); looked {
		return
	}
	held, err := c.holds(group)
	if err != nil {
		held = nil
	}
	c.journal.SetBefore(group, held)
}

// holds returns how often a group holds each of its SIM cards. A partner who may not
// list the group may not change it, either; what the run's own partner sees of it
// shows whether it did.
func (c *Connection) holds(group journal.Group) (journal.Holdings, error) {
	held, err := c.listed(group)
	if own := (journal.Group{ID: group.ID, Partner: c.target.PartnerCode}); err != nil && group != own {
		if held, errOwn := c.listed(own); errOwn == nil {
			return held, nil
		}
	}
	return held, err
}

// listed returns how often a group holds each of its SIM cards, as its partner sees it.
func (c *Connection) listed(group journal.Group) (journal.Holdings, error) {
	s := c.undoing()
	held := journal.Holdings{}
	err := attempt(func() {
		answer := s.Send(s.stop, s.NewListGroupSims(group.ID).As(group.Partner))
		if !answer.Accepted() {
			panic(End{Verdict: reports.Inconclusive, Reason: "listGroupSims answers " + answer.String()})
		}
		listing, known := wire.ListingOf(answer)
		if !known {
			panic(End{Verdict: reports.Inconclusive, Reason: "listGroupSims answers in an unknown form: " + answer.String()})
		}
		for _, sim := range listing.SIMs {
			held[sim]++
		}
	})
	if err != nil {
		return nil, fmt.Errorf("listing %s: %w", group, err)
	}
	return held, nil
}
