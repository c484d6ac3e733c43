package conformance

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"testing"
	"time"

	"github.com/mallcheck/mallcheck/conformance/checks"
	"github.com/mallcheck/mallcheck/conformance/internal/pool"
	"github.com/mallcheck/mallcheck/conformance/internal/selection"
	"github.com/mallcheck/mallcheck/conformance/target"
	"github.com/mallcheck/mallcheck/reports"
	"github.com/mallcheck/mallcheck/reports/redact"
	"github.com/mallcheck/mallcheck/reports/render"
)

// Test runs the checks against a target as subtests of t, one for each check, and
// writes the reports of the target's settings.
//
// -run and -skip select checks before anything is sent: the elements behind the name
// of the test match the id and the case, and a check that -run names runs at every depth.
// -ginkgo.focus, -ginkgo.skip and -ginkgo.label-filter select among the checks of the
// depth. -failfast and -ginkgo.fail-fast stop the run at the first failure. The run ends
// before the -timeout of go test, early enough for its reports. -ginkgo.timeout and
// -ginkgo.seed set time limit and seed; -ginkgo.dry-run sends nothing; -ginkgo.v prints
// every failure with its exchanges; -ginkgo.junit-report names a second JUnit file. A
// Ginkgo switch without effect here is an error. The caller's own specs are not touched.
// For -list, call Main in TestMain.
func Test(t *testing.T, under *target.Target) {
	t.Helper()
	settings := *under
	given, err := selection.ReadSwitches(t.Name(), &settings)
	if err := errors.Join(render.CheckFormats(under.Formats), err); err != nil {
		t.Fatal(err)
	}
	if given.FailFast && settings.Sandbox {
		settings.Concurrency = 1 // no other check is cut off
	}
	if given.DryRun {
		dryRun(t, &settings, given)
		return
	}
	release, err := render.Claim(under.Origin("report-dir"), under.ReportDir)
	if err != nil {
		t.Fatal(err)
	}
	defer release()
	ctx, stop := untilDeadline(t)
	defer stop()
	secrets := under.Secrets()
	terminal := render.NewTerminal(t.Output(), render.TerminalOptions{Verbose: given.Verbose})
	how := manner{also: given.Selects, named: given.NameChecks(), failFast: given.FailFast}
	how.awaitAll = func(ordered []checks.Check, await func(checks.Check) (reports.Result, bool)) {
		for _, check := range ordered {
			t.Run(check.ID, func(t *testing.T) {
				result, ran := await(check)
				if !ran {
					t.Skip(reasonStopped)
				}
				if result.Verdict != reports.Passed { // the others have nothing to tell
					result = redact.Run(&reports.Run{Results: []reports.Result{result}}, secrets).Results[0]
				}
				tellTest(t, &result, under.Policy())
			})
		}
	}
	run, err := runWith(ctx, &settings, testObserver{terminal, secrets}, how)
	if err != nil {
		t.Fatal(err)
	}
	told := redact.Run(run, secrets)
	if err := errors.Join(render.WriteFiles(under.ReportDir, under.Formats, reports.Bound(told, 64<<10)),
		writeJUnit(given.JUnit, told)); err != nil {
		t.Error(err)
	}
	if err := terminal.End(told, render.Files(under.ReportDir, under.Formats)); err != nil {
		t.Error(err)
	}
	if code := ExitCode(run); code != ExitPassed {
		t.Errorf("exit code %d", code)
	}
	neverFromCache(under)
}

// untilDeadline returns a context that ends at a signal, or early enough before the
// -timeout of go test for the run to undo what it did and to write its reports.
func untilDeadline(t *testing.T) (context.Context, context.CancelFunc) {
	ctx, stop := signal.NotifyContext(t.Context(), os.Interrupt, syscall.SIGTERM)
	deadline, has := t.Deadline()
	if !has {
		return ctx, stop
	}
	left := time.Until(deadline)
	limited, cancel := context.WithTimeoutCause(ctx, left-min(left/2, forReports), errTimeLimit)
	return limited, func() { cancel(); stop() }
}

// forReports is how long before the -timeout of go test a run ends.
const forReports = 20 * time.Second

