package session

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"sync"

	"github.com/mallcheck/mallcheck/conformance/target"
	"github.com/mallcheck/mallcheck/reports"
)

// ErrBudget is the cause for which a run stops that would cross its budget.
var ErrBudget = errors.New("the budget of the run was reached")

// budget bounds what a run buys. An order counts before it is sent, and no longer
// once it was refused; one that was not answered goes on counting.
type budget struct {
	limit target.Budget
	stop  func(cause error)

	mu        sync.Mutex
	purchases int
	amount    big.Rat
}

// StopWith has stop called, with ErrBudget, when the budget does not allow what
// comes next. Without it the check alone ends.
func (c *Connection) StopWith(stop func(cause error)) { c.budget.stop = stop }

// spend counts an order, or ends the check and the run when that would cross the
// budget. It returns what is to be given back when the order is refused.
func (b *budget) spend(operation string, body []byte, price string) *big.Rat {
	if !PlacesOrder(operation) || !b.limit.Limited() {
		return nil
	}
	cost := costOf(body, price)
	b.mu.Lock()
	defer b.mu.Unlock()
	total := new(big.Rat).Add(&b.amount, cost)
	problem := ""
	switch {
	case b.limit.Purchases > 0 && b.purchases >= b.limit.Purchases:
		problem = fmt.Sprintf("%d purchases were made and --budget-purchases allows no more", b.purchases)
	case b.limit.Amount != nil && total.Cmp(b.limit.Amount) > 0:
		problem = fmt.Sprintf("an order of %s would follow on orders of %s, and --budget-amount is %s",
			decimal(cost), decimal(&b.amount), decimal(b.limit.Amount))
	}
	if problem != "" {
		if b.stop != nil {
			b.stop(ErrBudget)
		}
		panic(End{Verdict: reports.Inconclusive, Reason: operation + " was not sent: " + problem})
	}
	b.purchases++
	b.amount.Set(total)
	return cost
}

// giveBack takes a refused order out of the account.
func (b *budget) giveBack(cost *big.Rat) {
	if cost == nil {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.purchases--
	b.amount.Sub(&b.amount, cost)
}

// costOf returns what an order may cost: the price of the package, or what the
// order says if that is more, as a broken target may charge either.
func costOf(body []byte, price string) *big.Rat {
	var order struct {
		Amount text `json:"payAmount"`
	}
	_ = json.Unmarshal(body, &order) // what is no order costs the price
	cost, ok := target.ParseAmount(price)
	if !ok {
		cost = new(big.Rat)
	}
	if said, ok := target.ParseAmount(string(order.Amount)); ok && said.Cmp(cost) > 0 {
		return said
	}
	return cost
}

// decimal writes an amount as people do.
func decimal(amount *big.Rat) string { return amount.FloatString(2) }
