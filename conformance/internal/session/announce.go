package session

import (
	"fmt"
	"math/big"
	"net/http"

	"github.com/mallcheck/mallcheck/conformance/internal/journal"
	"github.com/mallcheck/mallcheck/conformance/internal/transport"
	"github.com/mallcheck/mallcheck/conformance/internal/wire"
	"github.com/mallcheck/mallcheck/reports"
)

// announced is what was recorded about a request before it was sent.
type announced struct {
	entry *journal.Entry // nil if the request changes nothing
	cost  *big.Rat       // nil without a budget
}

// announce counts a request that changes the target against the budget and writes it to the journal
// before it is sent. If that fails, it ends the check and the request is not sent, unless the request
// undoes something.
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
	r := c.journal.Named(operation, s.Target().PartnerCode, s.pathOf(draft), request.URL.Path, body)
	if r.Group != "" && len(r.SIMs) > 0 && request.URL.Path == draft.wire.URL.Path {
		c.lookBefore(journal.Group{ID: r.Group, Partner: r.Partner})
	}
	if operation == journal.Subscribe {
		s.MakeRoom(r.SIMs...)
	}
	entry, err := c.journal.Enter(r)
	if err != nil {
		if s.undoes {
			return announced{cost: cost} // better to undo it without a journal entry than to leave it
		}
		c.budget.GiveBack(cost)
		panic(End{Verdict: reports.Inconclusive, Reason: "nothing that changes the target is sent: " + err.Error()})
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.entries = append(s.entries, entry)
	return announced{entry, cost}
}

// pathOf returns the path of an operation on the target, with its parameters.
func (s *Session) pathOf(draft *Draft) string {
	if path := s.Target().Paths[draft.Operation.ID]; path != "" {
		return path
	}
	return draft.Operation.Path
}

// recordOutcome records the outcome of an announced request.
func (s *Session) recordOutcome(sent announced, answer *wire.Answer) {
	switch {
	case sent.entry == nil:
		if answer.Refused() || answer.Redirected() {
			s.connection.budget.GiveBack(sent.cost)
		}
	case answer.Accepted():
		s.connection.journal.RecordOutcome(sent.entry, journal.Accepted, answer.Header.Get(s.Target().RequestIDHeader))
	case answer.Refused() || answer.Redirected():
		s.connection.journal.RecordOutcome(sent.entry, journal.Refused, "")
		s.connection.budget.GiveBack(sent.cost)
	}
}

// recordResult keeps the terminal result of a task of the check.
func (s *Session) recordResult(requestID string, result wire.Result) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, e := range s.entries {
		if e.RequestID() == requestID {
			e.SetResults(journal.ResultsOf(result))
		}
	}
}

// lookBefore stores what a group holds before the run writes to it for the first time, if the run may
// read. A shard does not look, because others work on the same group; nor does a run on the embedded
// sandbox, which does not outlive the run.
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

// holds returns how often a group holds each of its SIM cards. A partner who may not list the group may
// not change it either; what the run's own partner sees shows whether it did.
func (c *Connection) holds(group journal.Group) (journal.Holdings, error) {
	held, err := c.listed(group)
	if own := (journal.Group{ID: group.ID, Partner: c.target.PartnerCode}); err != nil && group != own {
		if held, errOwn := c.listed(own); errOwn == nil {
			return held, nil
		}
	}
	return held, err
}

// listed returns how often a group holds each of its SIM cards, according to its partner.
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
