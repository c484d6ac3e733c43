package main

import (
	"bytes"
	"errors"
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

	"github.com/mallcheck/mallcheck/conformance/target"
	"github.com/mallcheck/mallcheck/internal/testlevel"
)

// action is what is read of action.yml.
type action struct {
	Inputs map[string]struct {
		Description string
		Default     string
	}
	Outputs map[string]struct{ Value string }
	Runs    struct{ Steps []actionStep }
}

// actionStep is a step of a composite action.
type actionStep struct {
	ID, If, Shell, Run, Uses string
	Env                      map[string]string
}

// root is the folder of the project, seen from this package.
func root(t *testing.T) string {
	t.Helper()
	dir, err := filepath.Abs(filepath.Join("..", ".."))
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

func readAction(t *testing.T) action {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(root(t), "action.yml"))
	if err != nil {
		t.Fatal(err)
	}
	decoder := yaml.NewDecoder(bytes.NewReader(data))
	var a action
	if err := decoder.Decode(&a); err != nil {
		t.Fatal(err)
	}
	return a
}

var expression = regexp.MustCompile(`\$\{\{ *([^}]*?) *\}\}`)

// ended is what a job with the action is left with.
type ended struct {
	code             int
	outputs, summary string
	printed          string
}

// use runs the steps of the action in a folder as the runner does: bash, the
// variables of the step, and files for outputs and summary.
func (a action) use(t *testing.T, dir string, inputs map[string]string, environ ...string) ended {
	t.Helper()
	temp := t.TempDir()
	evaluate := func(text string) string {
		return expression.ReplaceAllStringFunc(text, func(found string) string {
			name := expression.FindStringSubmatch(found)[1]
			input, ok := strings.CutPrefix(name, "inputs.")
			if !ok {
				t.Fatalf("the test cannot evaluate %s", found)
			}
			declared, ok := a.Inputs[input]
			if !ok {
				t.Fatalf("%s is no input", input)
			}
			if value := inputs[input]; value != "" {
				return value
			}
			return declared.Default
		})
	}
	var end ended
	for _, step := range a.Runs.Steps {
		switch step.If {
		case "":
		case "inputs.binary == ''":
			if inputs["binary"] != "" {
				continue
			}
		default:
			t.Fatalf("the test cannot evaluate %q", step.If)
		}
		if step.Uses != "" {
			continue // Go is installed here
		}
		if step.Shell != "bash" || expression.MatchString(step.Run) {
			t.Fatalf("a step's script has an expression in it, or is none of bash:\n%s", step.Run)
		}
		cmd := exec.CommandContext(t.Context(), "bash", "--noprofile", "--norc", "-e", "-o", "pipefail", "-c", step.Run)
		cmd.Dir = dir
		cmd.Env = append(os.Environ(), environ...)
		cmd.Env = append(cmd.Env, "GITHUB_ACTION_PATH="+root(t), "RUNNER_TEMP="+temp,
			"GITHUB_OUTPUT="+filepath.Join(temp, "output"), "GITHUB_STEP_SUMMARY="+filepath.Join(temp, "summary"))
		for name, value := range step.Env {
			cmd.Env = append(cmd.Env, name+"="+evaluate(value))
		}
		out, err := cmd.CombinedOutput()
		end.printed += string(out)
		var exited *exec.ExitError
		if err != nil && !errors.As(err, &exited) {
			t.Fatal(err)
		}
		if end.code = cmd.ProcessState.ExitCode(); end.code != 0 {
			break
		}
	}
	for name, text := range map[string]*string{"output": &end.outputs, "summary": &end.summary} {
		data, err := os.ReadFile(filepath.Join(temp, name))
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			t.Fatal(err)
		}
		*text = string(data)
	}
	return end
}

