package observe

import (
	"fmt"
	"slices"
	"strings"

	"github.com/mallcheck/mallcheck/conformance/internal/provoke"
	"github.com/mallcheck/mallcheck/openapi"
	"github.com/mallcheck/mallcheck/reports"
)

// ClauseRefusal is the clause of deviations in how a mistake is refused.
const ClauseRefusal = "observed/refusal"

// Judge judges exchanges by the facts of an overlay that no schema states. It is not safe for concurrent
// use.
type Judge struct {
	requests map[string]*provoke.Form
	rules    *provoke.Cache
	refusals map[[2]string][]string                  // by operation and provocation
	habits   map[string]map[provoke.Provocation]bool // by operation
	told     map[string]bool
}

// NewJudge returns a judge for what was learnt.
func NewJudge(contract *openapi.Contract, learned *Learned) (*Judge, error) {
	requests, err := provoke.Forms(contract)
	if err != nil {
		return nil, fmt.Errorf("reading the requests of the contract: %w", err)
	}
	j := &Judge{
		requests: requests, rules: provoke.NewCache(), refusals: map[[2]string][]string{},
		habits: map[string]map[provoke.Provocation]bool{}, told: map[string]bool{},
	}
	for _, fact := range slices.Concat(learned.Facts, learned.Rare) {
		for _, operation := range fact.Operations {
			switch fact.Kind {
			case KindRefusal:
				key := [2]string{operation, fact.Subject}
				j.refusals[key] = append(j.refusals[key], fact.Value)
			case KindHabit:
				if j.habits[operation] == nil {
					j.habits[operation] = map[provoke.Provocation]bool{}
				}
				j.habits[operation][provoke.Provocation{Kind: fact.Subject, Parameter: fact.Value}] = true
			}
		}
	}
	return j, nil
}

// Result judges the exchanges of a result. It removes deviations that the overlay knows as a habit,
// unless a page forbids them; gives deviations from better-known facts their grade; and reports, once
// per operation, a mistake that is refused differently.
func (j *Judge) Result(result *reports.Result) {
	for i := range result.Exchanges {
		exchange := &result.Exchanges[i]
		form, known := j.requests[exchange.Operation]
		if !known || exchange.Response == nil || exchange.Problem != "" {
			continue
		}
		request := form.Judge(&exchange.Request, j.rules)
		answer := readAnswer(form.Operation, exchange.Response)
		j.applyHabits(result, i, request.Provocation, answer)
		if !answer.refused || exchange.Response.Status == 429 {
			continue
		}
		kind := provoke.Of(request.Kind, result.Clause, exchange.Operation)
		seen := j.refusals[[2]string{exchange.Operation, kind}]
		now := refusalOf(exchange.Response.Status, answer)
		key := exchange.Operation + kind + now
		if len(seen) == 0 || slices.Contains(seen, now) || j.told[key] {
			continue
		}
		j.told[key] = true
		result.Deviations = append(result.Deviations, reports.Deviation{
			Clause: ClauseRefusal, Grade: reports.Observed, Level: reports.Must, Exchange: i, Pointer: "status",
			Summary:  exchange.Operation + " refuses " + provoke.Words(kind) + " differently from the overlay",
			Expected: strings.Join(seen, " or "), Actual: now,
		})
	}
}

// applyHabits removes the deviations of an exchange that the overlay knows as a habit, and grades those
// of a request that the target was seen to refuse: accepting it now contradicts an observation, not just
// an assumption.
func (j *Judge) applyHabits(result *reports.Result, exchange int, what provoke.Provocation, answer answer) {
	operation := result.Exchanges[exchange].Operation
	habits := j.habits[operation]
	mistake := what.Kind != provoke.WellFormed && what.Kind != provoke.Unclear
	refused := mistake && len(j.refusals[[2]string{operation, what.Kind}]) > 0
	kept := result.Deviations[:0:0]
	for _, d := range result.Deviations {
		if d.Exchange != exchange || d.Undocumented || !reports.Observed.AtLeast(d.Grade) || strings.Contains(d.Clause, "/responses/") {
			kept = append(kept, d)
			continue
		}
		known := habits[bareBodies] && strings.HasPrefix(d.Clause, "envelope/")
		if answer.accepted {
			known = known || mistake && habits[what]
		} else {
			known = known || habits[otherRefusals] && (d.Clause == "errors/refusals-in-the-envelope" || d.Clause == "envelope/refusal")
		}
		if known {
			continue
		}
		if refused && answer.accepted {
			d.Grade = reports.Observed
		}
		kept = append(kept, d)
	}
	result.Deviations = kept
}

// The habits in the form of answers.
var (
	bareBodies    = provoke.Provocation{Kind: "bare-bodies"}
	otherRefusals = provoke.Provocation{Kind: "refusals-in-another-form"}
)
