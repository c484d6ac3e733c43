package main

import (
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// sample reads one of the samples of pipelines.
func sample(t *testing.T, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(root(t), "examples", "ci", name))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// Every sample names the target that it tests, so that a lost setting cannot make it
// test the sandbox, and all samples install the newest release.
func TestSamplesNameTargetAndVersion(t *testing.T) {
	files, err := os.ReadDir(filepath.Join(root(t), "examples", "ci"))
	if err != nil {
		t.Fatal(err)
	}
	commands := regexp.MustCompile(`bin/mallcheck (run|judge|receiver|drift|learn) [^|]*`)
	versions := regexp.MustCompile(`mallcheck==([\d.]+)|mallcheck/mallcheck@v(\S+)`)
	found := map[string]bool{}
	for _, file := range files {
		text := string(sample(t, file.Name()))
		for _, command := range commands.FindAllString(text, -1) {
			if strings.Contains(command, "mallcheck run ") && !strings.Contains(command, "--target uat") {
				t.Errorf("%s runs %q, which names no target", file.Name(), command)
			}
		}
		for _, version := range versions.FindAllStringSubmatch(text, -1) {
			found[version[1]+version[2]] = true
		}
	}
	if len(found) != 1 {
		t.Fatalf("the samples install the versions %s, want one", slices.Sorted(maps.Keys(found)))
	}
	changelog, err := os.ReadFile(filepath.Join(root(t), "CHANGELOG.md"))
	if err != nil {
		t.Fatal(err)
	}
	want := "1.0.0" // the first release, until there is one
	if released := regexp.MustCompile(`(?m)^## \[?(\d\S*?)\]?( |$)`).FindSubmatch(changelog); released != nil {
		want = string(released[1])
	}
	if !found[want] {
		t.Errorf("the samples install %s, want %s, the newest release of the changelog", slices.Sorted(maps.Keys(found)), want)
	}
}

// The GitHub sample sets only inputs that the action has, and publishes its reports.
func TestGitHubSample(t *testing.T) {
	var file struct {
		Jobs map[string]struct{ Steps []sampleStep }
	}
	if err := yaml.Unmarshal(sample(t, "github.yml"), &file); err != nil {
		t.Fatal(err)
	}
	a := readAction(t)
	steps := file.Jobs["mallcheck"].Steps
	if len(steps) != 3 || !strings.HasPrefix(steps[1].Uses, "mallcheck/mallcheck@") || steps[2].If != "always()" {
		t.Fatalf("the sample has the steps %+v", steps)
	}
	for input := range maps.Keys(steps[1].With) {
		if _, found := a.Inputs[input]; !found {
			t.Errorf("the action has no input %s", input)
		}
	}
	if steps[1].With["target"] != "uat" {
		t.Errorf("the sample tests the target %q", steps[1].With["target"])
	}
	if steps[2].With["path"] != "${{ steps."+steps[1].ID+".outputs.report-dir }}" {
		t.Errorf("the sample publishes %s", steps[2].With["path"])
	}
}

// sampleStep is a step of a workflow.
type sampleStep struct {
	ID, If, Uses string
	With         map[string]string
}
