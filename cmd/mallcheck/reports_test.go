package main

import (
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
