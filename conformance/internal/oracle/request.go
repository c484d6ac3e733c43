package oracle

import (
	"encoding/json"
	"net/url"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/mallcheck/mallcheck/reports"
)

// Keeps reports whether the query and body of a recorded request match the schemas of the contract. It
// does not know whether the objects that they name exist or whether the sign is right.
func (o *Oracle) Keeps(exchange *reports.Exchange) bool {
	op, known := o.operations[exchange.Operation]
	if !known || exchange.Request.Method != op.method {
		return false
	}
	address, err := url.Parse(exchange.Request.URL)
	if err != nil {
		return false
	}
	query := address.Query()
	for _, parameter := range op.parameters {
		if p := parameter.Value; p.In == openapi3.ParameterInQuery && !keepsParameter(p, query[p.Name]) {
			return false
		}
	}
	if op.body == nil {
		return true
	}
	var body any
	return json.Unmarshal(exchange.Request.Body, &body) == nil && op.body.VisitJSON(body) == nil
}

// keepsParameter reports whether the values of a query parameter match its schema.
func keepsParameter(p *openapi3.Parameter, values []string) bool {
	if len(values) == 0 {
		return !p.Required
	}
	return len(values) == 1 && (p.Schema == nil || p.Schema.Value.VisitJSON(values[0]) == nil)
}
