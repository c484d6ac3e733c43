package session

import (
	"context"

	"github.com/mallcheck/mallcheck/conformance/internal/journal"
	"github.com/mallcheck/mallcheck/conformance/internal/transport"
	"github.com/mallcheck/mallcheck/conformance/internal/wire"
	"github.com/mallcheck/mallcheck/reports"
)

// loan is a valid request with everything it needs, such as an order. The run makes it once and lends it to one check
// after another until the target accepts a request derived from it: that may have used it up.
type loan struct {
	draft *Draft
	// maker created what the request needs, and undoes it.
	maker *Session
	// spent is set once the loan cannot be lent again. The session that holds the loan guards it.
	spent bool
}

// NewValid drafts a request of an operation that a conforming target accepts.
//
// The request puts nothing at risk: a write names an unknown SIM card, and a sale has its own order. What the request
// needs, such as a task or an order, is created once and lent to one check after another until the target accepts a
// request derived from it. Only one check has it at a time.
func (s *Session) NewValid(ctx context.Context, operation string) *Draft {
	lent, free := s.connection.borrow(operation)
	if !free {
		lent = s.makeLoan(ctx, operation)
	}
	s.connection.renewing.WorkFor(lent.maker, s)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.loans = append(s.loans, lent)
	return lent.draft.Twin()
}

// makeLoan makes a valid request. The exchanges count for this check.
func (s *Session) makeLoan(ctx context.Context, operation string) *loan {
	lent := &loan{maker: s.connection.SessionWith(s.stop, s.part)}
	lent.maker.ended = s.ended
	s.connection.renewing.WorkFor(lent.maker, s)
	defer func() {
		ended := s.adoptWith(lent.maker, recover())
		if ended == nil {
			return
		}
		lent.spent = true
		s.mu.Lock()
		s.loans = append(s.loans, lent)
		s.mu.Unlock()
		end, isEnd := ended.(End)
		lacks := ""
		if isEnd && end.Verdict == reports.Skipped {
			lacks = end.Reason
		}
		s.connection.lending.Failed(operation, lacks)
		panic(ended)
	}()
	lent.draft = lent.maker.makeValid(ctx, operation)
	lent.draft.loan = lent
	return lent
}

// spend marks the loan of a draft as used up if the answer means that, or if there is no answer: the target may have
// done the work.
func (s *Session) spend(draft *Draft, answer *wire.Answer) {
	if draft.loan == nil || !draft.Operation.UsesUp() || answer != nil && answer.Refused() {
		return
	}
	s.useUp(draft)
}

// useUp marks the loan of a draft, if it has one, as used up.
func (s *Session) useUp(draft *Draft) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if draft.loan != nil {
		draft.loan.spent = true
	}
}

// isSpent reports whether the target accepted a request derived from a valid one.
func (s *Session) isSpent(valid *Draft) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return valid.loan != nil && valid.loan.spent
}

// returnLoans returns the loans that can be lent again and undoes the rest. The exchanges count for this check.
func (s *Session) returnLoans() (left []string) {
	s.mu.Lock()
	loans := s.loans
	s.loans = nil
	s.mu.Unlock()
	for _, lent := range loans {
		if !lent.spent {
			s.connection.giveBack(lent)
			continue
		}
		known := len(lent.maker.exchanges)
		left = append(left, lent.maker.Undo()...)
		undoing := &Session{exchanges: lent.maker.exchanges[known:]}
		for _, d := range lent.maker.deviations {
			if d.Exchange -= known; d.Exchange >= 0 {
				undoing.deviations = append(undoing.deviations, d)
			}
		}
		s.adopt(undoing)
	}
	return left
}

// Undo undoes what shared objects and outstanding loans needed. It returns a sentence for each thing that it could not
// undo.
func (c *Connection) Undo() (left []string) {
	for _, lent := range c.lending.Close() {
		left = append(left, lent.maker.Undo()...)
	}
	left = append(left, c.stock.undo()...)
	c.renewing.mu.Lock()
	defer c.renewing.mu.Unlock()
	return append(left, c.renewing.left...)
}

// Controlled calls twins, which sends requests that each differ from a valid one in one respect, and requires that the
// target accepts the valid one: otherwise refusals of the others prove nothing.
//
// The control request is sent on the first use of an operation, again after every 50 derived requests, and always if the
// check has modified it; any accepted unmodified request counts. A request that is used up by being accepted is sent
// less often, and after its twins, with their ids: sent before them, it would cause their refusal.
func (s *Session) Controlled(ctx context.Context, valid *Draft, twins func()) {
	operation := valid.Operation.ID
	sold := valid.Operation.UsesUp()
	due := !valid.pristine() || s.connection.lending.Due(operation, sold)
	if due && !sold {
		s.connection.lending.Prove(operation, !valid.pristine(), func() { s.accept(ctx, valid, s.Quick()) })
	}
	twins()
	s.connection.lending.Derived(operation)
	if !due || !sold || s.isSpent(valid) {
		return
	}
	s.accept(ctx, valid, true)
}

// accept requires that the target accepts a valid request. If arranged, an object that checks share may show it.
func (s *Session) accept(ctx context.Context, valid *Draft, arranged bool) {
	if with := s.connection.arranger; arranged && with != nil && valid.pristine() {
		with.Accept(ctx, s, valid.Operation.ID)
	}
	if !arranged || !valid.pristine() || s.connection.lending.Due(valid.Operation.ID, valid.Operation.UsesUp()) {
		s.prove(ctx, valid)
	}
}

