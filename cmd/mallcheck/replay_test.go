package main

import (
	"fmt"
	"strings"
	"testing"
)

// TestReplay holds that the recorded requests of a check, sent again, are answered
// as they were by the same mall, and otherwise by one that breaks what the check is about.
func TestReplay(t *testing.T) {
	dir := t.TempDir()
	ids := []string{
		"ENV-001/listBundles", "GRP-001", "ASY-001", "RID-001/addSims", "SIG-022/addSims", "SIG-022/singleOrder", "SIG-022/listBundles",
		"VSH-070", "PAY-031", "ORD-012", "ERR-010/singleVerify",
	}
	if got := (process{arguments: []string{"run", "--seed=1", "--format=json", "--only=" + strings.Join(ids, ",")}, dir: dir}).run(t); got.code != 0 {
		t.Fatalf("exit code %d:\n%s%s", got.code, got.out, got.err)
	}
	for _, id := range ids {
		got := process{arguments: []string{"replay", "mallcheck-report/run.json", id}, dir: dir}.run(t)
		if got.code != 0 || !strings.Contains(got.out, "answers agree with those recorded") {
			t.Errorf("%s: exit code %d:\n%s%s", id, got.code, got.out, got.err)
		}
	}
	for _, test := range []struct{ id, fault, want string }{
		{"SIG-022/addSims", "sign-wrong-accepted", `operateCode was "F", now "S"`},
		{"GRP-001", "data-missing", "/data was there (an object), now it is not"},
	} {
		got := process{arguments: []string{"replay", "mallcheck-report/run.json", test.id, "--fault=" + test.fault}, dir: dir}.run(t)
		if got.code != 1 || !strings.Contains(got.out, test.want) {
			t.Errorf("%s with %s: exit code %d, want 1 and %q:\n%s%s", test.id, test.fault, got.code, test.want, got.out, got.err)
		}
	}
	s := serve(t, "--quiet", "--task-delay=5ms")
	got := process{arguments: []string{"replay", "mallcheck-report/run.json", "GRP-001"}, environ: s.env, dir: dir}.run(t)
	if got.code != 0 {
		t.Errorf("against another mall: exit code %d:\n%s%s", got.code, got.out, got.err)
	}
	if n := members(t, s.env); n != "0" {
		t.Errorf("the group holds %s SIM cards after a replay", n)
	}
	for _, test := range []struct {
		arguments []string
		want      string
	}{
		{[]string{"ENV-001/listBundle"}, `mallcheck: mallcheck-report/run.json has no check "ENV-001/listBundle"; did you mean ENV-001/listBundles?`},
		{[]string{"GRP-001", "--allow=read"}, "mallcheck: GRP-001 does a write, which sandbox does not allow (--allow write)"},
		{[]string{"GRP-001", "--set=x"}, `mallcheck: --set: "x" gives no value; write NAME=VALUE`},
	} {
		got := process{arguments: append([]string{"replay", "mallcheck-report/run.json"}, test.arguments...), dir: dir}.run(t)
		if got.code != 2 || got.err != test.want+"\n" {
			t.Errorf("%q: exit code %d, %s want %s", test.arguments, got.code, got.err, test.want)
		}
	}
}

// TestReplayMasked holds that masked SIM numbers are those of the target that fit.
func TestReplayMasked(t *testing.T) {
	dir := t.TempDir()
	run := process{arguments: []string{"run", "--seed=1", "--format=json", "--only=GRP-001", "--mask=sims"}, dir: dir}
	if got := run.run(t); got.code != 0 {
		t.Fatalf("exit code %d:\n%s%s", got.code, got.out, got.err)
	}
	got := process{arguments: []string{"replay", "mallcheck-report/run.json", "GRP-001"}, dir: dir}.run(t)
	if got.code != 0 || !strings.Contains(got.out, "answers agree with those recorded") {
		t.Errorf("exit code %d:\n%s%s", got.code, got.out, got.err)
	}
	s := serve(t, "--quiet", "--task-delay=5ms")
	got = process{arguments: []string{"replay", "mallcheck-report/run.json", "GRP-001", "--sim=89852000000000000001"}, environ: s.env, dir: dir}.run(t)
	if got.code != 3 || !strings.Contains(got.err, "was masked and the target has none, or several, that fit; say it with --sim or --unknown-sim") {
		t.Errorf("with another SIM card: exit code %d:\n%s%s", got.code, got.out, got.err)
	}
}

// TestRerun holds that a rerun runs what failed and nothing else.
func TestRerun(t *testing.T) {
	dir := t.TempDir()
	run := process{arguments: []string{"run", "--seed=5", "--only=SIG-022,ENV-001/listBundles", "--fault=sign-wrong-accepted-on-remove"}, dir: dir}
	if got := run.run(t); got.code != 1 {
		t.Fatalf("exit code %d:\n%s%s", got.code, got.out, got.err)
	}
	again := process{arguments: []string{"rerun", "mallcheck-report/run.json", "--report-dir=again"}, dir: dir}.run(t)
	results := runFile(t, dir+"/again").Results
	if again.code != 0 || len(results) != 1 || results[0].ID != "SIG-022/removeSims" {
		t.Errorf("exit code %d, %d results:\n%s%s", again.code, len(results), again.out, again.err)
	}
	if seed := runFile(t, dir+"/again").Seed; seed != 5 {
		t.Errorf("seed %d, want that of the run", seed)
	}
	for _, test := range []struct {
		arguments []string
		code      int
		want      string
	}{
		{[]string{"rerun", "again/run.json"}, 0, "Nothing failed in again/run.json: there is nothing to run again.\n"},
		{[]string{"rerun", "mallcheck-report/run.json", "--only=RID-001"}, 2, "mallcheck: --only and --skip do not go with rerun: it runs what failed\n"},
		{[]string{"rerun", "none.json"}, 2, "mallcheck: none.json is not there; name the run.json of a run\n"},
	} {
		got := process{arguments: test.arguments, dir: dir}.run(t)
		if got.code != test.code || fmt.Sprint(got.out, got.err) != test.want {
			t.Errorf("%q: exit code %d, %s%s want %d %s", test.arguments, got.code, got.out, got.err, test.code, test.want)
		}
	}
}
