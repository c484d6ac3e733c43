package openapi

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// The two environments that a service has addresses in.
const (
	Production = "production"
	Test       = "test"
)

// The effects of an operation on the server. A target must permit each by name.
const (
	Read     = "read"
	Write    = "write"
	Purchase = "purchase"
)

// Address is one base address of a service.
type Address struct {
	Service     string // "vshop", "payment" or "topup"; "notification" of the push
	Environment string // Production or Test; empty for the placeholder of a partner's own address
	URL         string // without a slash at its end
}

// Operation is one operation of the contract.
type Operation struct {
	ID      string // "addSims"
	Method  string // "POST", in capitals
	Path    string // "/mall/bundle-groups/{group_id}/sims", below the address of its service
	Tag     string // "Bundle-groups"
	Service string // "topup"
	Does    string // Read, Write or Purchase
	Summary string // the title that the provider gives it
	// PathKnown is false if the path is undocumented and Path is a placeholder.
	PathKnown bool
	// BareSuccess is true if a page prints a success as a bare object. That current
	// versions wrap it in the envelope is assumed.
	BareSuccess bool
	// BareMembers are the members of that object, in alphabetical order. It may be empty.
	BareMembers []string
	// NeedsOneOf are optional parameters; a request needs at least one that is not empty.
	NeedsOneOf []string
	// Pointer is the JSON pointer of the operation in the document.
	Pointer string
	// Evidence is the evidence of the whole operation; see Contract.Clause for its parts.
	Evidence Evidence
}

// UsesUp reports whether a conforming server accepts a valid request of the operation only once: it sells
// something or ends something sold.
func (o Operation) UsesUp() bool { return o.Does == Purchase || o.ID == "cancelAutoRenewalRecord" }

// BodySchema is the JSON pointer of the schema of the operation's request body.
func (o Operation) BodySchema() string {
	return o.Pointer + "/requestBody/content/application~1json/schema"
}

// Required is a part of an answer that its schema leaves optional and that is required if
// operateCode is "S".
type Required struct {
	// Name is the name of a member of the body or of a response header.
	Name string
	// Header is true for a response header. A member must also not be null.
	Header bool
	// Clause is the JSON pointer of the part, for Contract.Clause.
	Clause string
}

// Operations returns all operations, in the order of the document.
func (c *Contract) Operations() []Operation { return slices.Clone(c.operations) }

// Operation returns the operation with an id, and whether it exists.
func (c *Contract) Operation(id string) (Operation, bool) {
	at := slices.IndexFunc(c.operations, func(o Operation) bool { return o.ID == id })
	if at < 0 {
		return Operation{}, false
	}
	return c.operations[at], true
}

// Addresses returns the addresses of a service, none if it is unknown.
func (c *Contract) Addresses(service string) []Address {
	return c.addressesWhere(func(a Address) bool { return a.Service == service })
}

// ProductionAddresses returns the production addresses of all services.
func (c *Contract) ProductionAddresses() []Address {
	return c.addressesWhere(func(a Address) bool { return a.Environment == Production })
}

func (c *Contract) addressesWhere(keep func(Address) bool) []Address {
	var kept []Address
	for _, address := range c.addresses {
		if keep(address) {
			kept = append(kept, address)
		}
	}
	return kept
}

// RequiredOnSuccess returns what an answer of an operation must have if its operateCode
// is "S", in addition to what its schema requires of every answer.
func (c *Contract) RequiredOnSuccess(operation string) []Required {
	op, known := c.Operation(operation)
	if !known {
		return nil
	}
	at := op.Pointer + "/responses/200"
	response, found := c.walk(at)
	if !found {
		return nil
	}
	wanted := c.inline(response.at.get("x-required-on-success"))
	var all []Required
	for _, name := range words(wanted.get("members")) {
		all = append(all, Required{Name: name, Clause: at + "/content/application~1json/schema/properties/" + EscapeToken(name)})
	}
	for _, name := range words(wanted.get("headers")) {
		all = append(all, Required{Name: name, Header: true, Clause: at + "/headers/" + EscapeToken(name)})
	}
	return all
}

func (c *Contract) readServices() error {
	return each(member(c.root, "x-services"), func(name string, node *yaml.Node) error {
		c.services = append(c.services, name)
		servers := member(node, "servers")
		if servers == nil || len(servers.Content) == 0 {
			return errors.New("it has no servers")
		}
		for _, server := range servers.Content {
			one := inlined{server}
			c.addresses = append(c.addresses, Address{
				Service:     name,
				Environment: one.text("x-environment"),
				URL:         strings.TrimSuffix(one.text("url"), "/"),
			})
		}
		return nil
	})
}

// methods are the members of a path item that are operations.
var methods = []string{"get", "put", "post", "delete", "options", "head", "patch", "trace"}

func (c *Contract) readOperations() error {
	return each(member(c.root, "paths"), func(path string, item *yaml.Node) error {
		return each(item, func(method string, node *yaml.Node) error {
			if !slices.Contains(methods, method) {
				return nil
			}
			operation, err := c.readOperation(path, method, inlined{item}, inlined{node})
			if err != nil {
				return err
			}
			c.operations = append(c.operations, operation)
			return nil
		})
	})
}

// dataMembers returns the names of the members of data in a success, in alphabetical order.
func (c *Contract) dataMembers(operation inlined) (names []string) {
	response := member(operation.get("responses"), "200")
	body := c.inline(member(member(member(response, "content"), "application/json"), "schema"))
	properties := c.inline(member(body.get("properties"), "data")).get("properties")
	for i := 0; properties != nil && i+1 < len(properties.Content); i += 2 {
		names = append(names, properties.Content[i].Value)
	}
	slices.Sort(names)
	return names
}

func (c *Contract) readOperation(path, method string, item, node inlined) (Operation, error) {
	operation := Operation{
		ID:          node.text("operationId"),
		Method:      strings.ToUpper(method),
		Path:        path,
		Tag:         strings.Join(words(node.get("tags")), ","),
		Service:     item.text("x-service"),
		Does:        node.text("x-does"),
		Summary:     node.text("summary"),
		PathKnown:   item.text("x-path-unknown") != "true",
		BareSuccess: node.text("x-bare-success") == "true",
		NeedsOneOf:  words(node.get("x-needs-one-of")),
		Pointer:     "/paths/" + EscapeToken(path) + "/" + method,
	}
	operation.Evidence, _ = evidenceOf(node.get("x-evidence"))
	if operation.BareSuccess {
		operation.BareMembers = c.dataMembers(node)
	}
	switch {
	case operation.ID == "":
		return operation, errors.New("it has no operationId")
	case !slices.Contains(c.services, operation.Service):
		return operation, fmt.Errorf("x-service %q is none of x-services", operation.Service)
	case !slices.Contains([]string{Read, Write, Purchase}, operation.Does):
		return operation, fmt.Errorf("x-does %q is none of read, write, purchase", operation.Does)
	case operation.Evidence.Grade == "":
		return operation, errors.New("it has no x-evidence")
	}
	if _, twice := c.Operation(operation.ID); twice {
		return operation, fmt.Errorf("there are two operations %q", operation.ID)
	}
	return operation, nil
}
