package infer

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/mallcheck/mallcheck/reports"
	"github.com/mallcheck/mallcheck/sandbox/faults"
)

var update = flag.Bool("update", false, "learn the patterns from the matrix that mallcheck faults --prove wrote")

// The embedded patterns cover the catalogue of faults. With -update the test first learns from the
// matrix: its rows replace those of the table.
func TestEveryFaultHasAPattern(t *testing.T) {
	all := patterns()
	if *update {
		all = learnt(t, all)
	}
	known := map[string]*pattern{}
	for _, p := range all {
		known[p.id] = p
	}
	var catalogue []*pattern
	for _, fault := range faults.Faults() {
		p := known[fault.ID]
		if p == nil {
			t.Errorf("%s has no pattern: prove it (mallcheck faults --prove --only %[1]s) and run this test with -update", fault.ID)
			continue
		}
		p.clause, p.statement = fault.Clause, fault.Statement
		catalogue = append(catalogue, p)
	}
	var table bytes.Buffer
	if err := writePatterns(&table, catalogue); err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile("patterns.txt", table.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	written, err := os.ReadFile("patterns.txt")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(written, table.Bytes()) {
		t.Error("patterns.txt has other faults, clauses or statements than the catalogue: run this test with -update")
	}
}

// learningSeed is the seed of the runs that patterns are learnt from.
const learningSeed = 1

// learnt returns the patterns, with those in the matrix replaced.
func learnt(t *testing.T, all []*pattern) []*pattern {
	t.Helper()
	data, err := os.ReadFile("../../../mallcheck-report/faults/matrix.json")
	if errors.Is(err, fs.ErrNotExist) {
		return all
	}
	if err != nil {
		t.Fatal(err)
	}
	var matrix reports.Matrix
	if err := json.Unmarshal(data, &matrix); err != nil {
		t.Fatal(err)
	}
	if matrix.Seed != learningSeed {
		t.Logf("the matrix has seed %d: nothing is learnt from it, because make faults measures with it", matrix.Seed)
		return all
	}
	for i := range matrix.Faults {
		row := &matrix.Faults[i]
		if row.Problem != "" {
			t.Errorf("%s is not learnt: %s", row.ID, row.Problem)
			continue
		}
		p := patternOf(row)
		all = append(slices.DeleteFunc(all, func(old *pattern) bool { return old.id == p.id }), p)
	}
	return all
}

// heading is the first line of the table.
const heading = "# What checks show of each fault, learnt from the matrix of `mallcheck faults --prove`. Written by go test -update.\n"

// writePatterns writes what readPatterns reads.
func writePatterns(w io.Writer, all []*pattern) error {
	out := bufio.NewWriter(w)
	_, _ = out.WriteString(heading) // Flush returns the error
	for _, p := range all {
		fmt.Fprintf(out, "%s\t%s\t%s\n", p.id, p.clause, p.statement)
		checks := map[string][]string{}
		for id, list := range p.checks {
			for _, s := range list {
				key := s.clause + " " + s.words
				checks[key] = append(checks[key], id)
			}
		}
		for _, key := range slices.Sorted(maps.Keys(checks)) {
			slices.Sort(checks[key])
			fmt.Fprintf(out, "\t%s\t%s\n", key, strings.Join(checks[key], " "))
		}
	}
	return out.Flush()
}

// patternOf returns the pattern of a fault.
func patternOf(row *reports.FaultRow) *pattern {
	p := &pattern{id: row.ID, clause: row.Clause, statement: row.Statement, checks: map[string][]shown{}}
	for id, texts := range row.Shown {
		for _, text := range texts {
			clause, words, _ := strings.Cut(text, " ")
			p.checks[id] = append(p.checks[id], shown{clause, words})
		}
	}
	return p
}
