package sandbox_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/mallcheck/mallcheck/gen/push"
	"github.com/mallcheck/mallcheck/sandbox"
	"github.com/mallcheck/mallcheck/sandbox/store"
	"github.com/mallcheck/mallcheck/signing"
)

// received is a push as a receiver got it.
type received struct {
	header http.Header
	path   string
	body   string
	err    error // of its signature
}

// receiver is a partner's receiver with configurable answers.
type receiver struct {
	testing.TB
	server *httptest.Server
	mu     sync.Mutex
	got    []received
	more   chan struct{}
}

// receive starts a receiver; answer says what the push of this number, from 1, is answered.
func receive(t testing.TB, answer func(w http.ResponseWriter, number int)) *receiver {
	f := store.NewFixtures()
	verifier := &signing.PushVerifier{Keys: map[string][]byte{f.PushKeyID: f.PushKey}}
	r := &receiver{TB: t, more: make(chan struct{}, 1000)}
	r.server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		body, err := io.ReadAll(req.Body)
		if err == nil {
			err = verifier.Verify(req.Header, body)
		}
		r.mu.Lock()
		r.got = append(r.got, received{req.Header, req.URL.RequestURI(), string(body), err})
		number := len(r.got)
		r.mu.Unlock()
		answer(w, number)
		r.more <- struct{}{}
	}))
	t.Cleanup(r.server.Close)
	return r
}

func accept(w http.ResponseWriter, _ int) {
	_, _ = io.WriteString(w, `{"operateCode":"S","message":"success"}`)
}

// await waits for pushes and returns all that were received.
func (r *receiver) await(n int) []received {
	r.Helper()
	for range n {
		select {
		case <-r.more:
		case <-time.After(limit):
			r.Fatalf("fewer than %d pushes", n)
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]received{}, r.got...)
}

// quick is a push configuration that repeats quickly.
func (r *receiver) quick() store.Push {
	return store.Push{To: r.server.URL + "/hook?token=1", Backoff: time.Millisecond}
}

// awaitPush waits until a push is in a state and returns it.
func (m *served) awaitPush(state string) store.PushRecord {
	m.Helper()
	for deadline := time.Now().Add(limit); time.Now().Before(deadline); time.Sleep(time.Millisecond) {
		for _, p := range m.server.Sandbox().Pushes().Pushes {
			if p.State == state {
				return p
			}
		}
	}
	m.Fatalf("no push is %s: %+v", state, m.server.Sandbox().Pushes())
	return store.PushRecord{}
}

// A paid order is pushed once: to the exact address, signed, with what was ordered.
func TestPush(t *testing.T) {
	r := receive(t, accept)
	m := serve(t, sandbox.Config{Push: r.quick(), TaskDelay: 5 * time.Millisecond})
	o := m.buy(m.fix.Partner, withPurchaseID("mine"))
	m.pay(o, store.MethodPays)
	got := r.await(1)[0]
	if got.err != nil || got.path != "/hook?token=1" {
		t.Errorf("%s: %v", got.path, got.err)
	}
	if got.header.Get("Content-Type") != "application/json" || got.header.Get("X-Lf-Notification-Version") != "1.0" || got.header.Get("X-Lf-Algo") != "HMAC-SHA1" {
		t.Errorf("header %v", got.header)
	}
	var body push.RechargeSuccessRequest
	if err := json.Unmarshal([]byte(got.body), &body); err != nil {
		t.Fatal(err)
	}
	if body.OrderNo != o.OrderNo || body.PayID != o.PayID || body.PartnerCode != m.fix.Partner || body.DeviceCode != o.DeviceCode ||
		body.PackageCode != o.PackageCode || body.PayAmount != "4.99" || body.PayCurrency != "USD" || deref(body.RequestOrderID) != "mine" {
		t.Errorf("body %s", got.body)
	}
	m.awaitPush(store.PushDelivered)
	m.confirm(o)
	m.pay(m.buy(m.fix.Partner), store.MethodFails)
	m.pay(m.buy(m.fix.Partner), store.MethodStaysOpen)
	m.pay(m.buy(m.fix.SecondPartner), store.MethodPays)
	m.subscribe(m.buy(m.fix.Partner), store.MethodPays)
	third := m.newOrder()
	m.tell(m.fix.Partner, third, "SUCCESS")
	r.await(2)
	if all := m.server.Sandbox().Pushes(); len(all.Pushes) != 3 || all.Pushes[2].OrderNo != third.OrderNo || all.Lost != 0 {
		t.Errorf("pushes %+v", all)
	}
}

// Whatever is no success is repeated, with the same body each time, until it is taken.
func TestPushIsRepeated(t *testing.T) {
	r := receive(t, func(w http.ResponseWriter, number int) {
		switch number {
		case 1:
			w.WriteHeader(http.StatusInternalServerError)
		case 2:
			w.Header().Set("Location", "/elsewhere")
			w.WriteHeader(http.StatusFound)
		case 3:
			w.WriteHeader(http.StatusForbidden)
		case 4:
			w.WriteHeader(http.StatusAccepted)
		case 5:
			panic(http.ErrAbortHandler)
		default:
			accept(w, number)
		}
	})
	m := serve(t, sandbox.Config{Push: r.quick()})
	m.pay(m.buy(m.fix.Partner), store.MethodPays)
	record := m.awaitPush(store.PushDelivered)
	r.mu.Lock()
	defer r.mu.Unlock()
	for i, got := range r.got {
		if got.body != r.got[0].body || got.path != r.got[0].path || got.err != nil {
			t.Errorf("attempt %d: %+v, the first %+v", i+1, got, r.got[0])
		}
	}
	if len(record.Attempts) != 6 || len(r.got) != 6 {
		t.Fatalf("attempts %+v, received %d", record.Attempts, len(r.got))
	}
	for i, words := range []string{"500", "302", "403", "202", "EOF", ""} {
		if a := record.Attempts[i]; !strings.Contains(a.Error, words) || (words == "") != (a.Error == "") {
			t.Errorf("attempt %d: %+v, want %q", i+1, a, words)
		}
	}
}

