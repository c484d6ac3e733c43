package trial

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/mallcheck/mallcheck/sandbox"
)

// changing are the operations that change the mall, of three kinds; an outage hits the first request of
// each kind.
var (
	orders   = []string{"singleOrder", "synOrderInfo"}
	paying   = []string{"stripeSingleAuthorization", "stripeSubDirectly", "confirmPaymentResult", "cancelAutoRenewalRecord"}
	tasks    = []string{"addSims", "removeSims"}
	changing = slices.Concat(orders, paying, tasks)
)

// The delays of the outages.
const (
	retryAfter = 1 * time.Second
	slowAnswer = 1500 * time.Millisecond
	longTask   = 5 * time.Second
	latePush   = 700 * time.Millisecond
	pushCopies = 2
)

// outages are disturbances of a conforming server or of the connection to it.
func outages() []Scenario {
	payments := []string{"confirmPaymentResult", "resultQuery", "stripeSubDirectly"}
	all := []Scenario{
		{ID: "refused-connection", Statement: "does not listen", mustFail: true, behavior: func() behavior { return behavior{closed: true} }},
		{ID: "reset-before", operations: changing, behavior: striking(justReset, changing...), Statement: "resets the connection of the first request of each kind that changes something, before it executes it"},
		{ID: "reset-after-order", Statement: "places the first order but resets the connection instead of answering", operations: orders,
			behavior: striking(doneAndReset, orders...)},
		{ID: "reset-after-payment", Statement: "executes the first request of each kind that pays or cancels, but resets the connection instead of answering",
			operations: paying, behavior: striking(doneAndReset, paying...)},
		{ID: "reset-after-adding", Statement: "adds or removes the SIM cards but resets the connection instead of answering", operations: tasks,
			behavior: striking(doneAndReset, tasks...)},
		{ID: "cut-off-body", Statement: "executes the request but cuts off its response", operations: changing,
			behavior: striking(func(w http.ResponseWriter, r *http.Request, next http.Handler) {
				kept := &discard{}
				next.ServeHTTP(kept, r)
				w.Header().Set("Content-Type", "application/json")
				w.Header().Set("Content-Length", fmt.Sprint(len(kept.body)))
				_, _ = w.Write(kept.body[:len(kept.body)/2])
				_ = http.NewResponseController(w).Flush()
				reset(w)
			}, changing...)},
		{ID: "slow-answer", Statement: "answers the first request that changes something after 1.5 s", operations: changing,
			behavior: slow},
		{ID: "too-many-requests", Statement: "answers HTTP 429 with Retry-After: 1", waits: true, behavior: asking(http.StatusTooManyRequests)},
		{ID: "unavailable", Statement: "answers HTTP 503 with Retry-After: 1", waits: true, behavior: asking(http.StatusServiceUnavailable)},
		{ID: "long-task", Statement: "takes 5 s for a task", operations: tasks, behavior: intercepting(sandbox.Interceptor{
			Accept: func(_ *sandbox.State, _ *sandbox.Call, t *sandbox.Task) { t.Delay = longTask }})},
		{ID: "late-pushes-twice", Statement: "sends each push late and twice", push: true, behavior: intercepting(sandbox.Interceptor{
			Decide: func(_ *sandbox.State, _ *sandbox.Call, d *sandbox.Decision) { d.Delay += latePush },
			Notify: func(_ *sandbox.State, n *sandbox.Notification) { n.Copies = pushCopies }})},
		{ID: "order-refused", Statement: "refuses each order", operations: orders, mustFail: true, behavior: intercepting(sandbox.Interceptor{
			Conflict: func(_ *sandbox.State, c *sandbox.Call, r *sandbox.Refusal) *sandbox.Refusal {
				if slices.Contains(orders, c.Operation) {
					return &sandbox.Refusal{Reason: sandbox.Conflict, Message: "the package is not available for this SIM card at the moment"}
				}
				return r
			}})},
		{ID: "payment-declined", Statement: "declines each payment", operations: payments, mustFail: true, behavior: intercepting(declined())},
		{ID: "task-failed", Statement: "reports that each SIM card of a task failed", operations: tasks, mustFail: true, behavior: intercepting(failing())},
	}
	for i := range all {
		all[i].Kind = Outage
	}
	return all
}

// declined makes each payment fail and refuses each subscription.
func declined() sandbox.Interceptor {
	return sandbox.Interceptor{
		Decide: func(_ *sandbox.State, c *sandbox.Call, d *sandbox.Decision) {
			if c.Operation == "confirmPaymentResult" {
				d.Status = sandbox.PayFailed
			}
		},
		Conflict: func(_ *sandbox.State, c *sandbox.Call, r *sandbox.Refusal) *sandbox.Refusal {
			if c.Operation == "stripeSubDirectly" {
				return &sandbox.Refusal{Reason: sandbox.Declined, Message: "the payment was declined"}
			}
			return r
		},
	}
}

