// Package infer infers what a server does wrong from the checks that deviate together in a run.
//
// A pattern is what a whole run shows for one fault of the catalogue: which checks deviate, from which
// clauses, in which words. Causes looks for the fewest patterns that explain the deviations of a run and
// predict few others. Deviations that no pattern explains are left to whoever writes the report. The
// patterns are learnt from the matrix that `mallcheck faults --prove` writes. To learn a new fault:
//
//	mallcheck faults --prove --only ID --report-dir mallcheck-report/faults
//	go test ./conformance/internal/infer -update
package infer

import (
	"slices"

	"github.com/mallcheck/mallcheck/reports"
)

// Causes returns the causes of the deviations in a run, the one that explains most first. The name of a
// cause is the id of its fault. A cause is a conclusion from checks that deviate together, not an
// observation; its evidence counts both sides. Results must be judged.
func Causes(run *reports.Run) []reports.Cause {
	seen := observe(run)
	var inferred []reports.Cause
	for _, chosen := range cover(patterns(), seen) {
		inferred = append(inferred, tell(chosen, seen, run))
	}
	return inferred
}

// observed are the results of a run.
type observed struct {
	// deviating are the failed checks and those with a finding, by id; held are the ids of the passed
	// ones. All others prove nothing.
	deviating map[string]*deviating
	held      map[string]bool
	ids       []string // of deviating, in the order of the results
}

// deviating is a check that deviates.
type deviating struct {
	result *reports.Result
	shown  []shown
}

func observe(run *reports.Run) *observed {
	seen := &observed{deviating: map[string]*deviating{}, held: map[string]bool{}}
	for i := range run.Results {
		result := &run.Results[i]
		switch result.Verdict {
		case reports.Passed:
			seen.held[result.ID] = true
		case reports.Failed, reports.Finding:
			if shown := shownBy(result); len(shown) > 0 {
				seen.deviating[result.ID] = &deviating{result, shown}
				seen.ids = append(seen.ids, result.ID)
			}
		}
	}
	return seen
}

// fit returns how well a pattern explains a deviating check: 0 not at all, 1 in clause and words.
func (p *pattern) fit(id string, d *deviating) float64 {
	best := 0.0
	for _, expected := range p.checks[id] {
		best = max(best, fitOther)
		for _, shown := range d.shown {
			switch {
			case shown == expected:
				return 1
			case shown.clause == expected.clause:
				best = max(best, fitClause)
			}
		}
	}
	return best
}

// Values of a partial explanation.
const (
	fitClause = 0.9 // the check deviates from the same clause in other words
	fitAlike  = 0.5 // the same check of another operation deviates in the same way
	fitOther  = 0.4 // the check deviates from another clause
)

// alike reports whether a check that the pattern does not predict deviates like the same check of
// another operation that it does predict.
func (p *pattern) alike(id string, d *deviating) bool {
	if len(p.checks[id]) > 0 {
		return false
	}
	return slices.ContainsFunc(d.shown, func(s shown) bool { return p.kinds[kind{reports.CheckOf(id), s}] })
}

// breaks reports whether a check deviates from the clause of the pattern.
func (p *pattern) breaks(d *deviating) bool {
	return slices.ContainsFunc(d.shown, func(s shown) bool { return s.clause == p.clause })
}
