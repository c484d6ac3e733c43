package reports

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/mallcheck/mallcheck/internal/plural"
)

// Client is what a partner's client did when it was judged.
type Client struct {
	// Requests is the number of requests in the plain run.
	Requests int `json:"requests"`
	// Operations counts them by operation, in the order of their names.
	Operations []ClientCount `json:"operations,omitempty"`
	// Flows counts the completed flows: "purchase", "add".
	Flows []ClientCount `json:"flows,omitempty"`
	// Unreached lists what the client did not do. It fails nothing.
	Unreached ClientUnreached `json:"unreached,omitzero"`
	// Refusals are the refusals in all runs, by what was refused and why.
	Refusals []ClientRefusal `json:"refusals,omitempty"`
	// Pushes is the number of push attempts that it answered.
	Pushes int `json:"pushes,omitempty"`
	// Scenarios are the habits, outages and faults in which it was run again.
	Scenarios []ClientScenario `json:"scenarios,omitempty"`
	// HabitRuns is the number of runs for the habits, several of which are tried at a time.
	HabitRuns int `json:"habitRuns,omitempty"`
}

// ClientCount is a count for a name.
type ClientCount struct {
	Name string `json:"name"`
	// Done is how often it was accepted or completed, Refused how often it was refused.
	Done    int `json:"done"`
	Refused int `json:"refused,omitempty"`
}

// ClientUnreached is what a client did not do when it was judged.
type ClientUnreached struct {
	// Operations were never sent, Flows never completed; both by name.
	Operations []string `json:"operations,omitempty"`
	Flows      []string `json:"flows,omitempty"`
	// Refusals are possible refusals of operations that the client sends, which it met in no run. They
	// depend on the state of the mall, such as the existing SIM cards, so a client without mistakes can
	// meet them too.
	Refusals []ClientRefusable `json:"refusals,omitempty"`
}

// ClientRefusable is a refusal that an operation may give.
type ClientRefusable struct {
	Operation string `json:"operation"`
	// Clause is the rule of the contract that refuses: "orders/duplicate-refused".
	Clause string `json:"clause"`
}

// ClientRefusal is one kind of refusal that a client met.
type ClientRefusal struct {
	// Operation is the refused operation; empty if the request named none.
	Operation string `json:"operation,omitempty"`
	// Reason is the kind of the refusal: "constraint", "sign wrong", "conflict". Parameter is the
	// parameter it was about, if any.
	Reason    string `json:"reason"`
	Parameter string `json:"parameter,omitempty"`
	// Clause is the statement that the request breaks: a rule of the contract, or a JSON pointer to the
	// constraint of a parameter. It is empty if no statement of the contract explains the refusal, as in
	// an outage.
	Clause string `json:"clause,omitempty"`
	// Code is the operateCode, Status the HTTP status.
	Code   string `json:"code,omitempty"`
	Status int    `json:"status"`
	Count  int    `json:"count"`
}

func (r ClientRefusal) words() string {
	text := cmp.Or(r.Operation, "no operation") + " (" + r.Reason
	if r.Parameter != "" && !strings.Contains(r.Reason, r.Parameter) { // "sign wrong" names the parameter sign itself
		text += ": " + r.Parameter
	}
	return text + ")"
}

// mostRefusals is the number of kinds of refusals named in a line.
const mostRefusals = 6

// ClientScenario is how a client ended in one scenario.
type ClientScenario struct {
	ID   string `json:"id"`
	Kind string `json:"kind"` // habit, outage or fault
	// Success is set if it reported success, which is wrong in some outages and in every fault.
	Success bool `json:"success"`
	// End says how it ended if it did not succeed.
	End string `json:"end,omitempty"`
}

// Words describes what the client did, in a few short lines.
func (c *Client) Words() []string {
	names := func(counts []ClientCount) string {
		var all []string
		for _, count := range counts {
			if count.Done > 0 {
				all = append(all, count.Name)
			}
		}
		return strings.Join(all, ", ")
	}
	lines := []string{plural.Of(c.Requests, "request")}
	if operations := names(c.Operations); operations != "" {
		lines[0] += ": " + operations
	}
	if flows := names(c.Flows); flows != "" {
		lines = append(lines, "flows: "+flows)
	}
	var refusals []string
	for _, refusal := range c.Refusals {
		if name := refusal.words(); !slices.Contains(refusals, name) {
			refusals = append(refusals, name)
		}
	}
	if more := len(refusals) - mostRefusals; more > 0 {
		refusals = append(refusals[:mostRefusals], fmt.Sprintf("and %d more", more))
	}
	if len(refusals) > 0 {
		lines = append(lines, "refusals: "+strings.Join(refusals, ", "))
	}
	if c.Requests > 0 && len(c.Unreached.Flows) > 0 {
		lines = append(lines, "flows not completed: "+strings.Join(c.Unreached.Flows, ", "))
	}
	if n := len(c.Unreached.Refusals); n > 0 && c.Requests > 0 {
		lines = append(lines, plural.Of(n, "possible refusal")+" of its operations never met, listed in the reports")
	}
	kinds, failed := map[string]int{}, map[string]int{}
	var unnoticed []string
	for _, s := range c.Scenarios {
		kinds[s.Kind]++
		switch {
		case !s.Success:
			failed[s.Kind]++
		case s.Kind == "fault":
			unnoticed = append(unnoticed, s.ID)
		}
	}
	if n := kinds["habit"]; n > 0 {
		lines = append(lines, fmt.Sprintf("%s in %s: %d without success", plural.Of(n, "habit"), plural.Of(c.HabitRuns, "run"), failed["habit"]))
	}
	if n := kinds["outage"]; n > 0 {
		lines = append(lines, fmt.Sprintf("%s: success in %d", plural.Of(n, "outage"), n-failed["outage"]))
	}
	if n := kinds["fault"]; n > 0 {
		lines = append(lines, fmt.Sprintf("%s: %d noticed", plural.Of(n, "wrong answer"), failed["fault"]))
	}
	for _, id := range unnoticed {
		lines = append(lines, "  not noticed: "+id)
	}
	return lines
}
