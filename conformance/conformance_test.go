package conformance_test

import (
	"bytes"
	"os"
	"path/filepath"
	"runtime/debug"
	"strconv"
	"strings"
	"testing"

	"github.com/mallcheck/mallcheck/conformance"
	"github.com/mallcheck/mallcheck/conformance/embedded"
	"github.com/mallcheck/mallcheck/conformance/target"
)

// The target that the environment or the settings file names, by default the embedded sandbox,
// conforms to the contract. The test writes the reports below the module root.
func TestConformance(t *testing.T) {
	if ofAnotherModule(t) {
		t.Fatal("another module tests this package, and its mallcheck.yaml would be ignored, so nothing was sent. " +
			"Call conformance.Test in a test of your own, as examples/suite does, or run mallcheck")
	}
	under := configured(t, environment(t)...)
	if !filepath.IsAbs(under.ReportDir) {
		under.ReportDir = filepath.Join(moduleRoot(t), under.ReportDir)
	}
	conformance.Test(t, under)
}

// ofAnotherModule reports whether go test was run in another module: one that requires this
// one, so that it lies in the module cache or takes the place of a version, or one beside it
// in a workspace.
func ofAnotherModule(t *testing.T) bool {
	t.Helper()
	root := moduleRoot(t)
	built, known := debug.ReadBuildInfo()
	if strings.Contains(filepath.Base(root), "@") || known && built.Main.Replace != nil {
		return true
	}
	run, known := folderOfGo(os.Getppid())
	if !known {
		return false
	}
	if root, err := filepath.EvalSymlinks(root); err == nil { // the system tells no symbolic links
		run, err = filepath.Rel(root, run)
		return err != nil || !filepath.IsLocal(run)
	}
	return false
}

// folderOfGo returns the folder in which the go command among a process and its ancestors was run.
// A test itself only knows the folder of its package. If the system does not say, unlike Linux, the
// folder is unknown, and a workspace cannot be distinguished from this module.
func folderOfGo(process int) (dir string, known bool) {
	for process > 1 {
		at := filepath.Join("/proc", strconv.Itoa(process))
		stat, err := os.ReadFile(filepath.Join(at, "stat")) // pid (name) state parent …
		if err != nil {
			return "", false
		}
		name, after, _ := strings.Cut(string(stat[bytes.IndexByte(stat, '(')+1:]), ") ")
		if name == "go" {
			dir, err = os.Readlink(filepath.Join(at, "cwd"))
			return dir, err == nil
		}
		fields := strings.Fields(after)
		if len(fields) < 2 {
			return "", false
		}
		if process, err = strconv.Atoi(fields[1]); err != nil {
			return "", false
		}
	}
	return "", false
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
