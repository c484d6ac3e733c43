package conformance

import (
	"net/url"
	"slices"

	"github.com/mallcheck/mallcheck/openapi"
	"github.com/mallcheck/mallcheck/reports"
	"github.com/mallcheck/mallcheck/signing"
)

// explainSigns adds to each request of a result the sign that the target's rules require. It
// skips requests that cannot be signed, such as one whose body is not a JSON object.
func explainSigns(result *reports.Result, rules signing.Rules) {
	result.Exchanges = slices.Clone(result.Exchanges)
	for i := range result.Exchanges {
		exchange := &result.Exchanges[i]
		operation, known := openapi.OperationOf(exchange.Operation)
		if known && operation.Service != notification {
			exchange.Request.Signed = signedOf(&exchange.Request, operation.Path, rules)
		}
	}
}

func signedOf(request *reports.Request, template string, rules signing.Rules) *reports.Signed {
	address, err := url.Parse(request.URL)
	if err != nil {
		return nil
	}
	explained, err := signing.ExplainRequest(request.Method, address, request.Body, []string{template}, rules)
	if err != nil {
		return nil
	}
	return &reports.Signed{Content: explained.Content, Sign: explained.Sign, Sent: explained.Sent}
}
