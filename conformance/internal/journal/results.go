package journal

import "github.com/mallcheck/mallcheck/conformance/internal/wire"

// ResultsOf returns the outcome of a task for each SIM card.
func ResultsOf(r wire.Result) []Result {
	results := make([]Result, len(r.Details))
	for i, detail := range r.Details {
		results[i] = Result{SIM: detail.SimID, Code: detail.Result}
	}
	return results
}
