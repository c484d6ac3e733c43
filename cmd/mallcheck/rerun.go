package main

import (
	"errors"
	"fmt"
	"strconv"

	"github.com/mallcheck/mallcheck/conformance"
	"github.com/mallcheck/mallcheck/conformance/target"
)

// rerunCommand runs what failed once more.
type rerunCommand struct {
	File string `arg:"" name:"run.json" help:"The run.json of the run."`

	target.Settings
}

// Help tells what a rerun does, below the usage.
func (rerunCommand) Help() string {
	return `Runs the checks of a run that failed, that were inconclusive or that it did not get to, with its seed unless you give --seed. Give the settings of the run as well: run.json does not hold them. Exit code 2 when there is nothing to repeat.

Examples:
  mallcheck rerun mallcheck-report/run.json --target uat
  mallcheck rerun night/run.json --target uat --report-dir again
  mallcheck rerun mallcheck-report/run.json --fault sign-wrong-accepted`
}

// Run implements the command.
func (c *rerunCommand) Run(std *streams) error {
	if len(c.Only)+len(c.Skip) > 0 {
		return errors.New("--only and --skip do not go with rerun: it runs what failed")
	}
	run, err := readRun(c.File)
	if err != nil {
		return err
	}
	settings := c.Settings
	if settings.Only, err = conformance.ToRepeat(run); err != nil {
		return fmt.Errorf("%s: %w", c.File, err)
	}
	if settings.Seed == "" {
		settings.Seed = strconv.FormatInt(run.Seed, 10)
	}
	return (&runCommand{Settings: settings}).Run(std)
}
