package sandbox_test

import (
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/mallcheck/mallcheck/sandbox"
	"github.com/mallcheck/mallcheck/sandbox/store"
)

func TestPushSettings(t *testing.T) {
	for name, p := range map[string]store.Push{
		"not on loopback":                      {To: "http://192.0.2.1/"},
		"other addresses need permission":      {To: "https://example.com/hook"},
		"not http://host/path":                 {To: "ftp://127.0.0.1/"},
		"is not http://host/path":              {To: "127.0.0.1/hook"},
		"user name or password":                {To: "http://a:secret@127.0.0.1/"},
		"negative":                             {To: "http://127.0.0.1/", Backoff: -1},
		"the back-off or the time-out":         {To: "http://127.0.0.1/", Timeout: -1},
		"is not printable ASCII without space": {To: "http://127.0.0.1/", KeyID: "a/b", Key: []byte("x")},
		"is empty":                             {To: "http://127.0.0.1/", KeyID: "a"},
	} {
		if _, err := sandbox.New(sandbox.Config{Push: p}); err == nil || !strings.Contains(err.Error(), name) || strings.Contains(err.Error(), "secret") {
			t.Errorf("%+v: %v, want %q", p, err, name)
		}
	}
	for _, p := range []store.Push{{To: "http://[::1]:80/"}, {To: "http://localhost/"}, {To: "https://example.com/", Anywhere: true}} {
		s, err := sandbox.New(sandbox.Config{Push: p})
		if err != nil {
			t.Errorf("%+v: %v", p, err)
			continue
		}
		s.Close()
	}
}

// An address is judged when it is called as well: a name may lead elsewhere by then.
func TestPushToAnAddressThatIsNotLoopback(t *testing.T) {
	addresses, err := net.InterfaceAddrs()
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range addresses {
		ip, ok := a.(*net.IPNet)
		if !ok || ip.IP.IsLoopback() || ip.IP.To4() == nil {
			continue
		}
		r := receive(t, accept)
		cfg := r.quick()
		m := serve(t, sandbox.Config{Push: cfg, Interceptors: []store.Interceptor{{Attempt: func(a *store.Attempt) {
			a.Request.URL.Host = net.JoinHostPort(ip.IP.String(), "80") // as if the name led there by now
		}}}})
		m.pay(m.buy(m.fix.Partner), store.MethodPays)
		if record := m.awaitPush(store.PushGivenUp); !strings.Contains(record.Attempts[0].Error, "is not on loopback") {
			t.Errorf("%+v", record)
		}
		return
	}
	t.Skip("the machine has loopback addresses alone")
}

// The address can be given later, changed and taken away.
func TestPushTo(t *testing.T) {
	first, second := receive(t, accept), receive(t, accept)
	m := serve(t, sandbox.Config{})
	m.pay(m.buy(m.fix.Partner), store.MethodPays)
	for _, r := range []*receiver{first, second} {
		if err := m.server.Sandbox().PushTo(r.quick()); err != nil {
			t.Fatal(err)
		}
		m.pay(m.buy(m.fix.Partner), store.MethodPays)
		if got := r.await(1); got[0].err != nil {
			t.Error(got[0].err)
		}
	}
	if err := m.server.Sandbox().PushTo(store.Push{To: "http://192.0.2.1/"}); err == nil {
		t.Error("an address that is not on loopback")
	}
	if err := m.server.Sandbox().PushTo(store.Push{}); err != nil {
		t.Fatal(err)
	}
	m.pay(m.buy(m.fix.Partner), store.MethodPays)
	if all := m.server.Sandbox().Pushes().Pushes; len(all) != 0 || len(first.await(0)) != 1 || len(second.await(0)) != 1 {
		t.Errorf("pushes %+v, received %d and %d", all, len(first.await(0)), len(second.await(0)))
	}
	closed, err := sandbox.New(sandbox.Config{})
	if err != nil {
		t.Fatal(err)
	}
	closed.Close()
	if err := closed.PushTo(first.quick()); err == nil {
		t.Error("a closed sandbox")
	}
}

// An order that is forgotten before its top-up takes effect is not reported in a push.
func TestForgottenOrderSendsNoPush(t *testing.T) {
	c := newClock()
	r := receive(t, accept)
	m := serve(t, sandbox.Config{Now: c.Now, TaskDelay: time.Hour, Push: r.quick(), Bounds: store.Bounds{Orders: 1}})
	var last bought
	for range 3 {
		last = m.buy(m.fix.Partner)
		m.pay(last, store.MethodPays)
	}
	c.pass(time.Hour)
	m.plans(m.fix.Partner, last.DeviceCode)
	if all := m.server.Sandbox().Pushes().Pushes; len(all) != 1 || all[0].OrderNo != last.OrderNo {
		t.Errorf("pushes %+v", all)
	}
}

func TestPushesAreBounded(t *testing.T) {
	r := receive(t, func(w http.ResponseWriter, number int) {
		if number <= 2 {
			w.WriteHeader(http.StatusInternalServerError)
			return
		}
		accept(w, number)
	})
	p := store.Push{To: r.server.URL, Backoff: time.Hour}
	m := serve(t, sandbox.Config{Push: p, Bounds: store.Bounds{Pushes: 3}})
	for range 2 {
		m.pay(m.buy(m.fix.Partner), store.MethodPays)
		r.await(1)
	}
	for range 5 {
		m.pay(m.buy(m.fix.Partner), store.MethodPays)
		r.await(1)
		m.awaitPush(store.PushDelivered)
		for m.server.Sandbox().Pushes().Pushes[2].State != store.PushDelivered {
			time.Sleep(time.Millisecond)
		}
	}
	all := m.server.Sandbox().Pushes()
	if len(all.Pushes) != 3 || all.Pushes[0].ID != 1 || all.Pushes[1].ID != 2 || all.Pushes[2].ID != 7 || all.Lost != 0 {
		t.Errorf("%+v", all)
	}
	m = serve(t, sandbox.Config{Push: p, Bounds: store.Bounds{PushBytes: 20 << 10}})
	for i := range 5 {
		m.pay(m.buy(m.fix.Partner), store.MethodPays)
		r.await(1)
		for all := m.server.Sandbox().Pushes(); all.Pushes[len(all.Pushes)-1].State != store.PushDelivered; all = m.server.Sandbox().Pushes() {
			time.Sleep(time.Millisecond)
		}
		if all := m.server.Sandbox().Pushes(); len(all.Pushes) != min(i+1, 2) || all.Lost != 0 {
			t.Errorf("bounded by bytes: %+v", all)
		}
	}
	m = serve(t, sandbox.Config{Push: p, Bounds: store.Bounds{Pushes: 1, PushBytes: 1}})
	m.pay(m.buy(m.fix.Partner), store.MethodPays)
	if all := m.server.Sandbox().Pushes(); len(all.Pushes) != 0 || all.Lost != 1 {
		t.Errorf("%+v", all)
	}
}
