package conformance_test

import (
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
)

// otherModule copies examples/suite and has it use this checkout. It returns what runs
// go test there.
func otherModule(t *testing.T) (dir string, test func(arguments ...string) (string, error)) {
	t.Helper()
	if testing.Short() {
		t.Skip("it builds another module")
	}
	dir = t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(filepath.Join(moduleRoot(t), "examples", "suite"))); err != nil {
		t.Fatal(err)
	}
	edit := exec.CommandContext(t.Context(), "go", "mod", "edit", "-replace=github.com/mallcheck/mallcheck="+moduleRoot(t))
	edit.Dir = dir
	if out, err := edit.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return dir, func(arguments ...string) (string, error) {
		cmd := exec.CommandContext(t.Context(), "go", append([]string{"test", "-count=1"}, arguments...)...)
		cmd.Dir = dir
		out, err := cmd.CombinedOutput()
		return string(out), err
	}
}

// Testing this package from another module is refused: the caller's settings would be
// ignored without a word, and the sandbox tested instead.
func TestPackageOfAnotherModule(t *testing.T) {
	dir, test := otherModule(t)
	asked := 0
	mall := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked++ }))
	defer mall.Close()
	settings := "default: uat\ntargets:\n  uat:\n    topup-url: " + mall.URL + "\n    partner-code: P1\n"
	if err := os.WriteFile(filepath.Join(dir, "mallcheck.yaml"), []byte(settings), 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := test("-run=^TestConformance$", "github.com/mallcheck/mallcheck/conformance")
	if err == nil || !strings.Contains(out, "another module tests this package") || strings.Contains(out, "passed:") || asked != 0 {
		t.Errorf("%v, %d requests:\n%s", err, asked, out)
	}
}

// The same of a module beside this one in a workspace. Run in this module, the workspace
// makes no difference.
func TestPackageOfAWorkspace(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("only Linux says in which folder go test was run")
	}
	dir, _ := otherModule(t)
	at := func(folder string) (string, error) {
		cmd := exec.CommandContext(t.Context(), "go", "test", "-count=1", "-run=^TestConformance$/^ENV-001$/^listBundles$", "github.com/mallcheck/mallcheck/conformance")
		cmd.Dir, cmd.Env = folder, append(os.Environ(), "GOWORK="+filepath.Join(dir, "go.work"), "GOFLAGS=-mod=readonly")
		out, err := cmd.CombinedOutput()
		return string(out), err
	}
	work := "go 1.26.0\n\nuse " + strconv.Quote(dir) + "\nuse " + strconv.Quote(moduleRoot(t)) + "\n"
	if err := os.WriteFile(filepath.Join(dir, "go.work"), []byte(work), 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := at(dir)
	if err == nil || !strings.Contains(out, "another module tests this package") || strings.Contains(out, "passed:") {
		t.Errorf("in another module: %v\n%s", err, out)
	}
	if out, err := at(moduleRoot(t)); err != nil {
		t.Errorf("in this module: %v\n%s", err, out)
	}
}

// The checks run in the tests of another module, before its own Ginkgo specs, and
// neither remove these specs nor their failures.
func TestInAnotherModule(t *testing.T) {
	dir, run := otherModule(t)
	if out, err := run("-v", "."); err != nil || !strings.Contains(out, "Ran 1 of 1 Specs") || !strings.Contains(out, "--- PASS: TestMall/ENV-001/listBundles") {
		t.Errorf("%v\n%s", err, out)
	}
	if out, err := run("-count=2", "-v", "-run=TestMall/ENV-001/listBundles", "."); err != nil || strings.Count(out, "--- PASS: TestMall/ENV-001/") != 2 {
		t.Errorf("twice: %v\n%s", err, out)
	}
	failing := "package suite\n\nimport (\n\t. \"github.com/onsi/ginkgo/v2\"\n\t. \"github.com/onsi/gomega\"\n)\n\nvar _ = It(\"fails\", func() { Expect(1).To(Equal(2)) })\n"
	if err := os.WriteFile(filepath.Join(dir, "failing_test.go"), []byte(failing), 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := run("-v", ".")
	if err == nil || !strings.Contains(out, "Ran 2 of 2 Specs") || !strings.Contains(out, "1 Failed") || !strings.Contains(out, "--- PASS: TestMall ") {
		t.Errorf("with a spec that fails: %v\n%s", err, out)
	}
}
