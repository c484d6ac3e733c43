package client_test

import (
	"bytes"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/mallcheck/mallcheck/conformance/partner/client"
	"github.com/mallcheck/mallcheck/conformance/partner/client/tap"
	"github.com/mallcheck/mallcheck/openapi"
	"github.com/mallcheck/mallcheck/sandbox"
	"github.com/mallcheck/mallcheck/signing"
)

// mall is a sandbox under a Judge, and a client that sends given requests.
type mall struct {
	t     *testing.T
	url   string
	judge *client.Judge
	f     sandbox.Fixtures

	mu   sync.Mutex
	seen []client.Seen
	cut  atomic.Bool // the next answer does not reach the client
}

// newMall starts a sandbox whose interceptors come after that of the tap.
func newMall(t *testing.T, interceptors ...sandbox.Interceptor) *mall {
	t.Helper()
	contract, err := openapi.Mall()
	if err != nil {
		t.Fatal(err)
	}
	m := &mall{t: t, f: sandbox.NewFixtures()}
	m.judge, err = client.New(contract, client.Options{PartnerCodes: []string{m.f.Partner}, MinPoll: 40 * time.Millisecond,
		Prices: []client.Price{{Package: m.f.Packages[0], Amount: "4.99", Currency: "USD"}}})
	if err != nil {
		t.Fatal(err)
	}
	box, err := sandbox.New(sandbox.Config{Seed: 1, TaskDelay: 30 * time.Millisecond,
		Interceptors: append([]sandbox.Interceptor{tap.Interceptor()}, interceptors...)})
	if err != nil {
		t.Fatal(err)
	}
	outage := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !m.cut.CompareAndSwap(true, false) {
			box.ServeHTTP(w, r)
			return
		}
		box.ServeHTTP(httptest.NewRecorder(), r)
		panic(http.ErrAbortHandler)
	})
	server := httptest.NewServer(tap.Handler(outage, func(e client.Exchange) {
		seen := m.judge.See(e)
		m.mu.Lock()
		defer m.mu.Unlock()
		m.seen = append(m.seen, seen)
	}))
	t.Cleanup(server.Close)
	t.Cleanup(box.Close)
	m.url = server.URL
	return m
}

type members map[string]any

// body returns the body of a request to Vshop with its own members.
func (m *mall) vshop(own members) members {
	all := members{"deviceCode": m.f.SIMs[0], "languageCode": "1", "mark": "0", "terminal": "1", "tradeTime": "1645683857572", "tradeType": "x"}
	maps.Copy(all, own)
	return m.globals(all)
}

func (m *mall) globals(own members) members {
	all := members{"version": "3.0", "partnerCode": m.f.Partner}
	maps.Copy(all, own)
	return all
}

func (m *mall) order(no string, own members) members {
	all := members{"orderNo": no, "payId": "P" + no, "packageCode": m.f.Packages[0], "payAmount": "4.99", "payCurrency": "USD", "orderPeriod": "1", "autoRenewal": "0"}
	maps.Copy(all, own)
	return m.vshop(all)
}

func (m *mall) pay(no string, own members) members {
	all := members{"payId": "P" + no, "payAmount": "4.99", "payCurrency": "USD", "email": "buyer@example.com", "pm_id": "pm_card_visa",
		"tradeTime": "1645683857572", "tradeType": "x"}
	maps.Copy(all, own)
	return m.globals(all)
}

func (m *mall) ask(no string) members {
	return m.globals(members{"payId": "P" + no, "tradeTime": "1645683857572", "tradeType": "x"})
}

// post signs and sends a body, below the address of the sandbox.
func (m *mall) post(path string, body members, edits ...func(*http.Request)) *http.Response {
	return m.send(http.MethodPost, path, body, edits...)
}

func (m *mall) send(method, path string, body members, edits ...func(*http.Request)) *http.Response {
	m.t.Helper()
	text, err := json.Marshal(body)
	if err != nil {
		m.t.Fatal(err)
	}
	request, err := http.NewRequest(method, m.url+path, bytes.NewReader(text))
	if err != nil {
		m.t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	signer := signing.Signer{Templates: []string{"/mall/bundle-groups/{group_id}/sims", "/async-result/{request_id}"}}
	if err := signer.Sign(m.t.Context(), request); err != nil {
		m.t.Fatal(err)
	}
	return m.do(request, edits...)
}

// get signs and sends a query.
func (m *mall) get(path string, own url.Values, edits ...func(*http.Request)) *http.Response {
	m.t.Helper()
	query := url.Values{"version": {"3.0"}, "partnerCode": {m.f.Partner}}
	maps.Copy(query, own)
	request, err := http.NewRequest(http.MethodGet, m.url+path+"?"+query.Encode(), http.NoBody)
	if err != nil {
		m.t.Fatal(err)
	}
	signer := signing.Signer{Templates: []string{"/mall/bundle-groups/{group_id}/sims", "/async-result/{request_id}"}}
	if err := signer.Sign(m.t.Context(), request); err != nil {
		m.t.Fatal(err)
	}
	return m.do(request, edits...)
}

func (m *mall) do(request *http.Request, edits ...func(*http.Request)) *http.Response {
	for _, edit := range edits {
		edit(request)
	}
	response, err := http.DefaultTransport.RoundTrip(request)
	if err != nil {
		return nil
	}
	defer response.Body.Close()
	_, _ = io.Copy(io.Discard, response.Body)
	return response
}

// buy places an order and pays it.
func (m *mall) buy(no string) {
	m.post("/vshop/singleOrder", m.order(no, nil))
	m.post("/payment/stripeSingleAuthorization", m.pay(no, nil))
	m.post("/payment/confirmPaymentResult", m.ask(no))
}

// add adds a SIM card and reads the result until it has ended, with a pause between two readings.
func (m *mall) add(pause time.Duration) string {
	response := m.post("/topup/mall/bundle-groups/"+m.f.Groups[0]+"/sims", m.globals(members{"sim_ids": m.f.SIMs[:1]}))
	id := response.Header.Get("request_id")
	m.read(id)
	time.Sleep(pause)
	m.read(id)
	return id
}

func (m *mall) read(id string) { m.get("/topup/async-result/"+id, nil) }

// withBody changes the text of a body after it was signed.
func withBody(change func(string) string) func(*http.Request) {
	return func(r *http.Request) {
		text, _ := io.ReadAll(r.Body)
		changed := change(string(text))
		r.Body, r.ContentLength = io.NopCloser(strings.NewReader(changed)), int64(len(changed))
	}
}

// unsignedPath signs a GET without the parameters of its path.
func unsignedPath(r *http.Request) {
	query := r.URL.Query()
	query.Del("sign")
	r.URL.RawQuery = query.Encode()
	rules := signing.Default()
	rules.Parts = signing.Query
	_ = (&signing.Signer{Rules: rules}).Sign(r.Context(), r)
}
