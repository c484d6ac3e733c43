package client_test

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"
	"time"

	"github.com/mallcheck/mallcheck/client"
	"github.com/mallcheck/mallcheck/client/internal/clienttest"
)

const paidAnswer = `{"data":{"payAmount":"4.99","payCurrency":"USD","payId":"P0002701","payStatus":"1"},"operateCode":"S","message":"success"}`

// callMall is one exchange through the client.
func callMall(tb testing.TB, address string) func() {
	tb.Helper()
	mall, err := client.New(client.Config{PartnerCode: "P000270", Addresses: clienttest.At(address)})
	if err != nil {
		tb.Fatal(err)
	}
	ctx := clienttest.Within(tb)
	return func() {
		if _, err := mall.Payment(ctx, "P0002701"); err != nil {
			tb.Fatal(err)
		}
	}
}

// callPlain is the same exchange with net/http alone.
func callPlain(tb testing.TB, address string) func() {
	tb.Helper()
	body := []byte(`{"partnerCode":"P000270","payId":"P0002701","tradeTime":"1793525400000","tradeType":"resultQuery","version":"3.0",` +
		`"sign":"00000000000000000000000000000000"}`)
	ctx, sender := clienttest.Within(tb), &http.Client{}
	return func() {
		request, err := http.NewRequestWithContext(ctx, http.MethodPost, address+"/payment/resultQuery", bytes.NewReader(body))
		if err != nil {
			tb.Fatal(err)
		}
		request.Header.Set("Content-Type", "application/json")
		answer, err := sender.Do(request)
		if err != nil {
			tb.Fatal(err)
		}
		defer answer.Body.Close()
		if _, err := io.ReadAll(answer.Body); err != nil {
			tb.Fatal(err)
		}
	}
}

// BenchmarkOverhead calls with the client and with net/http in turn, so that both meet the
// same load of the machine. The difference of the medians is what the client costs.
func BenchmarkOverhead(b *testing.B) {
	server := httptest.NewServer(answering())
	defer server.Close()
	calls := [2]func(){callMall(b, server.URL), callPlain(b, server.URL)}
	var took [2][]time.Duration
	for b.Loop() {
		for i, call := range calls {
			begun := time.Now()
			call()
			took[i] = append(took[i], time.Since(begun))
		}
	}
	median := func(all []time.Duration) time.Duration {
		slices.Sort(all)
		return all[len(all)/2]
	}
	own, plain := median(took[0]), median(took[1])
	b.ReportMetric(float64((own-plain).Nanoseconds())/1e3, "µs-overhead")
	b.ReportMetric(float64(own)/float64(plain), "times-net/http")
	if b.N > 1000 && own-plain > 30*time.Microsecond {
		b.Errorf("a call takes %s, with net/http alone %s: more than 30 µs are the client's", own, plain)
	}
}

func TestCallAddsAtMost60Allocations(t *testing.T) {
	server := httptest.NewServer(answering())
	defer server.Close()
	const runs = 300
	own, plain := testing.AllocsPerRun(runs, callMall(t, server.URL)), testing.AllocsPerRun(runs, callPlain(t, server.URL))
	if own-plain > 60 {
		t.Errorf("a call has %.0f allocations, with net/http alone %.0f", own, plain)
	}
}

func answering() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		_, _ = io.WriteString(w, paidAnswer)
	})
}
