package sandbox_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/mallcheck/mallcheck/gen/mall"
	"github.com/mallcheck/mallcheck/gen/topup"
	"github.com/mallcheck/mallcheck/gen/vshop"
	"github.com/mallcheck/mallcheck/sandbox"
	"github.com/mallcheck/mallcheck/sandbox/store"
	"github.com/mallcheck/mallcheck/signing"
)

const limit = 10 * time.Second

var templates = []string{
	"/mall/bundle-groups/{group_id}/sims", "/mall/bundle-groups/bundles", "/async-result/{request_id}",
	"/singleVerify", "/singleServicePlanPage",
}

// clock is a clock that moves only when a test moves it.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func newClock() *clock { return &clock{now: time.Date(2026, 6, 25, 0, 0, 0, 0, time.UTC)} }

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// served is a sandbox that listens, for the time of a test.
type served struct {
	testing.TB
	server *sandbox.Server
	fix    store.Fixtures
	client *http.Client
	fresh  int // how many orders were made up
}

func serve(t testing.TB, cfg sandbox.Config) *served {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	server, err := sandbox.Start(ctx, cfg, "")
	if err != nil {
		t.Fatal(err)
	}
	m := &served{TB: t, server: server, fix: server.Sandbox().Fixtures(), client: &http.Client{
		Timeout:       limit,
		Transport:     &http.Transport{},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
	t.Cleanup(func() {
		m.client.CloseIdleConnections()
		ctx, cancel := context.WithTimeout(context.Background(), limit)
		defer cancel()
		if err := server.Close(ctx); err != nil {
			t.Errorf("closing the server: %v", err)
		}
	})
	return m
}

// reply is an answer with its envelope, when it has one.
type reply struct {
	status  int
	header  http.Header
	body    []byte
	code    string
	message string
	data    json.RawMessage
}

// do sends a request and insists on an envelope, whatever the answer says.
func (m *served) do(req *http.Request) reply {
	m.Helper()
	r := m.raw(req)
	var ok bool
	if r.code, r.message, ok = readEnvelope(r.body); !ok {
		m.Fatalf("%s %s: not the envelope: %d %q", req.Method, req.URL, r.status, r.body)
	}
	if got := r.header.Get("Content-Type"); got != "application/json" {
		m.Fatalf("%s %s: Content-Type %q", req.Method, req.URL, got)
	}
	var data struct{ Data json.RawMessage }
	if err := json.Unmarshal(r.body, &data); err != nil {
		m.Fatal(err)
	}
	r.data = data.Data
	return r
}

// readEnvelope returns operateCode and message of an answer, and whether it has both.
func readEnvelope(body []byte) (code, message string, ok bool) {
	var envelope struct{ OperateCode, Message *string }
	if err := json.Unmarshal(body, &envelope); err != nil || envelope.OperateCode == nil || envelope.Message == nil {
		return "", "", false
	}
	return *envelope.OperateCode, *envelope.Message, true
}

func (m *served) raw(req *http.Request) reply {
	m.Helper()
	res, err := m.client.Do(req)
	if err != nil {
		m.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		m.Fatal(err)
	}
	return reply{status: res.StatusCode, header: res.Header, body: body}
}

// request makes a request that is not signed; a body is announced as JSON.
func (m *served) request(method, path, body string) *http.Request {
	m.Helper()
	req, err := http.NewRequest(method, m.server.URL()+path, strings.NewReader(body))
	if err != nil {
		m.Fatal(err)
	}
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	return req
}

func (m *served) signer(partner string) *signing.Signer {
	return &signing.Signer{PartnerCode: partner, Templates: templates}
}

// signed makes a request and lets partner sign it.
func (m *served) signed(partner, method, path, body string) *http.Request {
	m.Helper()
	req := m.request(method, path, body)
	if err := m.signer(partner).Sign(context.Background(), req); err != nil {
		m.Fatal(err)
	}
	return req
}

func (m *served) topup(partner string) *topup.ClientWithResponses {
	m.Helper()
	c, err := topup.NewClientWithResponses(m.server.URL()+"/topup", topup.WithHTTPClient(m.client), topup.WithRequestEditorFn(m.signer(partner).Sign))
	if err != nil {
		m.Fatal(err)
	}
	return c
}

func (m *served) vshop(partner string) *vshop.ClientWithResponses {
	m.Helper()
	c, err := vshop.NewClientWithResponses(m.server.URL()+"/vshop", vshop.WithHTTPClient(m.client), vshop.WithRequestEditorFn(m.signer(partner).Sign))
	if err != nil {
		m.Fatal(err)
	}
	return c
}

// add asks for SIMs to be added and returns the request_id.
func (m *served) add(partner, group string, sims ...string) string {
	m.Helper()
	res, err := m.topup(partner).AddSIMsWithResponse(context.Background(), group, nil, mall.AddSIMsRequest{SIMIDs: sims})
	if err != nil {
		m.Fatal(err)
	}
	if res.JSON200 == nil || res.JSON200.OperateCode != store.CodeSuccess {
		m.Fatalf("addSims: %s", res.Body)
	}
	return res.HTTPResponse.Header.Get("request_id")
}

// remove asks for SIMs to be removed and returns the request_id.
func (m *served) remove(partner, group string, sims ...string) string {
	m.Helper()
	res, err := m.topup(partner).RemoveSIMsWithResponse(context.Background(), group, nil, mall.RemoveSIMsRequest{SIMIDs: sims})
	if err != nil {
		m.Fatal(err)
	}
	if res.JSON200 == nil || res.JSON200.OperateCode != store.CodeSuccess {
		m.Fatalf("removeSims: %s", res.Body)
	}
	return res.HTTPResponse.Header.Get("request_id")
}

// result asks for the result of a task, which must exist.
func (m *served) result(partner, id string) mall.AsyncResult {
	m.Helper()
	res, err := m.topup(partner).AsyncResultWithResponse(context.Background(), id, &mall.AsyncResultParams{})
	if err != nil {
		m.Fatal(err)
	}
	if res.JSON200 == nil || res.JSON200.OperateCode != store.CodeSuccess {
		m.Fatalf("asyncResult %s: %s", id, res.Body)
	}
	return *res.JSON200.Data
}

// listed asks for the SIMs of a group, which must exist.
func (m *served) listed(partner, group string) []string {
	m.Helper()
	res, err := m.topup(partner).ListGroupSIMsWithResponse(context.Background(), group, &mall.ListGroupSIMsParams{})
	if err != nil {
		m.Fatal(err)
	}
	if res.JSON200 == nil || res.JSON200.OperateCode != store.CodeSuccess {
		m.Fatalf("listGroupSims %s: %s", group, res.Body)
	}
	return res.JSON200.Data.SIMIDs
}

// refused sends a request that must be refused with this status and a message with all these words.
func (m *served) refused(req *http.Request, status int, words ...string) reply {
	m.Helper()
	r := m.do(req)
	if r.status != status || r.code != store.CodeRefused {
		m.Errorf("%s %s: %d %s, want %d and a refusal", req.Method, req.URL.Path, r.status, r.body, status)
	}
	for _, word := range words {
		if !strings.Contains(r.message, word) {
			m.Errorf("%s %s: message %q does not say %q", req.Method, req.URL.Path, r.message, word)
		}
	}
	if r.data != nil {
		m.Errorf("%s %s: a refusal with data: %s", req.Method, req.URL.Path, r.body)
	}
	return r
}

// simBody is the body of addSims and removeSims without global parameters.
func simBody(sims ...string) string {
	text, err := json.Marshal(map[string]any{"sim_ids": sims})
	if err != nil {
		panic(err)
	}
	return string(text)
}

// lines collects what a logger writes.
type lines struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

func signOf(method string, req *http.Request, body string) (string, error) {
	members, err := signing.MembersOf(method, req.URL, []byte(body), templates, signing.AllParts)
	if err != nil {
		return "", err
	}
	return signing.Sign(members, signing.Default())
}

// statusOf asks a handler, without a network.
func statusOf(h http.Handler, path string) int {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
	return w.Code
}
