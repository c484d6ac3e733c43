package embedded

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/mallcheck/mallcheck/conformance"
	"github.com/mallcheck/mallcheck/conformance/checks"
	"github.com/mallcheck/mallcheck/conformance/target"
	"github.com/mallcheck/mallcheck/reports"
	"github.com/mallcheck/mallcheck/sandbox/faults"
)

const (
	// runLimit bounds each of the two runs against one fault.
	runLimit = 2 * time.Minute
	// ProofLimit bounds the time to prove one fault.
	ProofLimit = 2*runLimit + 30*time.Second
)

// Prove runs the suite against sandboxes with a fault: first the hand-written checks,
// then the derived cases that are worth running. Leaving cases out can only leave a
// fault, a check or a mutation unproven.
func Prove(ctx context.Context, id, depth string, seed int64) (*reports.FaultRow, error) {
	all := faults.Faults()
	at := slices.IndexFunc(all, func(f faults.Fault) bool { return f.ID == id })
	if at < 0 {
		return nil, fmt.Errorf("%q is not a known fault", id)
	}
	run, err := against(ctx, id, depth, seed, func(s *target.Settings) { s.Skip = []string{"area:GEN"} })
	if err != nil {
		return nil, err
	}
	row := conformance.FaultRow(id, all[at].Clause, all[at].Statement, run)
	if depth != string(checks.Thorough) && row.Caught() {
		return &row, nil
	}
	if worth := conformance.WorthDeriving(id, run, depth); len(worth) > 0 {
		derived, err := against(ctx, id, depth, seed, func(s *target.Settings) { s.Only = worth })
		if err != nil {
			return nil, err
		}
		run.Results = append(run.Results, derived.Results...)
		run.Ended = run.Ended.Add(derived.Ended.Sub(derived.Started))
		run.Stopped = cmp.Or(run.Stopped, derived.Stopped)
	}
	row = conformance.FaultRow(id, all[at].Clause, all[at].Statement, run)
	return &row, nil
}

// against runs a part of the suite against a sandbox with a fault. It ignores the
// environment. The sandbox answers at once, so the limits are short. Faults are proven
// side by side: one check at a time is as fast.
func against(ctx context.Context, id, depth string, seed int64, part func(*target.Settings)) (*reports.Run, error) {
	settings := target.Settings{
		Fault: []string{id}, Depth: depth, Seed: strconv.FormatInt(seed, 10), Timeout: runLimit.String(),
		CallTimeout: "2s", TaskTimeout: "150ms", PushTimeout: "300ms", Concurrency: "1",
	}
	part(&settings)
	s, err := Start(target.Flags(settings))
	if err != nil {
		return nil, err
	}
	defer s.Close()
	return conformance.Run(ctx, s.Target, nil)
}
