package conformance_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"testing"
	"time"

	"github.com/mallcheck/mallcheck/conformance"
	"github.com/mallcheck/mallcheck/conformance/embedded"
	"github.com/mallcheck/mallcheck/conformance/target"
)

// BenchmarkLatency runs the suite at its default depth and concurrency through a
// delay in front of the sandbox. It reports calls, orders, wall time, and how many times
// longer the run takes than calls x delay / concurrency, which nothing could beat.
func BenchmarkLatency(b *testing.B) {
	for _, delay := range []time.Duration{0, 20 * time.Millisecond, 100 * time.Millisecond, 300 * time.Millisecond} {
		b.Run(fmt.Sprint(delay), func(b *testing.B) {
			for b.Loop() {
				behind(b, delay)
			}
		})
	}
}

// behind runs the suite once against a sandbox that a delay stands in front of.
func behind(b *testing.B, delay time.Duration) {
	b.Helper()
	served, err := embedded.Start(target.Flags(target.Settings{Seed: "1"}))
	if err != nil {
		b.Fatal(err)
	}
	defer served.Close()
	under := served.Target
	under.Concurrency, under.Timeout = 8, 30*time.Minute
	for service, address := range under.URLs {
		slow := delayed(b, address, delay)
		defer slow.Close()
		under.URLs[service] = slow.URL
	}
	started := time.Now()
	run, err := conformance.Run(b.Context(), under, nil)
	if err != nil {
		b.Fatal(err)
	}
	took := time.Since(started)
	if code := conformance.ExitCode(run); code != conformance.ExitPassed {
		b.Errorf("exit code %d", code)
	}
	calls, orders := 0, 0
	for _, code := range run.Codes {
		calls += code.Times
		if code.OperateCode == "S" && (code.Operation == "singleOrder" || code.Operation == "synOrderInfo") {
			orders += code.Times
		}
	}
	b.ReportMetric(float64(calls), "calls")
	b.ReportMetric(float64(orders), "orders")
	b.ReportMetric(took.Seconds(), "s/run")
	if ideal := time.Duration(calls) * delay / time.Duration(under.Concurrency); ideal > 0 {
		b.ReportMetric(float64(took)/float64(ideal), "x-ideal")
	}
}

// delayed returns a server that waits before it forwards a request.
func delayed(b *testing.B, address string, delay time.Duration) *httptest.Server {
	b.Helper()
	to, err := url.Parse(address)
	if err != nil {
		b.Fatal(err)
	}
	proxy := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(to) }}
	return httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		time.Sleep(delay)
		proxy.ServeHTTP(w, r)
	}))
}
