package conformance

import (
	"slices"
	"strings"

	"github.com/mallcheck/mallcheck/conformance/checks"
	"github.com/mallcheck/mallcheck/conformance/internal/causes"
	"github.com/mallcheck/mallcheck/conformance/internal/matrix"
	"github.com/mallcheck/mallcheck/conformance/target"
	"github.com/mallcheck/mallcheck/openapi"
)

// Explanation describes a check without a run.
type Explanation struct {
	ID          string `json:"id"`
	Requirement string `json:"requirement"`
	Level       string `json:"level"`
	// Clause is the id of the clause that the check tests, and Statement its text. File
	// and Line locate it in the contract.
	Clause    string `json:"clause"`
	Statement string `json:"statement"`
	File      string `json:"file"`
	Line      int    `json:"line"`
	// Grade, Source and Note are the evidence of the clause, for the first operation.
	Grade  string `json:"grade"`
	Source string `json:"source,omitempty"`
	Note   string `json:"note,omitempty"`
	// Operations are the operations that the check calls; it tests the first.
	Operations []string `json:"operations"`
	// Does is the permission that the check needs.
	Does string `json:"does"`
	// Cause is the usual cause of a failure.
	Cause string `json:"cause"`
	// Faults are the faults that the check is expected to catch.
	Faults []string `json:"faults"`
	// Cases are the ids of the cases, if the id belongs to a check with cases. The
	// other fields then describe the first case.
	Cases []string `json:"cases,omitempty"`
}

// Explain describes the check or case with the given id. The id of a check with cases
// stands for all of them. The error for an unknown id has type *target.Error and names
// the nearest one.
func Explain(id string) (*Explanation, error) {
	all := everyCheck()
	var named []checks.Check
	for _, check := range all {
		if check.ID == id || strings.HasPrefix(check.ID, id+"/") {
			named = append(named, check)
		}
	}
	if len(named) == 0 {
		return nil, &target.Error{Origin: "explain", Value: id, Problem: "is not a check",
			Instead: target.DidYouMean(id, ids(all), "mallcheck list shows them")}
	}
	check := named[0]
	clause, _ := openapi.ClauseFor(check.Clause, check.Subject())
	if check.Grade != "" {
		clause.Enforced = openapi.Evidence{Grade: string(check.Grade), Source: check.Source}
	}
	at, _ := openapi.LocationOf(check.Clause)
	explanation := &Explanation{
		ID: id, Requirement: check.Requirement, Level: string(check.Level),
		Clause: check.Clause, Statement: clause.Statement, File: at.File, Line: at.Line,
		Grade: clause.Enforced.Grade, Source: clause.Enforced.Source, Note: strings.Join(strings.Fields(clause.Enforced.Note), " "),
		Operations: check.Operations, Does: string(check.Does), Cause: causes.OfClause(check.Clause), Faults: expectedBy(id),
	}
	if check.ID != id {
		for _, one := range named {
			explanation.Cases = append(explanation.Cases, one.ID)
		}
	}
	return explanation, nil
}

func ids(all []checks.Check) []string {
	var known []string
	for _, check := range all {
		id, _, _ := strings.Cut(check.ID, "/")
		known = append(known, check.ID, id)
	}
	return known
}

// expectedBy returns the faults that a check, or one of its cases, is expected to catch.
func expectedBy(id string) []string {
	caught := []string{}
	for fault, checks := range matrix.Expected() {
		for _, check := range checks {
			if check == id || strings.HasPrefix(id, check+"/") || strings.HasPrefix(check, id+"/") {
				caught = append(caught, fault)
				break
			}
		}
	}
	slices.Sort(caught)
	return caught
}
