package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

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
