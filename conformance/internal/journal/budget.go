package journal

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"sync"

	"github.com/mallcheck/mallcheck/conformance/target"
)

// ErrBudget is the error of an order that would exceed the budget of the run.
var ErrBudget = errors.New("the budget of the run was reached")

// Budget limits what a run buys. An order counts from before it is sent until it is refused; an order
// without an answer keeps counting. It is safe for concurrent use.
type Budget struct {
	limit target.Budget
	price string

	mu        sync.Mutex
	purchases int
	amount    big.Rat
}

// NewBudget returns the budget of a target.
func NewBudget(t *target.Target) *Budget { return &Budget{limit: t.Budget, price: t.Amount} }

// Spend counts an order, given the body of its request, and returns the amount to give back if it is
// refused; nil for an operation that orders nothing. The error wraps ErrBudget if the order would exceed
// the budget.
func (b *Budget) Spend(operation string, body []byte) (*big.Rat, error) {
	if !PlacesOrder(operation) || !b.limit.Limited() {
		return nil, nil
	}
	cost := CostOf(body, b.price)
	b.mu.Lock()
	defer b.mu.Unlock()
	total := new(big.Rat).Add(&b.amount, cost)
	switch {
	case b.limit.Purchases > 0 && b.purchases >= b.limit.Purchases:
		return nil, fmt.Errorf("%w: %d purchases were made and --budget-purchases allows no more", ErrBudget, b.purchases)
	case b.limit.Amount != nil && total.Cmp(b.limit.Amount) > 0:
		return nil, fmt.Errorf("%w: an order of %s after %s in total exceeds --budget-amount %s",
			ErrBudget, decimal(cost), decimal(&b.amount), decimal(b.limit.Amount))
	}
	b.purchases++
	b.amount.Set(total)
	return cost, nil
}

// GiveBack removes the cost of a refused order; nil for none.
func (b *Budget) GiveBack(cost *big.Rat) {
	if cost == nil {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.purchases--
	b.amount.Sub(&b.amount, cost)
}

// CostOf returns what an order may cost: the price of the package or, if higher, the amount in the
// order, because a faulty target may charge either.
func CostOf(body []byte, price string) *big.Rat {
	var order struct {
		Amount json.RawMessage `json:"payAmount"`
	}
	_ = json.Unmarshal(body, &order) // anything but an order costs the price
	cost, ok := target.ParseAmount(price)
	if !ok {
		cost = new(big.Rat)
	}
	text := string(order.Amount)
	_ = json.Unmarshal(order.Amount, &text) // a number is kept as written
	if said, ok := target.ParseAmount(text); ok && said.Cmp(cost) > 0 {
		return said
	}
	return cost
}

// decimal writes an amount as people do.
func decimal(amount *big.Rat) string { return amount.FloatString(2) }
