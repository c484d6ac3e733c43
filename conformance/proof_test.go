package conformance_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/mallcheck/mallcheck/conformance"
	"github.com/mallcheck/mallcheck/conformance/checks"
	"github.com/mallcheck/mallcheck/conformance/internal/matrix"
	"github.com/mallcheck/mallcheck/conformance/target"
	"github.com/mallcheck/mallcheck/internal/testlevel"
	"github.com/mallcheck/mallcheck/reports"
	"github.com/mallcheck/mallcheck/sandbox/faults"
)

// TestFaultsAreCaught commits a sample of the faults and requires each check that is expected to
// catch one to fail, all its cases, with a violation of the fault's clause. `make faults` runs the
// whole suite against every fault.
func TestFaultsAreCaught(t *testing.T) {
	remote(t)
	every := testlevel.Pick(48, 24, 8)
	for i, fault := range faults.Faults() {
		if i%every != 0 {
			continue
		}
		t.Run(fault.ID, func(t *testing.T) {
			expected := conformance.ExpectedToCatch(fault.ID)
			if len(expected) == 0 {
				t.Fatal("no check is expected to catch it")
			}
			run := runAgainst(t, settings(func(s *target.Settings) {
				s.Fault, s.Only, s.Seed, s.TaskTimeout = []string{fault.ID}, expected, "1", "300ms"
			}))
			for _, service := range run.Services {
				if !service.Reached {
					t.Errorf("the %s service was not reached: %s", service.Name, service.Problem)
				}
			}
			for _, r := range run.Results {
				if r.Verdict != reports.Failed || !violates(r, fault.Clause) {
					t.Errorf("%s does not fail for clause %s:%s", r.ID, fault.Clause, told(r))
				}
			}
		})
	}
}

// violates reports whether a result shows a violation of a clause.
func violates(result reports.Result, clause string) bool {
	return slices.ContainsFunc(result.Deviations, func(d reports.Deviation) bool {
		return d.Clause == clause && d.Verdict == reports.Failed
	})
}

// TestEveryCheckCatchesAFault requires a fault for each check: one that was never
// seen to fail proves nothing.
func TestEveryCheckCatchesAFault(t *testing.T) {
	catching := map[string]bool{}
	for _, fault := range faults.Faults() {
		for _, id := range conformance.ExpectedToCatch(fault.ID) {
			catching[base(id)] = true
		}
	}
	for _, check := range checks.All() {
		if !catching[base(check.ID)] {
			t.Errorf("no fault is there for %s to catch", check.ID)
			catching[base(check.ID)] = true
		}
	}
}

// base returns the id of the check that an id is a case of.
func base(id string) string {
	id, _, _ = strings.Cut(id, "/")
	return id
}

// TestExpectationsAreOfFaultsAndChecks keeps the table free of what is not there
// any more, and in order.
func TestExpectationsAreOfFaultsAndChecks(t *testing.T) {
	var known []string
	for _, check := range checks.All() {
		known = append(known, check.ID, base(check.ID))
	}
	var committed []string
	for _, fault := range faults.Faults() {
		committed = append(committed, fault.ID)
	}
	for fault, expected := range matrix.Expected() {
		if !slices.Contains(committed, fault) {
			t.Errorf("there is not a known fault %s", fault)
		}
		if !slices.IsSorted(expected) {
			t.Errorf("%s: %q are not in order", fault, expected)
		}
		for i, id := range expected {
			if !slices.Contains(known, id) {
				t.Errorf("%s: there is no check %s", fault, id)
			}
			if slices.Contains(expected[:i], id) || id != base(id) && slices.Contains(expected, base(id)) {
				t.Errorf("%s: %s stands twice", fault, id)
			}
		}
	}
}

// TestNoFalseAlarm runs everything without a fault, in a different random order
// and with different values each time: nothing may deviate. At every other seed
// tasks have ended when they can first be asked for. The cases derived from the
// contract, which keep to themselves, are run at every tenth.
func TestNoFalseAlarm(t *testing.T) {
	testlevel.Plain(t)
	remote(t)
	seeds := testlevel.Pick(0, 3, 50)
	for seed := 1; seed <= seeds && !t.Failed(); seed++ {
		run := runAgainst(t, settings(func(s *target.Settings) {
			s.Depth = string(checks.Thorough)
			if s.Seed = fmt.Sprint(seed); seed%2 == 0 {
				s.Variant = []string{"tasks-done-at-once"}
			}
			if seed%10 != 1 {
				s.Skip = []string{"area:GEN"}
			}
		}))
		for _, r := range run.Results {
			if r.Verdict != reports.Passed {
				t.Errorf("seed %d: %s", seed, told(r))
			}
		}
		if code := conformance.ExitCode(run); code != conformance.ExitPassed || len(run.Left) > 0 || len(run.Results) < 1000 {
			t.Errorf("seed %d: exit code %d, %d results, left behind: %q", seed, code, len(run.Results), run.Left)
		}
	}
}

