package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/mallcheck/mallcheck/internal/testlevel"
)

// TestLearnAndDrift learns from the sandbox, compares it with itself and with one of another
// habit, and prints the contract with the overlay.
func TestLearnAndDrift(t *testing.T) {
	testlevel.Plain(t)
	t.Parallel()
	dir := t.TempDir()
	for _, test := range []struct {
		arguments []string
		code      int
		out, err  string
	}{
		{[]string{"learn", "--seed", "1"}, 0, "Wrote sandbox.overlay.yaml.\n", ""},
		{[]string{"drift", "sandbox.overlay.yaml", "sandbox.overlay.yaml", "--fail-on", "drift"}, 0, "No change.\n", ""},
		{
			[]string{"drift", "--overlay", "sandbox.overlay.yaml", "--variant", "acceptance-without-data", "--seed", "1", "--fail-on", "drift"}, 1,
			"gone: AddSimsResponse.data is no longer sent", "",
		},
		{[]string{"contract", "--overlay", "sandbox.overlay.yaml"}, 0, "grade: observed", ""},
		{[]string{"contract", "--overlay", "none.yaml"}, 2, "", "none.yaml: no such file or directory; mallcheck learn writes an overlay"},
		{[]string{"drift"}, 2, "", "there is nothing to compare with"},
		{[]string{"drift", "none.yaml", "sandbox.overlay.yaml"}, 2, "", "none.yaml"},
	} {
		got := process{arguments: test.arguments, dir: dir}.run(t)
		if got.code != test.code || !strings.Contains(got.out, test.out) || !strings.Contains(got.err, test.err) {
			t.Errorf("%v: exit code %d, %q, %q", test.arguments, got.code, got.out[:min(len(got.out), 300)], got.err)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "mallcheck.yaml"), []byte("targets:\n  uat: {partner-code: P1}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, arguments := range [][]string{ // no target is asked
		{"drift", "sandbox.overlay.yaml", "sandbox.overlay.yaml"}, {"learn", filepath.Join("mallcheck-report", "drift", "run.json"), "-o", "-"},
	} {
		if got := (process{arguments: arguments, dir: dir}).run(t); got.code != 0 {
			t.Errorf("%v: exit code %d, %q", arguments, got.code, got.err)
		}
	}
	nothing := process{arguments: []string{"drift", "sandbox.overlay.yaml", filepath.Join("mallcheck-report", "drift", "run.json")}, dir: dir}
	if got := nothing.run(t); got.code != 3 || !strings.HasPrefix(got.out, "inconclusive: nothing was learnt of the later state: its 0 exchanges") {
		t.Errorf("drift against a run without answers: exit code %d, %q", got.code, got.out)
	}
	for _, file := range []string{"junit.xml", "run.json", "report.html"} {
		if _, err := os.Stat(filepath.Join(dir, "mallcheck-report", "drift", file)); err != nil {
			t.Error(err)
		}
	}
}
