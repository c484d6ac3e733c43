package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/mallcheck/mallcheck/internal/testlevel"
	"github.com/mallcheck/mallcheck/reports"
)

// runFile returns the run.json in a folder.
func runFile(t *testing.T, dir string) *reports.Run {
	t.Helper()
	file, err := os.Open(filepath.Join(dir, "run.json"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = file.Close() }()
	run, err := reports.ReadJSON(file)
	if err != nil {
		t.Fatal(err)
	}
	return run
}

// outcomes returns what a run says of each check, without what differs from run to run.
func outcomes(run *reports.Run) []string {
	var told []string
	for _, r := range run.Results {
		text := fmt.Sprint(r.ID, " ", r.Verdict, " ", r.Cause)
		for _, d := range r.Deviations {
			text += fmt.Sprintf("\n  %s %s %s %s", d.Verdict, d.Clause, d.Grade, d.Summary)
		}
		told = append(told, text)
	}
	return told
}

// Merged shards equal the undivided run, including violations and undocumented values.
func TestMergedShardsAreTheRun(t *testing.T) {
	testlevel.Plain(t)
	t.Parallel()
	for _, test := range []struct {
		name      string
		arguments []string
		code      int
	}{
		{"all passed", nil, 0},
		{"a violation", []string{"--fault=sign-wrong-accepted"}, 1},
		{"findings", []string{"--variant=unknown-members", "--strict=documented"}, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			if test.code == 0 {
				testlevel.Long(t)
			}
			dir := t.TempDir()
			files := []string{"merge", "--report-dir=merged"}
			for shard := 1; shard <= 3; shard++ {
				folder := fmt.Sprint("shard-", shard)
				process{arguments: append([]string{"run", "--seed=7", "--only=area:SIG,area:ENV,area:GRP,area:NTF", "--format=json",
					"--report-dir=" + folder, fmt.Sprintf("--shard=%d/3", shard)}, test.arguments...), dir: dir}.run(t)
				files = append(files, filepath.Join(folder, "run.json"))
			}
			merged := process{arguments: files, dir: dir}.run(t)
			whole := process{arguments: append([]string{"run", "--seed=7", "--only=area:SIG,area:ENV,area:GRP,area:NTF", "--report-dir=whole"}, test.arguments...), dir: dir}.run(t)
			if merged.code != test.code || whole.code != test.code {
				t.Errorf("exit codes %d and %d, want %d:\n%s%s", merged.code, whole.code, test.code, merged.out, merged.err)
			}
			got, want := outcomes(runFile(t, filepath.Join(dir, "merged"))), outcomes(runFile(t, filepath.Join(dir, "whole")))
			if len(got) != len(want) {
				t.Fatalf("%d results, want %d", len(got), len(want))
			}
			for i := range want {
				if got[i] != want[i] {
					t.Errorf("merged %s\nwhole  %s", got[i], want[i])
				}
			}
			if _, err := os.Stat(filepath.Join(dir, "merged", "junit.xml")); err != nil {
				t.Error(err)
			}
		})
	}
}

// Runs that cannot be merged are reported in one line, with exit code 2.
func TestMergeMisuse(t *testing.T) {
	dir := t.TempDir()
	process{arguments: []string{"run", "--seed=7", "--only=SIG-001", "--format=json", "--shard=1/2", "--report-dir=one"}, dir: dir}.run(t)
	one := filepath.Join("one", "run.json")
	for i, test := range []struct {
		arguments []string
		want      string
	}{
		{[]string{"merge", one}, "mallcheck: shards are missing: 2/2"},
		{[]string{"merge", one, one}, "mallcheck: shard 1/2 is given twice: one/run.json and one/run.json"},
		{[]string{"merge", "nothing.json"}, "mallcheck: nothing.json does not exist; name the run.json of a run"},
		{[]string{"merge", one, "--format=x"}, `mallcheck: --format: "x" is not a known report format; `},
		{[]string{"run", "--shard=3/2", "--seed=1"}, `mallcheck: --shard: "3/2" is not a valid shard; write which one of how many, such as 2/4`},
		{[]string{"run", "--shard=1/2"}, "mallcheck: --seed is missing; the shards of one run have the same: give each --seed N, any number"},
		{[]string{"run", "--shard=9/9", "--seed=1", "--only=ENV-001/listBundles"}, `mallcheck: --shard: "9/9" has nothing to do; 1 checks are selected: make fewer shards`},
	} {
		if i%testlevel.Pick(10, 1, 1) != 0 {
			continue
		}
		got := process{arguments: test.arguments, dir: dir}.run(t)
		if got.code != 2 || !strings.HasPrefix(got.err, test.want) || strings.Count(got.err, "\n") != 1 {
			t.Errorf("%q: exit code %d, %s want %s", test.arguments, got.code, got.err, test.want)
		}
	}
}
