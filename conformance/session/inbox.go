package session

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/mallcheck/mallcheck/conformance/target"
	"github.com/mallcheck/mallcheck/reports"
	"github.com/mallcheck/mallcheck/signing"
)

// maxPush bounds the bytes read of one push, maxPushes how many are kept.
const (
	maxPush   = 1 << 20
	maxPushes = 10_000
)

// taken is what a receiver answers to a push that it takes.
const taken = `{"operateCode":"S","message":"success"}`

// NoAnswer is the status of a push whose connection is closed without an answer.
const NoAnswer = 0

// Push is one attempt of the target to deliver a push.
type Push struct {
	// Method and Header are those of its request.
	Method string
	Header http.Header
	// Body is the body as it came.
	Body []byte
	// Arrived is when it had been read.
	Arrived time.Time

	exchange reports.Exchange
}

// inbox is the partner's receiver of pushes: it records them all and answers
// HTTP 200, unless it was told to answer the first ones about an order otherwise.
type inbox struct {
	server   *http.Server
	listener net.Listener

	mu      sync.Mutex
	pushes  []*Push
	answers map[string][]int // by payId: the statuses of the next answers
	changed chan struct{}    // closed and renewed when a push arrives
	missed  bool             // a push that was awaited did not come
}

// openInbox listens where the target's settings say; nil when they say nothing.
func openInbox(t *target.Target) (*inbox, error) {
	listener := t.PushListener
	if listener == nil {
		if t.PushListen == "" || t.Shard.Index > 1 { // the first shard has all checks that await pushes
			return nil, nil
		}
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		var err error
		if listener, err = (&net.ListenConfig{}).Listen(ctx, "tcp", t.PushListen); err != nil {
			return nil, fmt.Errorf("--push-listen: %w; name an address of this machine with a free port", err)
		}
	}
	b := &inbox{listener: listener, answers: map[string][]int{}, changed: make(chan struct{})}
	b.server = &http.Server{
		Handler: b, ReadHeaderTimeout: 10 * time.Second, ReadTimeout: 30 * time.Second, WriteTimeout: 30 * time.Second, MaxHeaderBytes: 64 << 10,
	}
	go func() { _ = b.server.Serve(listener) }() // it ends when it is closed
	return b, nil
}

// close stops listening and closes all connections.
func (b *inbox) close() {
	if b != nil {
		_ = b.server.Close() // the run is over
	}
}

// ServeHTTP implements http.Handler.
func (b *inbox) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	started := time.Now().UTC()
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxPush))
	if err != nil {
		var tooLarge *http.MaxBytesError
		if errors.As(err, &tooLarge) {
			w.WriteHeader(http.StatusRequestEntityTooLarge)
		}
		return
	}
	p := &Push{Method: r.Method, Header: r.Header.Clone(), Body: body, Arrived: time.Now()}
	p.exchange = reports.Exchange{
		Operation: "rechargeSuccess", Started: started, Duration: time.Since(started),
		Request: reports.Request{Method: r.Method, URL: "http://" + r.Host + r.URL.RequestURI(), Header: recordHeader(r.Header), Body: body},
	}
	status := b.take(p)
	if status == NoAnswer {
		if connection, _, err := http.NewResponseController(w).Hijack(); err == nil {
			_ = connection.Close()
		}
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, answerOf(status)) // the sender sees what is missing
}

// answerOf is the body that goes with a status.
func answerOf(status int) string {
	if status == http.StatusOK {
		return taken
	}
	return `{"operateCode":"F","message":"` + http.StatusText(status) + `"}`
}

// take keeps a push and returns the status to answer it with.
func (b *inbox) take(p *Push) int {
	b.mu.Lock()
	defer b.mu.Unlock()
	status := http.StatusOK
	for order, planned := range b.answers {
		if len(planned) > 0 && bytes.Contains(p.Body, []byte(order)) {
			status, b.answers[order] = planned[0], planned[1:]
		}
	}
	if status == NoAnswer {
		p.exchange.Problem = "the receiver closed the connection without an answer, as the check wants it"
	} else {
		body := answerOf(status)
		p.exchange.Response = &reports.Response{
			Status: status, Header: []reports.Header{{Name: "Content-Type", Value: "application/json"}}, Body: []byte(body), Announced: int64(len(body)),
		}
	}
	if len(b.pushes) == maxPushes {
		b.pushes = slices.Delete(b.pushes, 0, 1)
	}
	b.pushes = append(b.pushes, p)
	close(b.changed)
	b.changed = make(chan struct{})
	return status
}

