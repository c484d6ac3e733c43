package client

import (
	"net/http"
	"testing"
	"time"
)

// No Retry-After makes the client wait for longer than a minute, or for less than no time.
func FuzzRetryAfter(f *testing.F) {
	for _, text := range []string{"1", "-1", "61", "9223372036854775807", "9223372036854775808", "Fri, 31 Dec 9999 23:59:59 GMT", "Mon, 01 Jan 0001 00:00:00 GMT", "1\r\n2"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		wait, said := retryAfter(http.Header{"Retry-After": {text}}, time.Now())
		if wait < 0 || wait > longestHint || !said && wait != 0 {
			t.Errorf("Retry-After: %q: %s, %v", text, wait, said)
		}
	})
}
