package trial

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"log"
	"math/rand/v2"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/mallcheck/mallcheck/conformance/partner/client"
	"github.com/mallcheck/mallcheck/conformance/partner/client/tap"
	"github.com/mallcheck/mallcheck/reports"
	"github.com/mallcheck/mallcheck/sandbox"
	"github.com/mallcheck/mallcheck/signing"
)

// behavior is how the mall of one run differs from the plain one.
type behavior struct {
	interceptors []sandbox.Interceptor
	// wrap runs between the recording and the sandbox; nil for nothing.
	wrap func(http.Handler) http.Handler
	// closed means that nothing listens.
	closed bool
	// rules changes the signing rules; nil if they stay the same.
	rules func(signing.Rules) signing.Rules
	// header is the response header with the id of a task, if it differs.
	header string
	// prompt means that a task has ended when its result is first read. Otherwise it never has, however
	// late the first read, so that a client that reads only once is caught.
	prompt bool
	// watch reports requests that arrive sooner than the mall asked; nil if it asked for nothing.
	watch *pauses
}

// outcome is the result of one run of the client.
type outcome struct {
	scenario  string
	end       ending
	seen      []client.Seen
	exchanges []reports.Exchange
	judged    client.Outcome
	pushes    []sandbox.PushRecord
	pushed    int                           // push attempts that the client answered
	early     string                        // describes a request that arrived too soon
	refusals  map[reports.ClientRefusal]int // counts of each kind
	bug       string                        // a disagreement between sandbox and document
}

// maxExchanges limits what is kept of one run.
const maxExchanges = 5000

// The pushes of the sandbox: the client may start to listen late.
const (
	pushBackoff = 250 * time.Millisecond
	pushTimeout = 5 * time.Second
	pushPath    = "/push"
)

// stage runs the client once against its own sandbox.
func (t *trials) stage(ctx context.Context, id string, b behavior) *outcome {
	o := &outcome{scenario: id, refusals: map[reports.ClientRefusal]int{}}
	t.tell(id)
	problem := func(err error) *outcome {
		o.end = ending{code: -1, problem: "the sandbox could not be started: " + err.Error()}
		return o
	}
	header, rules := cmp.Or(b.header, client.DefaultRequestIDHeader), t.config.Rules
	if b.rules != nil {
		rules = b.rules(rules)
	}
	judge, err := client.New(t.contract, client.Options{Rules: rules, Paths: t.config.Paths,
		PartnerCodes: []string{t.fixtures.Partner}, RequestIDHeader: header, MinPoll: t.config.MinPoll, Prices: t.prices()})
	if err != nil {
		return problem(err)
	}
	listener, push, err := t.listen(ctx)
	if err != nil {
		return problem(err)
	}
	defer shut(listener)
	first := []sandbox.Interceptor{tap.Interceptor(), buyer()}
	if !b.prompt {
		first = append(first, unhurried())
	}
	box, err := sandbox.New(sandbox.Config{Seed: t.config.Seed, TaskDelay: taskDelay, Rules: t.config.Rules,
		Interceptors: append(first, b.interceptors...),
		Push:         sandbox.Push{To: "http://" + push + pushPath, Backoff: pushBackoff, Timeout: pushTimeout}})
	if err != nil {
		return problem(err)
	}
	handler := t.rerouted(box)
	if b.wrap != nil {
		handler = b.wrap(handler)
	}
	r := &record{judge: judge, outcome: o, watch: b.watch}
	address := listener.Addr().String()
	if b.closed {
		if t.config.Listen == "" { // the client gets the address
			held, err := refusing(ctx, listener)
			if err != nil {
				return problem(err)
			}
			defer shut(held)
			address = held.LocalAddr().String()
		}
		shut(listener)
	} else {
		server := &http.Server{
			Handler: r.watched(tap.Handler(handler, r.see)), ReadHeaderTimeout: time.Minute, ErrorLog: log.New(io.Discard, "", 0),
		}
		go func() { _ = server.Serve(listener) }() // ends by Close
		defer shut(server)
	}
	o.end = t.await(ctx, variables(t.fixtures, "http://"+address, push, header, rules))
	o.pushes = box.Pushes().Pushes
	box.Close()
	r.finish()
	return o
}

// rerouted makes the sandbox serve operations under the paths of the settings.
func (t *trials) rerouted(box http.Handler) http.Handler {
	own := map[string]string{}
	for id, path := range t.config.Paths {
		if op, known := t.contract.Operation(id); known {
			own["/"+op.Service+path] = "/" + op.Service + op.Path
		}
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if path, renamed := own[r.URL.Path]; renamed {
			r.URL.Path, r.URL.RawPath = path, ""
		}
		box.ServeHTTP(w, r)
	})
}

// shut closes something that is no longer needed. A server cuts its open connections.
func shut(c io.Closer) { _ = c.Close() }

// refusing returns a connection whose own port refuses others. While it is open, no other
// process can listen there; a port that a listener gave up is soon somebody else's.
func refusing(ctx context.Context, listener net.Listener) (net.Conn, error) {
	dialer := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)}}
	held, err := dialer.DialContext(ctx, "tcp", listener.Addr().String())
	if err != nil {
		return nil, fmt.Errorf("holding a port: %w", err)
	}
	return held, nil
}

