package session

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/mallcheck/mallcheck/openapi"
	"github.com/mallcheck/mallcheck/reports"
	"github.com/mallcheck/mallcheck/signing"
)

// maxAnswer bounds the bytes read of one answer; of a larger one, keptOfLarger are
// recorded: a server that never ends must not fill the memory, nor does one that
// announces more than largeAnswer have it kept free.
const (
	maxAnswer    = 64 << 20
	largeAnswer  = 1 << 20
	keptOfLarger = 64 << 10
)

// Send signs a draft, sends it, records the exchange and has it judged. It ends
// the check when no answer came that says anything about the target.
func (s *Session) Send(ctx context.Context, draft *Draft) *Answer {
	request := s.render(draft)
	service := draft.Operation.Service
	if reason := s.connection.givenUp(service); reason != "" {
		panic(End{Verdict: reports.Inconclusive, Reason: reason})
	}
	s.turn(ctx)
	sent := s.announce(draft, request)
	var answer *Answer
	defer func() { s.spend(draft, answer) }()
	exchange := s.exchange(ctx, draft, request)
	index := s.record(exchange, draft.keepsContract())
	s.endUnlessAnswered(service, exchange)
	answer = ReadAnswer(index, exchange)
	s.settleAnnounced(sent, answer)
	s.connection.see(answer)
	return answer
}

// render makes the edits, signs in between, and returns the request to send.
func (s *Session) render(draft *Draft) *http.Request {
	wire := &Wire{
		Method: draft.wire.Method, URL: draft.wire.URL, Header: draft.wire.Header.Clone(),
		Members: slices.Clone(draft.wire.Members), InQuery: draft.wire.InQuery,
	}
	for _, edit := range draft.before {
		edit(wire)
	}
	s.sign(draft, wire)
	for _, edit := range draft.after {
		edit(wire)
	}
	request, err := http.NewRequestWithContext(context.Background(), wire.Method, wire.address().String(), bytes.NewReader(wire.body()))
	if err != nil {
		panic(broken(fmt.Errorf("building a request of %s: %w", draft.Operation.ID, err)))
	}
	request.Header = wire.Header
	for name, values := range s.Target().Header {
		request.Header[name] = values
	}
	return request
}

// sign writes the sign that fits the request. A request that cannot be signed,
// such as one whose body is not JSON, keeps the sign it had.
func (s *Session) sign(draft *Draft, wire *Wire) {
	rules := s.Target().Sign
	if draft.rules != nil {
		rules = *draft.rules
	}
	members, err := signing.MembersOf(wire.Method, wire.address(), wire.body(), []string{draft.Operation.Path}, rules.Parts)
	if err != nil {
		return
	}
	members = slices.DeleteFunc(members, func(m signing.Member) bool { return m.Name == "sign" })
	signer := draft.signer
	if signer == nil {
		signer = signing.Sign
	}
	if sign, err := signer(members, rules); err == nil {
		Set("sign", sign)(wire)
	}
}

// exchange sends a request within the time limit of a call and records what came.
func (c *Connection) exchange(within context.Context, operation string, request *http.Request) reports.Exchange {
	ctx, cancel := context.WithTimeout(within, c.target.CallTimeout)
	defer cancel()
	recorded := reports.Exchange{Operation: operation, Request: recordRequest(request), Started: time.Now().UTC()}
	response, err := c.client.Do(c.repeatable(operation, request.WithContext(ctx)))
	if err != nil {
		recorded.Duration = time.Since(recorded.Started)
		recorded.Problem = problem(err, c.target.CallTimeout)
		return recorded
	}
	defer response.Body.Close()
	c.keepLink(request, response)
	body, err := readWhole(response.Body, response.ContentLength)
	recorded.Duration = time.Since(recorded.Started)
	recorded.Response = &reports.Response{
		Status: response.StatusCode, Header: reports.Headers(response.Header), Body: body, Announced: response.ContentLength,
	}
	switch {
	case err != nil:
		recorded.Problem = problem(err, c.target.CallTimeout)
	case len(body) > maxAnswer:
		recorded.Problem = tooLarge
		recorded.Response.Body = bytes.Clone(body[:keptOfLarger])
		recorded.Response.Cut = int64(len(body) - keptOfLarger)
	}
	return recorded
}

// repeatable lets the transport send a request of an operation that reads once more
// where the target had closed the kept connection on which it was sent, as a server
// may at any time. One that changes the target is never sent twice. The header is
// how net/http is told; without a value it is not sent.
func (c *Connection) repeatable(operation string, request *http.Request) *http.Request {
	if found, known := openapi.OperationOf(operation); known && found.Does == openapi.Read {
		request.Header = request.Header.Clone()
		request.Header["Idempotency-Key"] = nil
	}
	return request
}

