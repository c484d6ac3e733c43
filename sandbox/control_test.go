package sandbox_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/mallcheck/mallcheck/sandbox"
	"github.com/mallcheck/mallcheck/sandbox/store"
)

// control calls the control path, which must do what it is asked, and returns the data.
func (m *served) control(method, name, body string) string {
	m.Helper()
	r := m.do(m.request(method, sandbox.ControlPath+name, body))
	if r.code != store.CodeSuccess || r.status != http.StatusOK {
		m.Fatalf("%s %s: %s", method, name, r.body)
	}
	return string(r.data)
}

func controlled(t *testing.T, cfg sandbox.Config) *served {
	cfg.Control = true
	return serve(t, cfg)
}

func TestControlIsClosedUnlessAskedFor(t *testing.T) {
	m := serve(t, sandbox.Config{})
	m.refused(m.request(http.MethodPost, sandbox.ControlPath+"reset", "{}"), http.StatusNotFound, "no operation has the path")
}

func TestControlListsWhatItDoes(t *testing.T) {
	m := controlled(t, sandbox.Config{})
	list := m.control(http.MethodGet, "", "")
	for _, name := range []string{"reset", "seed", "state", "clock", "next", "pay", "release", "push", "pushes", "requests"} {
		if !strings.Contains(list, `"path":"/_sandbox/`+name+`"`) {
			t.Errorf("%s is not in %s", name, list)
		}
	}
	m.refused(m.request(http.MethodGet, "/_sandbox/nothing", ""), http.StatusNotFound, "GET /_sandbox/ lists its functions")
	r := m.refused(m.request(http.MethodPut, "/_sandbox/clock", "{}"), http.StatusMethodNotAllowed, "the path takes GET, POST")
	if r.header.Get("Allow") != "GET, POST" {
		t.Errorf("Allow %q", r.header.Get("Allow"))
	}
}

// What a partner's test compares before and after: memberships and renewals.
func TestControlTellsTheState(t *testing.T) {
	m := controlled(t, sandbox.Config{})
	before := m.control(http.MethodGet, "state", "")
	if !strings.Contains(before, `"renewals":[]`) || !strings.Contains(before, `"sims":[]`) {
		t.Fatalf("a fresh sandbox has the state %s", before)
	}
	f := store.NewFixtures()
	sim := f.SIMs[0]
	if running := m.control(http.MethodGet, "state", ""); !strings.Contains(running, `"tasks":0`) {
		t.Errorf("without a task the state is %s", running)
	}
	m.add(f.Partner, f.Groups[0], sim, sim)
	m.control(http.MethodPost, "clock", `{"advance":"1h"}`)
	if after := m.control(http.MethodGet, "state", ""); !strings.Contains(after, `"sims":["`+sim+`","`+sim+`"]`) {
		t.Errorf("after adding a SIM card twice it is %s", after)
	}
}

