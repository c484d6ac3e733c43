package main

import (
	"github.com/mallcheck/mallcheck/cmd/mallcheck/internal/console"
	"github.com/mallcheck/mallcheck/cmd/mallcheck/internal/explained"
	"github.com/mallcheck/mallcheck/conformance"
)

// explainCommand describes a check.
type explainCommand struct {
	ID   string `arg:"" help:"Id of a check or case: SIG-022, SIG-022/addSims."`
	JSON bool   `name:"json" help:"Print JSON."`
}

// Help says what explain prints, below the usage.
func (explainCommand) Help() string {
	return `Shows the requirement, its clause and evidence, common causes of failure, how to run only this check, and how to
see it fail. Nothing is sent.

Examples:
  mallcheck explain SIG-022
  mallcheck explain GEN/singleOrder/body/payAmount/missing --json`
}

// Run implements the command.
func (c *explainCommand) Run(std *console.Streams) error {
	e, err := conformance.Explain(c.ID)
	if err != nil {
		return err
	}
	if c.JSON {
		return std.WriteJSON(e)
	}
	return explained.Write(std.Out, e)
}
