package conformance

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/mallcheck/mallcheck/conformance/checks"
	"github.com/mallcheck/mallcheck/conformance/internal/session"
	"github.com/mallcheck/mallcheck/conformance/target"
	"github.com/mallcheck/mallcheck/openapi"
	"github.com/mallcheck/mallcheck/reports"
	"github.com/mallcheck/mallcheck/signing"
)

// A check that never ends by itself is ended by its time limit and by the end of the
// run, whether it asks its session for anything or not.
func TestHangingChecksAreEnded(t *testing.T) {
	contract, err := openapi.Mall()
	if err != nil {
		t.Fatal(err)
	}
	connection, err := session.Connect(&target.Target{Sign: signing.Default(), SIMs: []string{"89852000000000000001"}}, contract)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(connection.Close)
	hanging := make(chan struct{})
	t.Cleanup(func() { close(hanging) })
	for _, test := range []struct {
		name   string
		run    func(context.Context, *session.Session)
		limit  time.Duration
		stop   time.Duration // after which the run is stopped
		reason string
		within time.Duration
	}{
		{"asks for another SIM card for ever", func(_ context.Context, s *session.Session) {
			for s.ExistingSIM() != "" {
				continue // it hangs
			}
		}, 100 * time.Millisecond, time.Hour, "did not end within 100ms", time.Second},
		{"asks for nothing", func(context.Context, *session.Session) { <-hanging },
			100 * time.Millisecond, time.Hour, "did not end within 100ms", endGrace + time.Second},
		{"goes on although the run was stopped", func(context.Context, *session.Session) { <-hanging },
			time.Hour, 100 * time.Millisecond, "the run was stopped, and the check did not end", 2*endGrace + time.Second},
		{"ends when the run is stopped", func(_ context.Context, s *session.Session) {
			for s.ExistingSIM() != "" {
				continue // it hangs
			}
		}, time.Hour, 100 * time.Millisecond, "the run was stopped", time.Second},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithTimeout(t.Context(), test.stop)
			defer cancel()
			started := time.Now()
			end, ended := perform(ctx, checks.Check{ID: "X-001", Run: test.run}, connection.Session(ctx), test.limit).(session.End)
			if !ended || end.Verdict != reports.Inconclusive || !strings.Contains(end.Reason, test.reason) {
				t.Errorf("ended with %+v, want a reason that contains %q", end, test.reason)
			}
			if took := time.Since(started); took > test.within {
				t.Errorf("ended after %s, want at most %s", took, test.within)
			}
		})
	}
}
