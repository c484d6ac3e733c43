package oracle

import (
	"maps"
	"slices"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/mallcheck/mallcheck/openapi"
)

// node is a schema together with what else the contract says about the value, prepared once so that
// judging an answer needs no lookups.
type node struct {
	shallow    *openapi3.Schema // the schema without the element schemas of its lists
	pointer    string           // its location in the contract, a JSON pointer
	known      []string         // the documented values, if any
	properties map[string]*node
	names      []string // of the properties, in order
	items      *node
}

// bodyNode returns the node of a response's JSON body; nil if it has none.
func bodyNode(contract *openapi.Contract, response *openapi3.ResponseRef, clause string) *node {
	if response == nil || response.Value == nil {
		return nil
	}
	media := response.Value.Content.Get("application/json")
	if media == nil || media.Schema == nil {
		return nil
	}
	return newNode(contract, media.Schema.Value, clause+"/content/application~1json/schema")
}

func newNode(contract *openapi.Contract, schema *openapi3.Schema, clause string) *node {
	n := &node{shallow: shallow(schema), pointer: clause, known: slices.Sorted(maps.Keys(contract.KnownValues(clause)))}
	for name, property := range schema.Properties {
		if n.properties == nil {
			n.properties = map[string]*node{}
		}
		n.properties[name] = newNode(contract, property.Value, clause+"/properties/"+openapi.EscapeToken(name))
		n.names = append(n.names, name)
	}
	slices.Sort(n.names)
	if schema.Items != nil {
		n.items = newNode(contract, schema.Items.Value, clause+"/items")
	}
	return n
}

// shallow returns a schema without the schemas of list elements, which have their own nodes.
func shallow(schema *openapi3.Schema) *openapi3.Schema {
	without := *schema
	without.Items = nil
	without.Properties = make(openapi3.Schemas, len(schema.Properties))
	for name, property := range schema.Properties {
		without.Properties[name] = &openapi3.SchemaRef{Value: shallow(property.Value)}
	}
	return &without
}

// at returns the location in the contract of the value at a path below the node.
func (n *node) at(path []string) string {
	for _, name := range path {
		switch {
		case n.properties[name] != nil:
			n = n.properties[name]
		case n.items != nil:
			n = n.items
		default:
			return n.pointer
		}
	}
	return n.pointer
}
