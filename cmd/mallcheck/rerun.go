package main

import (
	"errors"
	"fmt"
	"strconv"

	"github.com/mallcheck/mallcheck/conformance/target"
	"github.com/mallcheck/mallcheck/reports"
)

// rerunCommand runs what failed once more.
type rerunCommand struct {
	File string `arg:"" name:"run.json" help:"The run.json of the run."`

	target.Settings
}

// Help tells what a rerun does, below the usage.
func (rerunCommand) Help() string {
	return `Runs the checks of a run that failed or came to no outcome, and no others, with the seed of that run unless --seed says another. Give the settings of the run: run.json has none that it takes to call a target.

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
	for i := range run.Results {
		if r := &run.Results[i]; run.Policy.Fails(r.Verdict) || r.Verdict == reports.Inconclusive {
			settings.Only = append(settings.Only, r.ID)
		}
	}
	if len(settings.Only) == 0 {
		_, err := fmt.Fprintf(std.out, "Nothing failed in %s: there is nothing to run again.\n", c.File)
		return err
	}
	if settings.Seed == "" {
		settings.Seed = strconv.FormatInt(run.Seed, 10)
	}
	return (&runCommand{Settings: settings}).Run(std)
}
