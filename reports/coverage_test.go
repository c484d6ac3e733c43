package reports

import (
	"bytes"
	"reflect"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// sampleCoverage is of two operations, one of which was not called.
func sampleCoverage() *Coverage {
	return &Coverage{Operations: []OperationCoverage{
		{Operation: "addSims", Parts: []CoveredParts{
			{Kind: "constraints kept", Total: 3, Reached: 2, Missed: []MissedPart{{"/paths/~1sims/post/payId/minLength", "no such request was sent"}}},
			{Kind: "codes", Total: 1, Reached: 1},
		}},
		{Operation: "listBundles", Parts: []CoveredParts{
			{Kind: "constraints kept", Total: 2, Missed: []MissedPart{{"/paths/~1a", "no check of the run calls the operation"}, {"/paths/~1b", "no check of the run calls the operation"}}},
		}},
	}}
}

func TestCoverageTotals(t *testing.T) {
	want := []CoveredParts{{Kind: "constraints kept", Total: 5, Reached: 2}, {Kind: "codes", Total: 1, Reached: 1}}
	if got := sampleCoverage().Totals(); !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
	var none *Coverage
	if got := none.Totals(); got != nil {
		t.Errorf("of no coverage: %+v", got)
	}
}

func TestCoverageInTerminal(t *testing.T) {
	run := sampleRun()
	run.Coverage = nil
	if text := show(t, run, TerminalOptions{}); strings.Contains(text, "exercised") {
		t.Errorf("coverage is told that was not counted:\n%s", text)
	}
	run.Coverage = sampleCoverage()
	want := "parts of the contract exercised (run.json says which were not, and why)\n  constraints kept 2 of 5, codes 1 of 1\n"
	if text := show(t, run, TerminalOptions{}); !strings.Contains(text, want) {
		t.Errorf("not told as %q:\n%s", want, text)
	}
	var out strings.Builder
	if err := NewTerminal(&out, TerminalOptions{}).End(run, []string{"r/junit.xml"}); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(out.String(), "(--format json says which were not, and why)") {
		t.Errorf("how to see what was missed is not told:\n%s", out.String())
	}
}

// TestCoverageIsNotRedacted holds that the names of hidden members stay in what was counted.
func TestCoverageIsNotRedacted(t *testing.T) {
	run := sampleRun()
	run.Coverage = sampleCoverage()
	if got := Redact(run, sampleSecrets).Coverage; !reflect.DeepEqual(got, sampleCoverage()) {
		t.Errorf("redacted to %+v", got)
	}
}

// TestCoverageInJSON holds what was counted to the schema, and its way back.
func TestCoverageInJSON(t *testing.T) {
	run := sampleRun()
	run.Coverage = sampleCoverage()
	data := writeJSON(t, run)
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	if err := compileSchema(t).Validate(document); err != nil {
		t.Error(err)
	}
	again, err := ReadJSON(bytes.NewReader(data))
	if err != nil || !reflect.DeepEqual(again.Coverage, sampleCoverage()) {
		t.Errorf("read as %+v, %v", again, err)
	}
}
