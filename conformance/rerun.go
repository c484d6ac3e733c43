package conformance

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/mallcheck/mallcheck/conformance/checks"
	"github.com/mallcheck/mallcheck/conformance/internal/selection"
	"github.com/mallcheck/mallcheck/reports"
)

const (
	// reasonStopped is the reason of a check that a stopped run did not reach.
	reasonStopped = "the run was stopped before this check"
	// reasonUntested ends the reason of a check whose service did not answer.
	reasonUntested = "service could not be tested"
)

// ErrNothingToRepeat means that a run has no check to run again.
var ErrNothingToRepeat = errors.New("every check that could run passed: there is nothing to run again")

// ToRepeat returns the ids of the checks without a passing verdict: those that failed,
// were inconclusive or were not reached. The run may come from a foreign file, so an id
// that would select several checks is an error.
func ToRepeat(run *reports.Run) ([]string, error) {
	var ids []string
	has := map[string]bool{}
	for i := range run.Results {
		r := &run.Results[i]
		has[r.ID] = true
		notRun := r.Verdict == reports.Skipped && (r.Reason == reasonStopped || strings.HasSuffix(r.Reason, reasonUntested))
		if !run.Policy.Fails(r.Verdict) && r.Verdict != reports.Inconclusive && !notRun {
			continue
		}
		if strings.ContainsAny(r.ID, `*?[\:`) {
			return nil, fmt.Errorf("%q is not the id of a check", r.ID)
		}
		ids = append(ids, r.ID)
	}
	missing, err := cutOff(run, has)
	if err != nil {
		return nil, err
	}
	if ids = append(ids, missing...); len(ids) == 0 {
		return nil, ErrNothingToRepeat
	}
	return ids, nil
}

// cutOff returns the checks without a result in a run that was ended at once.
func cutOff(run *reports.Run, has map[string]bool) ([]string, error) {
	if run.Stopped == "" || run.Shard != nil {
		return nil, nil
	}
	selected, err := selection.Select(checks.All(), run.Selection.Only, run.Selection.Skip)
	if err != nil {
		return nil, err
	}
	if len(run.Selection.Only) == 0 && run.Selection.Depth != "" {
		selected = checks.AtDepth(selected, checks.Depth(run.Selection.Depth))
	}
	selected = slices.DeleteFunc(selected, func(check checks.Check) bool { return has[check.ID] })
	ids := make([]string, len(selected))
	for i, check := range selected {
		ids[i] = check.ID
	}
	return ids, nil
}
