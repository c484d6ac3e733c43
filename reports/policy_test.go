package reports_test

import (
	"testing"

	"github.com/mallcheck/mallcheck/reports"
)

func TestPolicyVerdictOf(t *testing.T) {
	for _, test := range []struct {
		name string
		d    reports.Deviation
		at   reports.Grade
		want reports.Verdict
	}{
		{"documented at documented", reports.Deviation{Grade: reports.Documented, Level: reports.Must}, reports.Documented, reports.Failed},
		{"derived at documented", reports.Deviation{Grade: reports.Derived, Level: reports.Must}, reports.Documented, reports.Finding},
		{"derived at derived", reports.Deviation{Grade: reports.Derived, Level: reports.Must}, reports.Derived, reports.Failed},
		{"assumed at derived", reports.Deviation{Grade: reports.Assumed, Level: reports.Must}, reports.Derived, reports.Finding},
		{"assumed at assumed", reports.Deviation{Grade: reports.Assumed, Level: reports.Must}, reports.Assumed, reports.Failed},
		{"a SHOULD", reports.Deviation{Grade: reports.Documented, Level: reports.Should}, reports.Assumed, reports.Finding},
		{"undocumented", reports.Deviation{Grade: reports.Documented, Level: reports.Must, Undocumented: true}, reports.Assumed, reports.Finding},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := (reports.Policy{Strict: test.at}).VerdictOf(test.d); got != test.want {
				t.Errorf("verdict %s, want %s", got, test.want)
			}
		})
	}
}

func TestPolicyJudge(t *testing.T) {
	must := func(grade reports.Grade) reports.Deviation {
		return reports.Deviation{Grade: grade, Level: reports.Must, Summary: string(grade)}
	}
	for _, test := range []struct {
		name   string
		result reports.Result
		want   reports.Verdict
		first  string
	}{
		{"nothing deviates", reports.Result{Verdict: reports.Passed}, reports.Passed, ""},
		{"the worst counts and comes first", reports.Result{Verdict: reports.Passed,
			Deviations: []reports.Deviation{must(reports.Assumed), must(reports.Documented)}}, reports.Failed, "documented"},
		{"a violation outweighs inconclusive", reports.Result{Verdict: reports.Inconclusive,
			Deviations: []reports.Deviation{must(reports.Documented)}}, reports.Failed, "documented"},
		{"inconclusive outweighs a finding", reports.Result{Verdict: reports.Inconclusive,
			Deviations: []reports.Deviation{must(reports.Assumed)}}, reports.Inconclusive, "assumed"},
	} {
		t.Run(test.name, func(t *testing.T) {
			reports.Policy{Strict: reports.Documented}.Judge(&test.result)
			if test.result.Verdict != test.want {
				t.Errorf("verdict %s, want %s", test.result.Verdict, test.want)
			}
			if test.first != "" && test.result.Deviations[0].Summary != test.first {
				t.Errorf("first deviation %q, want %q", test.result.Deviations[0].Summary, test.first)
			}
		})
	}
}

func TestPolicyFails(t *testing.T) {
	usual, strict := reports.Policy{}, reports.Policy{FailOnFinding: true}
	if !usual.Fails(reports.Failed) || usual.Fails(reports.Finding) || !strict.Fails(reports.Finding) || strict.Fails(reports.Inconclusive) {
		t.Error("a failed check fails a run, a finding only where the policy says so, an inconclusive one never")
	}
}
