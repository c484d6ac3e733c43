package main

import (
	"github.com/mallcheck/mallcheck/cmd/mallcheck/internal/console"
	"github.com/mallcheck/mallcheck/cmd/mallcheck/internal/lists"
	"github.com/mallcheck/mallcheck/cmd/mallcheck/internal/table"
	"github.com/mallcheck/mallcheck/conformance"
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

// Run implements the command.
func (c *listCommand) Run(std *console.Streams) error {
	selected, err := conformance.Select(conformance.AllChecks(), c.Only, nil)
	if err != nil {
		return err
	}
	listed := lists.Checks(selected)
	if c.JSON {
		return std.WriteJSON(listed)
	}
	rows := [][]string{{"ID", "LEVEL", "GRADE", "DOES", "REQUIREMENT"}}
	for _, check := range listed {
		rows = append(rows, []string{check.ID, check.Level, check.Grade, check.Does, check.Requirement})
	}
	return table.Write(std.Out, std.Width(), []int{24, 6, 10, 8, 0}, rows)
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

// Run implements the command.
func (c *variantsCommand) Run(std *console.Streams) error {
	listed := lists.Variants()
	if c.JSON {
		return std.WriteJSON(listed)
	}
	rows := [][]string{{"ID", "THE SANDBOX"}}
	for _, variant := range listed {
		rows = append(rows, []string{variant.ID, variant.Statement})
	}
	return table.Write(std.Out, std.Width(), []int{35, 0}, rows)
}
