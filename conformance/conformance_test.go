package conformance_test

import (
	"errors"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/mallcheck/mallcheck/conformance"
	"github.com/mallcheck/mallcheck/conformance/embedded"
	"github.com/mallcheck/mallcheck/conformance/target"
	"github.com/mallcheck/mallcheck/reports"
	"github.com/mallcheck/mallcheck/reports/redact"
	"github.com/mallcheck/mallcheck/reports/render"
)

// TestConformance holds the target that the environment or the file of targets
// names, or the embedded sandbox, to the contract, and writes the reports below the module root.
func TestConformance(t *testing.T) {
	under := configured(t, environment(t)...)
	if !filepath.IsAbs(under.ReportDir) {
		under.ReportDir = filepath.Join(moduleRoot(t), under.ReportDir)
	}
	if err := errors.Join(render.CheckFormats(under.Formats), render.CheckFolder(under.ReportDir)); err != nil {
		t.Fatal(err)
	}
	ctx, stop := signal.NotifyContext(t.Context(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	terminal := render.NewTerminal(t.Output(), render.TerminalOptions{})
	run, err := conformance.Run(ctx, under, observer{terminal, under.Secrets()})
	if err != nil {
		t.Fatal(err)
	}
	told := redact.Run(run, under.Secrets())
	if err := render.WriteFiles(under.ReportDir, under.Formats, reports.Bound(told, 64<<10)); err != nil {
		t.Error(err)
	}
	if err := terminal.End(told, render.Files(under.ReportDir, under.Formats)); err != nil {
		t.Error(err)
	}
	for i := range told.Results {
		t.Run(told.Results[i].ID, func(t *testing.T) { tell(t, &told.Results[i], run.Policy) })
	}
	if code := conformance.ExitCode(run); code != conformance.ExitPassed {
		t.Errorf("exit code %d", code)
	}
	neverFromCache(under)
}

// tell gives one result to go test.
func tell(t *testing.T, result *reports.Result, policy reports.Policy) {
	t.Helper()
	switch {
	case result.Verdict == reports.Skipped:
		t.Skip(result.Reason)
	case result.Verdict == reports.Waived:
		t.Skip("waived " + result.Reason)
	case result.Verdict == reports.Inconclusive:
		t.Errorf("inconclusive: %s", result.Reason)
	case result.Verdict == reports.Failed, policy.FailOnFinding && result.Verdict == reports.Finding:
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
		if file, err := os.Open(path); err == nil {
			_ = file.Close()
		}
	}
}

// observer tells a terminal.
type observer struct {
	terminal *render.Terminal
	secrets  redact.Secrets
}

// Begin implements conformance.Observer.
func (o observer) Begin(run *reports.Run, checks int) {
	o.terminal.Begin(redact.Run(run, o.secrets), checks)
}

// Done implements conformance.Observer.
func (o observer) Done(result reports.Result) { o.terminal.Result(&result) }

// environment returns the settings of the process environment and of the file of
// targets in the module root.
func environment(t *testing.T) []target.Layer {
	t.Helper()
	layers, err := target.Layers(target.Settings{}, os.Environ(), moduleRoot(t))
	if err != nil {
		t.Fatal(err)
	}
	return layers
}

// configured resolves settings; without an address it starts the sandbox for the test.
func configured(t testing.TB, layers ...target.Layer) *target.Target {
	t.Helper()
	under, closing, err := embedded.Open(layers...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(closing)
	return under
}

// settings returns a layer with the given values, as if they were flags.
func settings(change func(*target.Settings)) target.Layer {
	var s target.Settings
	change(&s)
	return target.Flags(s)
}

// moduleRoot returns the folder of go.mod.
func moduleRoot(t *testing.T) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			t.Fatal("no go.mod above the test")
		}
		dir = parent
	}
}

// remote skips a test of the project itself when the environment or the file of
// targets names a target.
func remote(t *testing.T) {
	t.Helper()
	if target.HasAddress(environment(t)...) {
		t.Skip("a target is named: only that is put to the test")
	}
	for _, entry := range os.Environ() {
		if strings.HasPrefix(entry, target.Prefix) {
			t.Skip("the environment sets " + strings.SplitN(entry, "=", 2)[0] + ": only the target is put to the test")
		}
	}
}
