package conformance

import (
	"testing"

	"github.com/mallcheck/mallcheck/reports"
)

func TestExitCode(t *testing.T) {
	results := func(verdicts ...reports.Verdict) []reports.Result {
		var list []reports.Result
		for _, v := range verdicts {
			list = append(list, reports.Result{Verdict: v})
		}
		return list
	}
	dead := []reports.Service{{Name: "topup"}}
	for _, test := range []struct {
		name string
		run  reports.Run
		want int
	}{
		{"all passed", reports.Run{Results: results(reports.Passed, reports.Skipped)}, 0},
		{"a violation", reports.Run{Results: results(reports.Passed, reports.Failed)}, 1},
		{"a finding", reports.Run{Results: results(reports.Passed, reports.Finding)}, 0},
		{"a finding that fails", reports.Run{Policy: reports.Policy{FailOnFinding: true}, Results: results(reports.Finding)}, 1},
		{"a waived failure", reports.Run{Results: results(reports.Waived)}, 0},
		{"everything skipped by configuration", reports.Run{Results: results(reports.Skipped, reports.Skipped)}, 2},
		{"everything skipped behind a dead service", reports.Run{Services: dead, Results: results(reports.Skipped)}, 3},
		{"inconclusive", reports.Run{Results: results(reports.Passed, reports.Inconclusive)}, 3},
		{"a violation outweighs inconclusive", reports.Run{Results: results(reports.Failed, reports.Inconclusive)}, 1},
		{"a violation outweighs a dead service", reports.Run{Services: dead, Results: results(reports.Failed, reports.Skipped)}, 1},
		{"time limit", reports.Run{Stopped: reports.TimedOut, Results: results(reports.Passed, reports.Skipped)}, 3},
		{"time limit before the first check", reports.Run{Stopped: reports.TimedOut, Results: results(reports.Skipped)}, 3},
		{"interrupted", reports.Run{Stopped: reports.Interrupted, Results: results(reports.Failed)}, 130},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := ExitCode(&test.run); got != test.want {
				t.Errorf("exit code %d, want %d", got, test.want)
			}
		})
	}
}
