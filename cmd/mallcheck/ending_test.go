package main

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/mallcheck/mallcheck/internal/testlevel"
)

// background is a run of the tool that a test interferes with.
type background struct {
	t        *testing.T
	out, err bytes.Buffer
	wait     func() int
	signal   func(os.Signal)
}

// unknownSIM is the SIM card that a served sandbox does not know.
const unknownSIM = "89852202306250040074"

// begin starts a process and returns once it has sent something that changes the target.
func begin(p process, t *testing.T) *background {
	t.Helper()
	b := &background{t: t}
	cmd := p.command(t.Context())
	cmd.Stdout, cmd.Stderr = &b.out, &b.err
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	b.signal = func(s os.Signal) {
		if err := cmd.Process.Signal(s); err != nil {
			t.Error(err)
		}
	}
	b.wait = func() int {
		_ = cmd.Wait()
		return cmd.ProcessState.ExitCode()
	}
	for range 1000 {
		data, err := os.ReadFile(filepath.Join(p.dir, "mallcheck-report", "journal.jsonl"))
		// The baseline names an unknown SIM card alone; a check that changes something names others.
		if err == nil && strings.Count(string(data), `"outcome"`) > strings.Count(string(data), `"sims":["`+unknownSIM+`"]`) {
			return b
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Fatal("the run changes nothing")
	return nil
}

// SIGTERM acts like Ctrl-C. A second signal ends the run at once, with reports and the way to undo
// the rest.
func TestSignals(t *testing.T) {
	testlevel.Plain(t)
	t.Parallel() // it waits
	s := serve(t, "--quiet", "--task-delay=1s")
	for _, test := range []struct {
		name    string
		signals []os.Signal
		within  time.Duration
		want    string
	}{
		{"SIGTERM", []os.Signal{syscall.SIGTERM}, 30 * time.Second, "the run ended before its last check (interrupted)"},
		{"SIGHUP", []os.Signal{syscall.SIGHUP}, 30 * time.Second, "the run ended before its last check (interrupted)"},
		{"Ctrl-C twice", []os.Signal{os.Interrupt, os.Interrupt}, 2 * time.Second, "run mallcheck sweep with the same settings to clean up"},
	} {
		t.Run(test.name, func(t *testing.T) {
			if test.signals[0] == syscall.SIGHUP && signal.Ignored(syscall.SIGHUP) {
				t.Skip("these tests run under nohup, where the tool ignores SIGHUP too")
			}
			dir := t.TempDir()
			b := begin(process{arguments: []string{"run", "--only=GRP-001,GRP-002", "--task-timeout=10s"}, environ: s.env, dir: dir}, t)
			started := time.Now()
			for _, s := range test.signals {
				b.signal(s)
				time.Sleep(200 * time.Millisecond)
			}
			if code := b.wait(); code != 130 || !strings.Contains(b.out.String(), test.want) {
				t.Errorf("exit code %d, want 130 and %q:\n%s%s", code, test.want, b.out.String(), b.err.String())
			}
			if took := time.Since(started); took > test.within {
				t.Errorf("it took %s to end", took)
			}
			if report := readJUnit(t, dir); report.Errors == 0 {
				t.Errorf("JUnit: %+v, want an error for the end of the run", report)
			}
			if got := (process{arguments: []string{"sweep", "--task-timeout=10s"}, environ: s.env, dir: dir}).run(t); got.code != 0 {
				t.Errorf("sweep: exit code %d: %s%s", got.code, got.out, got.err)
			}
			if n := members(t, s.env); n != "0" {
				t.Errorf("the group holds %s SIM cards afterwards", n)
			}
		})
	}
}

// The verdict reaches the terminal and the exit code when the report folder vanishes during the
// run.
func TestReportsThatCannotBeWritten(t *testing.T) {
	testlevel.Long(t)
	s := serve(t, "--quiet", "--task-delay=1500ms")
	broken := serve(t, "--quiet", "--task-delay=1500ms", "--fault=sign-wrong-accepted")
	for _, test := range []struct {
		name string
		env  []string
		code int
		want string
	}{
		{"passed", s.env, 2, "passed: no violation in"},
		{"failed", broken.env, 1, "failed: "},
	} {
		t.Run(test.name, func(t *testing.T) {
			dir := t.TempDir()
			b := begin(process{arguments: []string{"run", "--only=GRP-001,SIG-003/listBundles,SIG-022/listBundles", "--task-timeout=10s"}, environ: test.env, dir: dir}, t)
			if err := os.RemoveAll(filepath.Join(dir, "mallcheck-report")); err != nil {
				t.Fatal(err)
			}
			if code := b.wait(); code != test.code || !strings.Contains(b.out.String(), test.want) || !strings.Contains(b.err.String(), "writing report") {
				t.Errorf("exit code %d, want %d and %q:\n%s%s", code, test.code, test.want, b.out.String(), b.err.String())
			}
		})
	}
}

// A run that cannot write its output ends with a line on standard error, and with the exit code of
// a violation if there is one.
func TestTerminalThatCannotBeWritten(t *testing.T) {
	testlevel.Plain(t)
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Skip("this system has no /dev/full: " + err.Error())
	}
	defer func() { _ = full.Close() }()
	for fault, want := range map[string]int{"": 2, "--fault=request-id-missing-on-add": 1} {
		arguments := []string{"run", "--only=RID-001/addSims"}
		if fault != "" {
			arguments = append(arguments, fault)
		}
		dir := t.TempDir()
		cmd := process{arguments: arguments, dir: dir}.command(t.Context())
		var told bytes.Buffer
		cmd.Stdout, cmd.Stderr = full, &told
		_ = cmd.Run()
		if code := cmd.ProcessState.ExitCode(); code != want || !strings.Contains(told.String(), "no space left on device") {
			t.Errorf("%q: exit code %d, want %d: %s", fault, code, want, told.String())
		}
		if _, err := os.Stat(filepath.Join(dir, "mallcheck-report", "junit.xml")); err != nil {
			t.Error(err)
		}
	}
}

// No command that only prints is done when its output could not be written.
func TestOutputThatCannotBeWritten(t *testing.T) {
	testlevel.Plain(t)
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Skip("this system has no /dev/full: " + err.Error())
	}
	defer func() { _ = full.Close() }()
	for _, line := range []string{
		"explain SIG-022/addSims", "explain --json SIG-022", "list", "list --json", "faults", "variants", "version", "config", "config --schema",
		"contract", "plan --only=SIG-022", "doctor --timeout=1s", "sign", "man", "completion bash", "help", "help limits", "run --help",
	} {
		cmd := process{arguments: strings.Fields(line), dir: t.TempDir(), input: "{}"}.command(t.Context())
		var told bytes.Buffer
		cmd.Stdout, cmd.Stderr = full, &told
		_ = cmd.Run()
		if code := cmd.ProcessState.ExitCode(); code != 2 || !strings.Contains(told.String(), "no space left on device") {
			t.Errorf("%s: exit code %d: %s", line, code, told.String())
		}
	}
}

