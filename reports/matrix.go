package reports

import (
	"fmt"
	"strings"
	"time"
)

// Matrix says which checks catch which faults.
type Matrix struct {
	// Schema is the version of the format, SchemaVersion when written.
	Schema string `json:"schema"`
	// Tool is the build that judged, with its contract.
	Tool Tool `json:"tool"`
	// Strict is the strictness of the runs, Seed their seed.
	Strict Grade `json:"strict"`
	Seed   int64 `json:"seed"`
	// Faults are in the order of the catalogue.
	Faults []FaultRow `json:"faults"`
	// Checks is the number of faults that each check catches, by the id of the check. All cases of a
	// check count as one; derived cases count as "GEN/*/" and the family of their mutation.
	Checks map[string]int `json:"checks"`
	// Problems are what the matrix fails to prove, a sentence each.
	Problems []string `json:"problems,omitempty"`
}

// FaultRow is the result of a whole run against one fault.
type FaultRow struct {
	ID        string `json:"id"`
	Clause    string `json:"clause"`    // the clause that the fault breaks
	Statement string `json:"statement"` // what the sandbox does
	// CaughtBy are the checks that fail with a violation of that clause.
	CaughtBy []string `json:"caughtBy"`
	// Missing are the checks that should catch it and do not.
	Missing []string `json:"missing,omitempty"`
	// SideEffects are the checks that fail only for other clauses, with those clauses.
	SideEffects map[string][]string `json:"sideEffects,omitempty"`
	// Shown is what each failing check shows: the clauses, each with a digest of the words.
	Shown map[string][]string `json:"shown,omitempty"`
	// Cause is the name of the first inferred cause, which is right if it equals ID.
	Cause string `json:"cause,omitempty"`
	// Inconclusive are the inconclusive checks.
	Inconclusive []string `json:"inconclusive,omitempty"`
	// Ran is the number of checks that ran.
	Ran int `json:"ran"`
	// Duration is how long the run took, in nanoseconds.
	Duration time.Duration `json:"duration"`
	// Problem says why there was no complete run; empty if there was.
	Problem string `json:"problem,omitempty"`
}

// Caught reports whether at least one check catches the fault.
func (r *FaultRow) Caught() bool { return r.Problem == "" && len(r.CaughtBy) > 0 }

// Totals sums up in one line what the matrix proves.
func (m *Matrix) Totals() string {
	caught, kinds := 0, map[bool][2]int{} // by whether it is a mutation: how many there are, and how many catch a fault
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

// RightCauses returns the number of faults whose first inferred cause is right.
func (m *Matrix) RightCauses() int {
	right := 0
	for i := range m.Faults {
		if m.Faults[i].Cause == m.Faults[i].ID {
			right++
		}
	}
	return right
}

// CheckOf returns the check of a case: "SIG-004" for "SIG-004/addSims", and the family of its mutation,
// "GEN/*/wrong-type", for a derived case ("GEN/singleOrder/body/mark/wrong-type.boolean").
func CheckOf(id string) string {
	base, _, _ := strings.Cut(id, "/")
	if base == "GEN" {
		family, _, _ := strings.Cut(id[strings.LastIndexByte(id, '/'):], ".")
		return "GEN/*" + family
	}
	return base
}