// about returns the pushes that name the payId or the orderNo of a purchase, in
// whatever member, and what is closed when another push arrives.
func (b *inbox) about(p Purchase) (pushes []*Push, changed <-chan struct{}) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, push := range b.pushes {
		if bytes.Contains(push.Body, []byte(p.PayID)) || bytes.Contains(push.Body, []byte(p.OrderNo)) {
			pushes = append(pushes, push)
		}
	}
	return pushes, b.changed
}

// patience is how long a push is awaited: no longer when one was awaited in vain
// and none ever came, so that a target that sends none does not hold up the run.
func (b *inbox) patience(limit time.Duration) time.Duration {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.missed && len(b.pushes) == 0 {
		return 0
	}
	return limit
}

// inVain notes that a push was awaited and did not come.
func (b *inbox) inVain() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.missed = true
}

// inbox returns the receiver of the run, or ends the check without one.
func (s *Session) inbox() *inbox {
	s.need(s.connection.inbox != nil, "push-listen")
	return s.connection.inbox
}

// AnswerPushes has the receiver answer the first pushes about a purchase with HTTP
// statuses, or not at all where one is NoAnswer; those after them are taken.
func (s *Session) AnswerPushes(p Purchase, statuses ...int) {
	b := s.inbox()
	b.mu.Lock()
	defer b.mu.Unlock()
	b.answers[p.PayID] = statuses
}

// Pushes returns the pushes about a purchase that have arrived, in their order.
func (s *Session) Pushes(p Purchase) []*Push {
	pushes, _ := s.inbox().about(p)
	return pushes
}

// AwaitPush returns the first push about a purchase. One that does not come within
// its time limit is a violation.
func (s *Session) AwaitPush(p Purchase) *Push {
	return s.AwaitPushes(p, 1, "push/sent-after-recharge")[0]
}

// AwaitPushes returns the pushes about a purchase as soon as there are n of them.
// One that does not come within its time limit violates the clause.
func (s *Session) AwaitPushes(p Purchase, n int, clause string) []*Push {
	b := s.inbox()
	limit := s.Target().PushTimeout
	for late := time.After(b.patience(limit)); ; {
		pushes, changed := b.about(p)
		if len(pushes) >= n {
			s.show(pushes[:n])
			return pushes[:n]
		}
		select {
		case <-changed:
			continue
		case <-s.stop.Done():
			panic(End{Verdict: reports.Inconclusive, Reason: "the run was stopped before the check was done"})
		case <-late:
		}
		b.inVain()
		s.show(pushes)
		s.Violates(clause, len(s.Exchanges())-1, fmt.Sprintf("push %d about the order %s did not arrive within %s", n, p.OrderNo, limit),
			"pushes about the order: "+strconv.Itoa(n), strconv.Itoa(len(pushes)))
	}
}

// show records pushes among the exchanges of the check, each once.
func (s *Session) show(pushes []*Push) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, push := range pushes {
		if !slices.Contains(s.shown, push) {
			s.shown = append(s.shown, push)
			s.exchanges = append(s.exchanges, push.exchange)
		}
	}
}

// VerifyPush checks the signature of a push under the key of the target, whatever
// its timestamp is. It ends the check when the target has no key.
func (s *Session) VerifyPush(p *Push) error {
	t := s.Target()
	verifier := signing.PushVerifier{
		Keys: map[string][]byte{s.PushKeyID(): t.PushKey}, Tolerance: -1, Join: t.PushJoin, Encoding: t.PushEncoding,
	}
	return verifier.Verify(p.Header, p.Body)
}

// PushKeyID returns the id of the key that pushes are signed with, or ends the
// check without one.
func (s *Session) PushKeyID() string {
	s.need(len(s.Target().PushKey) > 0, "push-key")
	return s.Target().PushKeyID
}

// String returns the request line and the body of a push, for messages.
func (p *Push) String() string {
	body := strings.Join(strings.Fields(string(p.Body)), " ")
	if len(body) > 300 {
		body = body[:300] + "…"
	}
	return p.Method + " " + body
}
