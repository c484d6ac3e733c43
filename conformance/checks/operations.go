package checks

import (
	"net/http"
	"slices"
	"strings"
	"sync"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/mallcheck/mallcheck/openapi"
	"github.com/mallcheck/mallcheck/reports"
)

// operation is an operation of the contract.
type operation struct {
	openapi.Operation
	id string
	// does is the effect of a valid request, including its prerequisites.
	does reports.Does
	// takes are the operations that create its prerequisites.
	takes []string
	// required are the required members of its body.
	required []string
	// stringPaths are the paths of the strings in its answer, without list indexes: "/data/sim_ids".
	stringPaths []string
}

// prerequisites are the operations that create what a valid request refers to: a task,
// an order, an authorization or an auto-renewal.
var prerequisites = map[string][]string{
	"asyncResult":                     {"addSims"},
	"cancelAutoRenewalRecord":         {"singleOrder", "stripeSubDirectly"},
	"confirmPaymentResult":            {"singleOrder", "stripeSingleAuthorization"},
	"queryAutoRenewalRecord":          {"singleOrder", "stripeSubDirectly"},
	"queryOrder":                      {"singleOrder"},
	"resultQuery":                     {"singleOrder"},
	"stripeSingleAuthorization":       {"singleOrder"},
	"stripeSubDirectly":               {"singleOrder"},
	"stripeSubscriptionAuthorization": {"singleOrder"},
}

// operations returns the operations of the contract, sorted by id.
var operations = sync.OnceValue(func() []operation {
	contract, err := openapi.Mall()
	if err != nil {
		return nil // a run reports that it cannot read the contract
	}
	document, err := contract.SharedDocument()
	if err != nil {
		return nil
	}
	var all []operation
	for _, described := range contract.Operations() {
		one := operation{Operation: described, id: described.ID, does: reports.Does(described.Does), takes: prerequisites[described.ID]}
		for _, id := range one.takes {
			if needed, _ := contract.Operation(id); more(reports.Does(needed.Does), one.does) {
				one.does = reports.Does(needed.Does)
			}
		}
		one.read(document.Paths.Value(described.Path).GetOperation(described.Method))
		all = append(all, one)
	}
	slices.SortFunc(all, func(a, b operation) int { return strings.Compare(a.id, b.id) })
	return all
})

// read reads the required members and the strings of an operation from its schemas.
func (o *operation) read(described *openapi3.Operation) {
	if body := described.RequestBody; body != nil {
		if media := body.Value.Content.Get("application/json"); media != nil && media.Schema != nil {
			o.required = slices.Clone(media.Schema.Value.Required)
			for _, part := range media.Schema.Value.AllOf {
				o.required = append(o.required, part.Value.Required...)
			}
		}
	}
	if success := described.Responses.Value("200"); success != nil {
		if media := success.Value.Content.Get("application/json"); media != nil {
			o.stringPaths = stringPathsBelow(media.Schema, "")
		}
	}
}

// stringPathsBelow returns the paths of the strings in a schema.
func stringPathsBelow(reference *openapi3.SchemaRef, path string) []string {
	if reference == nil || reference.Value == nil {
		return nil
	}
	schema := reference.Value
	var found []string
	if schema.Type.Is(openapi3.TypeString) {
		found = append(found, path)
	}
	for _, part := range schema.AllOf {
		found = append(found, stringPathsBelow(part, path)...)
	}
	for name, member := range schema.Properties {
		found = append(found, stringPathsBelow(member, path+"/"+name)...)
	}
	return append(found, stringPathsBelow(schema.Items, path)...)
}

// more reports whether one effect is greater than another.
func more(a, b reports.Does) bool {
	order := []reports.Does{reports.Read, reports.Write, reports.Purchase}
	return slices.Index(order, a) > slices.Index(order, b)
}

// operationOf returns the operation with an id, or the zero value.
func operationOf(id string) operation {
	for _, one := range operations() {
		if one.id == id {
			return one
		}
	}
	return operation{}
}

// hasBody reports whether the parameters of an operation are in a body.
func (o operation) hasBody() bool { return o.Method != http.MethodGet }

// requires reports whether the body of an operation requires a member.
func (o operation) requires(member string) bool {
	return slices.Contains(o.required, member)
}

// tradeTimeClause is the pointer of the statement that a body requires tradeTime.
func tradeTimeClause(operation string) string {
	return operationOf(operation).BodySchema() + "/required/tradeTime"
}

// pathParameter returns the parameter in the path of an operation and its segment, counted from the end;
// "" if there is none.
func (o operation) pathParameter() (name string, fromEnd int) {
	segments := strings.Split(o.Path, "/")
	for i, segment := range segments {
		if strings.HasPrefix(segment, "{") {
			return strings.Trim(segment, "{}"), len(segments) - i
		}
	}
	return "", 0
}

// isPathParameter reports whether some operation has a path parameter with this name.
func isPathParameter(name string) bool {
	return slices.ContainsFunc(operations(), func(o operation) bool {
		in, _ := o.pathParameter()
		return in == name
	})
}
