package provoke

import (
	"net/url"

	"github.com/mallcheck/mallcheck/openapi"
	"github.com/mallcheck/mallcheck/reports"
	"github.com/mallcheck/mallcheck/signing"
)

// Rule is one reading of the signature, in terms of settings.
type Rule struct {
	Key, Value string
	rules      signing.Rules
}

// OtherRules are the readings besides the contract's; each differs in one setting.
var OtherRules = []Rule{
	{"sign-parts", "query,body", signing.Rules{Parts: signing.Query | signing.Body}},
	{"sign-empty", "string", signing.Rules{Parts: signing.AllParts, Empty: signing.EmptyStringOnly}},
	{"sign-empty", "containers-too", signing.Rules{Parts: signing.AllParts, Empty: signing.EmptyContainersToo}},
	{"sign-empty", "nothing", signing.Rules{Parts: signing.AllParts, Empty: signing.EmptyNothing}},
	{"sign-nested", "sorted", signing.Rules{Parts: signing.AllParts, Nested: signing.NestedSorted}},
	{"sign-hex", "upper", signing.Rules{Parts: signing.AllParts, Hex: signing.UpperHex}},
}

// ContractRules are the contract's settings.
var ContractRules = map[string]string{
	"sign-parts": "query,path,body", "sign-empty": "string-or-null", "sign-nested": "as-sent", "sign-hex": "lower",
}

// Fit says which readings a sign matches.
type Fit struct {
	// Contract is set if it matches the contract's rules.
	Contract bool
	// Others has a bit for each of OtherRules that it matches, Asked for each that was tried.
	Others, Asked uint
	upper         bool // the sign is right but for the case of its letters
}

func (f Fit) any() bool { return f.Contract || f.Others != 0 || f.upper }

// enoughSigns is how many requests of an operation are signed by every reading: a few are enough to know
// the target's rules.
const enoughSigns = 200

// Cache counts, by operation, how often the readings were tried.
type Cache struct{ tried map[string]int }

// NewCache returns an empty cache.
func NewCache() *Cache { return &Cache{tried: map[string]int{}} }

// fit computes the sign of a request by the contract, and by other readings if that does not match or
// too little is known yet.
func (c *Cache) fit(operation openapi.Operation, request *reports.Request, address *url.URL) (fit Fit) {
	template := []string{operation.Path}
	explained, err := signing.ExplainRequest(request.Method, address, request.Body, template, signing.Default())
	if err != nil {
		return fit
	}
	sent := explained.Sent
	fit.Contract = sent == explained.Sign
	if fit.Contract && c.tried[operation.ID] >= enoughSigns {
		return fit
	}
	c.tried[operation.ID]++
	for i, other := range OtherRules {
		fit.Asked |= 1 << i
		again, err := signing.ExplainRequest(request.Method, address, request.Body, template, other.rules)
		if err != nil {
			continue
		}
		if again.Sign == sent {
			fit.Others |= 1 << i
		}
		if other.Key == "sign-hex" {
			fit.upper = again.Sign == sent && !fit.Contract
		}
	}
	return fit
}

// unsigned reports whether no rule can sign a request, so that its sign proves nothing.
func (c *Cache) unsigned(request *reports.Request, address *url.URL, operation openapi.Operation) bool {
	_, err := signing.ExplainRequest(request.Method, address, request.Body, []string{operation.Path}, signing.Default())
	return err != nil
}
