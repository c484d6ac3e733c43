package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/mallcheck/mallcheck/conformance"
	"github.com/mallcheck/mallcheck/internal/testlevel"
	"github.com/mallcheck/mallcheck/reports"
)

// TestProve proves two faults in two processes and holds the matrix to them.
func TestProve(t *testing.T) {
	testlevel.Plain(t)
	dir := t.TempDir()
	got := process{arguments: []string{"faults", "--prove", "--procs", "2", "--only", "empty-batch-accepted,sign-upper-case-accepted"}, dir: dir}.run(t)
	if got.code != conformance.ExitPassed || !strings.Contains(got.out, "2 of 2 faults caught") {
		t.Fatalf("exit code %d:\n%s%s", got.code, got.out, got.err)
	}
	data, err := os.ReadFile(filepath.Join(dir, "mallcheck-report", "faults", "matrix.json"))
	if err != nil {
		t.Fatal(err)
	}
	var matrix reports.Matrix
	if err := json.Unmarshal(data, &matrix); err != nil {
		t.Fatal(err)
	}
	for _, row := range matrix.Faults {
		if !row.Caught() || len(row.Missing) > 0 || row.Ran < 1000 {
			t.Errorf("%s: caught by %q, not by %q, %d checks ran", row.ID, row.CaughtBy, row.Missing, row.Ran)
		}
	}
	if len(matrix.Faults) != 2 || matrix.Checks["ASY-060"] != 1 || matrix.Checks["GRP-001"] != 0 {
		t.Errorf("%d faults, checks %v", len(matrix.Faults), matrix.Checks)
	}
}

// Wrong usage of --prove is explained.
func TestProveRefuses(t *testing.T) {
	for _, test := range []struct {
		arguments []string
		want      string
	}{
		{[]string{"--only", "empty-batch-acepted"}, `"empty-batch-acepted" is not a known fault; did you mean empty-batch-accepted?`},
		{[]string{"--procs=-1"}, "--procs: -1 is not a valid number of processes; write 1 or more"},
		{[]string{"--report-dir", "/dev/null/x"}, "--report-dir: "},
	} {
		got := process{arguments: append([]string{"faults", "--prove"}, test.arguments...)}.run(t)
		if got.code != conformance.ExitUsage || !strings.Contains(got.err, test.want) || strings.Count(got.err, "\n") != 1 {
			t.Errorf("%q: exit code %d, %q, want %q", test.arguments, got.code, got.err, test.want)
		}
	}
}
