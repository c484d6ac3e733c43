package conformance_test

import (
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
	"testing"

	"github.com/mallcheck/mallcheck/conformance"
	"github.com/mallcheck/mallcheck/conformance/embedded"
	"github.com/mallcheck/mallcheck/conformance/target"
)

// TestConformance holds the target that the environment or the file of targets
// names, or the embedded sandbox, to the contract, and writes the reports below the module root.
func TestConformance(t *testing.T) {
	if ofAnotherModule(t) {
		t.Fatal("another module tests this package, whose folder and mallcheck.yaml are not known here, so nothing was sent. " +
			"Call conformance.Test in a test of your own, as examples/suite does, or run mallcheck")
	}
	under := configured(t, environment(t)...)
	if !filepath.IsAbs(under.ReportDir) {
		under.ReportDir = filepath.Join(moduleRoot(t), under.ReportDir)
	}
	conformance.Test(t, under)
}

// ofAnotherModule reports whether go test was run in a module that requires this one:
// then this one lies in the module cache or takes the place of a version.
func ofAnotherModule(t *testing.T) bool {
	t.Helper()
	built, known := debug.ReadBuildInfo()
	return strings.Contains(filepath.Base(moduleRoot(t)), "@") || known && built.Main.Replace != nil
}

// environment returns the settings of the process environment and of the file of
// targets in the module root.
func environment(t *testing.T) []target.Layer {
	t.Helper()
	layers, err := target.Layers(target.Settings{}, os.Environ(), moduleRoot(t))
	if err != nil {
		t.Fatal(err)
	}
	return layers
}

// configured resolves settings; without an address it starts the sandbox for the test.
func configured(t testing.TB, layers ...target.Layer) *target.Target {
	t.Helper()
	under, closing, err := embedded.Open(layers...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(closing)
	return under
}

// settings returns a layer with the given values, as if they were flags.
func settings(change func(*target.Settings)) target.Layer {
	var s target.Settings
	change(&s)
	return target.Flags(s)
}

// moduleRoot returns the folder of go.mod.
func moduleRoot(t *testing.T) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			t.Fatal("no go.mod above the test")
		}
		dir = parent
	}
}

// remote skips a test of the project itself when the environment or the file of
// targets names a target.
func remote(t *testing.T) {
	t.Helper()
	if target.HasAddress(environment(t)...) {
		t.Skip("a target is named: only that is put to the test")
	}
	for _, entry := range os.Environ() {
		if strings.HasPrefix(entry, target.Prefix) {
			t.Skip("the environment sets " + strings.SplitN(entry, "=", 2)[0] + ": only the target is put to the test")
		}
	}
}
