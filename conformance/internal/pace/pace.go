package pace

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"github.com/mallcheck/mallcheck/conformance/internal/wire"
	"github.com/mallcheck/mallcheck/reports"
)

// usualWait is how long to wait if a target that limits the rate of calls does not say how long.
const usualWait = time.Second

// Pace limits the rate of a run's requests. It is safe for concurrent use.
type Pace struct {
	limiter *rate.Limiter

	mu     sync.Mutex
	times  int
	waited time.Duration
	until  time.Time
	closed map[string]closing
}

// closing is until when an operation is not called, and why.
type closing struct {
	until  time.Time
	reason string
}

// New returns a pace of at most perSecond requests a second; 0 is no limit.
func New(perSecond float64) *Pace {
	limit := rate.Inf
	if perSecond > 0 {
		limit = rate.Limit(perSecond)
	}
	return &Pace{limiter: rate.NewLimiter(limit, 1)}
}

// Allow waits until the rate permits a request, or returns the error of ctx.
func (p *Pace) Allow(ctx context.Context) error { return p.limiter.Wait(ctx) }

// Hold pauses all requests for a while, because the target asked to wait.
func (p *Pace) Hold(wait time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.times++
	now := time.Now()
	from := now
	if p.until.After(now) {
		from = p.until // concurrent calls wait concurrently
	}
	if until := now.Add(wait); until.After(from) {
		p.waited += until.Sub(from)
		p.until = until
	}
}

// Close pauses an operation, because the target asked to wait longer than a run waits.
func (p *Pace) Close(operation string, wait time.Duration, reason string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed == nil {
		p.closed = map[string]closing{}
	}
	p.closed[operation] = closing{time.Now().Add(wait), reason}
}

// Closed says why an operation is paused; "" if it is not.
func (p *Pace) Closed(operation string) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	if one := p.closed[operation]; time.Now().Before(one.until) {
		return one.reason
	}
	return ""
}

// After returns a context that is done a while after another one.
func After(ctx context.Context, grace time.Duration) context.Context {
	late, cancel := context.WithCancel(context.Background())
	context.AfterFunc(ctx, func() { time.AfterFunc(grace, cancel) })
	return late
}

// longestShown is the longest wait that LimitedReason shows exactly.
const longestShown = 24 * time.Hour

// LimitedReason says that a target asks a run to wait longer than it waits.
func LimitedReason(status int, wait time.Duration) string {
	asked := wait.String()
	if wait > longestShown {
		asked = "for more than a day"
	}
	return fmt.Sprintf("the target limits the rate of calls: it answers HTTP %d and asks to wait %s; run with a lower --rate", status, asked)
}

// Remaining returns how long requests are still paused, 0 or less if they are not.
func (p *Pace) Remaining() time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	return time.Until(p.until)
}

// Waited returns how long the target has asked the run to wait so far.
func (p *Pace) Waited() time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.waited
}

// Limited returns how often and how long the target asked the run to wait; nil if it never did.
func (p *Pace) Limited() *reports.Limited {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.times == 0 {
		return nil
	}
	return &reports.Limited{Times: p.times, Waited: p.waited}
}

// Asked returns how often the target asked the run to wait.
func (p *Pace) Asked() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.times
}

// AsksToWait reports whether an answer asks to send the request again later, and after how long: HTTP
// 429, or HTTP 503 with a Retry-After and without an envelope.
func AsksToWait(response *reports.Response) (time.Duration, bool) {
	if response == nil || response.Status != http.StatusTooManyRequests && response.Status != http.StatusServiceUnavailable {
		return 0, false
	}
	after, said := retryAfter(response.Header)
	if response.Status == http.StatusServiceUnavailable && (!said || wire.HasEnvelope(response.Body)) {
		return 0, false
	}
	return after, true
}

// retryAfter reads the header Retry-After: seconds or a date.
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