// dryRun starts a subtest for each check that would run, and sends nothing.
func dryRun(t *testing.T, under *target.Target, given *selection.Switches) {
	t.Helper()
	selected, err := selectedBy(under, manner{also: given.Selects, named: given.NameChecks()})
	if err != nil {
		t.Fatal(err)
	}
	planned := runner{target: under}
	for _, check := range pool.InOrder(selected, under.Seed) {
		t.Run(check.ID, func(t *testing.T) {
			if reason := planned.unable(check); reason != "" {
				t.Skip(reason)
			}
			t.Log(check.Requirement)
		})
	}
	t.Logf("%d checks selected; nothing was sent. `mallcheck plan` estimates calls, duration and cost", len(selected))
}

// writeJUnit writes the JUnit report that -ginkgo.junit-report names, if it does.
func writeJUnit(path string, run *reports.Run) error {
	if path == "" {
		return nil
	}
	var out bytes.Buffer
	if err := render.WriteJUnit(&out, run); err != nil {
		return fmt.Errorf("-ginkgo.junit-report: %w", err)
	}
	if err := os.WriteFile(path, out.Bytes(), 0o600); err != nil {
		return fmt.Errorf("-ginkgo.junit-report: %w", err)
	}
	return nil
}

// Main runs the tests of m and returns their exit code. With -list it also lists the
// checks of a test that calls Test, by the names that -run takes.
func Main(m *testing.M, test string) int {
	code := m.Run()
	if err := selection.List(os.Stdout, test); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return ExitUsage
	}
	return code
}

// tellTest reports one result to go test.
func tellTest(t *testing.T, result *reports.Result, policy reports.Policy) {
	t.Helper()
	switch {
	case result.Verdict == reports.Skipped:
		t.Skip(result.Reason)
	case result.Verdict == reports.Waived:
		t.Skip("waived " + result.Reason)
	case result.Verdict == reports.Inconclusive:
		t.Errorf("inconclusive: %s", result.Reason)
	case policy.Fails(result.Verdict):
		for _, d := range result.Deviations {
			mismatch := reports.Mismatch{Summary: d.Summary, Expected: d.Expected, Actual: d.Actual}
			t.Errorf("%s: %s (%s)", d.Verdict, mismatch.Error(), d.Clause)
		}
	}
	t.Logf("the check took %s", result.Duration)
}

// neverFromCache keeps go test from caching a pass against a remote target: go test does
// not cache a test that read a file younger than two seconds.
func neverFromCache(under *target.Target) {
	if under.Sandbox {
		return
	}
	for _, path := range render.Files(under.ReportDir, under.Formats) {
		if file, err := os.Open(path); err == nil { //nolint:gosec // it was just written
			_ = file.Close()
		}
	}
}

// testObserver prints progress on a terminal.
type testObserver struct {
	terminal *render.Terminal
	secrets  redact.Secrets
}

// Begin implements Observer.
func (o testObserver) Begin(run *reports.Run, checks int) {
	o.terminal.Begin(redact.Run(run, o.secrets), checks)
}

// Done implements Observer.
func (o testObserver) Done(result reports.Result) { o.terminal.Result(&result) }

// inTurn awaits each check. Ginkgo is not involved.
func inTurn(ordered []checks.Check, await func(checks.Check) (reports.Result, bool)) {
	for _, check := range ordered {
		await(check)
	}
}

// Run runs every selected check against a target. observer may be nil.
//
// An error is about the settings, such as a pattern that selects nothing, and then
// nothing was sent. Everything later is in the run. When ctx is cancelled, the checks in
// progress end, what they created is undone, and the rest is skipped. One process runs
// one suite at a time. Run leaves Ginkgo and Gomega as they are, so it may be called
// beside specs or in one.
func Run(ctx context.Context, t *target.Target, observer Observer) (*reports.Run, error) {
	return runWith(ctx, t, observer, manner{awaitAll: inTurn})
}

// RunSpecs is Run for a program that has no Ginkgo specs of its own: the checks are
// specs of one suite, and Ginkgo's tree is empty afterwards.
func RunSpecs(ctx context.Context, t *target.Target, observer Observer) (*reports.Run, error) {
	return runWith(ctx, t, observer, manner{awaitAll: runSpecs})
}
