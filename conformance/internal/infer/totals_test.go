package infer_test

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"regexp"
	"testing"

	"github.com/mallcheck/mallcheck/conformance"
	"github.com/mallcheck/mallcheck/reports"
	"github.com/mallcheck/mallcheck/sandbox/faults"
)

// The README has the totals that make faults prints when it misses nothing, and the number of
// faults. With -update the test writes both.
func TestREADMEHasTheTotals(t *testing.T) {
	const file = "../../../README.md"
	var rows []reports.FaultRow
	for _, fault := range faults.Faults() {
		rows = append(rows, reports.FaultRow{ID: fault.ID, Clause: fault.Clause, CaughtBy: []string{"SIG-001"}})
	}
	matrix, err := conformance.NewMatrix(rows, 0, false)
	if err != nil {
		t.Fatal(err)
	}
	for id := range matrix.Checks {
		matrix.Checks[id] = 1
	}
	readme, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	want := readme
	for _, text := range []struct{ form, now string }{
		{`(?m)^\d+ of \d+ faults caught; .*$`, matrix.Totals()},
		{`catches all \d+ faults`, fmt.Sprintf("catches all %d faults", len(rows))},
	} {
		form := regexp.MustCompile(text.form)
		if found := form.FindAll(want, -1); len(found) != 1 {
			t.Fatalf("the README has %d texts of the form %s, want one", len(found), text.form)
		}
		want = form.ReplaceAll(want, []byte(text.now))
	}
	if bytes.Equal(readme, want) {
		return
	}
	if flag.Lookup("update").Value.String() != "true" {
		t.Fatalf("the README has other totals than %q: run this test with -update", matrix.Totals())
	}
	if err := os.WriteFile(file, want, 0o600); err != nil {
		t.Fatal(err)
	}
}
