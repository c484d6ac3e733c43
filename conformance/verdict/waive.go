package verdict

import "github.com/mallcheck/mallcheck/reports"

// Waive lets the failure of a result stand where one of the waivers that cover
// its check is valid: the verdict becomes Waived, with the waiver's words as the
// reason. Any other verdict stays, so that a waiver never hides that the target
// could not be asked.
func Waive(result *reports.Result, covering []reports.Waiver, policy reports.Policy) {
	if !Fails(result.Verdict, policy) {
		return
	}
	for _, waiver := range covering {
		if !waiver.Expired {
			result.Verdict, result.Reason = reports.Waived, waiver.Words()
			return
		}
	}
}

// Count tells a waiver that covers a result what became of it.
func Count(waiver *reports.Waiver, result *reports.Result, policy reports.Policy) {
	switch {
	case result.Verdict == reports.Waived || Fails(result.Verdict, policy):
		waiver.Failed++
	case result.Verdict == reports.Passed || result.Verdict == reports.Finding:
		waiver.Passed++
	}
}
