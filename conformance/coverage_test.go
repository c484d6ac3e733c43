package conformance_test

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/mallcheck/mallcheck/conformance/checks"
	"github.com/mallcheck/mallcheck/conformance/internal/coverage"
	"github.com/mallcheck/mallcheck/conformance/target"
	"github.com/mallcheck/mallcheck/internal/testlevel"
	"github.com/mallcheck/mallcheck/openapi"
	"github.com/mallcheck/mallcheck/reports/redact"
)

// A thorough run against the sandbox covers every part of the contract: each operation with each
// kind of answer, each parameter and member sent and left out, each constraint kept and broken,
// each listed value, each response member and each code. Each signature rule is covered for some
// operation, except the ones that the test names.
func TestCoverageOfTheSandbox(t *testing.T) {
	testlevel.Plain(t)
	remote(t)
	run := runAgainst(t, settings(func(s *target.Settings) { s.Seed, s.Depth = "1", string(checks.Thorough) }))
	mall, push := contracts(t)
	if want := len(mall.Operations()) + len(push.Operations()); len(run.Coverage.Operations) != want {
		t.Errorf("%d operations are counted, the contract has %d", len(run.Coverage.Operations), want)
	}
	rules := map[string]bool{}
	for _, o := range run.Coverage.Operations {
		for _, parts := range o.Parts {
			for _, missed := range parts.Missed {
				if parts.Kind != coverage.Rules {
					t.Errorf("%s, %s: %s: %s", o.Operation, parts.Kind, missed.Part, missed.Reason)
				}
			}
			if parts.Kind == coverage.Rules && parts.Reached+len(parts.Missed) != parts.Total {
				t.Errorf("%s: %d of %d rules, %d missed", o.Operation, parts.Reached, parts.Total, len(parts.Missed))
			}
		}
	}
	for _, result := range run.Results {
		rules[result.Clause] = true
	}
	// That there is no secret shows in every request that is accepted.
	without := []string{"signature/no-secret"}
	for _, clause := range mall.Clauses() {
		if len(clause.ID) > 10 && clause.ID[:10] == "signature/" && rules[clause.ID] == slices.Contains(without, clause.ID) {
			t.Errorf("%s: tested %t", clause.ID, rules[clause.ID])
		}
	}
	if redacted := redact.Run(run, redact.Secrets{MaskSIMs: true}); !reflect.DeepEqual(redacted.Coverage, run.Coverage) {
		t.Error("redaction changes what was counted")
	}
}

// A run of a few checks reports what it left out.
func TestCoverageOfPartOfARun(t *testing.T) {
	remote(t)
	run := runAgainst(t, settings(func(s *target.Settings) {
		s.Only, s.Allow, s.Seed = []string{"ENV-001/listBundles", "ENV-001/addSims"}, []string{"read"}, "1"
	}))
	reasons := map[string]string{}
	for _, o := range run.Coverage.Operations {
		for _, parts := range o.Parts {
			for _, missed := range parts.Missed {
				if parts.Kind == coverage.Responses {
					reasons[o.Operation+" "+missed.Part[strings.LastIndex(missed.Part, "/")+1:]] = missed.Reason
				}
			}
		}
	}
	for what, want := range map[string]string{
		"listBundles 200": "", "listBundles default": "never answered so", "singleOrder 200": "no check of the run calls the operation",
		"addSims 200": "not called: skipped checks: 1 (the target allows no writes (--allow write))",
	} {
		if reasons[what] != want {
			t.Errorf("%s: %q, want %q", what, reasons[what], want)
		}
	}
}

// BenchmarkCoverage counts what the exchanges of a whole run exercised. It also
// measures the run itself: counting should take a small part of its time.
func BenchmarkCoverage(b *testing.B) {
	run := runAgainst(b, settings(func(s *target.Settings) { s.Seed = "1" }))
	mall, push := contracts(b)
	exchanges := 0
	for _, r := range run.Results {
		exchanges += len(r.Exchanges)
	}
	b.ReportAllocs()
	for b.Loop() {
		counter, err := coverage.New(mall, push)
		if err != nil {
			b.Fatal(err)
		}
		for _, r := range run.Results {
			counter.Add(r)
		}
		counter.Coverage()
	}
	b.ReportMetric(float64(exchanges), "exchanges")
	b.ReportMetric(float64(run.Ended.Sub(run.Started).Nanoseconds()), "ns/run")
}

func contracts(t testing.TB) (mall, push *openapi.Contract) {
	t.Helper()
	mall, err := openapi.Mall()
	if err != nil {
		t.Fatal(err)
	}
	if push, err = openapi.Push(); err != nil {
		t.Fatal(err)
	}
	return mall, push
}
