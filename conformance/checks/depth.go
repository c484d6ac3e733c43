package checks

import (
	"slices"
	"strings"

	"github.com/mallcheck/mallcheck/conformance/internal/cases"
)

// Depth is how much a run tests.
type Depth string

const (
	// Quick is the signature, one flow for each service, and the envelope.
	Quick Depth = "quick"
	// Standard leaves out checks that repeat a proof: see AtDepth.
	Standard Depth = "standard"
	// Thorough is every check.
	Thorough Depth = "thorough"
)

// Depths are all depths, smallest first.
var Depths = []string{string(Quick), string(Standard), string(Thorough)}

// AtDepth returns the checks that a run of a depth selects, in their original order.
//
// Standard runs every requirement, but not on every operation. Variants of a wrong sign and of a
// malformed message run on one representative of each service and HTTP method. Of the derived cases it
// runs one mutation of a family for each parameter, and all cases of singleVerify, which represents the
// reading of requests. On operations that sell something, where each accepted request costs an order, it
// tries one value of most parameters and none whose outcome is unknown.
func AtDepth(all []Check, depth Depth) []Check {
	switch depth {
	case Quick:
		return slices.DeleteFunc(slices.Clone(all), func(c Check) bool { return !c.isQuick() })
	case Standard:
		seen := map[string]bool{}
		return slices.DeleteFunc(slices.Clone(all), func(c Check) bool { return !c.isStandard(seen) })
	}
	return all
}

// quick are the checks of a quick run: one flow for each service, and the checks that catch the most
// faults for the requests they cost, according to the fault matrix.
var quick = []string{
	"ASY-001", "ASY-002", "ASY-003/removeSims", "ASY-010/addSims", "ASY-011/removeSims", "ASY-012/addSims", "ASY-013/removeSims",
	"ASY-014/addSims", "ASY-015/removeSims", "ASY-016/addSims", "ASY-021/addSims", "ASY-023", "ASY-024/addSims",
	"ASY-030/removeSims", "ASY-031/addSims", "ASY-060/addSims", "ENV-001/listBundles", "ENV-001/listGroupSims",
	"ENV-002/listBundles", "ENV-006/listGroupSims", "ENV-006/singleVerify", "ENV-007/listBundles", "ENV-007/singleServicePlanPage",
	"ENV-008/listBundles", "ENV-021/listBundles", "ENV-021/removeSims", "ENV-022/singleOrder", "ENV-023/singleVerify", "ENV-031",
	"ERR-001/listBundles", "ERR-002/singleVerify", "ERR-003/singleVerify", "ERR-004/listBundles", "ERR-004/singleOrder",
	"ERR-010/singleVerify", "ERR-014/singleVerify", "ERR-028/addSims", "ERR-042/addSims", "ERR-050/singleOrder",
	"ERR-052/singleOrder", "ERR-054/singleOrder", "ERR-056/singleOrder", "GEN/addSims/body/partnerCode/duplicate",
	"GEN/addSims/body/sim_ids/items.many", "GEN/addSims/body/sim_ids/missing", "GEN/addSims/path/group_id/control-character",
	"GEN/addSims/request/body/white-space", "GEN/addSims/request/media-type/charset.capitals",
	"GEN/listBundles/request/path/trailing-slash", "GEN/listGroupSims/query/partnerCode/duplicate",
	"GEN/removeSims/body/sim_ids.items/number", "GEN/removeSims/request/body/deep-nesting.array",
	"GEN/removeSims/request/media-type/media-type.form", "GEN/singleOrder/body/payAmount/pattern-broken.minus",
	"GEN/singleOrder/body/payCurrency/pattern-broken.too-short", "GEN/singleOrder/body/terminal/wrong-type.boolean",
	"GEN/singleServicePlanPage/body/deviceCode/number", "GEN/singleServicePlanPage/body/languageCode/missing",
	"GEN/singleServicePlanPage/body/mark/number", "GEN/singleServicePlanPage/body/terminal/missing",
	"GEN/singleServicePlanPage/body/tradeTime/number", "GEN/singleServicePlanPage/body/tradeType/missing",
	"GEN/singleServicePlanPage/body/tradeType/non-ascii", "GEN/singleServicePlanPage/body/tradeType/over-long",
	"GEN/singleServicePlanPage/request/query/unknown-parameter", "GEN/singleVerify/body/languageCode/number",
	"GEN/singleVerify/body/mark/missing", "GEN/singleVerify/body/partnerCode/max-length.crossed",
	"GEN/singleVerify/body/terminal/number", "GEN/singleVerify/body/tradeTime/pattern-broken.full-width",
	"GEN/singleVerify/body/tradeTime/space.behind", "GEN/singleVerify/body/tradeType/number",
	"GEN/singleVerify/request/body/empty-body", "GEN/singleVerify/request/body/invalid-utf-8",
	"GEN/singleVerify/request/body/malformed.comment", "GEN/singleVerify/request/body/malformed.trailing-comma",
	"GEN/singleVerify/request/body/top-level.array", "GEN/synOrderInfo/body/orderPeriod/missing",
	"GEN/synOrderInfo/body/payAccount/missing", "GEN/synOrderInfo/body/payId/missing",
	"GEN/synOrderInfo/body/payResultDate/missing", "GEN/synOrderInfo/body/payRst/missing",
	"GEN/synOrderInfo/body/payStatus/missing", "GEN/synOrderInfo/body/payType/missing", "GRP-001", "GRP-003", "GRP-005", "GRP-007",
	"GRP-008", "GRP-012", "GRP-015", "GRP-020", "GRP-021", "GRP-022", "GRP-023", "NTF-010", "NTF-011", "NTF-012/algorithm",
	"NTF-012/signature", "NTF-012/timestamp", "NTF-012/version", "NTF-013", "NTF-014", "NTF-017", "NTF-018", "NTF-020", "NTF-021",
	"NTF-030", "NTF-031", "NTF-032", "NTF-033", "ORD-002", "ORD-004", "ORD-010", "ORD-011", "ORD-012", "ORD-013", "ORD-031",
	"ORD-041", "ORD-047", "ORD-048", "ORD-062", "PAY-001/stripeSingleAuthorization", "PAY-003/resultQuery", "PAY-004/resultQuery",
	"PAY-006", "PAY-007/resultQuery", "PAY-008", "PAY-022/resultQuery", "PAY-030", "PAY-031", "PAY-032", "PAY-033",
	"PAY-040/resultQuery", "RID-007/addSims", "RID-008/addSims", "RID-011/addSims", "RID-021", "RID-023/textBehind",
	"RID-023/underscore", "RID-024", "RID-030", "SIG-002", "SIG-003/removeSims", "SIG-021/synOrderInfo", "SIG-025/removeSims",
	"SIG-027/removeSims", "SIG-029/singleVerify", "SIG-031/singleVerify", "SIG-043", "SIG-044", "SIG-045", "SIG-046", "SIG-047",
	"SIG-048", "SIG-050", "SIG-051", "SIG-055", "SIG-057", "SIG-058/false", "SIG-058/list", "SIG-061/removeSims",
	"SIG-062/listBundles", "SIG-072", "VSH-001", "VSH-003", "VSH-005", "VSH-021", "VSH-022", "VSH-030", "VSH-031/singleOrder",
	"VSH-033/singleOrder", "VSH-040/synOrderInfo", "VSH-041/synOrderInfo", "VSH-043/singleOrder", "VSH-045/singleOrder", "VSH-080",
	"VSH-085", "VSH-087",
}

