package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"github.com/mallcheck/mallcheck/cmd/mallcheck/internal/console"
	"github.com/mallcheck/mallcheck/cmd/mallcheck/internal/judging"
	"github.com/mallcheck/mallcheck/conformance"
	"github.com/mallcheck/mallcheck/conformance/target"
	"github.com/mallcheck/mallcheck/reports"
	"github.com/mallcheck/mallcheck/reports/render"
)

// mergeCommand combines shards into one run.
type mergeCommand struct {
	Runs []string `arg:"" name:"run.json" help:"The run.json of each shard."`

	ReportDir string   `default:"mallcheck-report" placeholder:"DIR" help:"Report folder. Default ${default}."`
	Verbose   bool     `short:"v" help:"Print every failure with its exchanges, and every finding."`
	Format    []string `sep:"," default:"${default_format}" placeholder:"FORMAT" help:"Reports to write. Default ${default}."`
}

// Help explains what a merge does, below the usage.
func (mergeCommand) Help() string {
	return `Writes the reports of the whole run and ends with its exit code. A missing or duplicate shard is wrong usage.

Example (run the first two on separate machines):
  mallcheck run --shard 1/2 --seed 7 --report-dir shard-1
  mallcheck run --shard 2/2 --seed 7 --report-dir shard-2
  mallcheck merge shard-1/run.json shard-2/run.json`
}

// Run implements the command.
func (c *mergeCommand) Run(std *console.Streams) error {
	if err := conformance.CheckFormats("--format", c.Format); err != nil {
		return err
	}
	runs := make([]*reports.Run, len(c.Runs))
	var shards reports.ShardReader
	for i, path := range c.Runs {
		var err error
		if runs[i], err = readFile(path, shards.Read); err != nil {
			return err
		}
	}
	merged, err := conformance.Merge(runs, c.Runs)
	if err != nil {
		return err
	}
	if len(render.Files(c.ReportDir, c.Format)) > 0 {
		release, err := render.Claim("--report-dir", c.ReportDir)
		if err != nil {
			return err
		}
		defer release()
	}
	return judging.Conclude(std, &target.Target{ReportDir: c.ReportDir, Formats: c.Format}, std.Terminal(c.Verbose), merged)
}

// readRun reads the run.json of a run. It keeps only the exchanges of the check with an id.
func readRun(path, id string) (*reports.Run, error) {
	return readFile(path, func(file io.Reader) (*reports.Run, error) {
		return reports.ReadResults(file, func(result *reports.Result) error {
			if result.ID != id {
				result.Exchanges = nil
			}
			return nil
		})
	})
}

// readFile reads the file of a run with read.
func readFile[T any](path string, read func(io.Reader) (T, error)) (T, error) {
	var none T
	file, err := os.Open(path) //nolint:gosec // the user names the file
	if errors.Is(err, fs.ErrNotExist) {
		return none, fmt.Errorf("%s does not exist; name the run.json of a run", path)
	}
	if err != nil {
		return none, err
	}
	defer func() { _ = file.Close() }()
	run, err := read(file)
	if err != nil {
		return none, fmt.Errorf("%s: %w; name the run.json of a run", path, err)
	}
	return run, nil
}
