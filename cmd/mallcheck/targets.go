package main

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/mallcheck/mallcheck/cmd/mallcheck/internal/console"
	"github.com/mallcheck/mallcheck/cmd/mallcheck/internal/lists"
	"github.com/mallcheck/mallcheck/conformance/target"
	"github.com/mallcheck/mallcheck/internal/wholefile"
	"github.com/mallcheck/mallcheck/reports/redact"
)

// initCommand writes a sample file of targets.
type initCommand struct {
	File string `arg:"" optional:"" default:"${file_name}" help:"File to write. Default ${file_name}."`
}

// Help explains what to do with the file, below the usage.
func (initCommand) Help() string {
	return `Writes a commented file with one target, the provider's UAT. Existing files are not overwritten.

Examples:
  mallcheck init                      then:
  export MALL_PARTNER_CODE=P012345
  mallcheck doctor                    find out how the target behaves (read-only)
  mallcheck run                       test it`
}

// Run implements the command.
func (c *initCommand) Run(std *console.Streams) error {
	if err := wholefile.Create(c.File, target.Starter(), 0o600); err != nil {
		return err
	}
	_, err := fmt.Fprintf(std.Out, "Wrote %s. Set MALL_PARTNER_CODE, or add your partner code to the file; then run: mallcheck doctor\n", c.File)
	return err
}

// targetsCommand lists the targets of a file.
type targetsCommand struct {
	Config string `placeholder:"FILE" help:"Targets file. Default ${file_name} in the working directory."`
	JSON   bool   `name:"json" help:"Print JSON."`
}

// Help gives examples, below the usage.
func (targetsCommand) Help() string {
	return `Examples:
  mallcheck targets
  mallcheck targets --config ci/mallcheck.yaml --json`
}

// Run implements the command.
func (c *targetsCommand) Run(std *console.Streams) error {
	file, err := target.FindFile(target.Settings{Config: c.Config}, std.Environ, "")
	if err != nil {
		return err
	}
	if file == nil {
		return fmt.Errorf("there is no %s here; mallcheck init writes one, or name a file with --config FILE", target.FileName)
	}
	std.Hide(redact.Secrets{}) // addresses may contain a password
	listed := lists.Targets(file, std.Environ)
	if c.JSON {
		return std.WriteJSON(listed)
	}
	return std.WriteTable(func(table io.Writer) {
		fmt.Fprintln(table, "TARGET\tALLOWS\tADDRESSES")
		for _, t := range listed {
			fmt.Fprintln(table, t.Row())
		}
	})
}

// configCommand prints the effective settings.
type configCommand struct {
	JSON   bool `name:"json" xor:"form" help:"Print JSON."`
	Schema bool `xor:"form" help:"Print the JSON Schema of the file of targets instead."`

	target.Settings
}

// configuration is the effective settings, as JSON.
type configuration struct {
	Target   string           `json:"target"`
	Settings []target.InForce `json:"settings"`
}

// Help explains what is printed, below the usage.
func (configCommand) Help() string {
	return `Prints each setting that has a value, and where it comes from: a flag, a variable, a line of the file of targets, or the default. Secrets are hidden. It takes the flags of mallcheck run, and sends nothing.

Examples:
  mallcheck config --target uat
  MALLCHECK_RATE=5/s mallcheck config --target uat --allow read,write --json
  mallcheck config --schema > mallcheck.schema.json        for an editor that completes the file`
}

// Run implements the command.
func (c *configCommand) Run(std *console.Streams) error {
	if c.Schema {
		schema, err := target.Schema()
		if err == nil {
			_, err = std.Out.Write(schema)
		}
		return err
	}
	layers, t, err := resolved(std, c.Settings)
	if err != nil {
		return err
	}
	std.Hide(t.Secrets())
	settings := target.AllInForce(layers...)
	if c.JSON {
		return std.WriteJSON(configuration{t.Name, settings})
	}
	return std.WriteTable(func(table io.Writer) {
		if !slices.ContainsFunc(settings, func(s target.InForce) bool { return s.Key == "target" }) {
			fmt.Fprintf(table, "target\t%s\n", t.Name)
		}
		for _, s := range settings {
			fmt.Fprintf(table, "%s\t%s\t%s\n", s.Key, strings.Join(s.Values, ", "), s.Origin)
		}
	})
}
