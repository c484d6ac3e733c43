package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/mallcheck/mallcheck/internal/testlevel"
)

// A command that writes no file needs no report folder, either.
func TestCommandsWithoutReportFolder(t *testing.T) {
	testlevel.Plain(t)
	dir := t.TempDir()
	blocked := filepath.Join(dir, "blocked")
	if err := os.WriteFile(blocked, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if got := (process{arguments: []string{"run", "--only=SIG-022/addSims", "--fault=sign-wrong-accepted", "--format=json"}, dir: dir}).run(t); got.code != 1 {
		t.Fatalf("exit code %d: %s%s", got.code, got.out, got.err)
	}
	for _, arguments := range [][]string{
		{"rerun", "mallcheck-report/run.json"}, {"signer", "--", "go", "version"}, {"judge", "--", "go", "version"},
		{"drift", "mallcheck-report/run.json", "mallcheck-report/run.json"},
	} {
		for format, refused := range map[string]bool{"github": false, "github,json": true} {
			more := []string{arguments[0], "--format=" + format, "--report-dir=" + blocked + "/reports"}
			got := process{arguments: append(more, arguments[1:]...), dir: dir, environ: []string{"HOME=" + dir}}.run(t)
			if told := strings.Contains(got.err, "blocked/reports"); told != refused || refused != (got.code == 2) {
				t.Errorf("%s --format=%s: exit code %d\n%s%s", arguments[0], format, got.code, got.out, got.err)
			}
		}
	}
}

// A run that writes no file needs no report folder, so that it works in a read-only checkout.
func TestAnnotationsNeedNoReportFolder(t *testing.T) {
	dir := t.TempDir()
	blocked := filepath.Join(dir, "blocked") // a file, which not even root can create a folder in
	if err := os.WriteFile(blocked, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		format string
		code   int
	}{{"github", 1}, {"github,json", 2}} {
		got := process{arguments: []string{
			"run", "--only=SIG-022/addSims", "--fault=sign-wrong-accepted", "--format=" + test.format, "--report-dir=" + blocked + "/reports",
		}, dir: dir}.run(t)
		if got.code != test.code || strings.Contains(got.out, "::error") != (test.code == 1) {
			t.Errorf("--format %s: exit code %d, want %d\n%s%s", test.format, got.code, test.code, got.out, got.err)
		}
	}
}
