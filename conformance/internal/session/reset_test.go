package session

import (
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
)

// What becomes of a request on a kept connection that
// the target closes under it: one that reads is sent again, on another connection;
// one that changes the target never is, since it may have been carried out.
func TestClosedConnections(t *testing.T) {
	for _, test := range []struct {
		name  string
		draft func(*Session) *Draft
		sent  int
		fails bool
	}{
		{"one that reads", func(s *Session) *Draft { return s.NewSingleVerify(s.ExistingSIM()) }, 3, false},
		{"one that writes", func(s *Session) *Draft { return s.NewAddSims(s.Group(), s.ExistingSIM()) }, 2, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			var mu sync.Mutex
			used := map[string]bool{} // connections on which something was answered
			sent := 0
			s := connected(t, func(w http.ResponseWriter, r *http.Request) {
				if r.Header["Idempotency-Key"] != nil {
					t.Error("the header that tells net/http is sent")
				}
				if _, err := io.Copy(io.Discard, r.Body); err != nil {
					t.Error(err)
				}
				mu.Lock()
				defer mu.Unlock()
				if sent++; used[r.RemoteAddr] {
					panic(http.ErrAbortHandler)
				}
				used[r.RemoteAddr] = true
				w.Header().Set("Content-Type", "application/json")
				_, _ = io.WriteString(w, `{"operateCode":"F","message":"m"}`)
			})
			s.Send(t.Context(), test.draft(s))
			err := attempt(func() { s.Send(t.Context(), test.draft(s)) })
			if (err != nil) != test.fails || err != nil && !strings.Contains(err.Error(), "no answer") {
				t.Errorf("ended with %v, fails must be %t", err, test.fails)
			}
			mu.Lock()
			defer mu.Unlock()
			if sent != test.sent {
				t.Errorf("%d requests were sent, want %d", sent, test.sent)
			}
		})
	}
}
