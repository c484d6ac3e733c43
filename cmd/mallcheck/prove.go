package main

import (
	"bufio"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"runtime"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/mallcheck/mallcheck/conformance"
	"github.com/mallcheck/mallcheck/conformance/target"
	"github.com/mallcheck/mallcheck/reports"
	"github.com/mallcheck/mallcheck/sandbox/faults"
)

const (
	// proofSeed is the seed of every run of a proof.
	proofSeed = 1
	// proofLimit is how long each of the two runs against one fault may take, and proofGrace how
	// long its process may take beyond that.
	proofLimit = 2 * time.Minute
	proofGrace = 30 * time.Second
	// tellEvery is after how many faults the progress is told.
	tellEvery = 50
)

// proveAll runs the suite against each fault, in several processes, because Ginkgo
// runs one suite a process at a time. It returns the rows in the order of the faults.
func proveAll(std *streams, selected []faults.Fault, procs int) ([]reports.FaultRow, error) {
	ctx, cancel := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer cancel()
	p := &proof{std: std, procs: procs, faults: selected, next: make(chan int), rows: make([]reports.FaultRow, len(selected))}
	failed := make([]error, procs)
	var group sync.WaitGroup
	for i := range procs {
		group.Go(func() {
			if failed[i] = p.work(ctx); failed[i] != nil {
				cancel()
			}
		})
	}
	for i := range selected {
		select {
		case p.next <- i:
		case <-ctx.Done():
		}
	}
	close(p.next)
	group.Wait()
	if err := errors.Join(failed...); err != nil {
		return nil, err
	}
	if ctx.Err() != nil {
		return nil, &exit{conformance.ExitInterrupted, errors.New("interrupted: nothing was written")}
	}
	return p.rows, nil
}

// proof is the proof of several faults, in progress.
type proof struct {
	std    *streams
	procs  int
	faults []faults.Fault
	next   chan int // indices of faults
	rows   []reports.FaultRow
	done   atomic.Int64
}

// work gives one process fault after fault and fills the rows of them.
func (p *proof) work(ctx context.Context) error {
	self, err := os.Executable()
	if err != nil {
		return fmt.Errorf("finding the program to start again: %w", err)
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	process := exec.CommandContext(ctx, self, "faults", "--worker") //nolint:gosec // this very program
	process.Env = append(slices.Clone(p.std.environ), "GOMAXPROCS="+strconv.Itoa(max(1, runtime.NumCPU()/p.procs)))
	process.Stderr = p.std.err
	ids, errIn := process.StdinPipe()
	out, errOut := process.StdoutPipe()
	if err := errors.Join(errIn, errOut, process.Start()); err != nil {
		return fmt.Errorf("starting a process to prove faults: %w", err)
	}
	answers := json.NewDecoder(bufio.NewReader(out))
	for i := range p.next {
		late := time.AfterFunc(2*proofLimit+proofGrace, cancel)
		_, err := fmt.Fprintln(ids, p.faults[i].ID)
		if err == nil {
			err = answers.Decode(&p.rows[i])
		}
		late.Stop()
		if err != nil {
			cancel()
			return errors.Join(fmt.Errorf("proving %s: the process for it ended: %w", p.faults[i].ID, err), process.Wait())
		}
		if done := p.done.Add(1); done%tellEvery == 0 {
			fmt.Fprintf(p.std.err, "%d of %d faults\n", done, len(p.faults))
		}
	}
	_ = ids.Close()
	if err := process.Wait(); err != nil && ctx.Err() == nil {
		return fmt.Errorf("a process that proves faults: %w", err)
	}
	return nil
}

// proveEach proves the faults whose ids come in, a line each, and writes their rows.
func proveEach(std *streams) error {
	lines := bufio.NewScanner(std.in)
	for lines.Scan() {
		row, err := proveOne(lines.Text())
		if err != nil {
			return err
		}
		if err := json.NewEncoder(std.out).Encode(row); err != nil {
			return fmt.Errorf("writing the row of %s: %w", row.ID, err)
		}
	}
	return lines.Err()
}

// proveOne runs the suite against sandboxes that commit a fault: first the checks
// that are written by hand, then the cases derived from the contract that are worth
// it. Whatever is left out can only leave a fault, a check or a mutation unproven,
// and never prove one.
func proveOne(id string) (*reports.FaultRow, error) {
	all := faults.Faults()
	at := slices.IndexFunc(all, func(f faults.Fault) bool { return f.ID == id })
	if at < 0 {
		return nil, fmt.Errorf("%q is no fault", id)
	}
	run, err := against(id, func(s *target.Settings) { s.Skip = []string{"area:GEN"} })
	if err != nil {
		return nil, err
	}
	if worth := conformance.WorthDeriving(id, run); len(worth) > 0 {
		derived, err := against(id, func(s *target.Settings) { s.Only = worth })
		if err != nil {
			return nil, err
		}
		run.Results = append(run.Results, derived.Results...)
		run.Ended = run.Ended.Add(derived.Ended.Sub(derived.Started))
		run.Stopped = cmp.Or(run.Stopped, derived.Stopped)
	}
	row := conformance.FaultRow(id, all[at].Clause, all[at].Statement, run)
	return &row, nil
}

// against runs a part of the suite against a sandbox that commits a fault. Its
// settings are its own: nothing of the environment counts. What a sandbox does at
// all it does at once, so the time limits are short.
func against(id string, part func(*target.Settings)) (*reports.Run, error) {
	settings := target.Settings{
		Fault: []string{id}, Seed: strconv.Itoa(proofSeed), Timeout: proofLimit.String(),
		CallTimeout: "2s", TaskTimeout: "300ms", PushTimeout: "300ms",
	}
	part(&settings)
	layers := []target.Layer{target.Flags(settings)}
	t, err := target.Resolve(layers...)
	if err != nil {
		return nil, err
	}
	server, t, err := embedded(layers, t)
	if err != nil {
		return nil, err
	}
	defer stop(server)
	return conformance.Run(context.Background(), t, nil)
}
