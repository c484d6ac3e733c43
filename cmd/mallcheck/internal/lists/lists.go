// Package lists has what the commands list, as JSON shows it: checks, faults, variants and targets.
package lists

import (
	"github.com/mallcheck/mallcheck/conformance"
	"github.com/mallcheck/mallcheck/conformance/checks"
	"github.com/mallcheck/mallcheck/openapi"
	"github.com/mallcheck/mallcheck/reports"
	"github.com/mallcheck/mallcheck/sandbox/faults"
)

// Check is a check as it is listed.
type Check struct {
	ID          string   `json:"id"`
	Area        string   `json:"area"`
	AreaName    string   `json:"areaName"`
	Level       string   `json:"level"`
	Grade       string   `json:"grade"`
	Clause      string   `json:"clause"`
	Source      string   `json:"source,omitempty"`
	Does        string   `json:"does"`
	Operations  []string `json:"operations"`
	Requirement string   `json:"requirement"`
}

// Checks lists checks.
func Checks(selected []checks.Check) []Check {
	listed := make([]Check, 0, len(selected))
	clauses := map[[2]string]openapi.Clause{} // many cases share one
	for _, check := range selected {
		key := [2]string{check.Clause, check.Subject()}
		clause, known := clauses[key]
		if !known {
			clause, _ = openapi.ClauseFor(check.Clause, check.Subject())
			clauses[key] = clause
		}
		if check.Grade != "" {
			clause.Enforced.Grade, clause.Enforced.Source = string(check.Grade), check.Source
		}
		listed = append(listed, Check{
			ID: check.ID, Area: check.Area(), AreaName: reports.AreaName(check.Area()), Level: string(check.Level),
			Grade: clause.Enforced.Grade, Clause: check.Clause, Source: clause.Enforced.Source, Does: string(check.Does),
			Operations: check.Operations, Requirement: check.Requirement,
		})
	}
	return listed
}

// Fault is a fault as it is listed.
type Fault struct {
	ID        string   `json:"id"`
	Clause    string   `json:"clause"`
	Statement string   `json:"statement"`
	Checks    []string `json:"checks"` // expected to catch it
}

// Faults lists faults.
func Faults(selected []faults.Fault) []Fault {
	listed := make([]Fault, 0, len(selected))
	for _, fault := range selected {
		listed = append(listed, Fault{fault.ID, fault.Clause, fault.Statement, conformance.ExpectedToCatch(fault.ID)})
	}
	return listed
}

// Variant is a variant as it is listed.
type Variant struct {
	ID        string            `json:"id"`
	Statement string            `json:"statement"`
	Settings  map[string]string `json:"settings,omitempty"` // settings for a target with this habit
}

// Variants lists all variants.
func Variants() []Variant {
	var listed []Variant
	for _, variant := range faults.Variants() {
		listed = append(listed, Variant{variant.ID, variant.Statement, variant.Settings})
	}
	return listed
}
