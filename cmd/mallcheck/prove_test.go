package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

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

// childrenOf returns the processes that a process started.
func childrenOf(t *testing.T, parent int) []int {
	t.Helper()
	listed, err := exec.CommandContext(t.Context(), "ps", "-A", "-o", "pid=,ppid=").Output()
	if err != nil {
		t.Skip("this system does not list processes: " + err.Error())
	}
	var children []int
	for line := range strings.Lines(string(listed)) {
		var pid, ppid int
		if n, _ := fmt.Sscan(line, &pid, &ppid); n == 2 && ppid == parent {
			children = append(children, pid)
		}
	}
	return children
}

// If a process of a proof is killed, the row of its fault says so, and the matrix is still written.
// An interrupted proof ends with its own exit code.
func TestProveEndsEarly(t *testing.T) {
	testlevel.Long(t)
	for _, test := range []struct {
		name   string
		end    func(t *testing.T, proof *os.Process)
		code   int
		out    string
		matrix bool
	}{
		{"a process is killed", func(t *testing.T, proof *os.Process) {
			children := childrenOf(t, proof.Pid)
			for deadline := time.Now().Add(20 * time.Second); len(children) == 0 && time.Now().Before(deadline); children = childrenOf(t, proof.Pid) {
				time.Sleep(10 * time.Millisecond)
			}
			if len(children) == 0 {
				t.Fatal("no process was started")
			}
			child, err := os.FindProcess(children[0])
			if err == nil {
				err = child.Kill()
			}
			if err != nil {
				t.Error(err)
			}
		}, conformance.ExitViolation, "its process broke: ", true},
		{"Ctrl-C", func(t *testing.T, proof *os.Process) {
			for len(childrenOf(t, proof.Pid)) == 0 {
				time.Sleep(10 * time.Millisecond)
			}
			if err := proof.Signal(os.Interrupt); err != nil {
				t.Error(err)
			}
		}, conformance.ExitInterrupted, "interrupted: nothing was written", false},
	} {
		t.Run(test.name, func(t *testing.T) {
			dir := t.TempDir()
			p := process{arguments: []string{"faults", "--prove", "--procs=1", "--only=empty-batch-accepted,sign-upper-case-accepted"}, dir: dir}
			cmd := p.command(t.Context())
			var out bytes.Buffer
			cmd.Stdout, cmd.Stderr = &out, &out
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			test.end(t, cmd.Process)
			_ = cmd.Wait()
			if code := cmd.ProcessState.ExitCode(); code != test.code || !strings.Contains(out.String(), test.out) {
				t.Errorf("exit code %d, want %d and %q:\n%s", code, test.code, test.out, out.String())
			}
			if _, err := os.Stat(filepath.Join(dir, "mallcheck-report", "faults", "matrix.json")); (err == nil) != test.matrix {
				t.Errorf("the matrix: %v", err)
			}
		})
	}
}