// failing makes each SIM card of a task fail.
func failing() sandbox.Interceptor {
	return sandbox.Interceptor{Finish: func(_ *sandbox.State, t *sandbox.Task) {
		for i := range t.Details {
			t.Details[i].Result, t.Details[i].Message = sandbox.ResultNoSIM, "The SIM card does not exist."
		}
		t.Effects = nil
	}}
}

// intercepting returns the behavior of an interceptor without state.
func intercepting(i sandbox.Interceptor) func() behavior {
	return func() behavior { return behavior{interceptors: []sandbox.Interceptor{i}} }
}

// slow delays the answer to the first request that changes something.
func slow() behavior {
	var once sync.Once
	return behavior{wrap: func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if slices.Contains(changing, operationOf(r)) {
				once.Do(func() { time.Sleep(slowAnswer) })
			}
			next.ServeHTTP(w, r)
		})
	}}
}

// justReset resets the connection without executing the request.
func justReset(w http.ResponseWriter, _ *http.Request, _ http.Handler) { reset(w) }

// doneAndReset executes the request and resets the connection instead of answering.
func doneAndReset(w http.ResponseWriter, r *http.Request, next http.Handler) {
	next.ServeHTTP(&discard{}, r)
	reset(w)
}

// striking returns the behavior that answers the first request of each of some operations differently.
func striking(answer func(w http.ResponseWriter, r *http.Request, next http.Handler), operations ...string) func() behavior {
	return func() behavior {
		var mu sync.Mutex
		met := map[string]bool{}
		first := func(id string) bool {
			mu.Lock()
			defer mu.Unlock()
			is := slices.Contains(operations, id) && !met[id]
			met[id] = true
			return is
		}
		return behavior{wrap: func(next http.Handler) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if first(operationOf(r)) {
					answer(w, r, next)
					return
				}
				next.ServeHTTP(w, r)
			})
		}}
	}
}

// operationOf returns the changing operation that a request asks for, by its path.
func operationOf(r *http.Request) string {
	last := r.URL.Path[strings.LastIndexByte(r.URL.Path, '/')+1:]
	switch {
	case last == "sims" && r.Method == http.MethodPost:
		return "addSims"
	case last == "sims" && r.Method == http.MethodDelete:
		return "removeSims"
	case last == "SynOrderInfo":
		return "synOrderInfo"
	}
	return last
}

// reset resets the connection.
func reset(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	if tcp, ok := conn.(interface{ SetLinger(int) error }); ok {
		_ = tcp.SetLinger(0) // without it, closing still ends the connection
	}
	_ = conn.Close()
}

// discard takes an answer that the client must not get.
type discard struct {
	header http.Header
	body   []byte
}

// Header implements http.ResponseWriter.
func (d *discard) Header() http.Header {
	if d.header == nil {
		d.header = http.Header{}
	}
	return d.header
}

// WriteHeader implements http.ResponseWriter.
func (d *discard) WriteHeader(int) {}

// Write implements http.ResponseWriter.
func (d *discard) Write(p []byte) (int, error) {
	d.body = append(d.body, p...)
	return len(p), nil
}

// pauses watch whether a client waits as long as it is asked.
type pauses struct {
	mu    sync.Mutex
	until time.Time
	first bool // the first request has arrived
	met   map[string]bool
	soon  string
}

// tolerance is how much too early a request may arrive: clocks and timers are inexact.
const tolerance = 50 * time.Millisecond

// arrived records the arrival of a request.
func (p *pauses) arrived(at time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if missing := p.until.Sub(at); missing > tolerance && p.soon == "" {
		p.soon = fmt.Sprintf("the next request arrived %s after the answer", (retryAfter - missing).Round(time.Millisecond))
	}
}

// ask reports whether to ask for a pause: on the first request, and on the first that changes something.
func (p *pauses) ask(id string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	changes := slices.Contains(orders, id) || slices.Contains(tasks, id)
	if p.first && (!changes || p.met["changing"]) {
		return false
	}
	p.first = true
	if changes {
		p.met["changing"] = true
	}
	return true
}

// answered starts a pause.
func (p *pauses) answered() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.until = time.Now().Add(retryAfter)
}

func (p *pauses) early() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.soon
}

// asking returns the behavior that asks the client to come back later, before any work.
func asking(status int) func() behavior {
	return func() behavior {
		p := &pauses{met: map[string]bool{}}
		return behavior{watch: p, wrap: func(next http.Handler) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if !p.ask(operationOf(r)) {
					next.ServeHTTP(w, r)
					return
				}
				p.answered()
				w.Header().Set("Content-Type", "application/json")
				w.Header().Set("Retry-After", fmt.Sprint(int(retryAfter/time.Second)))
				w.WriteHeader(status)
				_, _ = w.Write([]byte(`{"operateCode":"F","message":"too many requests: come back later"}`))
			})
		}}
	}
}
