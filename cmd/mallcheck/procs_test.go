//go:build unix

package main

import (
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/mallcheck/mallcheck/internal/testlevel"
)

// TestProcs holds that a run in several processes comes to what it comes to in one,
// that the budget is divided, and that Ctrl-C reaches all of them once.
func TestProcs(t *testing.T) {
	testlevel.Plain(t)
	s := serve(t, "--quiet", "--task-delay=20ms")
	selected := "--only=area:SIG,area:GRP,area:RID"
	for _, fault := range []string{"", "--fault=sign-wrong-accepted"} {
		dir := t.TempDir()
		arguments := []string{"run", "--seed=3", selected}
		if fault != "" {
			arguments = append(arguments, fault)
		}
		one := process{arguments: append(arguments, "--report-dir=one"), dir: dir}.run(t)
		three := process{arguments: append(arguments, "--report-dir=three", "--procs=3"), dir: dir}.run(t)
		got, want := outcomes(runFile(t, dir+"/three")), outcomes(runFile(t, dir+"/one"))
		if one.code != three.code || strings.Join(got, "\n") != strings.Join(want, "\n") {
			t.Errorf("%q: exit code %d in three processes, %d in one; %d and %d results\n%s%s", fault, three.code, one.code, len(got), len(want), three.out, three.err)
		}
	}
	got := process{arguments: []string{"run", selected, "--procs=3"}, environ: s.env}.run(t)
	if got.code != 0 {
		t.Errorf("against a served sandbox: exit code %d:\n%s%s", got.code, got.out, got.err)
	}
	if n := members(t, s.env); n != "0" {
		t.Errorf("the group holds %s SIM cards afterwards", n)
	}
	got = process{arguments: []string{"run", "--procs=3", "--budget-purchases=2"}, environ: s.env}.run(t)
	if want := "mallcheck: --budget-purchases: 2 purchases cannot be divided among 3 processes"; got.code != 2 || !strings.HasPrefix(got.err, want) {
		t.Errorf("a budget that cannot be divided: exit code %d: %s", got.code, got.err)
	}
	got = process{arguments: []string{"run", "--procs=2", "--only=SIG-9999"}, environ: s.env}.run(t)
	if got.code != 2 || !strings.HasPrefix(got.err, `mallcheck: --only: "SIG-9999" matches no check`) || strings.Count(got.err, "\n") != 1 {
		t.Errorf("what no process can run: exit code %d: %s", got.code, got.err)
	}
}

// TestProcsAreInterrupted holds that Ctrl-C ends all processes of a run, each after
// undoing what it did.
func TestProcsAreInterrupted(t *testing.T) {
	testlevel.Plain(t)
	s := serve(t, "--quiet", "--task-delay=300ms")
	dir := t.TempDir()
	cmd := process{arguments: []string{"run", "--only=area:GRP,area:ASY", "--procs=2", "--task-timeout=10s"}, environ: s.env, dir: dir}.command(t.Context())
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	time.Sleep(2 * time.Second)
	if err := syscall.Kill(-cmd.Process.Pid, syscall.SIGINT); err != nil { // as a terminal does
		t.Fatal(err)
	}
	_ = cmd.Wait()
	if code := cmd.ProcessState.ExitCode(); code != 130 {
		t.Errorf("exit code %d, want 130", code)
	}
	if _, err := os.Stat(dir + "/mallcheck-report/junit.xml"); err != nil {
		t.Error(err)
	}
	if n := members(t, s.env); n != "0" {
		t.Errorf("the group holds %s SIM cards afterwards", n)
	}
}
