package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/mallcheck/mallcheck/conformance/target"
	"github.com/mallcheck/mallcheck/internal/wholefile"
	"github.com/mallcheck/mallcheck/reports"
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
func (c *initCommand) Run(std *streams) error {
	if err := writeFresh(c.File, target.Starter(), 0o600); err != nil {
		return err
	}
	_, err := fmt.Fprintf(std.out, "Wrote %s. Set MALL_PARTNER_CODE, or add your partner code to the file; then run: mallcheck doctor\n", c.File)
	return err
}

// writeFresh writes a file that must not exist yet.
func writeFresh(path string, text []byte, mode os.FileMode) error {
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode) //nolint:gosec // the user's own file
	if errors.Is(err, os.ErrExist) {
		return fmt.Errorf("%s already exists; choose another file, or delete it first", path)
	}
	if err == nil {
		_, err = file.Write(text)
		err = errors.Join(err, file.Close())
		if err != nil {
			_ = os.Remove(path) // otherwise the next try would refuse the incomplete file as existing
		}
	}
	if err != nil {
		return fmt.Errorf("%s cannot be written: %w; name a file in a folder that exists and that you may write to", path, wholefile.Reason(err))
	}
	return nil
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

// listedTarget is a target as it is listed.
type listedTarget struct {
	Name       string            `json:"name"`
	Default    bool              `json:"default"`
	Production bool              `json:"production"`
	Addresses  map[string]string `json:"addresses"` // by service
	Allow      []reports.Does    `json:"allow"`
	allows     string            // Allow, as --allow takes it
	Problem    string            `json:"problem,omitempty"` // why it cannot be used as it is
}

// Run implements the command.
func (c *targetsCommand) Run(std *streams) error {
	file, err := target.FindFile(target.Settings{Config: c.Config}, std.environ, "")
	if err != nil {
		return err
	}
	if file == nil {
		return fmt.Errorf("there is no %s here; mallcheck init writes one, or name a file with --config FILE", target.FileName)
	}
	std.hide(redact.Secrets{}) // addresses may contain a password
	listed := make([]listedTarget, 0, len(file.Names()))
	for _, name := range file.Names() {
		listed = append(listed, listTarget(file, name, std.environ))
	}
	if c.JSON {
		return writeJSON(std.out, listed)
	}
	return writeTable(std.out, func(table io.Writer) {
		fmt.Fprintln(table, "TARGET\tALLOWS\tADDRESSES")
		for _, t := range listed {
			fmt.Fprintln(table, t.row())
		}
	})
}

// listTarget describes one target by its file alone, whatever flags and variables a run may add.
func listTarget(file *target.File, name string, environ []string) listedTarget {
	listed := listedTarget{Name: name, Default: name == file.Default(), Addresses: map[string]string{}, Allow: []reports.Does{}}
	layer, err := file.Layer(name, environ)
	if err == nil {
		var t *target.Target
		if t, err = target.Resolve(layer, target.Flags(target.Settings{YesProduction: true})); err == nil {
			listed.Addresses, listed.Production = t.URLs, t.Production
			listed.Allow, listed.allows = t.Allow.List(), t.Allow.String()
		}
	}
	if err != nil {
		listed.Problem = oneLine(err.Error())
	}
	return listed
}

// row returns the cells of a target.
func (t *listedTarget) row() string {
	name := t.Name
	if t.Default {
		name += " (default)"
	}
	if t.Problem != "" {
		return name + "\t\t" + t.Problem
	}
	var addresses []string
	for _, service := range target.Services {
		if address := t.Addresses[service]; address != "" {
			addresses = append(addresses, service+" "+address)
		}
	}
	allows := t.allows
	if t.Production {
		allows += " (production)"
	}
	return name + "\t" + allows + "\t" + strings.Join(addresses, ", ")
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
func (c *configCommand) Run(std *streams) error {
	if c.Schema {
		schema, err := target.Schema()
		if err == nil {
			_, err = std.out.Write(schema)
		}
		return err
	}
	layers, t, err := resolved(std, c.Settings)
	if err != nil {
		return err
	}
	std.hide(t.Secrets())
	settings := target.AllInForce(layers...)
	if c.JSON {
		return writeJSON(std.out, configuration{t.Name, settings})
	}
	return writeTable(std.out, func(table io.Writer) {
		if !slices.ContainsFunc(settings, func(s target.InForce) bool { return s.Key == "target" }) {
			fmt.Fprintf(table, "target\t%s\n", t.Name)
		}
		for _, s := range settings {
			fmt.Fprintf(table, "%s\t%s\t%s\n", s.Key, strings.Join(s.Values, ", "), s.Origin)
		}
	})
}