// await runs the command, or waits until serving should end.
func (t *trials) await(ctx context.Context, environ []string) ending {
	further, _ := Expand(t.config.Env, environ) // checked before the run
	environ = append(environ, further...)
	if len(t.config.Command) > 0 {
		return run(ctx, t.config.Command, environ, t.config.Timeout, t.config.Output)
	}
	t.config.Ready(environ)
	select {
	case <-t.config.Until:
	case <-ctx.Done():
	}
	return ending{}
}

// listen opens the address of the mall, and finds a free one for the pushes.
func (t *trials) listen(ctx context.Context) (listener net.Listener, push string, err error) {
	var config net.ListenConfig
	free, err := unasked(ctx)
	if err != nil {
		return nil, "", fmt.Errorf("finding a free port: %w", err)
	}
	defer shut(free)
	listener, err = config.Listen(ctx, "tcp", cmp.Or(t.config.Listen, sandbox.DefaultListen))
	if err != nil {
		return nil, "", fmt.Errorf("listening: %w", err)
	}
	return listener, free.Addr().String(), nil
}

// unasked returns a listener on a port outside the range that systems assign automatically, so that it
// stays free until the client listens there.
func unasked(ctx context.Context) (listener net.Listener, err error) {
	var config net.ListenConfig
	for range 20 {
		port := 20_000 + rand.IntN(12_000)
		if listener, err = config.Listen(ctx, "tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port))); err == nil {
			return listener, nil
		}
	}
	return config.Listen(ctx, "tcp", sandbox.DefaultListen)
}

// prices returns the prices that the client was told.
func (t *trials) prices() []client.Price {
	f := t.fixtures
	return []client.Price{{Package: f.Packages[0], Amount: f.Amounts[0], Currency: f.Currencies[0]}}
}

// buyer pays authorizations without a payment method, like a buyer in the Stripe SDK.
func buyer() sandbox.Interceptor {
	return sandbox.Interceptor{Decide: func(_ *sandbox.State, c *sandbox.Call, d *sandbox.Decision) {
		if c.Operation == "confirmPaymentResult" && d.Status == sandbox.PayOpen && d.Order.Payment.Method == "" {
			d.Status = sandbox.PayPaid
		}
	}}
}

// unhurried shows each task as unfinished when its result is first read.
func unhurried() sandbox.Interceptor {
	read := map[string]bool{}
	return sandbox.Interceptor{Result: func(_ *sandbox.State, _ *sandbox.Call, r *sandbox.Result) {
		if !read[r.RequestID] {
			read[r.RequestID] = true
			r.Status, r.Details = sandbox.StatusProcessing, nil
		}
	}}
}

// record collects the results of one run.
type record struct {
	judge   *client.Judge
	watch   *pauses
	mu      sync.Mutex
	outcome *outcome
}

func (r *record) see(e client.Exchange) {
	seen := r.judge.See(e)
	r.mu.Lock()
	defer r.mu.Unlock()
	o := r.outcome
	o.bug = cmp.Or(o.bug, seen.Disagreement)
	if seen.Refused && e.Ruling != nil && e.Ruling.Reason != "" {
		o.refusals[reports.ClientRefusal{Operation: seen.Operation, Reason: e.Ruling.Reason, Parameter: e.Ruling.Parameter,
			Clause: refusedBy(&seen, e.Ruling), Code: seen.Code, Status: e.Response.Status}]++
	}
	if len(o.seen) < maxExchanges {
		e.Operation = seen.Operation
		o.seen, o.exchanges = append(o.seen, seen), append(o.exchanges, e.Exchange)
	}
}

// refusedBy returns the clause that a refused request breaks; "" if none explains the refusal.
func refusedBy(seen *client.Seen, ruling *client.Ruling) string {
	if !ruling.Refused || len(seen.Mistakes) == 0 {
		return ruling.Clause
	}
	// The server reports one of several mistakes, not necessarily the first by the document.
	about := func(m client.Mistake) bool {
		_, name, _ := strings.Cut(m.Part, " ")
		name, _, _ = strings.Cut(name, "[") // an item counts as its list
		return name == ruling.Parameter
	}
	mistake := seen.Mistakes[max(0, slices.IndexFunc(seen.Mistakes, about))]
	return cmp.Or(mistake.Clause, client.Clause(mistake.Check))
}

// finish reads the results of the run.
func (r *record) finish() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.outcome.judged = r.judge.End()
	for _, push := range r.outcome.pushes {
		for _, attempt := range push.Attempts {
			if attempt.Status > 0 {
				r.outcome.pushed++
			}
		}
	}
	if r.watch != nil {
		r.outcome.early = r.watch.early()
	}
}

// watched reports each request to the pauses before it is handled.
func (r *record) watched(next http.Handler) http.Handler {
	if r.watch == nil {
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, request *http.Request) {
		r.watch.arrived(time.Now())
		next.ServeHTTP(w, request)
	})
}

// refusedPush returns how the client answered a push that it did not accept; "" if it accepted all that
// it answered.
func (o *outcome) refusedPush() string {
	for _, push := range o.pushes {
		for _, attempt := range push.Attempts {
			if attempt.Status > 0 && attempt.Status != http.StatusOK {
				return fmt.Sprintf("HTTP %d for the push of order %s", attempt.Status, push.OrderNo)
			}
		}
	}
	return ""
}

// exchangesOf returns the exchanges with some numbers, at most most.
func (o *outcome) exchangesOf(numbers []int, most int) []reports.Exchange {
	var some []reports.Exchange
	for i, seen := range o.seen {
		if slices.Contains(numbers, seen.Number) && len(some) < most {
			some = append(some, o.exchanges[i])
		}
	}
	return some
}
