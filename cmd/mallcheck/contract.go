package main

import (
	"fmt"

	"github.com/mallcheck/mallcheck/cmd/mallcheck/internal/console"
	"github.com/mallcheck/mallcheck/conformance/target"
	"github.com/mallcheck/mallcheck/openapi"
)

// contractCommand prints the contract.
type contractCommand struct {
	Push    bool   `xor:"which" help:"Print the push contract, in which the partner is the server."`
	Overlay string `xor:"which" placeholder:"FILE" help:"Apply what mallcheck learn wrote about a target."`
}

// Help gives examples, below the usage.
func (contractCommand) Help() string {
	return `Examples:
  mallcheck contract > mall.yaml                              the mall API
  mallcheck contract --push > push.yaml                       the pushes that the mall sends
  mallcheck contract --overlay uat.overlay.yaml > uat.yaml    the mall API as UAT has it

Generate a typed client from it, for example with
  go run github.com/oapi-codegen/oapi-codegen/v2/cmd/oapi-codegen@latest \
      -generate types,client -response-type-suffix Reply -package uat -o uat.gen.go uat.yaml`
}

// Run implements the command.
func (c *contractCommand) Run(std *console.Streams) error {
	if c.Overlay != "" {
		overlay, err := target.ReadOverlay(c.Overlay)
		if err != nil {
			return fmt.Errorf("--overlay: %w", err)
		}
		_, err = std.Out.Write(overlay.Contract.Bytes())
		return err
	}
	document := openapi.Mall
	if c.Push {
		document = openapi.Push
	}
	contract, err := document()
	if err != nil {
		return err
	}
	_, err = std.Out.Write(contract.Bytes())
	return err
}
