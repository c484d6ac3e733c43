package session

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/mallcheck/mallcheck/reports"
)

// After a rate limit, the request is sent again when the target allows it, and the waiting is
// reported. If that does not help, the check is inconclusive: neither passed nor failed.
func TestRateLimits(t *testing.T) {
	const envelope = `{"operateCode":"S","message":"m","data":[]}`
	for _, test := range []struct {
		name    string
		status  int
		after   string
		times   int // how often it answers so
		body    string
		sent    int
		limited int
		problem string
	}{
		{"429 with seconds", 429, "1", 1, "", 2, 1, ""},
		{"429 with a date", 429, time.Now().Add(-time.Hour).UTC().Format(http.TimeFormat), 2, "", 3, 2, ""},
		{"429 with an envelope", 429, "0", 1, `{"operateCode":"F","message":"slow down"}`, 2, 1, ""},
		{"503 with Retry-After", 503, "0", 1, "", 2, 1, ""},
		{"503 without", 503, "", 1, "", 1, 0, "without an envelope"},
		{"503 with an envelope", 503, "0", 1, `{"operateCode":"F","message":"m"}`, 1, 0, ""},
		{"429 again and again", 429, "0", 99, "", 4, 3, "limits the rate of calls"},
		{"429 with an envelope, again and again", 429, "0", 99, `{"operateCode":"F","message":"m"}`, 4, 3, "limits the rate of calls"},
		{"429 for an hour", 429, "3600", 1, "", 1, 0, "asks to wait 1h0m0s"},
	} {
		t.Run(test.name, func(t *testing.T) {
			sent := 0
			s := connected(t, func(w http.ResponseWriter, r *http.Request) {
				if r.Method == http.MethodPost && r.ContentLength <= 0 {
					t.Error("the request came without its body")
				}
				w.Header().Set("Content-Type", "application/json")
				if sent++; sent > test.times {
					fmt.Fprint(w, envelope)
					return
				}
				if test.after != "" {
					w.Header().Set("Retry-After", test.after)
				}
				w.WriteHeader(test.status)
				fmt.Fprint(w, test.body)
			})
			started := time.Now()
			err := attempt(func() { s.Send(t.Context(), s.NewSingleVerify(s.ExistingSIM())) })
			var end End
			if errors.As(err, &end) != (test.problem != "") || err != nil && (end.Verdict != reports.Inconclusive || !strings.Contains(err.Error(), test.problem)) {
				t.Errorf("ended with %q %v, want %q", end.Verdict, err, test.problem)
			}
			limited := s.connection.Limited()
			if sent != test.sent || limited == nil && test.limited > 0 || limited != nil && limited.Times != test.limited {
				t.Errorf("%d requests were sent, limited %+v; want %d and %d times", sent, limited, test.sent, test.limited)
			}
			again := attempt(func() { s.Send(t.Context(), s.NewSingleVerify(s.ExistingSIM())) })
			if asked := sent > test.sent; asked != (test.after != "3600") || !asked && again.Error() != err.Error() {
				t.Errorf("the operation was called again: %t, %v", asked, again)
			}
			if test.after == "1" && (time.Since(started) < time.Second || limited.Waited < 990*time.Millisecond) {
				t.Errorf("waited %s, told %s", time.Since(started), limited.Waited)
			}
			if len(s.Exchanges()) != sent {
				t.Errorf("%d exchanges are recorded, want %d", len(s.Exchanges()), sent)
			}
			for _, d := range s.Deviations() {
				if d.Exchange < test.limited && test.body == "" {
					t.Errorf("an answer that asks to wait was judged: %+v", d)
				}
			}
		})
	}
}
