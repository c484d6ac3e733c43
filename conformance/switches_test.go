package conformance_test

import (
	"encoding/xml"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/mallcheck/mallcheck/conformance"
	"github.com/mallcheck/mallcheck/internal/testlevel"
)

// TestMain lists the checks for -list. Where a switch of Ginkgo selects checks, the tests of
// the suite itself do not run.
func TestMain(m *testing.M) {
	flag.Parse()
	selecting := false
	flag.Visit(func(given *flag.Flag) {
		selecting = selecting || slices.Contains([]string{"ginkgo.focus", "ginkgo.skip", "ginkgo.label-filter", "ginkgo.dry-run"}, given.Name)
	})
	if run := flag.Lookup("test.run"); selecting && run.Value.String() == "" {
		_ = run.Value.Set("^TestConformance$") // any text will do
	}
	os.Exit(conformance.Main(m, "TestConformance"))
}

// goTool runs a go command in the module root, against the sandbox with a fault or without.
func goTool(t *testing.T, fault string, arguments ...string) (string, error) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", arguments...)
	cmd.Dir = moduleRoot(t)
	cmd.Env = append(os.Environ(), "MALLCHECK_FAULT="+fault, "MALLCHECK_TASK_TIMEOUT=1m", "MALLCHECK_REPORT_DIR="+t.TempDir())
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// count returns how many lines have a part.
func count(text, part string) int {
	return len(slices.DeleteFunc(strings.Split(text, "\n"), func(line string) bool { return !strings.Contains(line, part) }))
}

// tester returns a function that runs go test with switches, or, unless the long proofs are on,
// the test binary that go test would build and run each time.
func tester(t *testing.T) func(t *testing.T, fault string, switches []string) (string, error) {
	t.Helper()
	if testlevel.Pick(false, false, true) {
		return func(t *testing.T, fault string, switches []string) (string, error) {
			t.Helper()
			return goTool(t, fault, append([]string{"test", "./conformance"}, switches...)...)
		}
	}
	binary := filepath.Join(t.TempDir(), "conformance.test")
	if out, err := goTool(t, "", "test", "-c", "-o", binary, "./conformance"); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return func(t *testing.T, fault string, switches []string) (string, error) {
		t.Helper()
		arguments := slices.Clone(switches)
		for i, argument := range arguments {
			if name, is := strings.CutPrefix(argument, "-"); is && !strings.HasPrefix(name, "ginkgo.") {
				arguments[i] = "-test." + name
			}
		}
		cmd := exec.CommandContext(t.Context(), binary, arguments...)
		cmd.Dir = filepath.Join(moduleRoot(t), "conformance")
		cmd.Env = append(os.Environ(), "MALLCHECK_FAULT="+fault, "MALLCHECK_TASK_TIMEOUT=1m", "MALLCHECK_REPORT_DIR="+t.TempDir())
		out, err := cmd.CombinedOutput()
		return string(out), err
	}
}