func TestPushIsGivenUp(t *testing.T) {
	r := receive(t, func(w http.ResponseWriter, _ int) { w.WriteHeader(http.StatusServiceUnavailable) })
	m := serve(t, sandbox.Config{Push: r.quick()})
	m.pay(m.buy(m.fix.Partner), store.MethodPays)
	if record := m.awaitPush(store.PushGivenUp); len(record.Attempts) != store.PushAttempts {
		t.Errorf("%+v", record)
	}
}

// A receiver that never answers holds up no request, and is left when its time is over.
func TestPushTimeout(t *testing.T) {
	hold := make(chan struct{})
	r := receive(t, func(http.ResponseWriter, int) { <-hold })
	defer close(hold)
	cfg := r.quick()
	cfg.Timeout = 10 * time.Millisecond
	m := serve(t, sandbox.Config{Push: cfg})
	for range 20 {
		m.pay(m.buy(m.fix.Partner), store.MethodPays)
	}
	if record := m.awaitPush(store.PushGivenUp); !strings.Contains(record.Attempts[0].Error, "deadline exceeded") {
		t.Errorf("%+v", record)
	}
}

// Close ends what waits for its next attempt, and what hangs in one.
func TestCloseEndsPushes(t *testing.T) {
	hold := make(chan struct{})
	r := receive(t, func(w http.ResponseWriter, number int) {
		if number == 1 {
			w.WriteHeader(http.StatusInternalServerError)
			return
		}
		<-hold
	})
	defer close(hold)
	server := start(t, sandbox.Config{Push: store.Push{To: r.server.URL, Backoff: time.Hour}, TaskDelay: time.Hour})
	m := &served{TB: t, server: server, fix: server.Sandbox().Fixtures(), client: &http.Client{Transport: &http.Transport{}, Timeout: limit}}
	defer m.client.CloseIdleConnections()
	m.pay(m.buy(m.fix.Partner), store.MethodPays) // waits for its time
	quick := start(t, sandbox.Config{Push: store.Push{To: r.server.URL, Backoff: time.Hour}})
	m.server = quick
	m.pay(m.buy(m.fix.Partner), store.MethodPays)
	r.await(1)
	m.pay(m.buy(m.fix.Partner), store.MethodPays)
	for len(r.await(0)) < 2 {
		time.Sleep(time.Millisecond)
	}
	begun := time.Now()
	for _, s := range []*sandbox.Server{server, quick} {
		ctx, cancel := context.WithTimeout(context.Background(), limit)
		if err := s.Close(ctx); err != nil {
			t.Error(err)
		}
		cancel()
	}
	if took := time.Since(begun); took > 2*time.Second {
		t.Errorf("closing took %s", took)
	}
	if left := ours(); strings.Contains(left, "pusher") {
		t.Errorf("left behind:\n%s", left)
	}
}

func TestInterceptPush(t *testing.T) {
	r := receive(t, func(w http.ResponseWriter, number int) {
		if number == 1 {
			w.WriteHeader(http.StatusInternalServerError)
			return
		}
		accept(w, number)
	})
	var numbers lines
	m := serve(t, sandbox.Config{Push: r.quick(), Interceptors: []store.Interceptor{{
		Notify: func(_ *store.State, n *store.Notification) {
			switch n.Order.PayID {
			case "I1":
				n.Body.PayAmount, n.Attempts = "0", 1
			case "I2":
				n.Copies = 2
			case "I3":
				n.Copies = 0
			}
		},
		Attempt: func(a *store.Attempt) {
			if a.Notification.Order.PayID == "I2" {
				a.Request.Header.Set(signing.HeaderPushSignature, "x/y")
			}
			_, _ = numbers.Write([]byte{'0' + byte(a.Number)})
		},
	}}})
	m.pay(m.buy(m.fix.Partner), store.MethodPays)
	if got := r.await(1)[0]; got.err != nil || !strings.Contains(got.body, `"payAmount":"0"`) {
		t.Errorf("changed before it was signed: %+v", got)
	}
	m.awaitPush(store.PushGivenUp)
	m.pay(m.buy(m.fix.Partner), store.MethodPays)
	got := r.await(2)
	if got[1].body != got[2].body || !errors.Is(got[1].err, signing.ErrPushKey) {
		t.Errorf("twice, and changed after it was signed: %+v", got[1:])
	}
	m.pay(m.buy(m.fix.Partner), store.MethodPays)
	if all := m.server.Sandbox().Pushes().Pushes; len(all) != 3 || numbers.String() != "111" {
		t.Errorf("pushes %+v, attempts %s", all, numbers.String())
	}
}
