package conformance

import (
	"slices"

	"github.com/mallcheck/mallcheck/reports"
)

// The exit codes of a run.
const (
	// ExitPassed means no violation.
	ExitPassed = 0
	// ExitViolation means a violation, an expired or stale waiver, or a finding or
	// habit if the settings make it fail the run.
	ExitViolation = 1
	// ExitUsage means wrong usage or configuration.
	ExitUsage = 2
	// ExitInconclusive means that the target could not be reached, or not to the end.
	ExitInconclusive = 3
	// ExitInterrupted means SIGINT or SIGTERM.
	ExitInterrupted = 130
)

// ExitCode returns the exit code of a run. If several apply, the first of these wins:
// interruption, violation, wrong configuration, inconclusive run.
func ExitCode(run *reports.Run) int {
	has := func(holds func(reports.Result) bool) bool { return slices.ContainsFunc(run.Results, holds) }
	dead := slices.ContainsFunc(run.Services, func(s reports.Service) bool { return !s.Reached })
	switch {
	case run.Stopped == reports.Interrupted:
		return ExitInterrupted
	case has(func(r reports.Result) bool { return run.Policy.Fails(r.Verdict) }),
		slices.ContainsFunc(run.Waivers, reports.Waiver.Fails),
		run.Policy.FailOnHabit && len(run.Habits) > 0:
		return ExitViolation
	case !dead && run.Stopped == "" && !has(func(r reports.Result) bool { return r.Verdict != reports.Skipped }):
		return ExitUsage // everything is skipped by configuration
	case dead || run.Stopped != "" || has(func(r reports.Result) bool { return r.Verdict == reports.Inconclusive }):
		return ExitInconclusive
	}
	return ExitPassed
}
