package main

import (
	"bytes"
	"errors"
	"fmt"
	"math/big"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/mallcheck/mallcheck/conformance"
	"github.com/mallcheck/mallcheck/conformance/target"
	"github.com/mallcheck/mallcheck/reports"
	"github.com/mallcheck/mallcheck/reports/render"
)

// divided runs the checks in several processes, a shard in each, and makes one run
// of theirs. Each gets its part of the rate and of the budget.
func (c *runCommand) divided(std *streams, t *target.Target) error {
	if err := render.CheckFolder(t.ReportDir); err != nil {
		return fmt.Errorf("%s: %w", t.Place("report-dir"), err)
	}
	outliveReader()
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, endings()...)
	defer signal.Stop(signals)
	children := make([]*child, t.Procs)
	ended := make(chan struct{}, t.Procs)
	for i := range children {
		settings, err := shareOf(c.Settings, t, i+1)
		if err == nil {
			children[i], err = start(std, settings, ended)
		}
		if err != nil {
			for _, started := range children[:i] {
				started.interrupt()
			}
			return err
		}
	}
	for running := t.Procs; running > 0; {
		select {
		case <-ended:
			running--
		case <-signals:
			for _, one := range children {
				one.interrupt()
			}
		}
	}
	return joined(std, t, children)
}

// child is a process that runs a shard.
type child struct {
	cmd      *exec.Cmd
	dir      string // of its reports
	out, err bytes.Buffer
}

// start starts a process with settings; it tells when it has ended.
func start(std *streams, settings target.Settings, ended chan<- struct{}) (*child, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("finding this program: %w", err)
	}
	one := &child{dir: settings.ReportDir, cmd: exec.Command(self, append([]string{"run"}, settings.Arguments()...)...)} //nolint:gosec,noctx // it is this program, and its run has a time limit
	one.cmd.Env, one.cmd.Stdout, one.cmd.Stderr = std.environ, &one.out, &one.err
	apart(one.cmd)
	if err := os.RemoveAll(filepath.Join(one.dir, "run.json")); err != nil {
		return nil, fmt.Errorf("removing the run.json of an earlier run: %w", err)
	}
	if err := one.cmd.Start(); err != nil {
		return nil, fmt.Errorf("starting a process: %w", err)
	}
	go func() {
		_ = one.cmd.Wait() // its exit code says what came of it
		ended <- struct{}{}
	}()
	return one, nil
}

// interrupt passes Ctrl-C on.
func (c *child) interrupt() { _ = c.cmd.Process.Signal(os.Interrupt) }

// shardDir is the folder below that of the reports in which one of several
// processes leaves its own, with its journal.
func shardDir(reportDir string, index int) string {
	return filepath.Join(reportDir, fmt.Sprint("shard-", index))
}

// shareOf returns the settings of one of several processes.
func shareOf(settings target.Settings, t *target.Target, index int) (target.Settings, error) {
	settings.Procs = "1"
	settings.Shard = reports.Shard{Index: index, Count: t.Procs}.String()
	settings.Seed = strconv.FormatInt(t.Seed, 10)
	settings.ReportDir = shardDir(t.ReportDir, index)
	settings.Format = []string{"json"}
	if t.Rate > 0 {
		settings.Rate = strconv.FormatFloat(t.Rate/float64(t.Procs), 'f', -1, 64) + "/s"
	}
	if limit := t.Budget.Purchases; limit > 0 {
		if limit < t.Procs {
			return settings, fmt.Errorf("%s: %d purchases cannot be divided among %d processes; make fewer with --procs", t.Place("budget-purchases"), limit, t.Procs)
		}
		settings.BudgetPurchases = strconv.Itoa(limit / t.Procs)
	}
	if limit := t.Budget.Amount; limit != nil {
		cents := new(big.Rat).Mul(limit, big.NewRat(100, int64(t.Procs)))
		whole := new(big.Int).Quo(cents.Num(), cents.Denom())
		settings.BudgetAmount = new(big.Rat).SetFrac(whole, big.NewInt(100)).FloatString(2)
	}
	return settings, nil
}

// joined makes one run of those of all processes, and ends with its exit code. A
// process that left no run has said why, or was killed.
func joined(std *streams, t *target.Target, children []*child) error {
	runs, files := make([]*reports.Run, len(children)), make([]string, len(children))
	for i, one := range children {
		files[i] = filepath.Join(one.dir, "run.json")
		run, err := readRun(files[i])
		code := one.cmd.ProcessState.ExitCode()
		switch {
		case err == nil:
			runs[i] = run
		case code == conformance.ExitUsage:
			return errors.New(strings.TrimPrefix(strings.TrimSpace(one.err.String()), "mallcheck: "))
		default:
			return &exit{conformance.ExitInconclusive, fmt.Errorf(
				"process %d of %d ended without a run (%s); mallcheck sweep --report-dir %s undoes what it left", i+1, len(children), one.cmd.ProcessState, one.dir)}
		}
	}
	run, err := reports.Merge(runs, files)
	if err != nil {
		return err
	}
	terminal := newTerminal(std, t.Verbose)
	terminal.Begin(run, len(run.Results))
	for i := range run.Results {
		terminal.Result(&run.Results[i])
	}
	if slices.ContainsFunc(children, func(c *child) bool { return c.cmd.ProcessState.ExitCode() == conformance.ExitInterrupted }) {
		run.Stopped = reports.Interrupted
	}
	return conclude(std, t, terminal, run)
}
