package sandbox_test

import (
	"context"
	"flag"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/mallcheck/mallcheck/sandbox"
	"github.com/mallcheck/mallcheck/sandbox/store"
	"github.com/mallcheck/mallcheck/signing"
)

var wrkTime = flag.Duration("wrk", 0, "how long one run of wrk takes in TestWrk, at least 1s; 0 leaves the test out")

// wantedPerSecond is how many signed and validated requests the sandbox answers at least, over
// loopback on two cores, with wrk on the same ones.
const wantedPerSecond = 12_000

// load is a request that is sent again and again.
type load struct {
	name, method, path string
	distinct           int           // how many bodies there are
	body               func() string // the next one
}

// loads returns the requests that are measured, signed.
func (m *served) loads() []load {
	m.Helper()
	list := m.signed(m.fix.Partner, http.MethodGet, "/topup/mall/bundle-groups/bundles", "")
	same := func(text string) func() string { return func() string { return text } }
	return []load{
		{"singleVerify", http.MethodPost, "/vshop/singleVerify", 1, same(verifyBody)},
		{"listBundles", http.MethodGet, list.URL.RequestURI(), 1, same("")},
		{"singleOrder", http.MethodPost, "/vshop/singleOrder", store.DefaultOrders + 1000, m.nextOrder},
	}
}

// nextOrder returns the signed body of an order that was not made before. When it is sent again after
// as many others as the sandbox keeps, it is a new one again.
func (m *served) nextOrder() string {
	m.fresh++
	body := strings.NewReplacer(`"I1"`, m.unique("P0002702026110109300"), `"N1"`, m.unique("2026110109300")).Replace(bodyOfOrder)
	sign, err := signing.SignBody([]byte(body), signing.Default())
	if err != nil {
		m.Fatal(err)
	}
	return strings.TrimSuffix(body, "}") + `,"sign":"` + sign + `"}`
}

var bodyOfOrder = extended(orderMembers, `"partnerCode":"P000270","version":"3.0","requestOrderId":"000000000001","servicePlanCode":"SP20180428000007","servicePlanShowName":"Europe 3GB 30-Days"`)

// request returns the load as a request that a handler can be given.
func (l load) request() *http.Request {
	req := httptest.NewRequest(l.method, l.path, strings.NewReader(l.body()))
	req.Header.Set("Content-Type", "application/json")
	return req
}

// BenchmarkHandler measures a request without net/http around it.
func BenchmarkHandler(b *testing.B) {
	m := serve(b, sandbox.Config{})
	for _, l := range m.loads() {
		b.Run(l.name, func(b *testing.B) {
			b.ReportAllocs()
			handler := m.server.Sandbox().Handler()
			for b.Loop() {
				w := httptest.NewRecorder()
				handler.ServeHTTP(w, l.request())
				if !strings.Contains(w.Body.String(), `"S"`) {
					b.Fatal(w.Body)
				}
			}
		})
	}
}

// BenchmarkLoopback measures a request over loopback, its Go client included.
func BenchmarkLoopback(b *testing.B) {
	m := serve(b, sandbox.Config{})
	m.client.Transport.(*http.Transport).MaxIdleConnsPerHost = 64
	for _, l := range m.loads() {
		b.Run(l.name, func(b *testing.B) {
			b.SetParallelism(8)
			bodies := make(chan string, b.N)
			for range b.N {
				bodies <- l.body()
			}
			b.ResetTimer()
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					if r := m.do(m.request(l.method, l.path, <-bodies)); r.code != store.CodeSuccess {
						b.Errorf("%s", r.body)
					}
				}
			})
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "req/s")
		})
	}
}

// TestWrk measures with wrk how many requests a second are answered, and how many a bare net/http
// handler answers that sends the same bytes, in turns. bench.sh runs it.
func TestWrk(t *testing.T) {
	if *wrkTime == 0 {
		t.Skip("no -wrk")
	}
	m := serve(t, sandbox.Config{TaskDelay: 200 * time.Millisecond})
	for _, l := range m.loads() {
		answer := m.do(m.request(l.method, l.path, l.body()))
		if answer.code != store.CodeSuccess {
			t.Fatalf("%s: %s", l.name, answer.body)
		}
		bare := serveBare(t, answer.body)
		var ours, theirs float64
		for range 3 { // in turns and the best of each, because others may use the machine too
			ours = max(ours, wrk(t, m.server.URL(), l))
			theirs = max(theirs, wrk(t, bare, l))
		}
		t.Logf("%s: %.0f requests a second, %.2f of the %.0f of a bare net/http handler that answers the same bytes",
			l.name, ours, ours/theirs, theirs)
		if ours < wantedPerSecond {
			t.Errorf("%s: less than %d requests a second", l.name, wantedPerSecond)
		}
	}
}

// serveBare answers every request with the same bytes and returns its address.
func serveBare(t *testing.T, body []byte) string {
	t.Helper()
	listener, err := net.Listen("tcp", sandbox.DefaultListen)
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{ReadHeaderTimeout: limit, Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(body)
	})}
	go func() { _ = server.Serve(listener) }()
	t.Cleanup(func() { _ = server.Close() })
	return "http://" + listener.Addr().String()
}

var (
	perSecond = regexp.MustCompile(`Requests/sec:\s+([0-9.]+)`)
	failures  = regexp.MustCompile(`(?m)^\s*(Non-2xx.*|Socket errors.*|refused.*)$`)
)

// wrk runs wrk against an address and returns the requests a second. Every answer must be a success.
func wrk(t *testing.T, url string, l load) float64 {
	t.Helper()
	script := filepath.Join(t.TempDir(), "load.lua")
	var bodies strings.Builder
	for range l.distinct {
		fmt.Fprintf(&bodies, "'%s',\n", l.body())
	}
	text := fmt.Sprintf(`local bodies = {%s}
local requests, at = {}, 0
wrk.headers["Content-Type"] = "application/json"
init = function()
  for i, body in ipairs(bodies) do requests[i] = wrk.format(%q, nil, nil, body) end
end
request = function()
  at = at %% #requests + 1
  return requests[at]
end
response = function(status, headers, body)
  if not body:find('"operateCode":"S"', 1, true) then print("refused: " .. body) wrk.thread:stop() end
end`, bodies.String(), l.method)
	if err := os.WriteFile(script, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), *wrkTime+limit)
	defer cancel()
	out, err := exec.CommandContext(ctx, "wrk", "-t1", "-c32", fmt.Sprintf("-d%ds", int(wrkTime.Seconds())), "-s", script, url+l.path).CombinedOutput()
	if err != nil {
		t.Fatalf("running wrk (Debian's package wrk): %v\n%s", err, out)
	}
	found := perSecond.FindSubmatch(out)
	if found == nil || failures.Match(out) {
		t.Fatalf("wrk: %s", out)
	}
	rate, err := strconv.ParseFloat(string(found[1]), 64)
	if err != nil {
		t.Fatal(err)
	}
	return rate
}
