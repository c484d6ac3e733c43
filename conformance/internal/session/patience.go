package session

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/mallcheck/mallcheck/conformance/internal/wire"
	"github.com/mallcheck/mallcheck/reports"
)

// How a target is heard that limits the rate of calls.
const (
	usualWait   = time.Second      // when it does not say how long to wait
	longestWait = 60 * time.Second // asked to wait longer, the check is inconclusive at once
	mostWaits   = 3                // in a row, for one request
)

// patience is how often and how long a target had the run wait.
type patience struct {
	mu     sync.Mutex
	times  int
	waited time.Duration
	until  time.Time
}

// hold has no request sent for a while.
func (p *patience) hold(wait time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.times++
	now := time.Now()
	from := now
	if p.until.After(now) {
		from = p.until // calls at the same time wait at the same time
	}
	if until := now.Add(wait); until.After(from) {
		p.waited += until.Sub(from)
		p.until = until
	}
}

// total returns how long the run has been told to wait so far.
func (p *patience) total() time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.waited
}

// Limited returns how often and how long the target had the run wait, nil when it never did.
func (c *Connection) Limited() *reports.Limited {
	c.patience.mu.Lock()
	defer c.patience.mu.Unlock()
	if c.patience.times == 0 {
		return nil
	}
	return &reports.Limited{Times: c.patience.times, Waited: c.patience.waited}
}

// Slowed returns how often the target asked the run to wait.
func (c *Connection) Slowed() int {
	c.patience.mu.Lock()
	defer c.patience.mu.Unlock()
	return c.patience.times
}

// turn waits until a request may be sent: the target has the run wait no longer,
// and the rate allows it. It ends the check when the run is stopped before.
func (s *Session) turn(ctx context.Context) {
	for {
		s.connection.patience.mu.Lock()
		rest := time.Until(s.connection.patience.until)
		s.connection.patience.mu.Unlock()
		if rest <= 0 || s.Stopped() {
			break
		}
		s.pause(rest)
	}
	s.endIfStopped()
	if err := s.connection.limiter.Wait(s.stop); err != nil || ctx.Err() != nil {
		panic(End{Verdict: reports.Inconclusive, Reason: "the run was stopped before the check was done"})
	}
}

// exchange sends a request. One that the target did not take because it limits the
// rate of calls is sent again after the time that the target asks for: it was not
// carried out, and its answer says nothing about what it asked. The answers that
// ask to wait are recorded, and judged no more than those of a service that is down.
func (s *Session) exchange(ctx context.Context, draft *Draft, request *http.Request) reports.Exchange {
	for waits := 0; ; waits++ {
		exchange := s.connection.client.Do(s.calls, draft.Operation.ID, request)
		wait, limited := asksToWait(exchange.Response)
		if !limited {
			return exchange
		}
		s.record(exchange, false)
		if waits == mostWaits || wait > longestWait {
			panic(End{Verdict: reports.Inconclusive, Reason: fmt.Sprintf(
				"%s: the target limits the rate of calls: it answers HTTP %d and asks to wait %s; run with a lower --rate", draft.Operation.ID, exchange.Response.Status, wait)})
		}
		s.connection.patience.hold(wait)
		s.turn(ctx)
		again := request.Clone(request.Context())
		if request.GetBody != nil {
			again.Body, _ = request.GetBody() // a reader over bytes does not fail
		}
		request = again
	}
}

// asksToWait reports whether an answer asks to send the request again later, and
// after how long: HTTP 429, and HTTP 503 with a Retry-After and without an envelope.
func asksToWait(response *reports.Response) (time.Duration, bool) {
	if response == nil || response.Status != http.StatusTooManyRequests && response.Status != http.StatusServiceUnavailable {
		return 0, false
	}
	after, said := retryAfter(response.Header)
	if response.Status == http.StatusServiceUnavailable && (!said || wire.HasEnvelope(response.Body)) {
		return 0, false
	}
	return after, true
}

// retryAfter reads the header Retry-After, seconds or a date.
func retryAfter(header []reports.Header) (wait time.Duration, said bool) {
	for _, field := range header {
		if !strings.EqualFold(field.Name, "Retry-After") {
			continue
		}
		if seconds, err := strconv.ParseUint(field.Value, 10, 31); err == nil {
			return time.Duration(seconds) * time.Second, true
		}
		if at, err := http.ParseTime(field.Value); err == nil {
			return max(time.Until(at).Round(time.Second), 0), true
		}
	}
	return usualWait, false
}
