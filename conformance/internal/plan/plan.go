// Package plan estimates what a run would do, from a run of the same checks against the embedded sandbox.
package plan

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"math/big"
	"regexp"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/mallcheck/mallcheck/conformance/checks"
	"github.com/mallcheck/mallcheck/conformance/internal/journal"
	"github.com/mallcheck/mallcheck/conformance/target"
	"github.com/mallcheck/mallcheck/internal/plural"
	"github.com/mallcheck/mallcheck/reports"
)

// Plan is what a run against a target would do: an estimate, taken from a run of the same checks against
// the embedded sandbox. With an overlay of the target, the sandbox accepts and refuses what the target
// does. How often a target has to be asked for the result of a task depends on how long its tasks take.
type Plan struct {
	// Target is the name of the target.
	Target string `json:"target"`
	// Checks is how many checks would be run, Skipped how many could not.
	Checks  int `json:"checks"`
	Skipped int `json:"skipped"`
	// Why says how many checks are skipped for each reason.
	Why map[string]int `json:"why,omitempty"`
	// Calls are in the order of the operations' ids.
	Calls []Calls `json:"calls"`
	// Total is the sum of all calls.
	Total int `json:"total"`
	// Rate is the largest number of calls a second, 0 for no limit.
	Rate float64 `json:"rate"`
	// Takes is how long the calls take one by one, by the rate or at 100 ms each, without waiting for tasks.
	Takes time.Duration `json:"takes"`
	// GroupChanges is how many requests change a group, and are undone.
	GroupChanges int `json:"groupChanges"`
	// Orders and Payments are how many a conforming target would accept; they stay.
	Orders   int `json:"orders"`
	Payments int `json:"payments"`
	// OrdersAtMost also counts invalid orders that a lenient target accepts before the run holds them back.
	OrdersAtMost int `json:"ordersAtMost"`
	// Cost and CostAtMost are what these orders come to at the target's price.
	Cost       string `json:"cost"`
	CostAtMost string `json:"costAtMost"`
	Currency   string `json:"currency"`
	// Warnings say what would keep the run from getting to its end, a sentence each.
	Warnings []string `json:"warnings,omitempty"`
}

// Calls are the calls of one operation.
type Calls struct {
	Operation string `json:"operation"`
	Calls     int    `json:"calls"`
	// Accepted is how many of them a conforming target accepts.
	Accepted int `json:"accepted"`
}

// seenElsewhere is the example in the reason of a check that was held back.
var seenElsewhere = regexp.MustCompile(`, see [^ ;]+`)

// perCall is how long a call is taken to last where no rate says it.
const perCall = 100 * time.Millisecond

// New returns what a run against t would do, from a dry run: one against the
// embedded sandbox, with the selection, permissions and fixtures of t.
func New(t *target.Target, dry *reports.Run) *Plan {
	p := &Plan{Target: t.Name, Rate: t.Rate, Currency: t.Currency, Why: map[string]int{}}
	for _, result := range dry.Results {
		if result.Verdict == reports.Skipped {
			p.Skipped++
			p.Why[seenElsewhere.ReplaceAllString(result.Reason, "")]++
			continue
		}
		p.Checks++
	}
	byOperation := map[string]*Calls{}
	for _, code := range dry.Codes {
		if byOperation[code.Operation] == nil {
			byOperation[code.Operation] = &Calls{Operation: code.Operation}
		}
		calls := byOperation[code.Operation]
		calls.Calls += code.Times
		if code.OperateCode == reports.CodeSuccess {
			calls.Accepted += code.Times
		}
	}
	for _, calls := range byOperation {
		p.add(*calls)
	}
	if dry.Cost != nil { // counts answers without an envelope, too
		p.Orders, p.Payments = dry.Cost.Orders, dry.Cost.Payments
	}
	slices.SortFunc(p.Calls, func(a, b Calls) int { return cmp.Compare(a.Operation, b.Operation) })
	p.Takes = time.Duration(p.Total) * perCall
	if t.Rate > 0 {
		p.Takes = time.Duration(float64(p.Total) / t.Rate * float64(time.Second))
	}
	if checks.MayHoldBack(t) {
		p.OrdersAtMost = min(p.OrdersAtMost, p.Orders+checks.MostSoldWrongly())
	}
	p.Cost, p.CostAtMost = costs(p.Orders, t.Amount), costs(p.OrdersAtMost, t.Amount)
	p.warn(t)
	return p
}

