package conformance

import (
	"github.com/mallcheck/mallcheck/conformance/internal/replay"
	"github.com/mallcheck/mallcheck/conformance/internal/session"
	"github.com/mallcheck/mallcheck/reports"
)

// Replayed is a recorded exchange beside that of the same request, sent again.
type Replayed = replay.Exchange

// Replay sends recorded requests again; see package replay.
func Replay(s *session.Session, recorded []reports.Exchange, from, given map[string]string) ([]Replayed, error) {
	return replay.Run(s, recorded, from, given)
}
