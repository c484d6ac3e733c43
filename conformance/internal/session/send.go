package session

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"net/http"
	"slices"

	"github.com/mallcheck/mallcheck/conformance/internal/transport"
	"github.com/mallcheck/mallcheck/conformance/internal/wire"
	"github.com/mallcheck/mallcheck/reports"
	"github.com/mallcheck/mallcheck/signing"
)

// Send signs a draft, sends it, records the exchange and lets the oracle judge it. It ends
// the check if there is no usable answer.
func (s *Session) Send(ctx context.Context, draft *Draft) *wire.Answer {
	request := s.render(draft)
	service := draft.Operation.Service
	if does := reports.Does(draft.Operation.Does); !s.undoes && s.connection.permitted.Load() && !s.Target().Allow.Allows(does) {
		s.Skip(fmt.Sprintf("the target allows no %ss (--allow %s)", does, does))
	}
	if reason := s.connection.services.GivenUp(service); reason != "" {
		panic(End{Verdict: reports.Inconclusive, Reason: reason})
	}
	s.endIfClosed(draft.Operation.ID)
	s.turn(ctx)
	sent := s.announce(draft, request)
	var answer *wire.Answer
	defer func() { s.spend(draft, answer) }()
	exchange := s.exchange(ctx, draft, request)
	index := s.record(exchange, draft.keepsContract())
	s.endUnlessAnswered(service, exchange)
	answer = wire.ReadAnswer(index, exchange)
	s.recordOutcome(sent, answer)
	s.connection.see(answer)
	if answer.Accepted() {
		s.connection.bill.Accepted(draft.Operation.ID, exchange.Request.Body)
	}
	if draft.pristine() && draft.Operation.UsesUp() && answer.Accepted() {
		s.connection.lending.Proved(draft.Operation.ID, &exchange)
	}
	return answer
}

// KeepToPermissions says whether Send skips requests that the target does not permit, even
// those that prepare another request. Checks do not need it: they run only with their
// permission.
func (c *Connection) KeepToPermissions(keep bool) { c.permitted.Store(keep) }

// render applies the edits, signs between them, and returns the request to send.
func (s *Session) render(draft *Draft) *http.Request {
	edited := &wire.Request{
		Method: draft.wire.Method, URL: draft.wire.URL, Header: draft.wire.Header.Clone(),
		Members: slices.Clone(draft.wire.Members), InQuery: draft.wire.InQuery,
	}
	for _, edit := range draft.before {
		edit(edited)
	}
	s.sign(draft, edited)
	for _, edit := range draft.after {
		edit(edited)
	}
	body := bytes.NewReader(edited.Bytes())
	request, err := http.NewRequestWithContext(context.Background(), edited.Method, edited.Address().String(), body)
	if err != nil {
		panic(crashed(fmt.Errorf("building a request of %s: %w", draft.Operation.ID, err)))
	}
	request.Header = edited.Header
	maps.Copy(request.Header, s.Target().Header)
	return request
}

// sign writes the correct sign of the request. A request that cannot be signed, such as
// one whose body is not JSON, keeps its sign.
func (s *Session) sign(draft *Draft, edited *wire.Request) {
	rules := s.Target().Sign
	if draft.rules != nil {
		rules = *draft.rules
	}
	members, err := signing.MembersOf(edited.Method, edited.Address(), edited.Bytes(), []string{draft.Operation.Path}, rules.Parts)
	if err != nil {
		return
	}
	members = slices.DeleteFunc(members, func(m signing.Member) bool { return m.Name == "sign" })
	signer := draft.signer
	if signer == nil {
		signer = signing.Sign
	}
	if sign, err := signer(members, rules); err == nil {
		wire.Set("sign", sign)(edited)
	}
}

// record keeps an exchange with the deviations that the oracle finds, and returns its index. It does not
// judge an answer that says that the service is unavailable, or the partial answer of a call that timed
// out.
func (s *Session) record(exchange reports.Exchange, valid bool) int {
	var deviations []reports.Deviation
	if !transport.TimedOut(exchange) && !transport.Stopped(exchange) && (exchange.Response == nil || !wire.Unavailable(exchange.Response)) {
		deviations = s.connection.judge(exchange, valid)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	index := len(s.exchanges)
	s.exchanges = append(s.exchanges, s.connection.kept.Keep(exchange))
	for _, d := range deviations {
		d.Exchange = index
		s.note(d)
	}
	return index
}

// judge returns the deviations that the oracle finds in an exchange; valid says that the
// request was valid. Large answers are judged one at a time, because judging takes many
// times the memory of an answer.
func (c *Connection) judge(exchange reports.Exchange, valid bool) []reports.Deviation {
	if exchange.Response == nil {
		return c.oracle.Judge(exchange, false)
	}
	if len(exchange.Response.Body) > largeAnswer {
		c.judging.Lock()
		defer c.judging.Unlock()
	}
	failed := exchange.Response.Status >= http.StatusInternalServerError
	return c.oracle.Judge(exchange, failed && valid && c.oracle.Keeps(&exchange))
}

// note keeps a deviation unless the same one is known. The caller holds the lock.
func (s *Session) note(d reports.Deviation) {
	if !slices.ContainsFunc(s.deviations, func(known reports.Deviation) bool { return same(known, d) }) {
		s.deviations = append(s.deviations, d)
	}
}

// same reports whether two deviations are the same in different exchanges. An undocumented
// value is reported once per value, other deviations once per clause.
func same(a, b reports.Deviation) bool {
	return a.Clause == b.Clause && a.Grade == b.Grade && a.Undocumented == b.Undocumented && (!a.Undocumented ||
		a.Pointer == b.Pointer && a.Actual == b.Actual)
}

// endUnlessAnswered ends the check if the target could not be reached.
func (s *Session) endUnlessAnswered(service string, exchange reports.Exchange) {
	if transport.TimedOut(exchange) || transport.TooLarge(exchange) {
		s.connection.services.Unanswered(service, transport.TooLarge(exchange))
		panic(End{Verdict: reports.Inconclusive, Reason: exchange.Operation + ": " + exchange.Problem})
	}
	s.connection.services.Answered(service)
	if exchange.Response == nil || transport.Stopped(exchange) {
		panic(End{Verdict: reports.Inconclusive, Reason: exchange.Operation + ": " + exchange.Problem})
	}
	if wire.Unavailable(exchange.Response) {
		panic(End{Verdict: reports.Inconclusive, Reason: fmt.Sprintf("%s: the target answers HTTP %d without an envelope", exchange.Operation, exchange.Response.Status)})
	}
}

// largeAnswer is the size of a body from which on answers are judged one at a time.
const largeAnswer = 1 << 20
