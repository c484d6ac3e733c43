package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"sync"
	"syscall"
	"time"

	"golang.org/x/term"

	"github.com/mallcheck/mallcheck/cmd/mallcheck/internal/help"
	"github.com/mallcheck/mallcheck/cmd/mallcheck/internal/memory"
	"github.com/mallcheck/mallcheck/conformance"
	"github.com/mallcheck/mallcheck/conformance/embedded"
	"github.com/mallcheck/mallcheck/conformance/target"
	"github.com/mallcheck/mallcheck/reports"
	"github.com/mallcheck/mallcheck/reports/redact"
	"github.com/mallcheck/mallcheck/reports/render"
)

// runCommand tests a target against the contract.
type runCommand struct {
	target.Settings
}

// Help explains what a run does, below the usage.
func (runCommand) Help() string {
	return `Examples:
  mallcheck run                               test the built-in sandbox
  mallcheck run --fault sign-wrong-accepted   see what a failure looks like
  mallcheck run --topup-url https://host/topup_test --vshop-url https://host/vshop_uat \
      --partner-code P012345 --sim 89852000000000000001 --group G1 --allow read,write
  mallcheck run --target uat                  a target in mallcheck.yaml (see mallcheck init)

Most settings are also environment variables (MALLCHECK_PARTNER_CODE) and keys in mallcheck.yaml. Precedence: flag, environment variable, file, default. mallcheck config shows the effective settings.

Exit code: 0 no violation, 1 violation, 2 wrong usage, 3 target not reached or run incomplete, 130 interrupted.`
}

// withoutDrift returns an error if --fail-on names drift for a command that does not look for drift.
func withoutDrift(t *target.Target) error {
	if !t.FailOnDrift {
		return nil
	}
	return &target.Error{Origin: t.Origin("fail-on"), Value: "drift", Problem: "is for mallcheck drift",
		Instead: "write critical, finding or habit"}
}

// Run implements the command.
func (c *runCommand) Run(std *streams) error {
	layers, t, err := resolved(std, c.Settings)
	if err != nil {
		return err
	}
	if err := withoutDrift(t); err != nil {
		return err
	}
	std.secrets = t.Secrets() // the terminal and the reports mark redacted values
	if err := knownFormats(t.Origin("format"), t.Formats); err != nil {
		return err
	}
	t, closing, err := embedded.Open(layers...)
	if err != nil {
		return err
	}
	defer closing()
	release, err := claim(t, true)
	if err != nil {
		return err
	}
	defer release()
	return judge(std, t)
}

// judge runs the checks, prints progress, writes the reports and returns the run's exit code.
func judge(std *streams, t *target.Target) error {
	return judgeBy(std, t, func(ctx context.Context, observer conformance.Observer) (*reports.Run, error) {
		return conformance.RunSpecs(ctx, t, observer)
	})
}

// runner runs checks until ctx ends and notifies the observer.
type runner func(ctx context.Context, observer conformance.Observer) (*reports.Run, error)

// stoppingChecks is notified when a run of checks is interrupted.
const stoppingChecks = "interrupted: finishing the current check and cleaning up (press again to stop at once)"

// judgeBy is judge with another runner.
func judgeBy(std *streams, t *target.Target, start runner) error {
	return judgeUntil(std, t, stoppingChecks, start)
}

// judgeUntil is judgeBy with a message for the first signal.
func judgeUntil(std *streams, t *target.Target, stopping string, start runner) error {
	outliveReader()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	terminal := newTerminal(std, t.Verbose)
	watch := &watcher{terminal: terminal, secrets: t.Secrets()}
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, endings()...)
	defer signal.Stop(signals)

	finished := make(chan error, 1)
	var run *reports.Run
	go func() {
		var err error
		run, err = start(ctx, watch)
		finished <- err
	}()
	for interrupts := 0; ; {
		select {
		case err := <-finished:
			if err != nil {
				return err
			}
			return conclude(std, t, terminal, run)
		case <-signals:
			if interrupts++; interrupts == 1 {
				terminal.Note(stopping)
				cancel()
				continue
			}
			if !t.Sandbox && (t.Allow.Write || t.Allow.Purchase) {
				terminal.Note("stopped at once: run mallcheck sweep with the same settings to clean up")
			}
			return conclude(std, t, terminal, watch.snapshot())
		}
	}
}