// readWhole reads a body. One whose length is announced takes no more memory than
// that, since a run keeps them all; a large one, which may never come, and one of
// unknown length grow as they come, to maxAnswer and one byte at most.
func readWhole(body io.Reader, announced int64) ([]byte, error) {
	if announced < 0 || announced > largeAnswer {
		return io.ReadAll(io.LimitReader(body, maxAnswer+1))
	}
	whole := make([]byte, announced)
	n, err := io.ReadFull(body, whole)
	if errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF // nothing came of what was announced
	}
	return whole[:n], err
}

// problem says in words why no complete answer came.
func problem(err error, limit time.Duration) string {
	switch {
	case errors.Is(err, context.Canceled):
		return stoppedCall
	case isTimeout(err):
		return fmt.Sprintf("%s %s", timedOut, limit)
	case errors.Is(err, io.ErrUnexpectedEOF):
		return brokeOff
	}
	text := err.Error()
	if i := strings.LastIndex(text, `": `); i >= 0 {
		text = text[i+3:] // the URL stands in the request already
	}
	return "no answer: " + text + advice(err)
}

const (
	timedOut    = "the call took longer than"
	stoppedCall = "the run was stopped before the answer was complete"
	brokeOff    = "the answer broke off before its announced end"
	tooLarge    = "the answer is larger than 64 MiB"
)

func isTimeout(err error) bool {
	return errors.Is(err, context.DeadlineExceeded) || errors.Is(err, os.ErrDeadlineExceeded)
}

// record keeps an exchange and what the oracle says of it, and returns its index.
// An answer that the service cannot be asked says nothing about the contract, nor
// does the part of one that came before its call timed out.
func (s *Session) record(exchange reports.Exchange, valid bool) int {
	var deviations []reports.Deviation
	if !strings.HasPrefix(exchange.Problem, timedOut) && exchange.Problem != stoppedCall && (exchange.Response == nil || !unavailable(exchange.Response)) {
		failed := exchange.Response != nil && exchange.Response.Status >= http.StatusInternalServerError
		deviations = s.connection.oracle.Judge(exchange, failed && valid && s.connection.oracle.Keeps(&exchange))
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	index := len(s.exchanges)
	s.exchanges = append(s.exchanges, exchange)
	for _, d := range deviations {
		d.Exchange = index
		s.note(d)
	}
	return index
}

// note keeps a deviation unless its like is known. The caller holds the lock.
func (s *Session) note(d reports.Deviation) {
	if !slices.ContainsFunc(s.deviations, func(known reports.Deviation) bool { return same(known, d) }) {
		s.deviations = append(s.deviations, d)
	}
}

// same reports whether two deviations say the same of different exchanges. What
// is undocumented is told once per value, what violates a clause once.
func same(a, b reports.Deviation) bool {
	return a.Clause == b.Clause && a.Grade == b.Grade && a.Undocumented == b.Undocumented && (!a.Undocumented || a.Pointer == b.Pointer && a.Actual == b.Actual)
}

// endUnlessAnswered ends the check when the target could not be asked.
func (s *Session) endUnlessAnswered(service string, exchange reports.Exchange) {
	if strings.HasPrefix(exchange.Problem, timedOut) || exchange.Problem == tooLarge {
		s.connection.unanswered(service)
		panic(End{Verdict: reports.Inconclusive, Reason: exchange.Operation + ": " + exchange.Problem})
	}
	s.connection.answered(service)
	if exchange.Response == nil || exchange.Problem == stoppedCall {
		panic(End{Verdict: reports.Inconclusive, Reason: exchange.Operation + ": " + exchange.Problem})
	}
	if unavailable(exchange.Response) {
		panic(End{Verdict: reports.Inconclusive, Reason: fmt.Sprintf("%s: the target answers HTTP %d without an envelope", exchange.Operation, exchange.Response.Status)})
	}
}

// unavailable reports whether an answer says that the service cannot be asked
// at the moment: 429, 502, 503 or 504 without an envelope.
func unavailable(response *reports.Response) bool {
	switch response.Status {
	case http.StatusTooManyRequests, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return !hasEnvelope(response.Body)
	}
	return false
}

func recordRequest(request *http.Request) reports.Request {
	recorded := reports.Request{Method: request.Method, URL: request.URL.String(), Header: reports.Headers(request.Header)}
	if request.GetBody != nil {
		if body, err := request.GetBody(); err == nil {
			recorded.Body, _ = readWhole(body, request.ContentLength) // a reader over bytes does not fail
		}
	}
	return recorded
}
