package reports

import (
	"fmt"
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
	// Shown is what each check that fails shows: the clauses, each with a digest of the words.
	Shown map[string][]string `json:"shown,omitempty"`
	// Cause is the name of the first cause that is inferred from the run, the ID when it is right.
	Cause string `json:"cause,omitempty"`
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

// RightCauses returns for how many faults the cause that is inferred first is the right one.
func (m *Matrix) RightCauses() int {
	right := 0
	for i := range m.Faults {
		if m.Faults[i].Cause == m.Faults[i].ID {
			right++
		}
	}
	return right
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
