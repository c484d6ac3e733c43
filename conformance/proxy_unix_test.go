//go:build unix

package conformance_test

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"syscall"
	"testing"
	"time"

	"github.com/mallcheck/mallcheck/conformance/partner/proxy"
	"github.com/mallcheck/mallcheck/conformance/target"
	"github.com/mallcheck/mallcheck/sandbox"
)

// leastProxied is how many requests a second go through the proxy to the sandbox on two free cores.
const leastProxied = 3000

// BenchmarkProxy measures signed, forwarded, judged and recorded requests, with the caller and the
// sandbox in the same process. On a busy machine the time of the processors decides.
func BenchmarkProxy(b *testing.B) {
	server, err := sandbox.Start(b.Context(), sandbox.Config{Terse: true}, sandbox.DefaultListen)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = server.Close(context.Background()) })
	layer, err := target.Sandbox(server.Settings())
	if err != nil {
		b.Fatal(err)
	}
	under, err := target.Resolve(layer)
	if err != nil {
		b.Fatal(err)
	}
	p := startProxy(b, under, proxy.Config{})
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}}
	body := []byte(`{"deviceCode":"` + under.SIMs[0] + `","languageCode":"0","mark":"0","terminal":"0","tradeTime":"","tradeType":"singleVerify"}`)
	b.SetParallelism(8)
	before := processorTime(b)
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			response, err := client.Post(p.url+"/vshop/singleVerify", "application/json", bytes.NewReader(body))
			if err != nil {
				b.Error(err)
				return
			}
			answer, err := io.ReadAll(response.Body)
			_ = response.Body.Close()
			if err != nil || response.StatusCode != http.StatusOK || !bytes.Contains(answer, []byte(`"operateCode":"S"`)) {
				b.Errorf("%v: HTTP %d %s", err, response.StatusCode, answer)
				return
			}
		}
	})
	perSecond := float64(b.N) / b.Elapsed().Seconds()
	processor := (processorTime(b) - before) / time.Duration(b.N)
	b.ReportMetric(perSecond, "requests/s")
	b.ReportMetric(float64(processor.Microseconds()), "cpu-µs/request")
	b.StopTimer()
	if enough := 2 * time.Second / leastProxied; b.N > 1000 && perSecond < leastProxied && processor > enough {
		b.Errorf("%.0f requests a second, want %d; each takes %s of a processor, want %s", perSecond, leastProxied, processor, enough)
	}
	p.stop()
}

// processorTime returns how long this process has used processors.
func processorTime(b *testing.B) time.Duration {
	b.Helper()
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		b.Fatal(err)
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}
