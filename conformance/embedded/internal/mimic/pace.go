package mimic

import (
	"math"
	"net/http"
	"sync"
	"time"

	"github.com/mallcheck/mallcheck/conformance/internal/observe"
	"github.com/mallcheck/mallcheck/sandbox"
)

// pace delays answers as long as the target took, from the fastest to the slowest, in the observed shares.
type pace struct {
	latencies map[string]observe.Latency // by operation

	mu    sync.Mutex
	turns map[string]int
}

func paceOf(learned *observe.Learned) *pace {
	p := &pace{latencies: map[string]observe.Latency{}, turns: map[string]int{}}
	for _, l := range learned.Latencies {
		if l.Answers >= observe.EnoughTypes {
			p.latencies[l.Operation] = l
		}
	}
	return p
}

const (
	shortest = 2 * time.Millisecond // the sandbox itself takes as long as a shorter pause
	longest  = 30 * time.Second     // the server cuts answers that take a minute
)

// wire waits before an answer is sent.
func (p *pace) wire(c *sandbox.Call, _ *sandbox.Answer, _ http.ResponseWriter) bool {
	pause := p.next(c.Operation)
	if pause < shortest {
		return false
	}
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-c.Request.Context().Done():
	}
	return false
}

// next returns how long the next answer of an operation takes. Every run has the same delays.
func (p *pace) next(operation string) time.Duration {
	latency, known := p.latencies[operation]
	if !known {
		return 0
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.turns[operation]++
	// The fractions of the multiples of the golden ratio are spread evenly after any number of steps.
	_, share := math.Modf(float64(p.turns[operation]) * math.Phi)
	return min(delay(latency, share), longest)
}

// delay returns how long a share of the answers took at most.
func delay(l observe.Latency, share float64) time.Duration {
	below, from := 0.0, l.Min
	for _, step := range []struct {
		share float64
		at    time.Duration
	}{{0.5, l.Median}, {0.95, l.P95}, {1, l.Max}} {
		if share <= step.share {
			return from + time.Duration(float64(step.at-from)*(share-below)/(step.share-below))
		}
		below, from = step.share, step.at
	}
	return l.Max
}
