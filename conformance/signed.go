package conformance

import (
	"encoding/json"
	"net/url"
	"slices"

	"github.com/mallcheck/mallcheck/openapi"
	"github.com/mallcheck/mallcheck/reports"
	"github.com/mallcheck/mallcheck/signing"
)

// explainSigns says of each request of a result what its sign would be by the
// rules of the target, and what was sent. What cannot be signed, such as a body
// that is no JSON object, stays unexplained.
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
	members, err := signing.MembersOf(request.Method, address, request.Body, []string{template}, rules.Parts)
	if err != nil {
		return nil
	}
	signed := &reports.Signed{}
	members = slices.DeleteFunc(members, func(member signing.Member) bool {
		if member.Name != "sign" {
			return false
		}
		if json.Unmarshal(member.Value, &signed.Sent) != nil {
			signed.Sent = string(member.Value)
		}
		return true
	})
	content, err := signing.Content(members, rules)
	if err != nil {
		return nil
	}
	signed.Content = content
	if signed.Sign, err = signing.Sign(members, rules); err != nil {
		return nil
	}
	return signed
}
