package conformance

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/mallcheck/mallcheck/reports"
)

// A rerun repeats what failed, what was inconclusive and what a run did not get to,
// and neither what passed nor what the settings leave out.
func TestToRepeat(t *testing.T) {
	run := &reports.Run{
		Policy: reports.Policy{Strict: reports.Documented}, Stopped: reports.TimedOut,
		Selection: reports.Selection{Only: []string{"SIG-001", "SIG-002", "ORD-001", "ORD-003", "ENV-001/listBundles"}},
		Results: []reports.Result{
			{ID: "ENV-001/listBundles", Verdict: reports.Passed},
			{ID: "ORD-001", Verdict: reports.Skipped, Reason: "the topup service could not be tested"},
			{ID: "SIG-001", Verdict: reports.Failed},
			{ID: "SIG-002", Verdict: reports.Inconclusive},
			{ID: "SIG-003", Verdict: reports.Skipped, Reason: reasonStopped},
			{ID: "SIG-004", Verdict: reports.Skipped, Reason: "the target allows no writes (--allow write)"},
		},
	}
	ids, err := ToRepeat(run)
	if want := []string{"ORD-001", "SIG-001", "SIG-002", "SIG-003", "ORD-003"}; err != nil || !slices.Equal(ids, want) {
		t.Errorf("%q, %v; want %q", ids, err, want)
	}
	if _, err := ToRepeat(&reports.Run{Results: run.Results[:1]}); !errors.Is(err, ErrNothingToRepeat) {
		t.Errorf("after a run that passed: %v", err)
	}
	run.Results[2].ID = "*"
	if _, err := ToRepeat(run); err == nil || !strings.Contains(err.Error(), `"*" is not the id of a check`) {
		t.Errorf("an id that selects everything: %v", err)
	}
}
