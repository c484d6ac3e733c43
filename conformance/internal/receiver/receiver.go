// Package receiver is the partner's receiver of pushes during a run. It records every push and answers
// as a check has planned. The checks decide what a push means.
package receiver

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/mallcheck/mallcheck/conformance/target"
	"github.com/mallcheck/mallcheck/reports"
)

// NoAnswer is the status of a push whose connection is closed without an answer.
const NoAnswer = 0

// success is the answer to a push that is accepted.
const success = `{"operateCode":"S","message":"success"}`

const (
	// mostReaders limits the number of pushes of smallPush bytes or more that are read concurrently, because
	// anybody who reaches the address may send.
	mostReaders = 16
	smallPush   = 8 << 10
	maxHeader   = 64 << 10
	overhead    = 1 << 10 // roughly the bytes of a push beside its texts
)

// Limits limit what a receiver keeps in memory.
type Limits struct {
	// Push is the largest push in bytes. A larger one is answered with HTTP 413.
	Push int64
	// Kept is the most bytes of all pushes together. Beyond it the oldest are forgotten.
	Kept int64
}

// Push is one attempt of the target to deliver a push.
type Push struct {
	// Method and Header are those of the request.
	Method string
	Header http.Header
	// Body is the body as received.
	Body []byte
	// Arrived is when the push had been read.
	Arrived time.Time
	// Exchange is the push and its answer, as recorded.
	Exchange reports.Exchange

	size int64
}

// String returns the method and the body of a push, for messages.
func (p *Push) String() string {
	body := strings.Join(strings.Fields(string(p.Body)), " ")
	if len(body) > 300 {
		body = body[:300] + "…"
	}
	return p.Method + " " + body
}

// Receiver answers pushes with HTTP 200, except those about an order for which Plan says otherwise. It
// is safe for concurrent use.
type Receiver struct {
	server  *http.Server
	limits  Limits
	reading chan struct{}

	mu      sync.Mutex
	pushes  []*Push
	kept    int64
	planned map[string][]int // by payId: the statuses of the next answers
	changed chan struct{}    // closed and renewed when a push arrives
	missed  bool             // an awaited push did not arrive
}

// Listen listens on an address of this machine. The caller closes the listener or passes it to Serve.
func Listen(address string) (net.Listener, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", address)
	if err != nil {
		return nil, fmt.Errorf("--push-listen: %w; name an address of this machine with a free port", err)
	}
	return listener, nil
}

// Serve receives pushes on a listener until Close.
func Serve(listener net.Listener, limits Limits) *Receiver {
	r := &Receiver{
		limits: limits, reading: make(chan struct{}, mostReaders), planned: map[string][]int{}, changed: make(chan struct{}),
	}
	r.server = &http.Server{
		Handler: r, ReadHeaderTimeout: 10 * time.Second, ReadTimeout: 30 * time.Second, WriteTimeout: 30 * time.Second,
		MaxHeaderBytes: maxHeader,
		ErrorLog:       log.New(io.Discard, "", 0), // nothing that a sender sends is logged
	}
	go func() { _ = r.server.Serve(listener) }() // it returns when the server is closed
	return r
}

// Close stops listening and closes all connections.
func (r *Receiver) Close() { _ = r.server.Close() } // the run is over

// ServeHTTP implements http.Handler.
func (r *Receiver) ServeHTTP(w http.ResponseWriter, request *http.Request) {
	started := time.Now().UTC()
	body, err := r.read(w, request)
	if err != nil {
		if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
			w.WriteHeader(http.StatusRequestEntityTooLarge)
		}
		return
	}
	p := &Push{Method: request.Method, Header: request.Header.Clone(), Body: body, Arrived: time.Now()}
	p.size = int64(overhead + len(request.Method) + len(request.Host) + len(request.RequestURI) + len(body))
	for name, values := range p.Header {
		p.size += int64(len(name) + len(strings.Join(values, "")))
	}
	p.Exchange = reports.Exchange{
		Operation: "rechargeSuccess", Started: started, Duration: time.Since(started),
		Request: reports.Request{
			Method: request.Method, URL: "http://" + request.Host + request.URL.RequestURI(), Header: reports.Headers(request.Header), Body: body,
		},
	}
	status := r.keep(p)
	if status == NoAnswer {
		if connection, _, err := http.NewResponseController(w).Hijack(); err == nil {
			_ = connection.Close()
		}
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, answerOf(status)) // the sender notices a missing answer
}

