package trial

import (
	"cmp"
	"maps"
	"slices"

	"github.com/mallcheck/mallcheck/conformance/partner/client"
	"github.com/mallcheck/mallcheck/reports"
)

// Report describes what the client did, for the report of the run. It is nil before the first check has run.
func (trial *Trial) Report() *reports.Client {
	t := trial.trials
	if t.plain == nil {
		return nil
	}
	o := t.plain
	report := &reports.Client{Requests: o.judged.Requests, Operations: counted(o.judged.Operations, o.judged.Refused),
		Flows: counted(o.judged.Flows, nil), Pushes: o.pushed, HabitRuns: len(t.habits)}
	for _, s := range t.config.selected(Habit) {
		if len(t.habits) == 0 || !t.config.tries(s.ID) {
			continue
		}
		ended := reports.ClientScenario{ID: s.ID, Kind: Habit, Success: true}
		if culprit := t.culprits[s.ID]; culprit != nil {
			ended.Success, ended.End = false, culprit.end.words()
		}
		report.Scenarios = append(report.Scenarios, ended)
	}
	for _, o := range t.runs {
		ended := reports.ClientScenario{ID: o.scenario, Kind: t.kind(o.scenario), Success: o.end.succeeded()}
		if !ended.Success {
			ended.End = o.end.words()
		}
		report.Scenarios = append(report.Scenarios, ended)
	}
	report.Refusals = t.refusals()
	report.Unreached = t.unreached(report)
	return report
}

// refusable are the rules behind refusals that depend on the state of the mall, which a client without
// mistakes can meet too.
var refusable = []string{
	"vshop/unknown-sim-refused", "orders/unknown-sim-refused", "orders/unknown-package-refused", "orders/duplicate-refused",
	"payments/unknown-pay-id-refused", "payments/paid-once", "renewals/none-refused", "renewals/cancel-unknown-refused",
	"renewals/cancel-twice-refused", "groups/unknown-group-refused", "request-id/unknown-refused", "order-lookup/unknown-key-refused",
}

// unreached returns what the client did not do.
func (t *trials) unreached(done *reports.Client) reports.ClientUnreached {
	var left reports.ClientUnreached
	for _, operation := range t.contract.Operations() {
		if !t.asked[operation.ID] {
			left.Operations = append(left.Operations, operation.ID)
		}
	}
	for _, flow := range client.Flows() {
		if !slices.ContainsFunc(done.Flows, func(c reports.ClientCount) bool { return c.Name == flow }) {
			left.Flows = append(left.Flows, flow)
		}
	}
	for _, id := range refusable {
		clause, _ := t.contract.Clause(id) // a test requires that each is in the contract
		for _, operation := range clause.Operations {
			met := func(r reports.ClientRefusal) bool { return r.Operation == operation && r.Clause == id }
			if t.asked[operation] && !slices.ContainsFunc(done.Refusals, met) {
				left.Refusals = append(left.Refusals, reports.ClientRefusable{Operation: operation, Clause: id})
			}
		}
	}
	return left
}

// refusals lists the refusals of all runs by what was refused and why.
func (t *trials) refusals() []reports.ClientRefusal {
	count := map[reports.ClientRefusal]int{}
	for _, o := range slices.Concat([]*outcome{t.plain}, t.habits, t.runs) {
		for kind, n := range o.refusals {
			count[kind] += n
		}
	}
	var list []reports.ClientRefusal
	for kind, n := range count {
		kind.Count = n
		list = append(list, kind)
	}
	slices.SortFunc(list, func(a, b reports.ClientRefusal) int {
		return cmp.Or(cmp.Compare(a.Operation, b.Operation), cmp.Compare(a.Reason, b.Reason), cmp.Compare(a.Parameter, b.Parameter),
			cmp.Compare(a.Code, b.Code), cmp.Compare(a.Status, b.Status))
	})
	return list
}

// counted lists counts by name.
func counted(done, refused map[string]int) []reports.ClientCount {
	names := slices.Sorted(maps.Keys(done))
	for name := range refused {
		if done[name] == 0 {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	var list []reports.ClientCount
	for _, name := range names {
		list = append(list, reports.ClientCount{Name: name, Done: done[name], Refused: refused[name]})
	}
	return list
}