// outliveReader keeps the process running if nobody reads its output any more, as with
// "| head". SIGPIPE would otherwise end it before it has cleaned up and written the reports.
func outliveReader() { signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE) }

// conclude writes the reports of a run, prints its end and returns its exit code.
func conclude(std *streams, t *target.Target, terminal *render.Terminal, run *reports.Run) error {
	code := conformance.ExitCode(run)
	told := redacted(run, t)
	failed := render.WriteFiles(t.ReportDir, t.Formats, reports.Bound(told, maxBody))
	if err := terminal.End(told, render.Files(t.ReportDir, t.Formats)); failed == nil && err != nil && !errors.Is(err, syscall.EPIPE) {
		failed = fmt.Errorf("writing to the terminal: %w", err)
	}
	if slices.Contains(t.Formats, "github") {
		failed = errors.Join(failed, render.WriteGitHub(std.out, told))
	}
	if failed != nil && (code == conformance.ExitPassed || code == conformance.ExitInconclusive) {
		code = conformance.ExitUsage
	}
	if code == conformance.ExitPassed && failed == nil {
		return nil
	}
	return &exit{code, failed}
}

// redactFor bounds the time for redacting the bodies of a run; another signal ends it at
// once. The reports leave out the remaining bodies and count them.
const redactFor = 8 * time.Second

// redacted returns run without secrets.
func redacted(run *reports.Run, t *target.Target) *reports.Run {
	ctx, stop := signal.NotifyContext(context.Background(), endings()...)
	defer stop()
	ctx, cancel := context.WithTimeout(ctx, redactFor)
	defer cancel()
	return redact.Within(ctx, run, t.Secrets())
}

// maxBody is the number of bytes of a recorded body that the reports keep.
const maxBody = 64 << 10

// newTerminal returns the terminal output, with progress, colour and width if the output
// is a terminal.
func newTerminal(std *streams, verbose bool) *render.Terminal {
	options := render.TerminalOptions{Verbose: verbose}
	out := cmp.Or(std.screen, std.out)
	if width, is := widthOf(out); is {
		options.Live, options.Width = true, width
		options.Color = os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"
	}
	return render.NewTerminal(out, options)
}

// widthOf reports whether an output is a terminal, and its width, 0 if unknown.
func widthOf(out io.Writer) (width int, isTerminal bool) {
	file, ok := out.(*os.File)
	if !ok || !term.IsTerminal(int(file.Fd())) {
		return 0, false
	}
	width, _, _ = term.GetSize(int(file.Fd())) // 0 with an error
	return width, true
}

// width is the width of tables: that of the terminal, or help.Width.
func (s *streams) width() int {
	if width, _ := widthOf(s.out); width > 0 {
		return width
	}
	return help.Width
}

// watcher prints the progress of a run and keeps its results so far.
type watcher struct {
	terminal *render.Terminal
	secrets  redact.Secrets

	mu  sync.Mutex
	run reports.Run
}

// Begin implements conformance.Observer.
func (w *watcher) Begin(run *reports.Run, checks int) {
	memory.Run()
	w.mu.Lock()
	defer w.mu.Unlock()
	w.run = *run
	w.run.Results = make([]reports.Result, 0, checks)
	w.terminal.Begin(redact.Run(run, w.secrets), checks)
}

// Done implements conformance.Observer.
func (w *watcher) Done(result reports.Result) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.run.Results = append(w.run.Results, result)
	w.terminal.Result(&result)
}

// snapshot returns the results so far as an interrupted run.
func (w *watcher) snapshot() *reports.Run {
	w.mu.Lock()
	defer w.mu.Unlock()
	run := w.run
	run.Stopped, run.Ended = reports.Interrupted, time.Now().UTC()
	return &run
}
