package trial

import (
	"cmp"
	"maps"
	"slices"

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
	return report
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