// A run against a server with other habits finds no violation at the strictness of any other target,
// and reports whatever is undocumented once. Each habit is imitated alone, without the cases derived
// from the contract, and together with others, with those cases and in other orders.
func TestConformingVariantsPass(t *testing.T) {
	remote(t)
	all := faults.Variants()
	for _, variant := range all {
		t.Run(variant.ID, func(t *testing.T) {
			testlevel.Long(t)
			passes(t, "1", []string{"area:GEN"}, variant)
		})
	}
	for seed := 2; seed < 2+testlevel.Pick(1, 2, 5); seed++ {
		t.Run(fmt.Sprintf("mixed-%d", seed), func(t *testing.T) {
			random := rand.New(rand.NewPCG(uint64(seed), 0))
			mixed := slices.DeleteFunc(slices.Clone(all), func(faults.Variant) bool { return random.IntN(2) == 0 })
			passes(t, fmt.Sprint(seed), nil, mixed...)
		})
	}
}

// passes runs what is not skipped against a sandbox with some habits.
func passes(t *testing.T, seed string, skip []string, variants ...faults.Variant) {
	t.Helper()
	var ids []string
	configurable := false
	for _, variant := range variants {
		ids = append(ids, variant.ID)
		configurable = configurable || len(variant.Settings) > 0
	}
	run := runAgainst(t, settings(func(s *target.Settings) {
		s.Variant, s.Strict, s.Seed, s.Skip, s.Depth = ids, "documented", seed, skip, string(checks.Thorough)
	}))
	// Where a plan waits for another one of its SIM card, a thorough run may need more cards than there are.
	waits, short := slices.Contains(ids, "one-plan-per-sim"), 0
	for _, r := range run.Results {
		switch {
		case r.Verdict == reports.Passed, r.Verdict == reports.Finding:
		case r.Verdict == reports.Skipped && configurable: // the settings of the target say that it does not apply
		case r.Verdict == reports.Inconclusive && waits && strings.Contains(r.Reason, "more SIM cards (--sim)"):
			short++
		default:
			t.Errorf("%q: %s", ids, told(r))
		}
	}
	if short > 10 {
		t.Errorf("%q: %d checks need more SIM cards", ids, short)
	}
	if code := conformance.ExitCode(run); code != conformance.ExitPassed && short == 0 || len(run.Left) > 0 {
		t.Errorf("%q: exit code %d, left behind: %q", ids, code, run.Left)
	}
	for what, times := range undocumented(run) {
		if times > 1 {
			t.Errorf("%q: told %d times: %s", ids, times, what)
		}
	}
}

// Each undocumented member is reported as a habit.
func TestUnknownMembersAreAHabit(t *testing.T) {
	remote(t)
	run := runAgainst(t, settings(func(s *target.Settings) {
		s.Variant, s.Only, s.Seed = []string{"unknown-members"}, []string{"ASY-013/addSims", "VSH-001"}, "1"
	}))
	for _, member := range []string{"traceId", "timestamp", "operator"} {
		if !slices.ContainsFunc(run.Habits, func(h reports.Habit) bool { return strings.Contains(h.Evidence, member) }) {
			t.Errorf("the member %s is not reported: %+v", member, run.Habits)
		}
	}
	if code := conformance.ExitCode(run); code != conformance.ExitPassed {
		t.Errorf("exit code %d", code)
	}
}

// undocumented returns the undocumented values that a run reports, by clause and value,
// with how often each is reported.
func undocumented(run *reports.Run) map[string]int {
	times := map[string]int{}
	for _, r := range run.Results {
		for _, d := range r.Deviations {
			if d.Undocumented {
				times[d.Clause+"\n"+d.Actual]++
			}
		}
	}
	return times
}

// runAgainst runs the checks against a sandbox of its own.
func runAgainst(t testing.TB, layer target.Layer) *reports.Run {
	t.Helper()
	run, err := conformance.Run(t.Context(), configured(t, layer), nil)
	if err != nil {
		t.Fatal(err)
	}
	return run
}

// told says in words what became of a check, for messages.
func told(r reports.Result) string {
	text := fmt.Sprintf("\n%s %s %s", r.ID, r.Verdict, r.Reason)
	for _, d := range r.Deviations {
		text += fmt.Sprintf("\n    %s %s: %s (expected %s, actual %s)", d.Verdict, d.Clause, d.Summary, d.Expected, d.Actual)
	}
	return text
}