// The switches of go test and of Ginkgo have their effect.
func TestSwitches(t *testing.T) {
	testlevel.Plain(t)
	remote(t)
	junit := filepath.Join(t.TempDir(), "own.xml")
	const fault = "sign-wrong-accepted"
	goTest := tester(t)
	for _, c := range []struct {
		name, fault string
		switches    []string
		fails       bool
		has         map[string]int // parts of lines, and in how many lines they stand
	}{
		{"list", "", []string{"-list", "TestConformance/RID-00[12]"}, false, map[string]int{"TestConformance/": 4, "TestConformance/RID-001/addSims": 1}},
		{"run", "", []string{"-v", "-run", "TestConformance/RID-001/addSims"}, false, map[string]int{"    --- PASS: TestConformance/": 1, "1 check against sandbox": 1}},
		{"skip", "", []string{"-v", "-run", "TestConformance/RID-001", "-skip", "TestConformance/RID-001/addSims"}, false,
			map[string]int{"--- PASS: TestConformance/RID-001/removeSims": 1, "1 check against sandbox": 1}},
		{"a check of another depth", "", []string{"-v", "-run", "TestConformance/SIG-023/listGroupSims"}, false, map[string]int{"1 check against sandbox": 1}},
		{"nothing selected", "", []string{"-run", "TestConformance/NO-SUCH"}, true, map[string]int{"select no check": 1}},
		{"twice", "", []string{"-v", "-count=2", "-run", "TestConformance/RID-001/addSims"}, false, map[string]int{"    --- PASS: TestConformance/RID-001/addSims": 2}},
		{"failfast", fault, []string{"-failfast", "-run", "TestConformance/SIG-02"}, true, map[string]int{"--- FAIL: TestConformance/": 1, "first failure": 1}},
		{"timeout", "never-finishes", []string{"-timeout", "8s", "-run", "TestConformance/ASY-020/removeSims"}, true, map[string]int{"time limit": 1, "panic": 0}},
		{"Ginkgo's focus", "", []string{"-v", "-ginkgo.focus", "RID-001"}, false, map[string]int{"    --- PASS: TestConformance/": 2}},
		{"Ginkgo's skip", "", []string{"-v", "-ginkgo.focus", "RID-001", "-ginkgo.skip", "addSims"}, false, map[string]int{"    --- PASS: TestConformance/": 1}},
		{"Ginkgo's labels", "", []string{"-v", "-ginkgo.label-filter", "RID && addSims && !removeSims && documented"}, false, map[string]int{"    --- PASS: TestConformance/RID-": 4}},
		{"Ginkgo's seed", "", []string{"-v", "-run", "TestConformance/RID-001", "-ginkgo.seed", "77"}, false, map[string]int{"seed 77": 1}},
		{"Ginkgo's fail-fast", fault, []string{"-run", "TestConformance/SIG-02", "-ginkgo.fail-fast"}, true, map[string]int{"--- FAIL: TestConformance/": 1}},
		{"Ginkgo's timeout", "never-finishes", []string{"-run", "TestConformance/ASY-020/removeSims", "-ginkgo.timeout", "500ms"}, true, map[string]int{"time limit": 1}},
		{"Ginkgo's dry run", "", []string{"-v", "-ginkgo.focus", "RID-001", "-ginkgo.dry-run"}, false, map[string]int{"    --- PASS: TestConformance/": 2, "nothing was sent": 1}},
		{"Ginkgo's v", fault, []string{"-run", "TestConformance/SIG-022/addSims", "-ginkgo.v"}, true, map[string]int{"> POST": 1}},
		{"Ginkgo's JUnit", fault, []string{"-run", "TestConformance/SIG-022/addSims", "-ginkgo.junit-report", junit}, true, map[string]int{"failed: 1 of 1 check": 1}},
		{"a switch without effect", "", []string{"-run", "TestConformance/RID-001", "-ginkgo.flake-attempts", "2"}, true, map[string]int{"-ginkgo.flake-attempts has no effect here": 1}},
	} {
		t.Run(c.name, func(t *testing.T) {
			out, err := goTest(t, c.fault, c.switches)
			if (err != nil) != c.fails {
				t.Errorf("go test %s: %v", strings.Join(c.switches, " "), err)
			}
			for part, want := range c.has {
				if got := count(out, part); got != want {
					t.Errorf("%d lines with %q, want %d", got, part, want)
				}
			}
			if t.Failed() {
				t.Log(out)
			}
		})
	}
	var report struct {
		Failures int `xml:"failures,attr"`
	}
	written, err := os.ReadFile(junit)
	if err != nil {
		t.Fatal(err)
	}
	if err := xml.Unmarshal(written, &report); err != nil || report.Failures != 1 {
		t.Errorf("-ginkgo.junit-report: %v, %d failures", err, report.Failures)
	}
}

// The programs that Go users run go test with show a test for each check.
func TestRunners(t *testing.T) {
	testlevel.Long(t)
	remote(t)
	out, err := goTool(t, "", "run", "github.com/onsi/ginkgo/v2/ginkgo", "run", "--label-filter", "RID", "./conformance")
	if err != nil || count(out, "Test Suite Passed") != 1 {
		t.Errorf("ginkgo run: %v\n%s", err, out)
	}
	out, err = goTool(t, "", "test", "-json", "-run", "TestConformance/RID-001", "./conformance")
	if err != nil || count(out, `"Action":"pass","Package":"github.com/mallcheck/mallcheck/conformance","Test":"TestConformance/`) != 2 || count(out, "the check took") != 2 {
		t.Errorf("go test -json: %v\n%s", err, out)
	}
	out, err = goTool(t, "", "run", "gotest.tools/gotestsum@v1.13.0", "--format", "testname", "--", "-count=1", "./conformance", "-run", "TestConformance/RID-001")
	if err != nil || count(out, "PASS conformance.TestConformance/RID-001/") != 2 || !strings.Contains(out, "DONE 3 tests") {
		t.Errorf("gotestsum: %v\n%s", err, out)
	}
}
