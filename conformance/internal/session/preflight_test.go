package session

import (
	"io"
	"net/http"
	"strings"
	"testing"
)

// Which answers say that a service is there.
func TestPreflight(t *testing.T) {
	page := "<!doctype html><title>t</title>"
	for _, test := range []struct {
		name, service string
		status        int
		media, body   string
		location      string
		problem       string // part of it, "" when the service is reached
	}{
		{"an envelope", "topup", 200, "application/json", `{"operateCode":"F","message":"m"}`, "", ""},
		{"a page", "topup", 200, "text/html", page, "", "HTML"},
		{"a page that refuses the method", "payment", 405, "text/html", page, "", ""},
		{"a page that knows no such path", "payment", 404, "text/html", page, "", "HTML"},
		{"a redirect to https", "vshop", 308, "", "", "https://example.com/", "redirects elsewhere"},
		{"a redirect with a page", "payment", 301, "text/html", page, "https://example.com/", "redirects elsewhere"},
		{"a refusal with a redirect's status", "vshop", 302, "application/json", `{"operateCode":"F","message":"m"}`, "https://example.com/", ""},
		{"not available", "vshop", 503, "text/html", page, "", "HTTP 503 without an envelope"},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := connected(t, func(w http.ResponseWriter, _ *http.Request) {
				if test.location != "" {
					w.Header().Set("Location", test.location)
				}
				w.Header().Set("Content-Type", test.media)
				w.WriteHeader(test.status)
				_, _ = io.WriteString(w, test.body)
			})
			s.Target().URLs["payment"] = s.Target().URLs["topup"]
			got := s.connection.Preflight(t.Context(), []string{test.service})[0]
			if got.Reached != (test.problem == "") || !strings.Contains(got.Problem, test.problem) {
				t.Errorf("reached %t, %q, want %q", got.Reached, got.Problem, test.problem)
			}
		})
	}
}
