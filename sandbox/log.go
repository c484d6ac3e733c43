package sandbox

import (
	"log/slog"
	"time"

	"github.com/mallcheck/mallcheck/sandbox/store"
)

// startLine returns the current time if requests are logged.
func (s *Sandbox) startLine() time.Time {
	if s.cfg.Log == nil {
		return time.Time{}
	}
	return time.Now()
}

func (s *Sandbox) logLine(start time.Time, c *store.Call, a *store.Answer) {
	if s.cfg.Log == nil {
		return
	}
	attrs := []slog.Attr{
		slog.String("method", shownMethod(c.Request.Method)),
		slog.String("path", c.Request.URL.EscapedPath()),
		slog.Int("status", a.Status),
		slog.Duration("took", time.Since(start).Round(time.Microsecond)),
	}
	if c.Operation != "" {
		attrs = append(attrs, slog.String("operation", c.Operation), slog.String("partner", c.Partner))
	}
	if id := a.Get(store.RequestIDHeader); id != "" {
		attrs = append(attrs, slog.String("request_id", id))
	}
	if a.Refused != nil {
		attrs = append(attrs, slog.String("refused", a.Refused.Message))
	}
	s.cfg.Log.LogAttrs(c.Request.Context(), slog.LevelInfo, "request", attrs...)
}
