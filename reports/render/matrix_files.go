package render

import (
	"bufio"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"github.com/mallcheck/mallcheck/internal/wholefile"
	"github.com/mallcheck/mallcheck/reports"
	"github.com/mallcheck/mallcheck/reports/render/internal/digest"
)

// WriteMatrix writes a matrix to folder dir as matrix.json and matrix.md, and returns the paths.
func WriteMatrix(dir string, m *reports.Matrix) ([]string, error) {
	out := *m
	out.Schema = reports.SchemaVersion
	files := []string{filepath.Join(dir, "matrix.json"), filepath.Join(dir, "matrix.md")}
	err := errors.Join(
		wholefile.Replace(files[0], 0o644, func(w io.Writer) error { return matrixJSON(w, &out) }),
		wholefile.Replace(files[1], 0o644, func(w io.Writer) error { return matrixMarkdown(w, &out) }),
	)
	if err != nil {
		return nil, fmt.Errorf("writing the matrix into %s: %w", dir, wholefile.Reason(err))
	}
	return files, nil
}

func matrixJSON(w io.Writer, m *reports.Matrix) error {
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	return encoder.Encode(m)
}

func matrixMarkdown(w io.Writer, m *reports.Matrix) error {
	out := bufio.NewWriter(w)
	fmt.Fprintf(out, "# What catches what\n\n%s. mallcheck %s, contract %s, seed %d, strictness %s.\n", m.Totals(), inCell(m.Tool.Version), inCell(m.Tool.Contract), m.Seed, m.Strict)
	fmt.Fprintln(out, "\nA fault is caught by a check that fails and names the clause that the fault breaks. The number after a check is how many of its cases do.")
	if len(m.Problems) > 0 {
		fmt.Fprintln(out, "\n## Not proven")
		fmt.Fprintln(out)
		for _, problem := range m.Problems {
			fmt.Fprintln(out, "- "+inCell(problem))
		}
	}
	fmt.Fprintln(out, "\n## Faults\n\n| fault | the sandbox | clause | caught by | side effects |\n|---|---|---|---|---|")
	for i := range m.Faults {
		row := &m.Faults[i]
		caught := cmp.Or(counted(row.CaughtBy), "**missed** "+inCell(row.Problem))
		fmt.Fprintf(out, "| %s | %s | %s | %s | %d |\n", inCell(row.ID), inCell(row.Statement), markdownCode(row.Clause), caught, len(row.SideEffects))
	}
	fmt.Fprintln(out, "\n## Checks\n\n| check | faults caught |\n|---|---|")
	for _, id := range slices.Sorted(maps.Keys(m.Checks)) {
		fmt.Fprintf(out, "| %s | %d |\n", inCell(id), m.Checks[id])
	}
	return out.Flush()
}

// counted lists checks ordered by id, each with the number of its cases.
func counted(ids []string) string {
	cases := map[string]int{}
	for _, id := range ids {
		cases[reports.CheckOf(id)]++
	}
	var told []string
	for _, id := range slices.Sorted(maps.Keys(cases)) {
		told = append(told, inCell(id))
		if cases[id] > 1 {
			told[len(told)-1] += fmt.Sprintf(" (%d)", cases[id])
		}
	}
	return strings.Join(told, ", ")
}

// inCell makes a text safe for a table cell.
func inCell(text string) string { return markdownEscape(digest.OneLine(text, markdownText)) }