// read returns the body of a push. At most mostReaders large ones are read concurrently. Small ones, which are
// usual, do not wait for senders that are slow on purpose.
func (r *Receiver) read(w http.ResponseWriter, request *http.Request) ([]byte, error) {
	rest := http.MaxBytesReader(w, request.Body, r.limits.Push)
	body, err := io.ReadAll(io.LimitReader(rest, smallPush))
	if err != nil || len(body) < smallPush {
		return body, err
	}
	select {
	case r.reading <- struct{}{}:
		defer func() { <-r.reading }()
	case <-request.Context().Done():
		return nil, request.Context().Err()
	}
	more, err := io.ReadAll(rest)
	return append(body, more...), err
}

// answerOf is the answer body for a status.
func answerOf(status int) string {
	if status == http.StatusOK {
		return success
	}
	return `{"operateCode":"F","message":"` + http.StatusText(status) + `"}`
}

// keep records a push and returns the status to answer it with.
func (r *Receiver) keep(p *Push) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	status := http.StatusOK
	for payID, statuses := range r.planned {
		if len(statuses) > 0 && bytes.Contains(p.Body, []byte(payID)) {
			status, r.planned[payID] = statuses[0], statuses[1:]
		}
	}
	if status == NoAnswer {
		p.Exchange.Problem = "the receiver closed the connection without an answer, as the check planned"
	} else {
		body := answerOf(status)
		p.Exchange.Response = &reports.Response{
			Status: status, Header: []reports.Header{{Name: "Content-Type", Value: "application/json"}}, Body: []byte(body), Announced: int64(len(body)),
		}
	}
	r.pushes, r.kept = append(r.pushes, p), r.kept+p.size
	for r.kept > r.limits.Kept && len(r.pushes) > 1 {
		r.kept -= r.pushes[0].size
		r.pushes[0] = nil
		r.pushes = r.pushes[1:]
	}
	close(r.changed)
	r.changed = make(chan struct{})
	return status
}

// Plan answers the first pushes whose body contains a payId with HTTP statuses, or not at all for
// NoAnswer. Later ones are accepted.
func (r *Receiver) Plan(payID string, statuses ...int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.planned[payID] = statuses
}

// About returns the pushes whose body contains one of the ids in any member, and a channel that is
// closed when another push arrives.
func (r *Receiver) About(ids ...string) (pushes []*Push, changed <-chan struct{}) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, push := range r.pushes {
		for _, id := range ids {
			if bytes.Contains(push.Body, []byte(id)) {
				pushes = append(pushes, push)
				break
			}
		}
	}
	return pushes, r.changed
}

// Any reports whether any push has arrived.
func (r *Receiver) Any() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.pushes) > 0
}

// Patience returns how long to wait for a push: limit, or not at all if a push was awaited in vain and
// none ever arrived, so that a target that sends no pushes does not delay the run.
func (r *Receiver) Patience(limit time.Duration) time.Duration {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.missed && len(r.pushes) == 0 {
		return 0
	}
	return limit
}

// NoteMissed records that an awaited push did not arrive.
func (r *Receiver) NoteMissed() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.missed = true
}

// Open starts the receiver that the settings ask for; nil for none. Only the first of several shards has
// one, because it has all checks that await pushes.
func Open(t *target.Target) (*Receiver, error) {
	limits := t.Limits.OrDefault()
	listener := t.PushListener
	if listener == nil {
		if t.PushListen == "" || t.Shard.Index > 1 {
			return nil, nil
		}
		var err error
		if listener, err = Listen(t.PushListen); err != nil {
			return nil, err
		}
	}
	return Serve(listener, Limits{Push: limits.Push, Kept: limits.Inbox}), nil
}
