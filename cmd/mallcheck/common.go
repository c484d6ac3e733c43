package main

import (
	"errors"
	"fmt"

	"github.com/mallcheck/mallcheck/cmd/mallcheck/internal/console"
	"github.com/mallcheck/mallcheck/conformance/target"
	"github.com/mallcheck/mallcheck/reports"
	"github.com/mallcheck/mallcheck/reports/render"
)

// resolved merges a command's settings with those of the environment and the file
// of targets. It also returns them as layers. From then on output hides their secrets.
func resolved(std *console.Streams, settings target.Settings) ([]target.Layer, *target.Target, error) {
	layers, err := target.Layers(settings, std.Environ, "")
	if err != nil {
		return nil, nil, err
	}
	t, err := target.Resolve(layers...)
	if err != nil {
		return nil, nil, err
	}
	return layers, t, nil
}

// resolvedFor is resolved for a command that may need no target. Then a file of targets needs no default.
func resolvedFor(std *console.Streams, settings target.Settings, asks bool) ([]target.Layer, *target.Target, error) {
	layers, t, err := resolved(std, settings)
	var wrong *target.Error
	if !asks && errors.As(err, &wrong) && wrong.Problem == target.NoDefault {
		settings.Target = target.SandboxName
		return resolved(std, settings)
	}
	return layers, t, err
}

// ofTheSandbox returns an error if requests from a run of another target would go to the
// built-in sandbox because there is no address: its answers could be mistaken for the target's.
func ofTheSandbox(path string, run *reports.Run, layers []target.Layer) error {
	if run.Target.Name == target.SandboxName || target.HasAddress(layers...) || target.Chosen(layers...) == target.SandboxName {
		return nil
	}
	return fmt.Errorf("%s is a run of %s, and no address is given; give the settings of that run, or --target sandbox", path, run.Target.Name)
}

// claim locks the report folder if the command writes files there: reports, or a journal if it
// may change the target.
func claim(t *target.Target, changes bool) (release func(), err error) {
	journal := changes && !t.Sandbox && (t.Allow.Write || t.Allow.Purchase)
	if !journal && len(render.Files(t.ReportDir, t.Formats)) == 0 {
		return func() {}, nil
	}
	return render.Claim(t.Origin("report-dir"), t.ReportDir)
}
