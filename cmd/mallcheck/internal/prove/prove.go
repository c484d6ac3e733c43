// Package prove proves faults in several processes of the program. Each runs the suite
// against one fault after the other.
package prove

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/mallcheck/mallcheck/conformance/embedded"
	"github.com/mallcheck/mallcheck/reports"
	"github.com/mallcheck/mallcheck/sandbox/faults"
)

// tellEvery is how often the progress is reported.
const tellEvery = 10 * time.Second

// Settings say how faults are proven.
type Settings struct {
	Depth   string
	Seed    int64
	Procs   int
	Environ []string  // of the processes
	Err     io.Writer // for their errors and the progress
}

// ErrInterrupted means that the faults were not proven to the end.
var ErrInterrupted = errors.New("interrupted: nothing was written")

// All runs the suite against each fault, in several processes, because Ginkgo runs one suite
// at a time in a process. It returns the rows in the order of the faults.
func All(ctx context.Context, settings Settings, selected []faults.Fault) ([]reports.FaultRow, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	procs := settings.Procs
	p := &proof{Settings: settings, faults: selected, next: make(chan int), rows: make([]reports.FaultRow, len(selected)), told: time.Now()}
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
		return nil, ErrInterrupted
	}
	return p.rows, nil
}

// proof is the proof of several faults, in progress.
type proof struct {
	Settings

	faults []faults.Fault
	next   chan int // indices of faults
	rows   []reports.FaultRow

	mu   sync.Mutex
	done int
	told time.Time
}

// tell counts a fault as proven, and prints the progress from time to time.
func (p *proof) tell() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.done++; time.Since(p.told) >= tellEvery {
		p.told = time.Now()
		fmt.Fprintf(p.Err, "%d of %d faults\n", p.done, len(p.faults))
	}
}

// work passes fault after fault to a process and fills in their rows. A process that hangs or
// crashes is reported in the row of its fault, and is replaced.
func (p *proof) work(ctx context.Context) error {
	var w *worker
	defer func() { w.end() }()
	for i := range p.next {
		if w == nil {
			var err error
			if w, err = p.start(ctx); err != nil {
				return err
			}
		}
		fault := p.faults[i]
		if err := w.prove(fault.ID, &p.rows[i]); err != nil {
			w.end()
			w = nil
			if ctx.Err() != nil {
				return nil
			}
			p.rows[i] = reports.FaultRow{
				ID: fault.ID, Clause: fault.Clause, Statement: fault.Statement, CaughtBy: []string{},
				SideEffects: map[string][]string{}, Problem: "its process broke: " + err.Error(),
			}
		}
		p.tell()
	}
	return nil
}

// worker is a process that proves faults.
type worker struct {
	process *exec.Cmd
	cancel  context.CancelFunc
	ids     io.WriteCloser
	answers *json.Decoder
}

// start starts a worker process.
func (p *proof) start(ctx context.Context) (*worker, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("finding the program to start again: %w", err)
	}
	ctx, cancel := context.WithCancel(ctx)
	process := exec.CommandContext(ctx, self, "faults", "--worker", "--depth", p.Depth, "--seed", strconv.FormatInt(p.Seed, 10)) //nolint:gosec // this very program
	process.Env = append(slices.Clone(p.Environ), "GOMAXPROCS="+strconv.Itoa(max(1, runtime.NumCPU()/p.Procs)))
	process.Stderr = p.Err
	ids, errIn := process.StdinPipe()
	out, errOut := process.StdoutPipe()
	if err := errors.Join(errIn, errOut, process.Start()); err != nil {
		cancel()
		return nil, fmt.Errorf("starting a process to prove faults: %w", err)
	}
	return &worker{process, cancel, ids, json.NewDecoder(bufio.NewReader(out))}, nil
}

// prove makes the process prove a fault within the time limit and reads its row.
func (w *worker) prove(id string, row *reports.FaultRow) error {
	late := time.AfterFunc(embedded.ProofLimit, w.cancel)
	defer late.Stop()
	if _, err := fmt.Fprintln(w.ids, id); err != nil {
		return err
	}
	return w.answers.Decode(row)
}

// end ends the process, which is idle or hangs.
func (w *worker) end() {
	if w == nil {
		return
	}
	_ = w.ids.Close()
	w.cancel()
	_ = w.process.Wait()
}

// Each reads ids of faults, one per line, proves them and writes their rows.
func Each(in io.Reader, out io.Writer, depth string, seed int64) error {
	lines := bufio.NewScanner(in)
	for lines.Scan() {
		row, err := embedded.Prove(context.Background(), lines.Text(), depth, seed)
		if err != nil {
			return err
		}
		if err := json.NewEncoder(out).Encode(row); err != nil {
			return fmt.Errorf("writing the row of %s: %w", row.ID, err)
		}
	}
	return lines.Err()
}
