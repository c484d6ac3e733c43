package proxy

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// Few requests with large bodies are in memory at once. Small ones do not wait for them.
func TestLargeRequestsTakeTurns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		large := make(turns, mostLarge)
		read := func(size int) (body []byte, done func(), err error) {
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			text := strings.Repeat("0123456789", size/10)
			body, done, err = large.read(ctx, httptest.NewRecorder(), httptest.NewRequestWithContext(ctx, http.MethodPost, "/", strings.NewReader(text)))
			if err == nil && string(body) != text {
				t.Errorf("%d bytes arrived as %d others", len(text), len(body))
			}
			return body, done, err
		}
		var ends []func()
		for range mostLarge {
			_, done, err := read(1 << 20)
			if err != nil {
				t.Fatal(err)
			}
			ends = append(ends, done)
		}
		if _, _, err := read(1 << 20); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("a large request that had to wait: %v", err)
		}
		if _, _, err := read(1000); err != nil {
			t.Errorf("a small request: %v", err)
		}
		ends[0]()
		if _, _, err := read(1 << 20); err != nil {
			t.Errorf("a large request after another one ended: %v", err)
		}
		ends[1]()
		if _, _, err := read(maxBody + 10); err == nil {
			t.Error("a request above the limit was read")
		}
	})
}
