package client_test

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/mallcheck/mallcheck/client"
)

const paidAnswer = `{"data":{"payAmount":"4.99","payCurrency":"USD","payId":"P0002701","payStatus":"1"},"operateCode":"S","message":"success"}`

// BenchmarkPayment is one call; BenchmarkNetHTTP is the same exchange with net/http alone. The
// difference is what the client costs.
func BenchmarkPayment(b *testing.B) {
	server := httptest.NewServer(answering())
	defer server.Close()
	mall, err := client.New(client.Config{PartnerCode: "P000270", Addresses: at(server.URL)})
	if err != nil {
		b.Fatal(err)
	}
	ctx := within(b)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := mall.Payment(ctx, "P0002701"); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkNetHTTP is the exchange of BenchmarkPayment with net/http alone.
func BenchmarkNetHTTP(b *testing.B) {
	server := httptest.NewServer(answering())
	defer server.Close()
	body := []byte(`{"partnerCode":"P000270","payId":"P0002701","tradeTime":"1793525400000","tradeType":"resultQuery","version":"3.0",` +
		`"sign":"00000000000000000000000000000000"}`)
	ctx, sender := within(b), &http.Client{}
	b.ReportAllocs()
	for b.Loop() {
		request, err := http.NewRequestWithContext(ctx, http.MethodPost, server.URL+"/payment/resultQuery", bytes.NewReader(body))
		if err != nil {
			b.Fatal(err)
		}
		request.Header.Set("Content-Type", "application/json")
		answer, err := sender.Do(request)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := io.ReadAll(answer.Body); err != nil {
			b.Fatal(err)
		}
		answer.Body.Close()
	}
}

func answering() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		_, _ = io.WriteString(w, paidAnswer)
	})
}
