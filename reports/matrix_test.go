package reports

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func sampleMatrix() *Matrix {
	return &Matrix{
		Tool: Tool{Name: "mallcheck", Version: "devel", Contract: "abc"}, Strict: Assumed, Seed: 1,
		Faults: []FaultRow{
			{ID: "sign-wrong-accepted", Clause: "signature/wrong-sign-refused", Statement: "accepts a|b", Ran: 9,
				CaughtBy:    []string{"SIG-004/removeSims", "SIG-004/addSims", "GEN/addSims/query/sign/null", "ERR-001"},
				SideEffects: map[string][]string{"ENV-001": {"envelope/present"}}},
			{ID: "lost", Clause: "async/lost", Statement: "loses", CaughtBy: []string{}},
		},
		Checks:   map[string]int{"SIG-004": 1, "ERR-001": 1, "GRP-001": 0, "GEN/*/null": 1},
		Problems: []string{"lost is missed: no check fails", "GRP-001 catches no fault"},
	}
}

// TestWriteMatrix holds both forms of a matrix to golden files.
func TestWriteMatrix(t *testing.T) {
	files, err := WriteMatrix(t.TempDir(), sampleMatrix())
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range files {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		golden(t, filepath.Base(path), data)
	}
	if _, err := WriteMatrix(filepath.Join(t.TempDir(), "none"), sampleMatrix()); err == nil || !strings.Contains(err.Error(), "no such file") {
		t.Errorf("a folder that is not there: %v", err)
	}
}

// TestMatrixTotals holds the line that tells a matrix.
func TestMatrixTotals(t *testing.T) {
	if got, want := sampleMatrix().Totals(), "1 of 2 faults caught; 2 of 3 checks catch a fault; 1 of 1 mutations catch a fault"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

// TestCheckOf holds what ids are cases of.
func TestCheckOf(t *testing.T) {
	for id, want := range map[string]string{
		"SIG-001": "SIG-001", "SIG-004/addSims": "SIG-004", "GEN/singleOrder/body/payAmount/missing": "GEN/*/missing",
		"GEN/singleOrder/body/payAmount/wrong-type.boolean": "GEN/*/wrong-type", "GEN/singleVerify/body/version/known-value.3.0": "GEN/*/known-value",
	} {
		if got := CheckOf(id); got != want {
			t.Errorf("%s: %s, want %s", id, got, want)
		}
	}
}