// Only this machine may control, and no page in a browser of it.
func TestControlIsForThisMachine(t *testing.T) {
	m := controlled(t, sandbox.Config{})
	change := func(change func(*http.Request)) *http.Request {
		req := m.request(http.MethodPost, "/_sandbox/reset", "{}")
		change(req)
		return req
	}
	m.refused(change(func(r *http.Request) { r.Header.Set("Origin", "http://example.com") }), http.StatusForbidden, "no Origin")
	m.refused(change(func(r *http.Request) { r.Host = "rebound.example.com" }), http.StatusForbidden, "does not answer for the host")
	m.refused(change(func(r *http.Request) { r.Host = "192.0.2.1:80" }), http.StatusForbidden, "does not answer for the host")
	m.refused(change(func(r *http.Request) { r.Header.Set("Content-Type", "text/plain") }), http.StatusUnsupportedMediaType, "application/json")
	if r := m.do(change(func(r *http.Request) { r.Host = "localhost:8642" })); r.code != store.CodeSuccess {
		t.Errorf("%s", r.body)
	}
	w := httptest.NewRecorder() // from 192.0.2.1
	m.server.Sandbox().Handler().ServeHTTP(w, httptest.NewRequest(http.MethodGet, "http://127.0.0.1/_sandbox/", nil))
	if w.Code != http.StatusForbidden || !strings.Contains(w.Body.String(), "only callers on its own machine") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

func TestControlBodiesAreReadStrictly(t *testing.T) {
	m := controlled(t, sandbox.Config{})
	for body, words := range map[string]string{
		`{"advnace":"1h"}`: "unknown field", `{"advance":"-1h"}`: "not negative", `{"advance":"soon"}`: "a duration",
		`{}`: "a duration", `[]`: "reading the body", `{} {}`: "there is text after the object", `{"advance":"1000000h"}`: "more than",
	} {
		m.refused(m.request(http.MethodPost, "/_sandbox/clock", body), http.StatusOK, words)
	}
	m.refused(m.request(http.MethodPost, "/_sandbox/next", `{"payment":"explode"}`), http.StatusOK, `"fail", "hold" or ""`)
}

func TestControlClock(t *testing.T) {
	c := newClock()
	m := controlled(t, sandbox.Config{Now: c.Now, TaskDelay: time.Hour})
	p := m.fix.Partner
	id := m.add(p, m.fix.Groups[0], m.fix.SIMs[0])
	o := m.buy(p)
	m.pay(o, store.MethodPays)
	if got := m.control(http.MethodPost, "clock", `{"advance":"59m"}`); got != `{"now":"2026-06-25T00:59:00Z"}` {
		t.Errorf("clock %s", got)
	}
	if status, plans := m.result(p, id).Status, m.plans(p, o.DeviceCode); status != "processing" || plans[0].OrderStatus != "1" {
		t.Errorf("too early: %s, %+v", status, plans)
	}
	m.control(http.MethodPost, "clock", `{"advance":"1m"}`)
	if status, plans := m.result(p, id).Status, m.plans(p, o.DeviceCode); status != "completed" || plans[0].OrderStatus != "2" {
		t.Errorf("in time: %s, %+v", status, plans)
	}
	c.pass(time.Hour)
	if got := m.control(http.MethodGet, "clock", ""); got != `{"now":"2026-06-25T02:00:00Z"}` {
		t.Errorf("clock %s", got)
	}
}

// A push that waits for its time is sent when the clock is put forward, and its signature keeps the real time.
func TestControlClockAndPush(t *testing.T) {
	r := receive(t, accept)
	m := controlled(t, sandbox.Config{Push: r.quick(), TaskDelay: time.Hour})
	m.pay(m.buy(m.fix.Partner), store.MethodPays)
	m.control(http.MethodPost, "clock", `{"advance":"2h"}`)
	if got := r.await(1)[0]; got.err != nil {
		t.Error(got.err)
	}
	for !strings.Contains(m.control(http.MethodGet, "pushes", ""), `"state":"delivered"`) {
		time.Sleep(time.Millisecond)
	}
}

// A push can be sent once more, and one of a made-up order before there is any.
func TestControlPush(t *testing.T) {
	r := receive(t, accept)
	m := controlled(t, sandbox.Config{Push: r.quick()})
	if made := m.control(http.MethodPost, "push", "{}"); !strings.HasPrefix(made, `{"orderNo":"SAMPLE`) {
		t.Errorf("the made-up order is %s", made)
	}
	if got := r.await(1)[0]; got.err != nil {
		t.Error(got.err)
	}
	o := m.buy(m.fix.Partner)
	m.pay(o, sandbox.MethodPays)
	r.await(1)
	m.control(http.MethodPost, "push", `{"orderNo":"`+o.OrderNo+`"}`)
	if got := r.await(1)[0]; got.err != nil {
		t.Error(got.err)
	}
	m.refused(m.request(http.MethodPost, sandbox.ControlPath+"push", `{"orderNo":"none"}`), 200, "has no order")
	withoutPushes := controlled(t, sandbox.Config{})
	withoutPushes.refused(withoutPushes.request(http.MethodPost, sandbox.ControlPath+"push", "{}"), 200, "no push address is set")
}

func TestControlReset(t *testing.T) {
	c := newClock()
	r := receive(t, func(w http.ResponseWriter, _ int) { w.WriteHeader(http.StatusInternalServerError) })
	m := controlled(t, sandbox.Config{Seed: 3, Now: c.Now, Push: store.Push{To: r.server.URL, Backoff: time.Hour}})
	p, group := m.fix.Partner, m.fix.Groups[0]
	first := m.add(p, group, m.fix.SIMs[0])
	o := m.buy(p)
	m.pay(o, store.MethodPays)
	r.await(1)
	m.control(http.MethodPost, "seed", `{"partners":["P1"]}`)
	m.control(http.MethodPost, "clock", `{"advance":"1h"}`)
	m.control(http.MethodPost, "next", `{"task":"hold"}`)
	m.control(http.MethodPost, "reset", "{}")
	if found, _ := m.find(p, "", o.OrderNo, ""); found != nil {
		t.Errorf("an order is left: %+v", found)
	}
	if sims := m.listed(p, group); len(sims) != 0 {
		t.Errorf("the group has %v", sims)
	}
	if pushes := m.control(http.MethodGet, "pushes", ""); pushes != `{"pushes":[],"lost":0}` {
		t.Errorf("pushes %s", pushes)
	}
	m.refused(m.signed("P1", http.MethodGet, "/topup/mall/bundle-groups/bundles", ""), 200, "no such partner")
	if got := m.control(http.MethodGet, "clock", ""); got != `{"now":"2026-06-25T00:00:00Z"}` {
		t.Errorf("clock %s", got)
	}
	if again := m.add(p, group, m.fix.SIMs[0]); again != first || m.result(p, again).Status != "completed" {
		t.Errorf("ids begin with %s, not %s again", again, first)
	}
}

func TestControlSeed(t *testing.T) {
	m := controlled(t, sandbox.Config{Bounds: store.Bounds{Groups: 8}})
	m.control(http.MethodPost, "seed", fmt.Sprintf(`{"partners":["P1"],"sims":[%q],"groups":[{"id":"G1","name":"One","partnerCode":"P1","packageCode":%q}]}`,
		m.fix.UnknownSIM, m.fix.Packages[0]))
	m.result("P1", m.add("P1", "G1", m.fix.UnknownSIM))
	if sims := m.listed("P1", "G1"); len(sims) != 1 {
		t.Errorf("the group has %v", sims)
	}
	for body, words := range map[string]string{
		`{"partners":[""]}`:        "1 to 64 characters",
		`{"sims":["12"]}`:          "an ICCID of 18 to 22 digits",
		`{"groups":[{}]}`:          "its id is empty or taken",
		`{"groups":[{"id":"G1"}]}`: "its id is empty or taken",
		`{"partners":["P2"],"groups":[{"id":"G2","partnerCode":"P3"}]}`:                    `there is no partner "P3"`,
		`{"partners":["P2"],"groups":[{"id":"G2","partnerCode":"P2","packageCode":"no"}]}`: `there is no package "no"`,
		`{"groups":[{"id":"G3"},{"id":"G4"}]}`:                                             "too many",
	} {
		m.refused(m.request(http.MethodPost, "/_sandbox/seed", body), http.StatusOK, words)
	}
	m.refused(m.signed("P2", http.MethodGet, "/topup/mall/bundle-groups/bundles", ""), 200, "no such partner")
}

func TestControlNextTask(t *testing.T) {
	m := controlled(t, sandbox.Config{})
	p, group := m.fix.Partner, m.fix.Groups[0]
	m.control(http.MethodPost, "next", `{"task":"fail"}`)
	failed, fine := m.add(p, group, m.fix.SIMs[0]), m.add(p, group, m.fix.SIMs[1])
	if d := m.result(p, failed).Details; len(d) != 1 || d[0].Result != "31" || !strings.Contains(d[0].Message, "control path") {
		t.Errorf("failed: %+v", d)
	}
	if d := m.result(p, fine).Details; d[0] != ok(m.fix.SIMs[1]) {
		t.Errorf("the one after it: %+v", d)
	}
	m.control(http.MethodPost, "next", `{"task":"hold"}`)
	held := m.add(p, group, m.fix.SIMs[2])
	if got := m.result(p, held).Status; got != "processing" {
		t.Errorf("held: %s", got)
	}
	if got := m.control(http.MethodPost, "release", "{}"); got != `{"released":1}` {
		t.Errorf("release: %s", got)
	}
	if got := m.result(p, held); got.Status != "completed" || got.Details[0] != ok(m.fix.SIMs[2]) {
		t.Errorf("released: %+v", got)
	}
	m.control(http.MethodPost, "next", `{"task":"hold"}`)
	m.control(http.MethodPost, "next", `{"task":""}`)
	if got := m.result(p, m.add(p, group, m.fix.SIMs[3])).Status; got != "completed" {
		t.Errorf("taken back: %s", got)
	}
	if sims := m.listed(p, group); len(sims) != 3 {
		t.Errorf("the group has %v", sims)
	}
}

func TestControlNextPayment(t *testing.T) {
	m := controlled(t, sandbox.Config{})
	m.control(http.MethodPost, "next", `{"payment":"fail"}`)
	unpaid, failed := m.buy(m.fix.Partner), m.buy(m.fix.Partner)
	if got := m.confirm(unpaid).PayStatus; got != "0" {
		t.Errorf("nobody pays: %s", got)
	}
	if got := m.pay(failed, store.MethodPays); got != "2" {
		t.Errorf("fail: %s", got)
	}
	if got := m.confirm(failed).PayStatus; got != "2" {
		t.Errorf("failed and confirmed again: %s", got)
	}
	m.control(http.MethodPost, "next", `{"payment":"hold"}`)
	held := m.buy(m.fix.Partner)
	sub, _ := m.subscribe(held, store.MethodPays)
	if sub.Status != "incomplete" || m.query(held).PayStatus != "0" {
		t.Errorf("hold: %+v", sub)
	}
	if got := m.confirm(held).PayStatus; got != "1" {
		t.Errorf("held and confirmed again: %s", got)
	}
	if got, a := m.renewal(m.fix.Partner, held.DeviceCode); got == nil || got.OrderNo != held.OrderNo {
		t.Errorf("its renewal: %s", a)
	}
}

// The control path pays as a buyer does in the Stripe SDK.
func TestControlPay(t *testing.T) {
	m := controlled(t, sandbox.Config{})
	o := m.buy(m.fix.Partner)
	if got := m.pay(o, ""); got != "0" {
		t.Fatalf("nobody paid: %s", got)
	}
	body := func(partner, id, method string) string {
		return fmt.Sprintf(`{"partnerCode":%q,"payId":%q,"pm_id":%q}`, partner, id, method)
	}
	m.refused(m.request(http.MethodPost, "/_sandbox/pay", body(m.fix.SecondPartner, o.PayID, "pm")), 200, "has no payment")
	m.refused(m.request(http.MethodPost, "/_sandbox/pay", body(m.fix.Partner, o.PayID, "")), 200, "pm_id is missing or empty")
	m.control(http.MethodPost, "pay", body(m.fix.Partner, o.PayID, store.MethodPays))
	if got := m.query(o).PayStatus; got != "0" {
		t.Errorf("before the confirmation: %s", got)
	}
	if got := m.confirm(o).PayStatus; got != "1" {
		t.Errorf("paid: %s", got)
	}
	m.refused(m.request(http.MethodPost, "/_sandbox/pay", body(m.fix.Partner, o.PayID, "pm")), 200, "is not open")
}

func TestControlRequests(t *testing.T) {
	m := controlled(t, sandbox.Config{Bounds: store.Bounds{Requests: 3}})
	list := func() (records []struct {
		Method, Path, Operation, PartnerCode, Body, Answer string
		Status                                             int
	}) {
		if err := json.Unmarshal([]byte(m.control(http.MethodGet, "requests", "")), &records); err != nil {
			t.Fatal(err)
		}
		return records
	}
	if got := list(); len(got) != 0 {
		t.Errorf("at first: %+v", got)
	}
	m.do(m.request(http.MethodGet, "/nowhere?x=1", ""))
	o := m.buy(m.fix.Partner)
	got := list()
	if len(got) != 2 || got[0].Path != "/nowhere?x=1" || got[0].Status != 404 || got[1].Operation != "singleOrder" ||
		got[1].PartnerCode != m.fix.Partner || !strings.Contains(got[1].Body, o.OrderNo) || !strings.Contains(got[1].Answer, `"S"`) {
		t.Errorf("%+v", got)
	}
	for i := range 5 {
		m.do(m.request(http.MethodPost, fmt.Sprintf("/vshop/%d", i), strings.Repeat("x", 5000)))
	}
	if got = list(); len(got) != 3 || got[0].Path != "/vshop/2" || got[2].Path != "/vshop/4" {
		t.Errorf("bounded: %+v", got)
	}
}
