package pace_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/mallcheck/mallcheck/conformance/internal/pace"
	"github.com/mallcheck/mallcheck/reports"
)

// Retry-After has seconds or a date. Anything else, and what no run can wait for, is no time to wait.
func TestAsksToWait(t *testing.T) {
	for _, test := range []struct {
		status int
		after  string
		asks   bool
		least  time.Duration
		most   time.Duration
	}{
		{429, "3", true, 3 * time.Second, 3 * time.Second},
		{429, "0", true, 0, 0},
		{429, "-1", true, time.Second, time.Minute},
		{429, "1e9", true, time.Second, time.Minute},
		{429, "99999999999999999999999999", true, time.Second, time.Minute},
		{429, "2147483647", true, 2147483647 * time.Second, 2147483647 * time.Second},
		{429, "Fri, 31 Dec 9999 23:59:59 GMT", true, 24 * time.Hour, 1<<63 - 1},
		{429, "Mon, 01 Jan 0001 00:00:00 GMT", true, 0, 0},
		{503, "3", true, 3 * time.Second, 3 * time.Second},
		{503, "soon", false, 0, 0},
		{200, "3", false, 0, 0},
	} {
		got, asks := pace.AsksToWait(&reports.Response{Status: test.status, Header: []reports.Header{{Name: "retry-after", Value: test.after}}})
		if asks != test.asks || got < test.least || got > test.most {
			t.Errorf("%d, Retry-After: %s: %s, %v", test.status, test.after, got, asks)
		}
	}
}

// A wait that nobody waits for is not told to the nanosecond.
func TestLimitedReason(t *testing.T) {
	for wait, want := range map[time.Duration]string{2 * time.Minute: "asks to wait 2m0s; run", 1<<63 - 1: "asks to wait for more than a day; run"} {
		if got := pace.LimitedReason(http.StatusTooManyRequests, wait); !strings.Contains(got, want) {
			t.Errorf("%s: %s", wait, got)
		}
	}
}

// No answer has a run wait for less than no time, and closing an operation for as long as an answer asks
// never ends at once.
func FuzzAsksToWait(f *testing.F) {
	for _, text := range []string{"1", "-1", "1e9", "18446744073709551616", "Fri, 31 Dec 9999 23:59:59 GMT", "Mon Jan  2 15:04:05 2006", "\x00"} {
		f.Add(uint16(http.StatusTooManyRequests), text, []byte("{}"))
	}
	f.Add(uint16(http.StatusServiceUnavailable), "1", []byte(`{"operateCode":"F","message":"m"}`))
	f.Fuzz(func(t *testing.T, status uint16, after string, body []byte) {
		wait, asks := pace.AsksToWait(&reports.Response{Status: int(status), Header: []reports.Header{{Name: "Retry-After", Value: after}}, Body: body})
		if wait < 0 || asks && status != http.StatusTooManyRequests && status != http.StatusServiceUnavailable {
			t.Errorf("%d, Retry-After: %q: %s, %v", status, after, wait, asks)
		}
		p := pace.New(0)
		if p.Close("o", wait, "closed"); wait > time.Minute && p.Closed("o") == "" {
			t.Errorf("an operation that is closed for %s is open", wait)
		}
	})
}