func (c Check) isQuick() bool { return slices.Contains(quick, c.ID) }

// representatives are operations that stand for their service and HTTP method in checks that repeat one
// requirement for every operation.
var representatives = []string{
	"singleVerify", "singleOrder", "resultQuery", "stripeSubDirectly", "listBundles", "addSims", "removeSims", "asyncResult", "queryOrder",
}

// everywhere are the checks whose requirement a server implements separately for each operation, like
// the member types of what is sold (ERR-070 to ERR-084).
var everywhere = []string{"SIG-001", "SIG-003", "SIG-020", "SIG-021", "SIG-022", "ENV-001", "ENV-002", "ENV-003", "ENV-006", "ENV-007"}

// accepting are the checks whose requests the target accepts.
var accepting = []string{"SIG-023", "SIG-028", "SIG-040", "SIG-041", "ENV-008", "ERR-041"}

// usesUp reports whether the target accepts a valid request of an operation only once.
func usesUp(operation string) bool { return operationOf(operation).UsesUp() }

func (c Check) isStandard(seen map[string]bool) bool {
	if c.derived != nil {
		return isStandardCase(c.derived, seen)
	}
	if c.derived == nil && c.isSpending() {
		return false
	}
	if !c.isCaseOf("SIG", "ENV", "ERR") {
		return true
	}
	id, operation, _ := strings.Cut(c.ID, "/")
	if usesUp(operation) && slices.Contains(accepting, id) {
		return false
	}
	return slices.Contains(everywhere, id) || id >= "ERR-070" && id <= "ERR-084" || slices.Contains(representatives, operation)
}

// varied are parameters of selling operations for which every mutation that must be refused is tried.
var varied = []string{"singleOrder payAmount", "singleOrder payCurrency", "singleOrder terminal"}

// isStandardCase reports whether a case is the first of its kind; seen collects the kinds.
func isStandardCase(c *cases.Case, seen map[string]bool) bool {
	field, family := c.Field, c.Family
	if family == "duplicate" {
		field = ""
	}
	switch {
	case usesUp(c.Operation) && c.Expect != cases.Refused:
		return isWorthSelling(c, seen)
	case c.Expect == cases.Accepted, c.Operation == "singleVerify", slices.Contains(varied, c.Operation+" "+field):
		field, family = c.Field, c.Mutation // every one is tried
	}
	return isFirst(seen, c.Operation, c.In, field, family, string(c.Expect))
}

// isFirst reports whether a kind is new.
func isFirst(seen map[string]bool, kind ...string) bool {
	name := strings.Join(kind, " ")
	first := !seen[name]
	seen[name] = true
	return first
}

// isWorthSelling reports whether a case is tried although the target may sell something for it: for
// singleOrder every value, for other operations one value of each parameter that no other test sends.
// One request carries them all.
func isWorthSelling(c *cases.Case, seen map[string]bool) bool {
	switch {
	case c.Expect == cases.Either:
		return false
	case !groupable(c):
		return c.Mutation == "valid" || c.Operation == "singleOrder" && c.Mutation == "example.printed"
	case c.Operation == "singleOrder":
		return true
	case changed(c) == cases.InHeader+" Accept-Language":
		return c.Mutation == "known-value.zh-CN"
	case c.Operation == "synOrderInfo" && slices.Contains([]string{"languageCode", "orgOrderId", "payUnit"}, c.Field):
		return c.Mutation == "left-out"
	case (c.Field == "languageCode" || c.Field == "terminal") && c.Mutation == "known-value.0":
		return false // valid requests have it
	}
	return isFirst(seen, c.Operation, changed(c))
}
