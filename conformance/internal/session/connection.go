// Package session drives one run against a target: it builds requests with the generated
// client, signs and sends them, records each exchange as it was on the wire, has
// the oracle judge it, and undoes what the checks did, by the journal.
//
// A Connection is what all checks of a run share, a Session what one check does.
// What a check is about stands in the check; what is noise stands here.
package session

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"golang.org/x/time/rate"

	"github.com/mallcheck/mallcheck/conformance/internal/journal"
	"github.com/mallcheck/mallcheck/conformance/internal/oracle"
	"github.com/mallcheck/mallcheck/conformance/internal/receiver"
	"github.com/mallcheck/mallcheck/conformance/internal/transport"
	"github.com/mallcheck/mallcheck/conformance/internal/wire"
	"github.com/mallcheck/mallcheck/conformance/target"
	"github.com/mallcheck/mallcheck/openapi"
	"github.com/mallcheck/mallcheck/reports"
)

// maxTimeouts is how many calls of a service may time out in a row before the
// rest of that service is inconclusive at once.
const maxTimeouts = 3

// Connection is a run's connection to its target. It is safe for concurrent use.
type Connection struct {
	target     *target.Target
	policy     reports.Policy
	contract   *openapi.Contract
	oracle     *oracle.Oracle
	client     *transport.Client
	kept       keeper
	limiter    *rate.Limiter
	receiver   *receiver.Receiver // nil when nothing listens for pushes
	looking    sync.Mutex
	judging    sync.Mutex
	budget     *journal.Budget
	overBudget atomic.Bool // an order was not placed, because of the budget
	patience   patience
	journal    *journal.Journal
	life       lifetime
	plans      plans

	mu       sync.Mutex
	timeouts map[string]int  // in a row, by service
	large    map[string]bool // services that sent an answer beyond the limit
	seen     map[reports.Code]int
	nextSIM  int
	nextID   int
	// standings are what is known about valid requests, by operation.
	standings map[string]*standing
	stock     stock
}

// Connect returns a connection to a target, and listens for its pushes where the
// target's settings say so; it sends nothing. The caller closes it.
func Connect(t *target.Target, contract *openapi.Contract) (*Connection, error) {
	judge, err := oracle.New(contract, oracle.Options{RequestIDHeader: t.RequestIDHeader})
	if err != nil {
		return nil, err
	}
	pushes, err := receive(t)
	if err != nil {
		return nil, err
	}
	limit := rate.Inf
	if t.Rate > 0 {
		limit = rate.Limit(t.Rate)
	}
	c := &Connection{
		target:   t,
		policy:   t.Policy(),
		contract: contract,
		oracle:   judge,
		client:   transport.New(t),
		kept:     keeper{most: t.Limits.OrDefault().Kept},
		limiter:  rate.NewLimiter(limit, 1),
		receiver: pushes,
		budget:   journal.NewBudget(t),
		journal:  journal.New(),
		life:     lifetime{context.Background(), context.Background()},
		timeouts: map[string]int{},
		large:    map[string]bool{},
		nextSIM:  int(t.Seed % 1024),
	}
	return c, nil
}

// Close releases idle connections and stops listening for pushes.
func (c *Connection) Close() {
	c.client.Close()
	if c.receiver != nil {
		c.receiver.Close()
	}
}

// OverBudget reports whether the budget kept the run from placing an order.
func (c *Connection) OverBudget() bool { return c.overBudget.Load() }

// ForgetLarge has services asked again that were given up for answers beyond the limit:
// what a check sees of them is a deviation.
func (c *Connection) ForgetLarge() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for service := range c.large {
		delete(c.timeouts, service)
	}
	clear(c.large)
}

// unanswered counts a call that timed out, answered resets the count.
func (c *Connection) unanswered(service string, large bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if large {
		c.large[service] = true
	}
	c.timeouts[service]++
}

func (c *Connection) answered(service string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.timeouts[service] = 0
}

// Link returns how the host of a service was reached last; it is zero when it was not.
func (c *Connection) Link(service string) transport.Link { return c.client.Link(service) }

// longestCode bounds what is kept of an operateCode: a server may answer anything.
const longestCode = 100

// see counts a kind of answer.
func (c *Connection) see(answer *wire.Answer) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.seen == nil {
		c.seen = map[reports.Code]int{}
	}
	code := string(bytes.Clone(reports.Body(answer.OperateCode).Head(longestCode)))
	c.seen[reports.Code{Operation: answer.Operation, Status: answer.Status, OperateCode: code}]++
}

// Codes returns the kinds of answer that were seen, in the order of operation,
// status and code.
func (c *Connection) Codes() []reports.Code {
	c.mu.Lock()
	defer c.mu.Unlock()
	codes := make([]reports.Code, 0, len(c.seen))
	for code, times := range c.seen {
		code.Times = times
		codes = append(codes, code)
	}
	slices.SortFunc(codes, func(a, b reports.Code) int {
		return cmp.Or(strings.Compare(a.Operation, b.Operation), cmp.Compare(a.Status, b.Status), strings.Compare(a.OperateCode,
			b.OperateCode))
	})
	return codes
}

// givenUp says why a service is not asked any more, "" when it is.
func (c *Connection) givenUp(service string) string {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.timeouts[service] < maxTimeouts {
		return ""
	}
	return fmt.Sprintf("%d calls of the %s service in a row timed out after %s or were answered without end; it is not asked any more", maxTimeouts, service, c.target.CallTimeout)
}

// Part is the I-th of N equal parts of the target's SIM cards, counted from 0; the
// zero value is all of them.
type Part struct{ I, N int }

// of returns the part of SIM cards.
func (p Part) of(sims []string) []string {
	if p.N < 2 {
		return sims
	}
	return sims[p.I*len(sims)/p.N : (p.I+1)*len(sims)/p.N]
}

// SessionWith is Session for a check that keeps to a part of the SIM cards.
func (c *Connection) SessionWith(ctx context.Context, part Part) *Session {
	s := c.Session(ctx)
	s.part = part
	return s
}

// takeSIMs returns n of the target's SIM cards, other ones at each call as long
// as there are enough, and in turn when there are fewer than n. SIM cards that were set
// aside are left out as long as there are others.
func (c *Connection) takeSIMs(n int, of Part) []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	sims := c.target.SIMs
	if own := c.ownSIMs(); len(own) >= n {
		sims = own
	}
	if part := of.of(sims); len(part) > 0 && len(part) >= n {
		sims = part
	}
	if free := c.stock.unreserved(sims); len(free) > 0 && len(free) >= n {
		sims = free
	}
	taken := make([]string, n)
	for i := range taken {
		taken[i] = sims[(c.nextSIM+i)%len(sims)]
	}
	c.nextSIM += n
	return taken
}

// ownSIMs returns the SIM cards that the run may use. A shard keeps to its part of them,
// where there are enough: what one shard does to a SIM card must not look to another
// like what the target made of its own requests.
func (c *Connection) ownSIMs() []string {
	sims := c.target.SIMs
	if shard := c.target.Shard; shard.Count > 1 {
		if part := sims[(shard.Index-1)*len(sims)/shard.Count : shard.Index*len(sims)/shard.Count]; len(part) > 0 {
			return part
		}
	}
	return sims
}
