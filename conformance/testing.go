package conformance

import (
	"context"
	"errors"
	"os"
	"os/signal"
	"syscall"
	"testing"

	"github.com/mallcheck/mallcheck/conformance/checks"
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
// of the test match the id and the case. So do -ginkgo.focus, -ginkgo.skip and
// -ginkgo.label-filter; -ginkgo.seed and -ginkgo.timeout set seed and time limit. A
// switch of Ginkgo that has no effect here is an error. Specs of the caller's own
// are left alone.
func Test(t *testing.T, under *target.Target) {
	t.Helper()
	settings := *under
	var selection selection.Switches
	if err := errors.Join(render.CheckFormats(under.Formats), render.CheckFolder(under.ReportDir), selection.Read(t.Name(),
		&settings)); err != nil {
		t.Fatal(err)
	}
	ctx, stop := signal.NotifyContext(t.Context(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	secrets := under.Secrets()
	terminal := render.NewTerminal(t.Output(), render.TerminalOptions{})
	asSubtests := func(ordered []checks.Check, await func(checks.Check) (reports.Result, bool)) {
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
	run, err := runWith(ctx, &settings, testObserver{terminal, secrets}, asSubtests, selection.Selects)
	if err != nil {
		t.Fatal(err)
	}
	told := redact.Run(run, secrets)
	if err := render.WriteFiles(under.ReportDir, under.Formats, reports.Bound(told, 64<<10)); err != nil {
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

// tellTest gives one result to go test.
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
			t.Errorf("%s: %s (%s)", d.Verdict, d.Summary, d.Clause)
		}
	}
}

// neverFromCache keeps go test from taking a pass of a remote target out of its
// cache: it does not cache a test that read a file younger than two seconds.
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

// testObserver tells a terminal.
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
// Its error is about the settings (a pattern that selects nothing, a contract
// that cannot be read), before anything was sent; everything that happens later
// is in the run. When ctx is cancelled the checks in progress end, what they
// created is undone, and the rest is skipped. One process runs one at a time.
// Ginkgo and Gomega are left as they are, so it may be called beside specs and
// inside one.
func Run(ctx context.Context, t *target.Target, observer Observer) (*reports.Run, error) {
	return runWith(ctx, t, observer, inTurn, nil)
}

// RunSpecs is Run for a program that has no Ginkgo specs of its own: the checks are
// specs of one suite, and Ginkgo's tree is empty afterwards.
func RunSpecs(ctx context.Context, t *target.Target, observer Observer) (*reports.Run, error) {
	return runWith(ctx, t, observer, runSpecs, nil)
}
