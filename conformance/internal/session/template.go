package session

import (
	"cmp"
	"context"
	"fmt"
	"sync"

	"github.com/mallcheck/mallcheck/reports"
)

// provedFor is how many requests are made from valid ones of an operation before it
// is proved again that these are accepted.
const provedFor = 50

// triesToFill is how many times in a row it may fail to make a valid request of an
// operation before it is not tried any more: each try may cost an order, and time.
const triesToFill = 3

// template is a valid request from which others are made that the target is to refuse.
type template struct {
	mu    sync.Mutex
	draft *Draft
	// maker holds in its ledger what the request needed to be there.
	maker *Session
	// unproved is how many requests were made since a valid one was last accepted,
	// negative when none was yet.
	unproved int
	// failures is how many tries to make or prove a valid request failed since one
	// did not.
	failures int
	// lacks is why the last try was skipped, such as a fixture that the target has
	// not; empty when the target was asked.
	lacks string
}

// template returns the one of an operation.
func (c *Connection) template(operation string) *template {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.templates == nil {
		c.templates = map[string]*template{}
	}
	if c.templates[operation] == nil {
		c.templates[operation] = &template{unproved: -1}
	}
	return c.templates[operation]
}

// SendChanged makes edits to a valid request of an operation and sends it.
//
// What a valid request needs to be there, such as an order, is not made anew each
// time: the request is kept and used again until the target accepts one that was
// made from it, since that may have used it up, or does not say what became of one.
// Nor is each time proved that the target accepts it as it is, without which a
// refusal of the changed one says nothing: that is proved by the first call for an
// operation, and again once 50 others were made since. A request that can be
// accepted once only is sent after the changed one, with the ids that it has, and is
// new the next time. That the valid request is accepted is required. Where three
// tries in a row to make or to prove one failed, the check is skipped: those that
// tried tell what is wrong. A change that is nil sends the valid request as it is,
// and is never skipped.
func (s *Session) SendChanged(ctx context.Context, operation string, spends bool, change func(*Draft)) *Answer {
	kept := s.connection.template(operation)
	kept.mu.Lock()
	defer kept.mu.Unlock()
	if kept.failures >= triesToFill && change != nil {
		s.Skip(cmp.Or(kept.lacks, fmt.Sprintf("no valid request of %s could be made in %d tries; the checks that tried say why", operation, triesToFill)))
	}
	if kept.draft == nil {
		s.fill(ctx, kept, operation)
	}
	due := kept.unproved < 0 || kept.unproved >= provedFor
	if due && !spends {
		s.prove(ctx, kept)
	}
	twin := kept.draft.Twin()
	if change != nil {
		change(twin)
	}
	answer := s.sendFor(ctx, kept, twin)
	if kept.unproved >= 0 {
		kept.unproved++
	}
	switch {
	case answer.Accepted():
		kept.unproved = 0
		s.retire(kept)
	case !answer.Refused():
		s.retire(kept) // whether it was carried out, nobody knows
	case due && spends:
		s.prove(ctx, kept)
		s.retire(kept)
	}
	return answer
}

// sendFor sends a request that was made from a valid one. Without an answer nobody knows whether it was carried out: the request is not used again.
func (s *Session) sendFor(ctx context.Context, kept *template, draft *Draft) *Answer {
	answered := false
	defer func() {
		if !answered {
			s.retire(kept)
		}
	}()
	answer := s.Send(ctx, draft)
	answered = true
	return answer
}

// prove requires that the target accepts the valid request as it is.
func (s *Session) prove(ctx context.Context, kept *template) {
	answer := s.sendFor(ctx, kept, kept.draft.Twin())
	if !answer.Accepted() {
		kept.failures++
		s.retire(kept)
	}
	s.RequireAccepted(answer)
	kept.unproved, kept.failures = 0, 0
}

// fill makes a valid request. What that shows counts for this check.
func (s *Session) fill(ctx context.Context, kept *template, operation string) {
	kept.lacks = ""
	kept.maker = s.connection.Session(s.stop)
	offset := len(s.Exchanges())
	defer func() {
		ended := recover()
		s.adopt(kept.maker)
		if ended == nil {
			return
		}
		kept.failures++
		s.retire(kept)
		if end, isEnd := ended.(End); isEnd && end.Verdict == reports.Skipped {
			kept.lacks = end.Reason
		}
		if end, isEnd := ended.(End); isEnd && end.Deviation != nil && end.Deviation.Exchange >= 0 {
			end.Deviation.Exchange += offset
		}
		panic(ended)
	}()
	kept.draft = kept.maker.wholeValid(ctx, operation)
}

// retire lets go of a valid request; what was made for it is undone with what the check did.
func (s *Session) retire(kept *template) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.retired = append(s.retired, kept.maker)
	kept.draft, kept.maker = nil, nil
}

// undoRetired undoes what valid requests that are not kept any more needed to be
// there. What that shows counts for this check.
func (s *Session) undoRetired() (left []string) {
	s.mu.Lock()
	retired := s.retired
	s.retired = nil
	s.mu.Unlock()
	for _, maker := range retired {
		known := len(maker.exchanges)
		left = append(left, maker.Undo()...)
		undoing := &Session{exchanges: maker.exchanges[known:]}
		for _, d := range maker.deviations {
			if d.Exchange -= known; d.Exchange >= 0 {
				undoing.deviations = append(undoing.deviations, d)
			}
		}
		s.adopt(undoing)
	}
	return left
}

// wholeValid is NewValid, with all keys of an order where it has several, so that
// none of them is needed.
func (s *Session) wholeValid(ctx context.Context, operation string) *Draft {
	if operation != "queryOrder" {
		return s.NewValid(ctx, operation)
	}
	p := s.Order(ctx)
	return s.NewQueryOrder(OrderKeys{PurchaseID: p.PurchaseID, OrderID: p.OrderNo, SIM: p.SIM})
}

// Undo undoes what valid requests that are still kept needed to be there, and
// returns a sentence for each thing that it could not undo.
func (c *Connection) Undo() (left []string) {
	c.mu.Lock()
	kept := c.templates
	c.templates = nil
	c.mu.Unlock()
	for _, one := range kept {
		if one.maker != nil {
			left = append(left, one.maker.Undo()...)
		}
	}
	return left
}