// Proves records that the target accepted an unmodified request like the valid one.
func (s *Session) Proves(answer *wire.Answer) {
	exchange := s.Exchanges()[answer.Exchange]
	s.connection.lending.Proved(answer.Operation, &exchange)
}

// prove requires that the target accepts a valid request.
func (s *Session) prove(ctx context.Context, valid *Draft) {
	answer := s.Send(ctx, valid.Twin())
	if !answer.Accepted() {
		s.connection.lending.Failed(valid.Operation.ID, "")
		s.useUp(valid)
		s.requireReadable(valid, answer)
	}
	if valid.loan != nil && valid.Operation.ID == journal.Subscribe {
		s.requireSubscribed(answer, valid.loan.maker.renews)
	}
	s.RequireAccepted(answer)
	if valid.pristine() {
		s.Proves(answer)
	}
}

// requireReadable ends the check if the target refuses to return a result again. It returned it when the task ended.
func (s *Session) requireReadable(valid *Draft, answer *wire.Answer) {
	if valid.loan != nil && valid.pristine() && valid.Operation.ID == "asyncResult" && answer.Refused() {
		s.Prevents("request-id/repeated-reading", answer.Exchange,
			"precondition failed: asyncResult refuses a request_id whose result it has shown before", `operateCode "S"`, answer.String())
	}
}

// Recall records an exchange of another session of the run and returns its answer. It ends the check if the answer was
// not kept whole, because it cannot be judged then.
func (s *Session) Recall(exchange reports.Exchange) *wire.Answer {
	if transport.IsCut(exchange) {
		panic(End{Verdict: reports.Inconclusive, Reason: "the answer that this check shares with others was not kept whole (--max-kept)"})
	}
	return wire.ReadAnswer(s.record(exchange, false), exchange)
}

// adoptWith adopts the exchanges and deviations of another session and returns its End, whose deviation then refers to
// an exchange of this session.
func (s *Session) adoptWith(other *Session, ended any) any {
	offset := len(s.Exchanges())
	s.adopt(other)
	if end, isEnd := ended.(End); isEnd && end.Deviation != nil && end.Deviation.Exchange >= 0 {
		end.Deviation.Exchange += offset
	}
	return ended
}

// Aside calls work with a session whose exchanges count for this check only if they end it. Its effects on the target
// are undone together with those of the check.
func (s *Session) Aside(work func(aside *Session)) {
	aside := s.connection.SessionWith(s.stop, s.part)
	aside.ended = s.ended
	s.connection.renewing.WorkFor(aside, s)
	s.mu.Lock()
	s.asides = append(s.asides, aside)
	s.mu.Unlock()
	defer func() {
		if ended := recover(); ended != nil {
			panic(s.adoptWith(aside, ended))
		}
	}()
	work(aside)
}

// undoAsides undoes the effects of Aside.
func (s *Session) undoAsides() (left []string) {
	s.mu.Lock()
	asides := s.asides
	s.asides = nil
	s.mu.Unlock()
	for _, aside := range asides {
		left = append(left, aside.Undo()...)
	}
	return left
}

// SendValid sends a valid request of an operation, or returns the answer to one that the target accepted earlier in the
// run, whose exchange is then recorded for this check too. Use it in checks of the form of an answer.
func (s *Session) SendValid(ctx context.Context, operation string) *wire.Answer {
	about, _ := s.Contract().Operation(operation)
	if !about.UsesUp() {
		defer s.connection.lending.Alone(operation)()
	}
	if known := s.recallAccepted(operation); known != nil {
		return known
	}
	if (about.UsesUp() || s.Quick()) && s.connection.arranger != nil {
		s.Try(func() { s.connection.arranger.Accept(ctx, s, operation) })
		if known := s.recallAccepted(operation); known != nil {
			return known
		}
	}
	draft := s.NewValid(ctx, operation)
	answer := s.Send(ctx, draft)
	if answer.Refused() && operation == journal.Subscribe && s.foundOccupied(draft.loan.maker.renews) != "" {
		s.useUp(draft)
		draft = s.NewValid(ctx, operation) // for another SIM card
		answer = s.Send(ctx, draft)
	}
	s.requireReadable(draft, answer)
	if answer.Accepted() {
		s.Proves(answer)
	}
	return answer
}

// recallAccepted returns the answer to a valid request of an operation that the target accepted earlier in the run, or
// nil if there is none.
func (s *Session) recallAccepted(operation string) *wire.Answer {
	if known := s.connection.lending.Accepted(operation); known != nil && !transport.IsCut(*known) {
		return s.Recall(*known)
	}
	return nil
}

// SendChanged modifies a valid request of an operation, sends it through Controlled and returns the answer. It skips the
// check if several attempts to make a valid request failed.
func (s *Session) SendChanged(ctx context.Context, operation string, change func(*Draft)) (answer *wire.Answer) {
	if reason := s.connection.lending.Exhausted(operation); reason != "" {
		s.Skip(reason)
	}
	valid := s.NewValid(ctx, operation)
	s.Controlled(ctx, valid, func() {
		twin := valid.Twin()
		change(twin)
		answer = s.Send(ctx, twin)
	})
	return answer
}
