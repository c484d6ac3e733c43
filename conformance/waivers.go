package conformance

import (
	"slices"
	"time"

	"github.com/mallcheck/mallcheck/conformance/checks"
	"github.com/mallcheck/mallcheck/conformance/internal/selection"
	"github.com/mallcheck/mallcheck/conformance/target"
	"github.com/mallcheck/mallcheck/reports"
)

// waiversOf returns the waivers for a target. The error for a waiver that covers no
// check of the suite has type *target.Error, whatever its target is.
func waiversOf(t *target.Target, all []checks.Check, now time.Time) ([]reports.Waiver, error) {
	var waivers []reports.Waiver
	for _, w := range t.Waivers {
		covers := 0
		for _, check := range all {
			if selection.Matches(check, w.Check) {
				covers++
			}
		}
		if covers == 0 {
			return nil, &target.Error{Origin: w.Origin, Value: w.Check, Problem: "matches no check",
				Instead: target.DidYouMean(w.Check, selection.Names(all), "mallcheck list shows them")}
		}
		if w.IsFor(t.Name) {
			waivers = append(waivers, reports.Waiver{
				Check: w.Check, Target: w.Target, Reason: w.Reason, Owner: w.Owner, Ticket: w.Ticket,
				Expiry: w.Expiry.Format(time.DateOnly), Expired: w.ExpiredAt(now), Covers: covers,
			})
		}
	}
	return waivers, nil
}

func (r *runner) covering(result *reports.Result) []reports.Waiver {
	return slices.DeleteFunc(slices.Clone(r.run.Waivers), func(w reports.Waiver) bool { return !covers(w, result) })
}

func covers(w reports.Waiver, result *reports.Result) bool {
	return selection.Matches(checks.Check{ID: result.ID, Operations: result.Operations}, w.Check)
}

// countWaivers counts for each waiver the results that it covers, by verdict.
func (r *runner) countWaivers() {
	for i := range r.run.Waivers {
		waiver := &r.run.Waivers[i]
		for j := range r.run.Results {
			if covers(*waiver, &r.run.Results[j]) {
				waiver.Count(&r.run.Results[j], r.run.Policy)
			}
		}
	}
}
