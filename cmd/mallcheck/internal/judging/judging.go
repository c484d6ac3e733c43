// Package judging runs checks until they end or a signal ends them, prints their progress, and writes the
// reports.
package judging

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"sync"
	"syscall"
	"time"

	"github.com/mallcheck/mallcheck/cmd/mallcheck/internal/console"
	"github.com/mallcheck/mallcheck/cmd/mallcheck/internal/memory"
	"github.com/mallcheck/mallcheck/conformance"
	"github.com/mallcheck/mallcheck/conformance/target"
	"github.com/mallcheck/mallcheck/reports"
	"github.com/mallcheck/mallcheck/reports/redact"
	"github.com/mallcheck/mallcheck/reports/render"
)

// Runner runs checks until ctx ends and notifies the watcher.
type Runner func(ctx context.Context, watch *Watcher) (*reports.Run, error)

// StoppingChecks is printed when a run of checks is interrupted.
const StoppingChecks = "interrupted: finishing the current check and cleaning up (press again to stop at once)"

// Until runs checks, prints their progress, writes the reports and returns the exit code of the run. The
// first signal ends the run and prints stopping; the second ends it at once.
func Until(std *console.Streams, t *target.Target, stopping string, start Runner) error {
	outliveReader()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	terminal := std.Terminal(t.Verbose)
	watch := &Watcher{terminal: terminal, secrets: t.Secrets()}
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, console.Endings()...)
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
			return Conclude(std, t, terminal, run)
		case <-signals:
			if interrupts++; interrupts == 1 {
				terminal.Note(stopping)
				cancel()
				continue
			}
			if !t.Sandbox && (t.Allow.Write || t.Allow.Purchase) {
				terminal.Note("stopped at once: run mallcheck sweep with the same settings to clean up")
			}
			return Conclude(std, t, terminal, watch.snapshot())
		}
	}
}

// outliveReader keeps the process running if nobody reads its output any more, as with
// "| head". SIGPIPE would otherwise end it before it has cleaned up and written the reports.
func outliveReader() { signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE) }

// Conclude writes the reports of a run, prints its end and returns its exit code.
func Conclude(std *console.Streams, t *target.Target, terminal *render.Terminal, run *reports.Run) error {
	code := conformance.ExitCode(run)
	told := Redacted(run, t)
	failed := render.WriteFiles(t.ReportDir, t.Formats, reports.Bound(told, maxBody))
	if err := terminal.End(told, render.Files(t.ReportDir, t.Formats)); failed == nil && err != nil && !errors.Is(err, syscall.EPIPE) {
		failed = fmt.Errorf("writing to the terminal: %w", err)
	}
	if slices.Contains(t.Formats, "github") {
		failed = errors.Join(failed, render.WriteGitHub(std.Out, told))
	}
	if failed != nil && (code == conformance.ExitPassed || code == conformance.ExitInconclusive) {
		code = conformance.ExitUsage
	}
	if code == conformance.ExitPassed && failed == nil {
		return nil
	}
	return console.With(code, failed)
}

// redactFor bounds the time for redacting the bodies of a run; another signal ends it at
// once. The reports leave out the remaining bodies and count them.
const redactFor = 8 * time.Second

// Redacted returns run without secrets.
func Redacted(run *reports.Run, t *target.Target) *reports.Run {
	ctx, stop := console.Interruptible()
	defer stop()
	ctx, cancel := context.WithTimeout(ctx, redactFor)
	defer cancel()
	return redact.Within(ctx, run, t.Secrets())
}

// maxBody is the number of bytes of a recorded body that the reports keep.
const maxBody = 64 << 10

// Watcher prints the progress of a run and keeps its results so far.
type Watcher struct {
	terminal *render.Terminal
	secrets  redact.Secrets

	mu  sync.Mutex
	run reports.Run
}

// Begin implements conformance.Observer.
func (w *Watcher) Begin(run *reports.Run, checks int) {
	memory.Run()
	w.mu.Lock()
	defer w.mu.Unlock()
	w.run = *run
	w.run.Results = make([]reports.Result, 0, checks)
	w.terminal.Begin(redact.Run(run, w.secrets), checks)
}

// Done implements conformance.Observer.
func (w *Watcher) Done(result reports.Result) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.run.Results = append(w.run.Results, result)
	w.terminal.Result(&result)
}

// Working is render.Terminal.Working, for a run whose checks come at its end.
func (w *Watcher) Working(text string) { w.terminal.Working(text) }

// snapshot returns the results so far as an interrupted run.
func (w *Watcher) snapshot() *reports.Run {
	w.mu.Lock()
	defer w.mu.Unlock()
	run := w.run
	run.Stopped, run.Ended = reports.Interrupted, time.Now().UTC()
	return &run
}
