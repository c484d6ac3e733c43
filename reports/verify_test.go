package reports

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// TestVerifyTakesWhatIsWritten shows that no run that a session can make is refused.
func TestVerifyTakesWhatIsWritten(t *testing.T) {
	for _, run := range []*Run{sampleRun(), coveredRun(), largeRun(), {}} {
		if err := verifyJUnit(bytes.NewReader(writeJUnit(t, run)), run); err != nil {
			t.Error(err)
		}
	}
	for _, run := range []*Run{sampleRun(), coveredRun(), largeRun()} {
		run.Policy.Strict = Documented
		if err := verifyJSON(bytes.NewReader(writeJSON(t, run)), run); err != nil {
			t.Error(err)
		}
	}
}

// TestVerifyAgreesWithTheSchema draws runs of every shape: what verifyJUnit
// takes has the same testcases as the run, whatever its texts are.
func TestVerifyAgreesWithTheSchema(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		run := anyRun().Draw(t, "run")
		ids := map[string]bool{}
		run.Results = slices.DeleteFunc(run.Results, func(r Result) bool {
			twice := ids[r.ID]
			ids[r.ID] = true
			return twice
		})
		run.Services = nil // two of one name make two testcases of one name
		if err := verifyJUnit(bytes.NewReader(writeJUnit(t, run)), run); err != nil {
			t.Fatal(err)
		}
	})
}

func TestVerifyRefusesJUnit(t *testing.T) {
	run := sampleRun()
	good := string(writeJUnit(t, run))
	for name, change := range map[string][2]string{
		"count of the whole":     {`<testsuites name="mallcheck" tests="9"`, `<testsuites name="mallcheck" tests="8"`},
		"failures of a suite":    {`<testsuite name="RID" tests="1" failures="1"`, `<testsuite name="RID" tests="1" failures="0"`},
		"a name twice":           {`name="GRP-002 a removed SIM is not listed any more"`, `name="GRP-001 an added SIM is listed after completion"`},
		"a suite twice":          {`<testsuite name="ENV"`, `<testsuite name="ASY"`},
		"a time":                 {`classname="RID" time="0.003"`, `classname="RID" time="0.003s"`},
		"a timestamp":            {`timestamp="2026-03-04T05:06:07Z"`, `timestamp="yesterday"`},
		"an unknown attribute":   {`<testcase name=`, `<testcase line="1" name=`},
		"a missing attribute":    {`classname="RID" `, ``},
		"an empty message":       {`message="the target has no group"`, `message=""`},
		"an outcome's type":      {`type="violation"`, `type="bad"`},
		"an unknown element":     {`</testsuites>`, `<extra/></testsuites>`},
		"two outcomes":           {`<failure `, `<error message="e" type="inconclusive"></error><failure `},
		"text between":           {`</testsuites>`, `text</testsuites>`},
		"cut off":                {`</testsuites>`, ``},
		"a testcase is missing":  {`<testcase name="VSH-001`, `<!-- <testcase name="VSH-001`},
		"a property twice":       {`name="grade"`, `name="level"`},
		"properties at the end":  {`</testsuites>`, `<properties></properties></testsuites>`},
		"no XML":                 {`<testsuites `, `<<`},
		"an end without a start": {`</testsuites>`, `</testcase></testsuites>`},
	} {
		if !strings.Contains(good, change[0]) {
			t.Errorf("%s: the report has no %q", name, change[0])
		}
		if err := verifyJUnit(strings.NewReader(strings.Replace(good, change[0], change[1], 1)), run); err == nil {
			t.Errorf("%s: taken", name)
		}
	}
	more := sampleRun()
	more.Results = append(more.Results, sampleResult("VSH-009", "r", Passed, Read))
	if verifyJUnit(strings.NewReader(good), more) == nil {
		t.Error("a result without a testcase: taken")
	}
}

func TestVerifyRefusesJSON(t *testing.T) {
	for name, change := range map[string]func(*Run){
		"an id twice":         func(run *Run) { run.Results[1].ID = run.Results[0].ID },
		"a verdict":           func(run *Run) { run.Results[0].Verdict = "fine" },
		"no grade":            func(run *Run) { run.Results[3].Deviations[0].Grade = "" },
		"a level":             func(run *Run) { run.Results[0].Level = "MAY" },
		"a place":             func(run *Run) { run.Results[3].Deviations[0].Exchange = 9 },
		"an announced length": func(run *Run) { run.Results[3].Exchanges[0].Response.Announced = -2 },
		"a permission":        func(run *Run) { run.Target.Allow = []Does{"everything"} },
		"a reason of the end": func(run *Run) { run.Stopped = "tired" },
		"a coverage below zero": func(run *Run) {
			run.Coverage = &Coverage{Operations: []OperationCoverage{{Parts: []CoveredParts{{Total: -1}}}}}
		},
	} {
		run := sampleRun()
		change(run)
		if err := verifyJSON(bytes.NewReader(writeJSON(t, run)), run); err == nil {
			t.Errorf("%s: taken", name)
		}
	}
	good := string(writeJSON(t, sampleRun()))
	for name, change := range map[string][2]string{
		"half a result":       {`"duration":`, `"duration`},
		"no comma between":    {"},\n    {\"id\"", "}\n    {\"id\""},
		"a result is missing": {"\n    {\"id\":\"RID-001\"", "\n    {}, {\"id\":\"RID-001\""},
		"an end too many":     {"\n}\n", "\n}}\n"},
		"nothing":             {good, ""},
		"half a text":         {good, good[:len(good)/2]},
	} {
		changed := strings.Replace(good, change[0], change[1], 1)
		if changed == good {
			t.Errorf("%s: the report has no %q", name, change[0])
		}
		if verifyJSON(strings.NewReader(changed), sampleRun()) == nil {
			t.Errorf("%s: taken", name)
		}
	}
}

// TestWriteFilesTellsItsOwnMistake shows that a report that breaks its schema is
// a report that failed, with a line that asks for a bug report.
func TestWriteFilesTellsItsOwnMistake(t *testing.T) {
	run := sampleRun()
	run.Results[1].ID = run.Results[0].ID
	run.Results[1].Requirement = run.Results[0].Requirement
	dir := t.TempDir()
	err := WriteFiles(dir, []string{"junit", "json"}, run)
	if err == nil || strings.Count(err.Error(), "please report this as a bug of mallcheck v0.1.0") != 2 {
		t.Errorf("got %v", err)
	}
	for _, file := range Files(dir, []string{"junit", "json"}) {
		if data, err := os.ReadFile(file); err != nil || !bytes.Contains(data, []byte("RID-001")) {
			t.Errorf("%s is not there for whoever looks into it: %v", filepath.Base(file), err)
		}
	}
}

func BenchmarkVerify(b *testing.B) {
	run := largeRun()
	junit, text := writeJUnit(b, run), writeJSON(b, run)
	b.Logf("%d bytes of JUnit, %d bytes of JSON, %d results", len(junit), len(text), len(run.Results))
	for b.Loop() {
		if err := verifyJUnit(bytes.NewReader(junit), run); err != nil {
			b.Fatal(err)
		}
		if err := verifyJSON(bytes.NewReader(text), run); err != nil {
			b.Fatal(err)
		}
	}
}