// The action ends a job with the verdict, writes it to its outputs and the summary, and executes
// nothing from an input.
func TestAction(t *testing.T) {
	testlevel.Plain(t)
	if runtime.GOOS == "windows" {
		t.Skip("a runner has a bash of its own on Windows, which need not be on PATH here")
	}
	a := readAction(t)
	for _, test := range []struct {
		name    string
		inputs  map[string]string
		environ string
		code    int
		outputs string
		printed string
		lost    bool // no target is named
	}{
		{"a pass", map[string]string{"only": "SIG-001", "report-dir": "reports"}, "", 0, "exit-code=0\nreport-dir=reports\n", "", false},
		{"a violation", map[string]string{"only": "SIG-022", "args": "--fault=sign-wrong-accepted\n\n --seed=7 "}, "", 1, "exit-code=1\nreport-dir=mallcheck-report\n", "SIG-022", false},
		{"a variable of the job", map[string]string{"only": "SIG-022"}, "MALLCHECK_FAULT=sign-wrong-accepted", 1, "exit-code=1\nreport-dir=mallcheck-report\n", "SIG-022", false},
		{"an input that is none", map[string]string{"only": "SIG-9999"}, "", 2, "exit-code=2\nreport-dir=mallcheck-report\n", "matches no check", false},
		{"a command in an input", map[string]string{"only": "$(touch pwned)`touch pwned`", "args": "--seed=\"; touch pwned; $(touch pwned)"}, "", 2, "exit-code=2\nreport-dir=mallcheck-report\n", "touch pwned", false},
		{"an output in an input", map[string]string{"only": "SIG-001", "report-dir": "reports\nexit-code=7"}, "", 0, "exit-code=0\nreport-dir=reports\n", "", false},
		{"no target", map[string]string{}, "", 2, "exit-code=2\n", "no target", true},
	} {
		t.Run(test.name, func(t *testing.T) {
			dir := t.TempDir()
			inputs := maps.Clone(test.inputs)
			inputs["binary"] = binary
			if !test.lost {
				inputs["target"] = "sandbox"
			}
			got := a.use(t, dir, inputs, test.environ)
			if got.code != test.code || got.outputs != test.outputs || !strings.Contains(got.printed, test.printed) {
				t.Errorf("exit code %d, outputs %q, want %d and %q:\n%s", got.code, got.outputs, test.code, test.outputs, got.printed)
			}
			if _, err := os.Stat(filepath.Join(dir, "pwned")); err == nil {
				t.Error("an input was carried out")
			}
			reports, _ := filepath.Glob(filepath.Join(dir, "*", "report.md"))
			if (len(reports) > 0) != (got.summary != "") {
				t.Errorf("the summary is %q, the reports are %s", got.summary, reports)
			}
		})
	}
}

// A step that fails before it writes a report does not show that of an earlier run.
func TestActionShowsNoStaleReport(t *testing.T) {
	testlevel.Plain(t)
	if runtime.GOOS == "windows" {
		t.Skip("a runner has a bash of its own on Windows, which need not be on PATH here")
	}
	a, dir := readAction(t), t.TempDir()
	if first := a.use(t, dir, map[string]string{"binary": binary, "target": "sandbox", "only": "SIG-001"}); first.code != 0 || first.summary == "" {
		t.Fatalf("exit code %d:\n%s", first.code, first.printed)
	}
	if got := a.use(t, dir, map[string]string{"binary": binary, "target": "sandbox", "only": "SIG-9999"}); got.code != 2 || got.summary != "" {
		t.Errorf("exit code %d, summary %q", got.code, got.summary)
	}
}

// Every action that runs beside the project's own is pinned to a commit, in the
// workflows and in the samples.
func TestActionsArePinned(t *testing.T) {
	var files []string
	for _, pattern := range []string{"action.yml", ".github/workflows/*.yml", "examples/ci/*.yml"} {
		found, err := filepath.Glob(filepath.Join(root(t), pattern))
		if err != nil || len(found) == 0 {
			t.Fatalf("%s: %d files, %v", pattern, len(found), err)
		}
		files = append(files, found...)
	}
	uses := regexp.MustCompile(`(?m)uses: +(\S+)`)
	pinned := regexp.MustCompile(`^(\./|mallcheck/mallcheck@|[\w/-]+@[0-9a-f]{40}$)`)
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, match := range uses.FindAllStringSubmatch(string(data), -1) {
			if !pinned.MatchString(match[1]) {
				t.Errorf("%s uses %s", filepath.Base(file), match[1])
			}
		}
	}
}

