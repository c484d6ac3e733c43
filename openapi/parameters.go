package openapi

import (
	"fmt"
	"slices"

	"github.com/getkin/kin-openapi/openapi3"
)

// Parameters returns the names of the parameters of an operation in path, query and body:
// in the order of the contract, those of a body in alphabetical order.
func (c *Contract) Parameters(operation Operation) ([]string, error) {
	document, err := c.SharedDocument()
	if err != nil {
		return nil, fmt.Errorf("reading the contract: %w", err)
	}
	item := document.Paths.Value(operation.Path)
	described := item.GetOperation(operation.Method)
	var names []string
	for _, parameter := range slices.Concat(item.Parameters, described.Parameters) {
		if parameter.Value.In != openapi3.ParameterInHeader {
			names = append(names, parameter.Value.Name)
		}
	}
	if described.RequestBody != nil {
		names = append(names, propertiesOf(described.RequestBody.Value.Content["application/json"].Schema)...)
	}
	return names, nil
}

// propertiesOf returns the names of the properties of a schema and of its parts.
func propertiesOf(schema *openapi3.SchemaRef) []string {
	var names []string
	for name := range schema.Value.Properties {
		names = append(names, name)
	}
	for _, part := range schema.Value.AllOf {
		names = append(names, propertiesOf(part)...)
	}
	slices.Sort(names)
	return slices.Compact(names)
}
