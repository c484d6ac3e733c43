package main

import (
	"github.com/mallcheck/mallcheck/openapi"
)

// contractCommand prints the contract.
type contractCommand struct {
	Push bool `help:"Print the push contract, in which the partner is the server."`
}

// Help gives examples, below the usage.
func (contractCommand) Help() string {
	return `Examples:
  mallcheck contract > mall.yaml              the mall API
  mallcheck contract --push > push.yaml       the pushes that the mall sends`
}

// Run implements the command.
func (c *contractCommand) Run(std *streams) error {
	document := openapi.Mall
	if c.Push {
		document = openapi.Push
	}
	contract, err := document()
	if err != nil {
		return err
	}
	_, err = std.out.Write(contract.Bytes())
	return err
}
