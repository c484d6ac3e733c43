package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"io"
	"text/tabwriter"

	"github.com/mallcheck/mallcheck/cmd/mallcheck/internal/table"
	"github.com/mallcheck/mallcheck/conformance"
	"github.com/mallcheck/mallcheck/openapi"
	"github.com/mallcheck/mallcheck/reports"
	"github.com/mallcheck/mallcheck/sandbox/faults"
)

// listCommand lists the checks.
type listCommand struct {
	JSON bool     `name:"json" help:"Print JSON."`
	Only []string `sep:"," placeholder:"PATTERN" help:"Only these: an id, a glob, area:RID or op:addSims."`
}

// Help gives examples, below the usage.
func (listCommand) Help() string {
	return `Examples:
  mallcheck list --only area:SIG,op:addSims
  mallcheck list --json | jq -r '.[] | [.id, .clause, .requirement] | @tsv'
  mallcheck list --json | jq -r '.[] | select(.does == "purchase") | .id'

A failed check fails the run if its level is MUST and its grade is at or above --strict. DOES is the permission it needs (--allow).
--json also has clause, page and operations.`
}

// listedCheck is a check as it is listed.
type listedCheck struct {
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

// Run implements the command.
func (c *listCommand) Run(std *streams) error {
	selected, err := conformance.Select(conformance.AllChecks(), c.Only, nil)
	if err != nil {
		return err
	}
	listed := make([]listedCheck, 0, len(selected))
	clauses := map[[2]string]openapi.Clause{} // many cases share one
	for _, check := range selected {
		operation := ""
		if len(check.Operations) > 0 {
			operation = check.Operations[0]
		}
		key := [2]string{check.Clause, operation}
		clause, known := clauses[key]
		if !known {
			clause, _ = openapi.ClauseFor(check.Clause, operation)
			clauses[key] = clause
		}
		if check.Grade != "" {
			clause.Enforced.Grade, clause.Enforced.Source = string(check.Grade), check.Source
		}
		listed = append(listed, listedCheck{
			ID: check.ID, Area: check.Area(), AreaName: reports.AreaName(check.Area()), Level: string(check.Level),
			Grade: clause.Enforced.Grade, Clause: check.Clause, Source: clause.Enforced.Source, Does: string(check.Does),
			Operations: check.Operations, Requirement: check.Requirement,
		})
	}
	if c.JSON {
		return writeJSON(std.out, listed)
	}
	rows := [][]string{{"ID", "LEVEL", "GRADE", "DOES", "REQUIREMENT"}}
	for _, check := range listed {
		rows = append(rows, []string{check.ID, check.Level, check.Grade, check.Does, check.Requirement})
	}
	return table.Write(std.out, std.width(), []int{24, 6, 10, 8, 0}, rows)
}

// variantsCommand lists the variants.
type variantsCommand struct {
	JSON bool `name:"json" help:"Print JSON."`
}

// Help gives examples, below the usage.
func (variantsCommand) Help() string {
	return `Examples:
  mallcheck variants
  mallcheck run --strict documented --variant refusals-as-4xx      no check fails
  mallcheck serve --variant refusals-as-4xx                        see whether your client copes`
}

// listedVariant is a variant as it is listed.
type listedVariant struct {
	ID        string            `json:"id"`
	Statement string            `json:"statement"`
	Settings  map[string]string `json:"settings,omitempty"` // settings for a target with this habit
}

// Run implements the command.
func (c *variantsCommand) Run(std *streams) error {
	var listed []listedVariant
	for _, variant := range faults.Variants() {
		listed = append(listed, listedVariant{variant.ID, variant.Statement, variant.Settings})
	}
	if c.JSON {
		return writeJSON(std.out, listed)
	}
	rows := [][]string{{"ID", "THE SANDBOX"}}
	for _, variant := range listed {
		rows = append(rows, []string{variant.ID, variant.Statement})
	}
	return table.Write(std.out, std.width(), []int{35, 0}, rows)
}

func writeJSON(out io.Writer, value any) error {
	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	return encoder.Encode(value)
}

// writeTable aligns the tab-separated cells that fill writes.
func writeTable(out io.Writer, fill func(table io.Writer)) error {
	whole := bufio.NewWriterSize(out, 64<<10) // a table writes cell by cell
	table := tabwriter.NewWriter(whole, 0, 0, 2, ' ', 0)
	fill(table)
	return errors.Join(table.Flush(), whole.Flush())
}
