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
