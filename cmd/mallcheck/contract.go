package main

import (
	"github.com/mallcheck/mallcheck/openapi"
)

// contractCommand prints the contract.
type contractCommand struct {
	Push bool `help:"The document of the push, in which the partner is the server."`
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
