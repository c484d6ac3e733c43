package session

import (
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/mallcheck/mallcheck/conformance/internal/journal"
	"github.com/mallcheck/mallcheck/conformance/internal/wire"
	"github.com/mallcheck/mallcheck/conformance/target"
)

// An order that would exceed the budget is not sent, and the run reports that. A refused order does
// not count; one without an answer does.
func TestBudget(t *testing.T) {
	amount, _ := target.ParseAmount("15")
	for _, test := range []struct {
		name    string
		budget  target.Budget
		answers string // one letter for each order: S accepted, F refused, - no answer
		change  wire.Edit
		sent    int
		problem string
	}{
		{"no limit", target.Budget{}, "SSSSS", nil, 5, ""},
		{"as many as are allowed", target.Budget{Purchases: 3}, "SSS", nil, 3, ""},
		{"one more", target.Budget{Purchases: 3}, "SSSSS", nil, 3, "3 purchases were made"},
		{"refused ones", target.Budget{Purchases: 1}, "FFFS", nil, 4, ""},
		{"one without an answer", target.Budget{Purchases: 1}, "-S", nil, 1, "1 purchases were made"},
		{"the amount", target.Budget{Amount: amount}, "SSSS", nil, 3, "an order of 4.99 after 14.97 in total exceeds --budget-amount 15.00"},
		{"an order that says more", target.Budget{Amount: amount}, "SS", wire.Set("payAmount", "10"), 1, "an order of 10.00 after 10.00 in total exceeds"},
		{"an order that says less", target.Budget{Amount: amount}, "SSSS", wire.Set("payAmount", "0.01"), 3, "an order of 4.99 after 14.97 in total exceeds"},
		{"an order that says nothing", target.Budget{Amount: amount}, "SSSS", wire.Drop("payAmount"), 3, "an order of 4.99 after 14.97 in total exceeds"},
	} {
		t.Run(test.name, func(t *testing.T) {
			var count atomic.Int64
			s := connected(t, func(w http.ResponseWriter, _ *http.Request) {
				code := test.answers[count.Add(1)-1]
				if code == '-' {
					panic(http.ErrAbortHandler)
				}
				w.Header().Set("Content-Type", "application/json")
				fmt.Fprintf(w, `{"operateCode":"%c","message":"m"}`, code)
			})
			s.Target().Package, s.Target().Amount, s.Target().Currency = "K", "4.99", "USD"
			s.Target().Budget = test.budget
			s.connection.budget = journal.NewBudget(s.Target())
			var last error
			for range test.answers {
				draft := s.NewSingleOrder(s.NewPurchase())
				if test.change != nil {
					draft.Before(test.change)
				}
				if err := attempt(func() { s.Send(t.Context(), draft) }); err != nil {
					last = err
				}
			}
			if sent := int(count.Load()); sent != test.sent {
				t.Errorf("%d orders were sent, want %d", sent, test.sent)
			}
			if told := s.connection.OverBudget(); told != (test.problem != "") || told && !strings.Contains(last.Error(), test.problem) {
				t.Errorf("over budget: %t, the check was ended by %v, want %q", told, last, test.problem)
			}
		})
	}
}
