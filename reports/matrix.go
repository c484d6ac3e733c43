package reports

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
	"time"
)

// Matrix says which checks catch which faults.
type Matrix struct {
	// Schema is the version of this data's form, SchemaVersion when written.
	Schema string `json:"schema"`
	// Tool says which build judged, under which contract.
	Tool Tool `json:"tool"`
	// Strict is the strictness of the runs, Seed their seed.
	Strict Grade `json:"strict"`
	Seed   int64 `json:"seed"`
	// Faults are in the order of the catalogue.
	Faults []FaultRow `json:"faults"`
	// Checks is how many faults each check catches, by the id of the check: all
	// cases of one count as one, those of a family of mutations as "GEN/*/" and the family.
	Checks map[string]int `json:"checks"`
	// Problems are what the matrix does not prove, a sentence each.
	Problems []string `json:"problems,omitempty"`
}

// FaultRow is what a whole run makes of one fault.
type FaultRow struct {
	ID        string `json:"id"`
	Clause    string `json:"clause"`    // that the fault breaks
	Statement string `json:"statement"` // of what the sandbox does
	// CaughtBy are the checks that fail with a violation of that clause.
	CaughtBy []string `json:"caughtBy"`
	// Missing are the checks that are expected to catch it and do not.
	Missing []string `json:"missing,omitempty"`
	// SideEffects are the checks that fail for other clauses only, and those clauses.
	SideEffects map[string][]string `json:"sideEffects,omitempty"`
	// Inconclusive are the checks that could not be done.
	Inconclusive []string `json:"inconclusive,omitempty"`
	// Ran is how many checks ran.
	Ran int `json:"ran"`
	// Duration is how long the run took, in nanoseconds.
	Duration time.Duration `json:"duration"`
	// Problem says why there was no whole run; empty when there was.
	Problem string `json:"problem,omitempty"`
}

// Caught reports whether at least one check catches the fault.
func (r *FaultRow) Caught() bool { return r.Problem == "" && len(r.CaughtBy) > 0 }

// Totals says in one line what the matrix proves.
func (m *Matrix) Totals() string {
	caught, kinds := 0, map[bool][2]int{} // by whether it is a mutation: all, and those that catch something
	for i := range m.Faults {
		if m.Faults[i].Caught() {
			caught++
		}
	}
	for id, catches := range m.Checks {
		count := kinds[strings.Contains(id, "*")]
		count[0]++
		if catches > 0 {
			count[1]++
		}
		kinds[strings.Contains(id, "*")] = count
	}
	line := fmt.Sprintf("%d of %d faults caught; %d of %d checks catch a fault", caught, len(m.Faults), kinds[false][1], kinds[false][0])
	if mutations := kinds[true]; mutations[0] > 0 {
		line += fmt.Sprintf("; %d of %d mutations catch a fault", mutations[1], mutations[0])
	}
	return line
}

// WriteMatrix writes a matrix into folder dir, as matrix.json and matrix.md, and
// returns the paths.
func WriteMatrix(dir string, m *Matrix) ([]string, error) {
	out := *m
	out.Schema = SchemaVersion
	files := []string{filepath.Join(dir, "matrix.json"), filepath.Join(dir, "matrix.md")}
	err := errors.Join(
		replaceFile(files[0], func(w io.Writer) error { return matrixJSON(w, &out) }),
		replaceFile(files[1], func(w io.Writer) error { return matrixMarkdown(w, &out) }),
	)
	if err != nil {
		return nil, fmt.Errorf("writing the matrix into %s: %w", dir, reason(err))
	}
	return files, nil
}

func matrixJSON(w io.Writer, m *Matrix) error {
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	return encoder.Encode(m)
}

func matrixMarkdown(w io.Writer, m *Matrix) error {
	out := bufio.NewWriter(w)
	fmt.Fprintf(out, "# What catches what\n\n%s. mallcheck %s, contract %s, seed %d, strictness %s.\n", m.Totals(), m.Tool.Version, m.Tool.Contract, m.Seed, m.Strict)
	fmt.Fprintln(out, "\nA fault is caught by a check that fails and names the clause that the fault breaks. Behind a check stands how many of its cases do.")
	if len(m.Problems) > 0 {
		fmt.Fprintln(out, "\n## Not proven")
		fmt.Fprintln(out)
		for _, problem := range m.Problems {
			fmt.Fprintln(out, "- "+problem)
		}
	}
	fmt.Fprintln(out, "\n## Faults\n\n| fault | the sandbox | clause | caught by | side effects |\n|---|---|---|---|---|")
	for i := range m.Faults {
		row := &m.Faults[i]
		caught := cmp.Or(counted(row.CaughtBy), "**missed** "+row.Problem)
		fmt.Fprintf(out, "| %s | %s | `%s` | %s | %d |\n", row.ID, inCell(row.Statement), row.Clause, caught, len(row.SideEffects))
	}
	fmt.Fprintln(out, "\n## Checks\n\n| check | faults caught |\n|---|---|")
	for _, id := range slices.Sorted(maps.Keys(m.Checks)) {
		fmt.Fprintf(out, "| %s | %d |\n", inCell(id), m.Checks[id])
	}
	return out.Flush()
}

// counted names checks in the order of their ids, each with the number of its cases.
func counted(ids []string) string {
	cases := map[string]int{}
	for _, id := range ids {
		cases[CheckOf(id)]++
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

// CheckOf returns what an id is a case of: "SIG-004" for "SIG-004/addSims", and the
// family of its mutation, "GEN/*/wrong-type", for a case that was derived from the
// contract ("GEN/singleOrder/body/mark/wrong-type.boolean").
func CheckOf(id string) string {
	base, _, _ := strings.Cut(id, "/")
	if base == "GEN" {
		family, _, _ := strings.Cut(id[strings.LastIndexByte(id, '/'):], ".")
		return "GEN/*" + family
	}
	return base
}

// inCell keeps a text from ending the cell of a table.
func inCell(text string) string {
	return strings.NewReplacer("|", `\|`, "*", `\*`, "\n", " ").Replace(text)
}
