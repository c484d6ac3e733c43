// Package bill counts what a run costs its target: calls, orders, payments, bytes and time.
// It decides nothing; the budget of a run is in package journal.
package bill

import (
	"math/big"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/mallcheck/mallcheck/conformance/internal/journal"
	"github.com/mallcheck/mallcheck/reports"
)

// Bill adds up the cost of a run. It is safe for concurrent use.
type Bill struct {
	price, currency string

	mu          sync.Mutex
	total       reports.Cost
	amount      big.Rat
	byOperation map[string]*reports.OperationCost
}

// New returns an empty bill. price is the price of the target's package, used for orders that state
// none.
func New(price, currency string) *Bill {
	return &Bill{price: price, currency: currency, byOperation: map[string]*reports.OperationCost{}}
}

// Call counts a call, answered or not.
func (b *Bill) Call(exchange *reports.Exchange) {
	sent, received := int64(len(exchange.Request.Body)), int64(0)
	if exchange.Response != nil {
		received = int64(len(exchange.Response.Body)) + exchange.Response.Cut
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	one := b.byOperation[exchange.Operation]
	if one == nil {
		one = &reports.OperationCost{Operation: exchange.Operation}
		b.byOperation[exchange.Operation] = one
	}
	one.Calls++
	one.Sent += sent
	one.Received += received
	one.Working += exchange.Duration
}

// Accepted counts an accepted request, given its body, if it places an order or starts a payment.
func (b *Bill) Accepted(operation string, body []byte) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch {
	case journal.PlacesOrder(operation):
		b.total.Orders++
		b.amount.Add(&b.amount, journal.CostOf(body, b.price))
	case journal.BeginsPayment(operation):
		b.total.Payments++
	}
}

// Waited counts time in which a check sent nothing because it waited for a task, a push or the rate
// limit.
func (b *Bill) Waited(wait time.Duration) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.total.Waiting += wait
}

// Cost returns the cost so far.
func (b *Bill) Cost() *reports.Cost {
	b.mu.Lock()
	defer b.mu.Unlock()
	cost := b.total
	for _, one := range b.byOperation {
		cost.Operations = append(cost.Operations, *one)
		cost.Calls += one.Calls
		cost.Sent += one.Sent
		cost.Received += one.Received
		cost.Working += one.Working
	}
	slices.SortFunc(cost.Operations, func(a, b reports.OperationCost) int { return strings.Compare(a.Operation, b.Operation) })
	if cost.Orders > 0 {
		cost.Amount, cost.Currency = b.amount.FloatString(2), b.currency
	}
	return &cost
}
