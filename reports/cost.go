package reports

import (
	"cmp"
	"math/big"
	"regexp"
	"slices"
	"strings"
	"time"
)

// amountForm matches an amount; maxAmountText limits its length in bytes, because arithmetic with millions
// of digits is slow.
var amountForm = regexp.MustCompile(`^[0-9]+(\.[0-9]+)?$`)

const maxAmountText = 64

// Cost is what a run cost its target.
type Cost struct {
	// Calls is the number of requests sent, answered or not.
	Calls int `json:"calls"`
	// Orders is the number of orders that the target accepted, Payments the number of payments that it
	// started.
	Orders   int `json:"orders"`
	Payments int `json:"payments"`
	// Amount is the total of the orders, a decimal number; empty without orders.
	Amount   string `json:"amount,omitempty"`
	Currency string `json:"currency,omitempty"`
	// Sent and Received are the bytes of all bodies.
	Sent     int64 `json:"sent"`
	Received int64 `json:"received"`
	// Working is the time of all calls. Waiting is the time in which checks waited for tasks, pushes and
	// the rate limit. Both are in nanoseconds. Checks run concurrently, so both may exceed the duration
	// of the run.
	Working time.Duration `json:"working"`
	Waiting time.Duration `json:"waiting"`
	// Operations are the calls by operation, in the order of their ids.
	Operations []OperationCost `json:"operations,omitempty"`
}

// OperationCost is what the calls of one operation took.
type OperationCost struct {
	Operation string        `json:"operation"`
	Calls     int           `json:"calls"`
	Sent      int64         `json:"sent"`
	Received  int64         `json:"received"`
	Working   time.Duration `json:"working"` // in nanoseconds
}

// addCost adds up the costs of two parts of a run; nil is none.
func addCost(a, b *Cost) *Cost {
	if a == nil || b == nil {
		if a == nil {
			a = b
		}
		return a
	}
	sum := *a
	sum.Calls += b.Calls
	sum.Orders += b.Orders
	sum.Payments += b.Payments
	sum.Sent += b.Sent
	sum.Received += b.Received
	sum.Working += b.Working
	sum.Waiting += b.Waiting
	sum.Amount = addAmounts(a.Amount, b.Amount)
	sum.Currency = cmp.Or(sum.Currency, b.Currency)
	sum.Operations = slices.Clone(a.Operations)
	for _, more := range b.Operations {
		at := slices.IndexFunc(sum.Operations, func(o OperationCost) bool { return o.Operation == more.Operation })
		if at < 0 {
			sum.Operations = append(sum.Operations, more)
			continue
		}
		one := &sum.Operations[at]
		one.Calls += more.Calls
		one.Sent += more.Sent
		one.Received += more.Received
		one.Working += more.Working
	}
	slices.SortFunc(sum.Operations, func(a, b OperationCost) int { return strings.Compare(a.Operation, b.Operation) })
	return &sum
}

// addAmounts adds two decimal numbers; an empty one is none.
func addAmounts(a, b string) string {
	first, isFirst := new(big.Rat).SetString(a)
	second, isSecond := new(big.Rat).SetString(b)
	switch {
	case !isSecond:
		return a
	case !isFirst:
		return b
	}
	return first.Add(first, second).FloatString(2)
}
