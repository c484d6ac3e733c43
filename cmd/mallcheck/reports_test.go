package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestFormats holds that each format is written where it belongs, and nothing else is.
func TestFormats(t *testing.T) {
	dir := t.TempDir()
	got := process{arguments: []string{"run", "--format=markdown,sarif,github", "--only=SIG-022/addSims,SIG-003/addSims", "--fault=sign-wrong-accepted"}, dir: dir}.run(t)
	if got.code != 1 {
		t.Fatalf("exit code %d: %s%s", got.code, got.out, got.err)
	}
	annotation := regexp.MustCompile(`(?m)^::error file=openapi/mall\.yaml,line=[1-9][0-9]*,title=mallcheck SIG-022/addSims::`)
	if !annotation.MatchString(got.out) {
		t.Errorf("no annotation in:\n%s", got.out)
	}
	entries, err := os.ReadDir(filepath.Join(dir, "mallcheck-report"))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, entry := range entries {
		names = append(names, entry.Name())
	}
	if !slices.Equal(names, []string{"report.md", "report.sarif"}) {
		t.Errorf("the folder has %s", strings.Join(names, ", "))
	}
	quiet := process{arguments: []string{"run", "--format=json", "--only=SIG-022/addSims", "--fault=sign-wrong-accepted"}}.run(t)
	if strings.Contains(quiet.out, "::error") {
		t.Errorf("annotations that nobody asked for:\n%s", quiet.out)
	}
}

// TestExplain holds that a check is told offline, and an unknown one refused with the nearest.
func TestExplain(t *testing.T) {
	got := process{arguments: []string{"explain", "SIG-022/addSims"}}.run(t)
	for _, want := range []string{
		"addSims refuses a request of whose sign", "signature/wrong-sign-refused", "openapi/mall.yaml, line ", "documented, source page doc-1486828",
		"mallcheck run --only SIG-022/addSims --fault sign-half-compared", "it catches   sign-half-compared, sign-wrong-accepted\n",
	} {
		if got.code != 0 || !strings.Contains(got.out, want) {
			t.Errorf("exit code %d, no %q in:\n%s%s", got.code, want, got.out, got.err)
		}
	}
	for _, line := range strings.Split(got.out, "\n")[1:] {
		if len(line) > explainLine && strings.Contains(line[13:], " ") {
			t.Errorf("a line of %d characters: %s", len(line), line)
		}
	}
	got = process{arguments: []string{"explain", "--json", "SIG-022"}}.run(t)
	if got.code != 0 || !json.Valid([]byte(got.out)) || !strings.Contains(got.out, `"SIG-022/asyncResult"`) {
		t.Errorf("exit code %d: %s%s", got.code, got.out, got.err)
	}
	got = process{arguments: []string{"explain", "SIG-O22"}}.run(t)
	if got.code != 2 || got.err != "mallcheck: explain: \"SIG-O22\" is no check; did you mean SIG-022?\n" {
		t.Errorf("exit code %d: %s%s", got.code, got.out, got.err)
	}
}

// TestCompare holds the exit codes of a comparison and what it tells first.
func TestCompare(t *testing.T) {
	dir := t.TempDir()
	for name, fault := range map[string]string{"good": "", "bad": "sign-wrong-accepted"} {
		arguments := []string{"run", "--format=json", "--only=SIG-022/addSims,SIG-003/addSims", "--report-dir=" + name}
		if fault != "" {
			arguments = append(arguments, "--fault="+fault)
		}
		if got := (process{arguments: arguments, dir: dir}).run(t); got.code > 1 {
			t.Fatalf("exit code %d: %s%s", got.code, got.out, got.err)
		}
	}
	good, bad := filepath.Join("good", "run.json"), filepath.Join("bad", "run.json")
	if err := os.WriteFile(filepath.Join(dir, "no.json"), []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		arguments []string
		code      int
		want      string
	}{
		{[]string{good, bad}, 1, "1 new violation, 0 gone\n"},
		{[]string{bad, good}, 0, "no new violation, 1 gone\n"},
		{[]string{bad, bad}, 0, "no new violation, 0 gone\n"},
		{[]string{good, bad, "--format=markdown"}, 1, "## mallcheck compare: 1 new violation, 0 gone\n"},
		{[]string{good, bad, "--format=json"}, 1, "{\n  \"before\""},
		{[]string{good, "missing.json"}, 2, "mallcheck: open missing.json: no such file or directory\n"},
		{[]string{"no.json", good}, 2, "mallcheck: no.json: reading a run: unexpected EOF\n"},
		{[]string{good}, 2, "mallcheck: expected \"<after>\""},
	} {
		got := process{arguments: append([]string{"compare"}, test.arguments...), dir: dir}.run(t)
		if got.code != test.code || !strings.HasPrefix(got.out+got.err, test.want) {
			t.Errorf("%v: exit code %d, want %d:\n%s%s", test.arguments, got.code, test.code, got.out, got.err)
		}
	}
}
