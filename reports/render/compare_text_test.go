package render

import (
	"bytes"
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/mallcheck/mallcheck/reports"
	"github.com/mallcheck/mallcheck/reports/internal/fixture"
)

// TestCompareTellsAbsentChecksTogether compares a run with one of a few of its checks.
func TestCompareTellsAbsentChecksTogether(t *testing.T) {
	changes := []reports.VerdictChange{{Check: "ASY-001", Before: reports.Passed, After: reports.Failed}}
	for i := range 5 {
		changes = append(changes, reports.VerdictChange{Check: fmt.Sprintf("SIG-%03d", i), Before: reports.Passed})
	}
	got := comparePlain.verdicts(changes)
	want := []string{"ASY-001: passed → failed", "passed → not run: 5 checks, SIG-000, SIG-001, SIG-002 and 2 more"}
	if !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

func TestWriteComparison(t *testing.T) {
	got := reports.Compare(fixture.Compared())
	for name, markdown := range map[string]bool{"compare.txt": false, "compare.md": true} {
		var out bytes.Buffer
		if err := WriteComparison(&out, got, markdown); err != nil {
			t.Fatal(err)
		}
		fixture.Golden(t, name, out.Bytes())
	}
}

func TestWriteComparisonOfAnyRuns(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := fixture.AnyRun().Draw(t, "a"), fixture.AnyRun().Draw(t, "b")
		if err := WriteComparison(&bytes.Buffer{}, reports.Compare(a, b), true); err != nil {
			t.Fatal(err)
		}
	})
}
