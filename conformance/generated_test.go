package conformance_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/mallcheck/mallcheck/conformance"
	"github.com/mallcheck/mallcheck/conformance/internal/cases"
	"github.com/mallcheck/mallcheck/conformance/internal/matrix"
	"github.com/mallcheck/mallcheck/conformance/target"
	"github.com/mallcheck/mallcheck/openapi"
	"github.com/mallcheck/mallcheck/reports"
)

// TestEveryFamilyCatchesAFault requires a fault for each family of mutations.
func TestEveryFamilyCatchesAFault(t *testing.T) {
	derived, err := cases.All()
	if err != nil {
		t.Fatal(err)
	}
	catching := map[string]bool{}
	for _, ids := range matrix.Expected() {
		for _, c := range derived {
			if slices.Contains(ids, c.ID) {
				catching[c.Family] = true
			}
		}
	}
	families, err := cases.Families()
	if err != nil {
		t.Fatal(err)
	}
	for _, family := range families {
		if !catching[family] {
			t.Errorf("no fault is there for the family %s to catch", family)
		}
	}
}

// A target that only allows reads gets only cases of read operations.
func TestReadingRunsReadingCases(t *testing.T) {
	remote(t)
	run := runAgainst(t, settings(func(s *target.Settings) {
		s.Allow, s.Only, s.Seed = []string{"read"}, []string{"GEN/*/missing"}, "1"
	}))
	ran, skipped := 0, 0
	for _, r := range run.Results {
		if r.Verdict == reports.Skipped {
			skipped++
			continue
		}
		ran++
		for _, exchange := range r.Exchanges {
			if operation, _ := openapi.OperationOf(exchange.Operation); operation.Does != openapi.Read {
				t.Errorf("%s called %s", r.ID, exchange.Operation)
			}
		}
	}
	if ran == 0 || skipped == 0 {
		t.Errorf("%d ran, %d were skipped", ran, skipped)
	}
}

// A case can be rerun by its name. The run also proves that the valid request is accepted, and
// leaves nothing behind.
func TestCaseAlone(t *testing.T) {
	remote(t)
	for _, operation := range []string{"singleVerify", "singleOrder", "cancelAutoRenewalRecord", "stripeSubDirectly", "addSims"} {
		id := "GEN/" + operation + "/body/partnerCode/missing"
		run := runAgainst(t, settings(func(s *target.Settings) { s.Only, s.Seed = []string{id}, "1" }))
		if len(run.Results) != 1 || run.Results[0].Verdict != reports.Passed || len(run.Left) > 0 {
			t.Fatalf("%s: %d results, left behind %q%s", id, len(run.Results), run.Left, told(run.Results[0]))
		}
		accepted := 0
		for _, exchange := range run.Results[0].Exchanges {
			if exchange.Operation == operation && strings.Contains(string(exchange.Response.Body), `"operateCode":"S"`) {
				accepted++
			}
		}
		if accepted != 1 {
			t.Errorf("%s: %d valid requests were accepted, want 1", id, accepted)
		}
	}
}

// Expectations of a target override the outcome that the contract gives a case.
func TestLenientTarget(t *testing.T) {
	remote(t)
	run := func(expectations ...target.Expectation) *reports.Run {
		under := configured(t, settings(func(s *target.Settings) {
			s.Fault, s.Only, s.Seed = []string{"empty-mark-accepted"}, []string{"GEN/singleQueryOrder/body/mark"}, "1"
		}))
		under.Expectations = expectations
		run, err := conformance.Run(t.Context(), under, nil)
		if err != nil {
			t.Fatal(err)
		}
		return run
	}
	if code := conformance.ExitCode(run()); code != conformance.ExitViolation {
		t.Errorf("without an expectation the exit code is %d", code)
	}
	if code := conformance.ExitCode(run(expecting("*", "empty", reports.ExpectEither))); code != conformance.ExitPassed {
		t.Errorf("with an expectation the exit code is %d", code)
	}
	strict := run(expecting("singleQueryOrder", "missing", reports.ExpectAccepted))
	if code := conformance.ExitCode(strict); code != conformance.ExitViolation {
		t.Errorf("a target that does not do what is expected has the exit code %d", code)
	}
	if len(strict.Policy.Expectations) != 1 || strict.Policy.Expectations[0].Expect != reports.ExpectAccepted {
		t.Errorf("the policy of the run says %+v", strict.Policy.Expectations)
	}
}

// An expectation that matches no case is reported before the run.
func TestWrongExpectations(t *testing.T) {
	remote(t)
	for _, wrong := range []target.Expectation{
		expecting("singleOrdr", "missing", reports.ExpectAccepted),
		expecting("*", "[", reports.ExpectAccepted),
		expecting("*", "missing", "perhaps"),
	} {
		under := configured(t, settings(func(s *target.Settings) { s.Only, s.Seed = []string{"SIG-001"}, "1" }))
		under.Expectations = []target.Expectation{wrong}
		_, err := conformance.Run(t.Context(), under, nil)
		if _, ok := errors.AsType[*target.Error](err); !ok {
			t.Errorf("%+v: %v", wrong, err)
		}
	}
}

// expecting returns an expectation of a target.
func expecting(operation, mutation string, expect reports.Expect) target.Expectation {
	return target.Expectation{Expectation: reports.Expectation{Operation: operation, Mutation: mutation, Expect: expect}}
}
