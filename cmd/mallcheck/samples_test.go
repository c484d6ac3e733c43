package main

import (
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
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

// gitlabCommands returns the commands of the GitLab sample, its variables, and
// where it takes the JUnit file from.
func gitlabCommands(t *testing.T) (commands, environ []string, junit string) {
	t.Helper()
	var file map[string]struct {
		Script    []string
		Variables map[string]string
		Artifacts struct {
			When    string
			Reports struct{ JUnit string }
		}
	}
	if err := yaml.Unmarshal(sample(t, "gitlab.yml"), &file); err != nil {
		t.Fatal(err)
	}
	job, found := file["mall conformance"]
	if !found || job.Artifacts.When != "always" {
		t.Fatalf("the sample has no job that keeps its reports always: %v", file)
	}
	for name, value := range job.Variables {
		environ = append(environ, name+"="+value)
	}
	return job.Script, environ, job.Artifacts.Reports.JUnit
}

// jenkinsCommands returns the same of the Jenkins sample.
func jenkinsCommands(t *testing.T) (commands, environ []string, junit string) {
	t.Helper()
	text := string(sample(t, "Jenkinsfile"))
	for _, found := range regexp.MustCompile(`(?m)^ +sh '([^']*)'$`).FindAllStringSubmatch(text, -1) {
		commands = append(commands, found[1])
	}
	for _, found := range regexp.MustCompile(`(?m)^ +(MALLCHECK_\w+) = '([^']*)'$`).FindAllStringSubmatch(text, -1) {
		environ = append(environ, found[1]+"="+found[2])
	}
	found := regexp.MustCompile(`(?s)always \{\s+junit testResults: '([^']*)'`).FindStringSubmatch(text)
	if found == nil || strings.Count(text, "sh ") != len(commands) {
		t.Fatalf("the sample publishes no JUnit file always, or has a command that is not understood: %q", commands)
	}
	return commands, environ, found[1]
}

// TestSamples holds that the commands of the samples build the tool from what is
// committed, that they end with its verdict, and that the JUnit file is where the
// sample takes it from.
func TestSamples(t *testing.T) {
	if testing.Short() || runtime.GOOS == "windows" {
		t.Skip("it builds the tool for each sample, in a POSIX shell")
	}
	if _, err := os.Stat(filepath.Join(root(t), ".git")); err != nil {
		t.Skip("the samples clone the repository, and this is a copy without its history")
	}
	for name, read := range map[string]func(*testing.T) ([]string, []string, string){"gitlab.yml": gitlabCommands, "Jenkinsfile": jenkinsCommands} {
		t.Run(name, func(t *testing.T) {
			commands, environ, report := read(t)
			dir := t.TempDir()
			execute := func(command string, more ...string) (int, string) {
				cmd := exec.CommandContext(t.Context(), "sh", "-e", "-c", command)
				cmd.Dir = dir
				// The clone is made of this repository.
				cmd.Env = slices.Concat(os.Environ(), environ, more, []string{"GIT_CONFIG_COUNT=1",
					"GIT_CONFIG_KEY_0=url.file://" + root(t) + ".insteadOf", "GIT_CONFIG_VALUE_0=https://github.com/mallcheck/mallcheck.git"})
				out, _ := cmd.CombinedOutput() // the exit code tells
				return cmd.ProcessState.ExitCode(), string(out)
			}
			last := len(commands) - 1
			for _, command := range commands[:last] {
				if code, out := execute(command); code != 0 {
					t.Fatalf("%s\nexit code %d\n%s", command, code, out)
				}
			}
			if code, out := execute(commands[last], "MALLCHECK_ONLY=SIG-022", "MALLCHECK_FAULT=sign-wrong-accepted"); code != 1 {
				t.Errorf("%s\nwith a fault: exit code %d\n%s", commands[last], code, out)
			}
			if code, out := execute(commands[last], "MALLCHECK_ONLY=SIG-001"); code != 0 {
				t.Errorf("%s\nexit code %d\n%s", commands[last], code, out)
			}
			if _, err := os.Stat(filepath.Join(dir, report)); err != nil {
				t.Errorf("the JUnit file: %v", err)
			}
		})
	}
}

// TestGitHubSample holds that the GitHub sample gives the action nothing but inputs
// that it has, and publishes what the action wrote.
func TestGitHubSample(t *testing.T) {
	var file struct {
		Jobs map[string]struct{ Steps []sampleStep }
	}
	if err := yaml.Unmarshal(sample(t, "github.yml"), &file); err != nil {
		t.Fatal(err)
	}
	a := readAction(t)
	steps := file.Jobs["mallcheck"].Steps
	if len(steps) != 2 || !strings.HasPrefix(steps[0].Uses, "mallcheck/mallcheck@") || steps[1].If != "always()" {
		t.Fatalf("the sample has the steps %+v", steps)
	}
	for input := range maps.Keys(steps[0].With) {
		if _, found := a.Inputs[input]; !found {
			t.Errorf("the action has no input %s", input)
		}
	}
	if steps[1].With["path"] != "${{ steps."+steps[0].ID+".outputs.report-dir }}" {
		t.Errorf("the sample publishes %s", steps[1].With["path"])
	}
}

// sampleStep is a step of a workflow.
type sampleStep struct {
	ID, If, Uses string
	With         map[string]string
}
