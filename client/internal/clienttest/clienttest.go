// Package clienttest connects a client to a handler in tests.
package clienttest

import (
	"context"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/mallcheck/mallcheck/client"
)

// Limit is the time that any test may take.
const Limit = 30 * time.Second

// Within returns a context that ends with the test, or at the limit.
func Within(t testing.TB) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), Limit)
	t.Cleanup(cancel)
	return ctx
}

// At returns the addresses of the three services below one base.
func At(base string) client.Addresses {
	return client.Addresses{Vshop: base + "/vshop", Payment: base + "/payment", Topup: base + "/topup"}
}

// Connect makes a client of the partner P000270 for a handler, which is served until the test ends.
func Connect(t testing.TB, handler http.Handler, change func(*client.Config)) *client.Client {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	config := client.Config{PartnerCode: "P000270", Addresses: At(server.URL)}
	if change != nil {
		change(&config)
	}
	mall, err := client.New(config)
	if err != nil {
		t.Fatal(err)
	}
	return mall
}

// Amount reads an amount that is one.
func Amount(t testing.TB, text string) client.Amount {
	t.Helper()
	value, err := client.ParseAmount(text)
	if err != nil {
		t.Fatal(err)
	}
	return value
}
