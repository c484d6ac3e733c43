package conformance

import (
	"github.com/mallcheck/mallcheck/conformance/internal/observe"
	"github.com/mallcheck/mallcheck/conformance/target"
	"github.com/mallcheck/mallcheck/openapi"
	"github.com/mallcheck/mallcheck/reports"
)

// observedOf returns the judge of those claims of a target's overlay that no schema expresses, nil without an overlay.
func observedOf(t *target.Target) (*observe.Judge, error) {
	if t.Overlay == nil {
		return nil, nil
	}
	contract, err := openapi.Mall()
	if err != nil {
		return nil, err
	}
	return observe.NewJudge(contract, t.Overlay.Learned)
}

// holdToOverlay compares the exchanges of a result with the overlay of the target.
func (r *runner) holdToOverlay(result *reports.Result) {
	if r.observed == nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.observed.Result(result)
}
