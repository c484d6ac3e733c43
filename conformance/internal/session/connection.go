// Package session drives one run against a target: it builds requests with the generated client, signs
// and sends them, records each exchange as sent and received, has it judged by the oracle, and uses the
// journal to undo the effects of the checks.
//
// All checks of a run share one Connection; each check has its own Session.
package session

import (
	"bytes"
	"cmp"
	"context"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/mallcheck/mallcheck/conformance/internal/bill"
	"github.com/mallcheck/mallcheck/conformance/internal/journal"
	"github.com/mallcheck/mallcheck/conformance/internal/lending"
	"github.com/mallcheck/mallcheck/conformance/internal/oracle"
	"github.com/mallcheck/mallcheck/conformance/internal/pace"
	"github.com/mallcheck/mallcheck/conformance/internal/receiver"
	"github.com/mallcheck/mallcheck/conformance/internal/supply"
	"github.com/mallcheck/mallcheck/conformance/internal/transport"
	"github.com/mallcheck/mallcheck/conformance/internal/wire"
	"github.com/mallcheck/mallcheck/conformance/target"
	"github.com/mallcheck/mallcheck/openapi"
	"github.com/mallcheck/mallcheck/reports"
)

// Connection is a run's connection to its target. It is safe for concurrent use.
type Connection struct {
	target     *target.Target
	policy     reports.Policy
	contract   *openapi.Contract
	oracle     *oracle.Oracle
	client     *transport.Client
	kept       transport.Keeper
	receiver   *receiver.Receiver // nil if nothing listens for pushes
	looking    sync.Mutex
	judging    sync.Mutex
	budget     *journal.Budget
	overBudget atomic.Bool // the budget prevented an order
	permitted  atomic.Bool // send only what the target permits
	pace       *pace.Pace
	tasks      pace.Tasks
	services   *pace.Services
	supply     *supply.Supply
	journal    *journal.Journal
	bill       *bill.Bill
	life       lifetime
	plans      plans

	mu   sync.Mutex
	seen map[reports.Code]int
	// lending has the valid requests, by operation.
	lending  lending.Desk[*loan]
	stock    stock
	arranger Arranger // nil for none
	renewing renewing
}

// Connect returns a connection to a target, and listens for its pushes if the settings say so; it sends
// nothing. The caller closes it.
func Connect(t *target.Target, contract *openapi.Contract) (*Connection, error) {
	judge, err := oracle.New(contract, oracle.Options{RequestIDHeader: t.RequestIDHeader})
	if err != nil {
		return nil, err
	}
	pushes, err := receiver.Open(t)
	if err != nil {
		return nil, err
	}
	c := &Connection{
		target:   t,
		policy:   t.Policy(),
		contract: contract,
		oracle:   judge,
		client:   transport.New(t),
		kept:     transport.Keeper{Most: t.Limits.OrDefault().Kept},
		pace:     pace.New(t.Rate),
		services: pace.NewServices(t.CallTimeout),
		supply:   supply.New(t),
		receiver: pushes,
		budget:   journal.NewBudget(t),
		journal:  journal.New(),
		bill:     bill.New(t.Amount, t.Currency),
		life:     lifetime{context.Background(), context.Background()},
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

// OverBudget reports whether the budget prevented an order.
func (c *Connection) OverBudget() bool { return c.overBudget.Load() }

// Cost returns the cost of the connection so far.
func (c *Connection) Cost() *reports.Cost { return c.bill.Cost() }

// Limited returns how often and how long the target asked the run to wait; nil if it never did.
func (c *Connection) Limited() *reports.Limited { return c.pace.Limited() }

// Slowed returns how often the target asked the run to wait.
func (c *Connection) Slowed() int { return c.pace.Asked() }

// ForgetLarge resumes calls of services that were given up because of answers above the size limit,
// because such an answer is a deviation that a check can report.
func (c *Connection) ForgetLarge() { c.services.ForgetLarge() }

// Link returns how the host of a service was last reached; it is zero if it was not.
func (c *Connection) Link(service string) transport.Link { return c.client.Link(service) }

// longestCode limits what is kept of an operateCode, because a server may answer anything.
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

// Codes returns the kinds of answer seen, sorted by operation, status and code.
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

// LeaveOut takes SIM cards out of use.
func (c *Connection) LeaveOut(sims []string) { c.supply.LeaveOut(sims) }

// SessionWith is Session for a check that keeps to a part of the SIM cards.
func (c *Connection) SessionWith(ctx context.Context, part supply.Part) *Session {
	s := c.Session(ctx)
	s.part = part
	return s
}
