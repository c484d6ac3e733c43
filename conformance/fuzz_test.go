package conformance_test

import (
	"strings"
	"testing"

	"github.com/mallcheck/mallcheck/conformance"
	"github.com/mallcheck/mallcheck/conformance/target"
	"github.com/mallcheck/mallcheck/internal/testlevel"
	"github.com/mallcheck/mallcheck/reports"
)

// fuzzed runs the checks of random requests.
func fuzzed(t *testing.T, fault, only, seed string) *reports.Run {
	t.Helper()
	return runAgainst(t, settings(func(s *target.Settings) {
		s.Fuzz, s.Only, s.Seed = "60", []string{only}, seed
		if fault != "" {
			s.Fault = []string{fault}
		}
	}))
}

// TestRandomRequestsPass sends random requests to a sandbox without a fault.
func TestRandomRequestsPass(t *testing.T) {
	testlevel.Plain(t)
	remote(t)
	for _, seed := range []string{"1", "2"} {
		run := fuzzed(t, "", "GEN/*/request/random-*", seed)
		if len(run.Results) != 36 || len(run.Left) > 0 {
			t.Errorf("%d results, left behind: %q", len(run.Results), run.Left)
		}
		for _, r := range run.Results {
			if r.Verdict != reports.Passed {
				t.Errorf("seed %s: %s", seed, told(r))
			}
		}
	}
}

// A failure is shrunk to a small request, and the same seed finds the same one again.
func TestRandomRequestIsShrunk(t *testing.T) {
	remote(t)
	for _, test := range []struct{ fault, only, smallest string }{
		{"empty-mark-accepted", "GEN/singleQueryOrder/request/random-violation", `: mark = ""`},
		{"trade-time-trimmed", "GEN/singleVerify/request/random-violation", `: tradeTime `},
		{"plan-name-required", "GEN/singleOrder/request/random-valid", `: no servicePlanShowName`},
	} {
		first, second := fuzzed(t, test.fault, test.only, "3"), fuzzed(t, test.fault, test.only, "3")
		if code := conformance.ExitCode(first); code != conformance.ExitViolation || len(first.Results[0].Deviations) == 0 {
			t.Errorf("%s: exit code %d%s", test.fault, code, told(first.Results[0]))
			continue
		}
		summary := first.Results[0].Deviations[0].Summary
		if !strings.Contains(summary, test.smallest) || strings.Contains(summary, ", ") || second.Results[0].Deviations[0].Summary != summary {
			t.Errorf("%s: told as %s, and then as %s", test.fault, summary, second.Results[0].Deviations[0].Summary)
		}
	}
}