// add counts the calls of an operation.
func (p *Plan) add(calls Calls) {
	p.Calls = append(p.Calls, calls)
	p.Total += calls.Calls
	switch operation := calls.Operation; {
	case journal.PlacesOrder(operation):
		p.Orders += calls.Accepted
		p.OrdersAtMost += calls.Calls
	case journal.BeginsPayment(operation):
		p.Payments += calls.Accepted
	case operation == "addSims" || operation == "removeSims":
		p.GroupChanges += calls.Accepted
	}
}

// warn says what would stop the run.
func (p *Plan) warn(t *target.Target) {
	if p.Takes > t.Timeout {
		p.Warnings = append(p.Warnings, fmt.Sprintf("the calls take about %s, and the run is stopped after %s (--timeout)", p.Takes.Round(time.Second), t.Timeout))
	}
	if limit := t.Budget.Purchases; limit > 0 && p.Orders > limit {
		p.Warnings = append(p.Warnings, fmt.Sprintf("the run takes about %d orders, and is stopped after %d (--budget-purchases)", p.Orders, limit))
	}
	cost, _ := target.ParseAmount(p.Cost)
	if limit := t.Budget.Amount; limit != nil && cost != nil && cost.Cmp(limit) > 0 {
		p.Warnings = append(p.Warnings, fmt.Sprintf("the orders come to about %s, and the run is stopped at %s (--budget-amount)", p.Cost, limit.FloatString(2)))
	}
}

// costs returns what orders come to at a price.
func costs(orders int, price string) string {
	amount, ok := target.ParseAmount(price)
	if !ok {
		return ""
	}
	return amount.Mul(amount, new(big.Rat).SetInt64(int64(orders))).FloatString(2)
}

// Write writes the plan as text. learnt is set if the sandbox answered by an overlay of the target.
func (p *Plan) Write(out io.Writer, learnt bool) error {
	var text strings.Builder
	mall := "a mall that follows the contract. A target that refuses or accepts other requests differs."
	if learnt {
		mall = "which accepted and refused what the overlay says of the target."
	}
	fmt.Fprintf(&text, "Estimate of a run against %s. %s was not called: the numbers come from a run of the same checks\n"+
		"against the built-in sandbox, %s\n\n", p.Target, p.Target, mall)
	fmt.Fprintf(&text, "checks    %d, and %d skipped\n", p.Checks, p.Skipped)
	for _, reason := range slices.Sorted(maps.Keys(p.Why)) {
		fmt.Fprintf(&text, "          %d: %s\n", p.Why[reason], reason)
	}
	pace := "at 100 ms a call"
	if p.Rate > 0 {
		pace = fmt.Sprintf("at %g calls a second", p.Rate)
	}
	fmt.Fprintf(&text, "calls     %d, which take about %s %s; waiting for tasks comes on top\n", p.Total, p.Takes.Round(time.Second), pace)
	fmt.Fprintf(&text, "creates   %s of groups, which are undone; %s and %s, which stay\n",
		plural.Of(p.GroupChanges, "change"), plural.Of(p.Orders, "order"), plural.Of(p.Payments, "payment"))
	if p.OrdersAtMost > 0 {
		fmt.Fprintf(&text, "costs     %s %s at the price of the package; %s for %d orders if the target accepts invalid ones, too\n",
			p.Cost, p.Currency, p.CostAtMost, p.OrdersAtMost)
	}
	text.WriteString("\n")
	table := tabwriter.NewWriter(&text, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "OPERATION\tCALLS\tACCEPTED BY THE SANDBOX")
	for _, calls := range p.Calls {
		fmt.Fprintf(table, "%s\t%d\t%d\n", calls.Operation, calls.Calls, calls.Accepted)
	}
	if err := table.Flush(); err != nil {
		return err
	}
	for _, warning := range p.Warnings {
		fmt.Fprintf(&text, "\nwarning: %s\n", warning)
	}
	_, err := io.WriteString(out, text.String())
	return err
}
