package main

import (
	"cmp"
	"errors"
	"fmt"
	"strconv"

	"github.com/mallcheck/mallcheck/cmd/mallcheck/internal/console"
	"github.com/mallcheck/mallcheck/conformance"
	"github.com/mallcheck/mallcheck/conformance/target"
)

// rerunCommand runs the failed checks again.
type rerunCommand struct {
	File string `arg:"" name:"run.json" help:"The run.json of the run."`

	target.Settings
}

// Help explains what a rerun does, below the usage.
func (rerunCommand) Help() string {
	return `Runs the checks that failed, were inconclusive or were not reached, with the same seed unless you give --seed. Repeat the settings of the run: run.json does not contain them. Exit code 2 if there is nothing to rerun.

Examples:
  mallcheck rerun mallcheck-report/run.json --target uat
  mallcheck rerun night/run.json --target uat --report-dir again
  mallcheck rerun mallcheck-report/run.json --fault sign-wrong-accepted`
}

// Run implements the command.
func (c *rerunCommand) Run(std *console.Streams) error {
	if len(c.Only)+len(c.Skip) > 0 {
		return errors.New("--only and --skip cannot be used with rerun, which runs what failed")
	}
	run, err := readRun(c.File, "")
	if err != nil {
		return err
	}
	settings := c.Settings
	if settings.Only, err = conformance.ToRepeat(run); err != nil {
		return fmt.Errorf("%s: %w", c.File, err)
	}
	layers, _, err := resolved(std, settings)
	if err != nil {
		return err
	}
	if err := ofTheSandbox(c.File, run, layers); err != nil {
		return err
	}
	settings.Seed = cmp.Or(settings.Seed, strconv.FormatInt(run.Seed, 10))
	return (&runCommand{Settings: settings}).Run(std)
}