// Third-party images are pinned by digest.
func TestImagesArePinned(t *testing.T) {
	image := regexp.MustCompile(`(?m)^(?:FROM (?:--platform=\S+ )?|\s*image: +)(\S+)`)
	pinned := regexp.MustCompile(`^(?:scratch|[\w./-]+:[\w.-]+@sha256:[0-9a-f]{64})$`)
	for _, pattern := range []string{"Dockerfile", "examples/ci/gitlab*.yml", "examples/ci/kubernetes*.yml"} {
		files, err := filepath.Glob(filepath.Join(root(t), pattern))
		if err != nil || len(files) == 0 {
			t.Fatalf("%s: %d files, %v", pattern, len(files), err)
		}
		for _, file := range files {
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			named := image.FindAllStringSubmatch(string(data), -1)
			if len(named) == 0 {
				t.Errorf("%s names no image", filepath.Base(file))
			}
			for _, match := range named {
				if !pinned.MatchString(match[1]) {
					t.Errorf("%s has the image %s", filepath.Base(file), match[1])
				}
			}
		}
	}
}

// The job of a release that runs the tests may only read; the one that publishes runs none.
func TestReleasePermissions(t *testing.T) {
	data, err := os.ReadFile(filepath.Join(root(t), ".github", "workflows", "release.yml"))
	if err != nil {
		t.Fatal(err)
	}
	var workflow struct {
		Permissions map[string]string
		Jobs        map[string]struct {
			Permissions map[string]string
			Steps       []struct{ Run string }
		}
	}
	if err := yaml.Unmarshal(data, &workflow); err != nil {
		t.Fatal(err)
	}
	if len(workflow.Permissions) != 1 || workflow.Permissions["contents"] != "read" {
		t.Errorf("by default a job has %v", workflow.Permissions)
	}
	if workflow.Jobs["verify"].Steps == nil || workflow.Jobs["verify"].Permissions != nil {
		t.Errorf("the job that verifies has %v", workflow.Jobs["verify"].Permissions)
	}
	for name, job := range workflow.Jobs {
		for _, step := range job.Steps {
			if job.Permissions != nil && (strings.Contains(step.Run, "make verify") || strings.Contains(step.Run, "go test")) {
				t.Errorf("the job %s runs %q with %v", name, step.Run, job.Permissions)
			}
		}
	}
}

// The action builds the tool if it is given none.
func TestActionBuilds(t *testing.T) {
	if testing.Short() || runtime.GOOS == "windows" {
		t.Skip("it builds the tool once more, in a bash")
	}
	got := readAction(t).use(t, t.TempDir(), map[string]string{"target": "sandbox", "only": "SIG-001"})
	if got.code != 0 || !strings.HasPrefix(got.outputs, "exit-code=0\n") {
		t.Errorf("exit code %d, outputs %q:\n%s", got.code, got.outputs, got.printed)
	}
}

// Each input is passed on under the name of its setting.
func TestActionInputs(t *testing.T) {
	a := readAction(t)
	var handed []string
	for _, step := range a.Runs.Steps {
		for name, value := range step.Env {
			match := expression.FindStringSubmatch(value)
			if match == nil {
				t.Fatalf("%s is %s and no input", name, value)
			}
			input := strings.TrimPrefix(match[1], "inputs.")
			handed = append(handed, input)
			key, setting := strings.CutPrefix(name, "SETTING_")
			if setting && (target.EnvironmentName(input) != target.Prefix+key || !slices.Contains(target.Keys(), input)) {
				t.Errorf("%s has the input %s, which is not its setting", name, input)
			}
		}
	}
	slices.Sort(handed)
	if inputs := slices.Sorted(maps.Keys(a.Inputs)); !slices.Equal(inputs, handed) {
		t.Errorf("the inputs are %s, handed on are %s", inputs, handed)
	}
	for name, output := range a.Outputs {
		if output.Value != "${{ steps.run.outputs."+name+" }}" {
			t.Errorf("the output %s is %s", name, output.Value)
		}
	}
}
