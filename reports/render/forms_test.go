package render

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"pgregory.net/rapid"

	"github.com/mallcheck/mallcheck/reports"
	"github.com/mallcheck/mallcheck/reports/internal/fixture"
)

func writeWith(t fixture.TB, write func(w *bytes.Buffer) error) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := write(&out); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func writeMarkdown(t fixture.TB, run *reports.Run) []byte {
	return writeWith(t, func(w *bytes.Buffer) error { return WriteMarkdown(w, run) })
}

func writeSARIF(t fixture.TB, run *reports.Run) []byte {
	return writeWith(t, func(w *bytes.Buffer) error { return WriteSARIF(w, run) })
}

func writeGitHub(t fixture.TB, run *reports.Run) []byte {
	return writeWith(t, func(w *bytes.Buffer) error { return WriteGitHub(w, run) })
}

func TestMarkdownGolden(t *testing.T) { fixture.Golden(t, "report.md", writeMarkdown(t, coveredRun())) }

func TestSARIFGolden(t *testing.T) { fixture.Golden(t, "report.sarif", writeSARIF(t, coveredRun())) }

func TestGitHubGolden(t *testing.T) { fixture.Golden(t, "github.txt", writeGitHub(t, coveredRun())) }

// TestMarkdownIsBounded writes texts and clauses without number.
func TestMarkdownIsBounded(t *testing.T) {
	run := fixture.Run()
	run.Results = nil
	for i := range 3000 {
		result := fixture.Result(fmt.Sprintf("SIG-%04d", i), strings.Repeat("é", 3000), reports.Failed, reports.Read, "addSims")
		result.Area = fmt.Sprintf("A%04d", i)
		result.Deviations = []reports.Deviation{{
			Clause: fmt.Sprint("clause/", i), Verdict: reports.Failed, Exchange: -1,
			Summary: strings.Repeat("s", 9000), Expected: strings.Repeat("`", 9000), Actual: strings.Repeat("<", 9000),
		}}
		run.Results = append(run.Results, result)
		run.Left = append(run.Left, strings.Repeat("l", 2000))
	}
	page := writeMarkdown(t, run)
	if len(page) > 1<<20 || !bytes.HasSuffix(page, []byte("…\n")) {
		t.Errorf("%d bytes that end in %q", len(page), page[len(page)-10:])
	}
}

// TestMarkdownMentionsNobody plants what a forge would act on.
func TestMarkdownMentionsNobody(t *testing.T) {
	const planted = "@admin #1 ![x](http://evil.example) <img src=x> | ```"
	run := coveredRun()
	for i := range run.Results {
		result := &run.Results[i]
		result.Requirement, result.Reason = planted, planted
		for j := range result.Deviations {
			result.Deviations[j].Summary = planted
		}
	}
	for line := range strings.SplitSeq(string(writeMarkdown(t, run)), "\n") {
		for _, active := range []string{"@admin", "#1", "![", "http://evil", "<img"} {
			if strings.Contains(line, active) && !strings.HasPrefix(line, "###") {
				t.Errorf("%q is active in %q", active, line)
			}
		}
	}
}

// No text can end the code block that contains it.
func TestFences(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringMatching("[`a\n]{0,30}").Draw(t, "text")
		block := markdownBlock(text)
		fence := block[:strings.IndexByte(block, 't')]
		inside := strings.TrimSuffix(strings.TrimPrefix(block, fence+"text\n"), fence)
		if len(fence) < 3 || strings.Contains(inside, fence) {
			t.Fatalf("the fence %q is within %q", fence, inside)
		}
	})
}

