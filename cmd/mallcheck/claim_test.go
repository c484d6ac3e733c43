package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/mallcheck/mallcheck/internal/folderlock"
	"github.com/mallcheck/mallcheck/internal/testlevel"
)

// A folder of reports belongs to one process at a time: two would mix their files, and a
// sweep would undo what a run still works with.
func TestOneProcessPerReportFolder(t *testing.T) {
	testlevel.Plain(t)
	dir := t.TempDir()
	if got := (process{arguments: []string{"run", "--only=SIG-022/addSims", "--fault=sign-wrong-accepted"}, dir: dir}).run(t); got.code != 1 {
		t.Fatalf("exit code %d: %s%s", got.code, got.out, got.err)
	}
	reports := filepath.Join(dir, "mallcheck-report")
	if err := os.Rename(filepath.Join(reports, "run.json"), filepath.Join(dir, "run.json")); err != nil {
		t.Fatal(err)
	}
	release, err := folderlock.Take(reports)
	if err != nil {
		t.Fatal(err)
	}
	const url, taken = "--topup-url=http://127.0.0.1:1", `: another mallcheck uses the report folder "mallcheck-report"; wait until it ends, or name another folder with --report-dir` + "\n"
	for name, test := range map[string]struct {
		arguments []string
		want      string
	}{
		"run":           {[]string{"run", "--only=SIG-022/addSims"}, taken},
		"another place": {[]string{"run", "--only=SIG-022/addSims", "--report-dir=./mallcheck-report/"}, `--report-dir: another mallcheck uses the report folder "./mallcheck-report/"; `},
		"rerun":         {[]string{"rerun", "run.json"}, taken},
		"faults":        {[]string{"faults", "--prove", "--only=sign-wrong-accepted", "--report-dir=mallcheck-report"}, taken},
		"judge":         {[]string{"judge", "--", "go", "version"}, taken},
		"signer":        {[]string{"signer", "--", "go", "version"}, taken},
		"receiver":      {[]string{"receiver", "http://127.0.0.1:1/", "--push-key=k:00"}, taken},
		"proxy":         {[]string{"proxy", "--listen=127.0.0.1:0"}, taken},
		"drift":         {[]string{"drift", "run.json", "run.json", "--report-dir=mallcheck-report"}, taken},
		"learn":         {[]string{"learn", url, "--partner-code=P1", "--allow=read,write"}, taken},
		"replay":        {[]string{"replay", "run.json", "SIG-022/addSims", url, "--partner-code=P1", "--allow=read,write"}, taken},
		"sweep":         {[]string{"sweep", url, "--partner-code=P1"}, "mallcheck: the run that writes mallcheck-report/journal.jsonl still goes on; wait until it ends, or interrupt it: it then undoes what it did\n"},
	} {
		if got := (process{arguments: test.arguments, dir: dir}).run(t); got.code != 2 || !strings.Contains(got.err, test.want) ||
			strings.Count(got.err, "\n") != 1 {
			t.Errorf("%s: exit code %d, %s%s", name, got.code, got.out, got.err)
		}
	}
	if got := (process{arguments: []string{"run", "--only=SIG-022/addSims", "--format=github"}, dir: dir}).run(t); got.code != 0 {
		t.Errorf("a run without files: exit code %d, %s", got.code, got.err)
	}
	release()
	if got := (process{arguments: []string{"run", "--only=SIG-022/addSims"}, dir: dir}).run(t); got.code != 0 {
		t.Errorf("afterwards: exit code %d, %s", got.code, got.err)
	}
}
