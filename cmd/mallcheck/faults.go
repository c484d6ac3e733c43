package main

import (
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"

	"github.com/mallcheck/mallcheck/cmd/mallcheck/internal/console"
	"github.com/mallcheck/mallcheck/cmd/mallcheck/internal/lists"
	"github.com/mallcheck/mallcheck/cmd/mallcheck/internal/prove"
	"github.com/mallcheck/mallcheck/cmd/mallcheck/internal/table"
	"github.com/mallcheck/mallcheck/conformance"
	"github.com/mallcheck/mallcheck/conformance/checks"
	"github.com/mallcheck/mallcheck/conformance/embedded"
	"github.com/mallcheck/mallcheck/conformance/target"
	"github.com/mallcheck/mallcheck/reports/render"
	"github.com/mallcheck/mallcheck/sandbox/faults"
)

// faultsCommand lists the faults, or proves that they are caught.
type faultsCommand struct {
	JSON      bool     `name:"json" help:"Print JSON."`
	Prove     bool     `help:"Run the suite against each fault and write which checks catch it, as Markdown and JSON."`
	Only      []string `sep:"," placeholder:"ID" help:"Only these faults."`
	ReportDir string   `default:"mallcheck-report/faults" placeholder:"DIR" help:"Report folder of --prove. Default ${default}."`
	Procs     int      `placeholder:"N" help:"Number of processes for --prove. Default: four per CPU, since most of them wait."`
	Depth     string   `default:"thorough" enum:"quick,standard,thorough" help:"Depth at which --prove runs the suite: quick, standard or thorough. Default ${default}."`
	Seed      int64    `default:"1" placeholder:"N" help:"Seed of the runs of --prove. Default ${default}."`
	Worker    bool     `hidden:"" help:"Prove the faults whose ids are on standard input, one a line."`
}

// Help explains what --prove proves, below the usage.
func (faultsCommand) Help() string {
	return `Examples:
  mallcheck faults                                list them (--json adds clauses and all checks)
  mallcheck run --fault sign-wrong-accepted       the checks under CAUGHT BY fail
  mallcheck serve --fault sign-wrong-accepted     serve a mall with this violation
  mallcheck faults --prove                        prove that every fault is caught

A fault is caught if a check fails and names the clause that the fault breaks. Exit code of --prove: 1 if a fault is missed, an expected check misses it, or a check catches no fault.`
}

// Run implements the command.
func (c *faultsCommand) Run(std *console.Streams) error {
	selected, err := selectFaults(c.Only)
	switch {
	case err != nil:
		return err
	case c.Worker:
		return prove.Each(std.In, std.Out, c.Depth, c.Seed)
	case c.Prove:
		return c.prove(std, selected)
	}
	listed := lists.Faults(selected)
	if c.JSON {
		return std.WriteJSON(listed)
	}
	rows := [][]string{{"ID", "THE SANDBOX", "CAUGHT BY"}}
	for _, fault := range listed {
		rows = append(rows, []string{fault.ID, fault.Statement, few(fault.Checks)})
	}
	return table.Write(std.Out, std.Width(), []int{30, 0, 32}, rows)
}

// few lists the first of several checks, for a line of a table.
func few(ids []string) string {
	const shown = 2
	if len(ids) <= shown {
		return strings.Join(ids, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(ids[:shown], ", "), len(ids)-shown)
}

// selectFaults returns the faults with these ids, all if there are no ids.
func selectFaults(ids []string) ([]faults.Fault, error) {
	_, _, err := embedded.Behaviour(ids, nil)
	if wrong, ok := errors.AsType[*target.Error](err); ok {
		wrong.Origin = "--only"
	}
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(faults.Faults(), func(f faults.Fault) bool {
		return len(ids) > 0 && !slices.Contains(ids, f.ID)
	}), nil
}

// prove proves the faults in several processes, and writes and judges the matrix.
func (c *faultsCommand) prove(std *console.Streams, selected []faults.Fault) error {
	if c.Procs < 0 {
		return fmt.Errorf("--procs: %d is not a valid number of processes; write 1 or more", c.Procs)
	}
	if c.Procs == 0 {
		c.Procs = 4 * runtime.NumCPU()
	}
	release, err := render.Claim("--report-dir", c.ReportDir)
	if err != nil {
		return err
	}
	defer release()
	ctx, cancel := console.Interruptible()
	defer cancel()
	settings := prove.Settings{Depth: c.Depth, Seed: c.Seed, Procs: min(c.Procs, len(selected)), Environ: std.Environ, Err: std.Err}
	rows, err := prove.All(ctx, settings, selected)
	if errors.Is(err, prove.ErrInterrupted) {
		return console.With(conformance.ExitInterrupted, err)
	}
	if err != nil {
		return err
	}
	matrix, err := conformance.NewMatrix(rows, c.Seed, len(c.Only) == 0 && c.Depth == string(checks.Thorough))
	if err != nil {
		return err
	}
	files, err := render.WriteMatrix(c.ReportDir, matrix)
	if err != nil {
		return err
	}
	for _, problem := range matrix.Problems {
		fmt.Fprintln(std.Out, problem)
	}
	fmt.Fprintf(std.Out, "%s\nthe right cause comes first for %d of %d faults\n%s\n",
		strings.Join(files, "\n"), matrix.RightCauses(), len(matrix.Faults), matrix.Totals())
	if len(matrix.Problems) > 0 {
		return console.With(conformance.ExitViolation, nil)
	}
	return nil
}