func compileSARIF(t *testing.T) *jsonschema.Schema {
	t.Helper()
	data, err := os.ReadFile("testdata/sarif-2.1.0.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	compiler := jsonschema.NewCompiler()
	compiler.AssertFormat()
	if err := compiler.AddResource("sarif.json", document); err != nil {
		t.Fatal(err)
	}
	return compiler.MustCompile("sarif.json")
}

func TestSARIFFollowsItsSchema(t *testing.T) {
	schema := compileSARIF(t)
	if schema.Validate(map[string]any{"version": "2.1.0", "runs": []any{map[string]any{}}}) == nil {
		t.Fatal("the schema takes a run without a tool")
	}
	check := func(t fixture.TB, run *reports.Run) {
		value, err := jsonschema.UnmarshalJSON(bytes.NewReader(writeSARIF(t, run)))
		if err != nil {
			t.Fatal(err)
		}
		if err := schema.Validate(value); err != nil {
			t.Fatal(err)
		}
	}
	check(t, fixture.Run())
	rapid.Check(t, func(t *rapid.T) { check(t, fixture.AnyRun().Draw(t, "run")) })
}

// Each result has the rule and the line of its clause.
func TestSARIFPointsAtTheContract(t *testing.T) {
	var log sarifLog
	if err := json.Unmarshal(writeSARIF(t, fixture.Run()), &log); err != nil {
		t.Fatal(err)
	}
	run := log.Runs[0]
	levels := map[string]int{}
	for _, result := range run.Results {
		levels[result.Level]++
		if got := run.Tool.Driver.Rules[result.RuleIndex].ID; got != result.RuleID {
			t.Errorf("the rule of %s is %s", result.RuleID, got)
		}
		if result.Level == "error" && (len(result.Locations) != 1 || result.Locations[0].Physical.Region.StartLine != 3001) {
			t.Errorf("%s points at %+v", result.RuleID, result.Locations)
		}
		if logical := result.Locations[0].Logical; logical[0].FullyQualifiedName != result.RuleID || logical[len(logical)-1].Name != "asyncResult" {
			t.Errorf("%s is at %+v", result.RuleID, logical)
		}
		if waived := result.Properties["check"] == "ASY-002"; waived != (len(result.Suppressions) == 1) {
			t.Errorf("%s: suppressions %v", result.Properties["check"], result.Suppressions)
		}
	}
	if base := run.BaseIDs[sarifBase].URI; base != "https://github.com/mallcheck/mallcheck/blob/v0.1.0/" {
		t.Errorf("the contract is at %s", base)
	}
	if levels["error"] != 2 || levels["warning"] != 2 {
		t.Errorf("got %v", levels)
	}
}

var workflowCommand = regexp.MustCompile(`^::(error|warning|notice) ((file|line|title)=[^,:]+,?)+::[^\r]*$`)

// Every line is one command, whatever the texts are.
func TestGitHubCommands(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		out := strings.TrimSuffix(string(writeGitHub(t, fixture.AnyRun().Draw(t, "run"))), "\n")
		for line := range strings.SplitSeq(out, "\n") {
			if line != "" && !workflowCommand.MatchString(line) {
				t.Fatalf("%q is no command", line)
			}
		}
	})
	run := fixture.Large()
	for i := range run.Results {
		run.Results[i].Verdict, run.Results[i].Reason = reports.Inconclusive, "no answer"
	}
	if n := strings.Count(string(writeGitHub(t, run)), "\n"); n != githubMost+1 {
		t.Errorf("%d lines for %d annotations", n, len(run.Results))
	}
}

// The runner decodes the escapes to the original text.
func TestGitHubEscapes(t *testing.T) {
	run := &reports.Run{Results: []reports.Result{{ID: "A,1:b", Verdict: reports.Inconclusive, Reason: "50% done,\nthen: nothing%0A"}}}
	const want = "::error title=mallcheck A%2C1%3Ab::inconclusive: 50%25 done,%0Athen: nothing%250A\n"
	if got := string(writeGitHub(t, run)); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestGitHubFailsOnFindings(t *testing.T) {
	run := coveredRun()
	run.Policy.FailOnFinding = true
	if strings.Contains(string(writeGitHub(t, run)), "::warning") {
		t.Error("a finding that fails the run is a warning")
	}
}