// The verdict reaches the terminal and the exit code when the disk is full, and a request that
// cannot be journaled is not sent.
func TestFullDisk(t *testing.T) {
	testlevel.Plain(t)
	dir := t.TempDir()
	mount := exec.CommandContext(t.Context(), "mount", "-t", "tmpfs", "-o", "size=20k", "tmpfs", dir)
	if out, err := mount.CombinedOutput(); err != nil {
		t.Skipf("a full disk is tried on a small one of its own, which cannot be mounted here: %v %s", err, out)
	}
	t.Cleanup(func() { _ = exec.Command("umount", dir).Run() })
	s := serve(t, "--quiet", "--task-delay=2ms")
	for _, test := range []struct {
		name, only, want string
	}{
		{"for the reports", "--only=SIG-003", "passed: no violation in"},
		{"for the journal", "--only=area:GRP,area:ASY", "nothing that changes the target is sent: writing the journal"},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := process{arguments: []string{"run", test.only, "--report-dir=" + dir}, environ: s.env}.run(t)
			if got.code != 2 || !strings.Contains(got.out, test.want) || !strings.Contains(got.err, "no space left on device") {
				t.Errorf("exit code %d, want 2 and %q:\n%s%s", got.code, test.want, got.out, got.err)
			}
		})
	}
	if n := members(t, s.env); n != "0" {
		t.Errorf("the group holds %s SIM cards afterwards", n)
	}
}

// A run completes, with reports and exit code, after the reader of its output exits, as with "|
// head -1".
func TestReaderLeaves(t *testing.T) {
	testlevel.Plain(t)
	for _, test := range []struct {
		name      string
		arguments []string
		code      int
	}{
		{"passed", []string{"--only=SIG-001,SIG-022/addSims"}, 0},
		{"failed", []string{"--only=SIG-022/*", "--fault=sign-wrong-accepted"}, 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			reader, writer, err := os.Pipe()
			if err != nil {
				t.Fatal(err)
			}
			p := process{arguments: append([]string{"run"}, test.arguments...), dir: t.TempDir()}
			cmd := p.command(t.Context())
			cmd.Stdout, cmd.Stderr = writer, writer
			if err := errors.Join(cmd.Start(), writer.Close(), reader.Close()); err != nil {
				t.Fatal(err)
			}
			_ = cmd.Wait()
			if code := cmd.ProcessState.ExitCode(); code != test.code {
				t.Errorf("ended with %s, want exit code %d", cmd.ProcessState, test.code)
			}
			if _, err := os.Stat(filepath.Join(p.dir, "mallcheck-report", "run.json")); err != nil {
				t.Error(err)
			}
		})
	}
}
