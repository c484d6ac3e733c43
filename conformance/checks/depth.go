package checks

import (
	"slices"
	"strings"

	"github.com/mallcheck/mallcheck/conformance/internal/cases"
	"github.com/mallcheck/mallcheck/conformance/internal/session"
)

// Depth is how much a run tests.
type Depth string

const (
	// Quick is the signature, one flow for each service, and the envelope.
	Quick Depth = "quick"
	// Standard leaves out what repeats a proof: see AtDepth.
	Standard Depth = "standard"
	// Thorough is every check.
	Thorough Depth = "thorough"
)

// Depths are all depths, the smallest first.
var Depths = []string{string(Quick), string(Standard), string(Thorough)}

// AtDepth returns the checks that a run of a depth selects, in their order.
//
// Standard runs every requirement, but not on every operation: the variants of a
// wrong sign and of a malformed message run on the representatives of each service and
// HTTP method. Of the derived cases it runs one mutation of a family for each parameter, and
// all of singleVerify, which stands for the reading of requests.
// On operations that sell something, where each accepted request costs an order, it tries
// one value of most parameters, and none whose outcome is open.
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

// quick are the checks of a quick run; a check that has a case for every operation
// runs on the probes.
var quick = []string{
	"SIG-001", "SIG-003", "SIG-020", "SIG-022", "SIG-023", "SIG-027", "ENV-001", "ENV-002", "ENV-003", "ENV-005",
	"RID-001", "ASY-001", "ASY-002", "GRP-001", "GRP-010", "VSH-001", "ORD-001", "ORD-010", "PAY-030", "VSH-010",
}

// probes are one reading operation of each service.
var probes = []string{"singleVerify", "singleServicePlanPage", "listBundles", "listGroupSims"}

func (c Check) isQuick() bool {
	id, operation, isCase := strings.Cut(c.ID, "/")
	return slices.Contains(quick, id) && (!isCase || slices.Contains(probes, operation))
}

// representatives are operations that stand for the others of their service and
// HTTP method where a check repeats one requirement for every operation.
var representatives = []string{
	"singleVerify", "singleOrder", "resultQuery", "stripeSubDirectly", "listBundles", "addSims", "removeSims", "asyncResult", "queryOrder",
}

// everywhere are the checks whose requirement a server implements operation by operation, as
// are the types of the members of what is sold (ERR-070 to ERR-084).
var everywhere = []string{"SIG-001", "SIG-003", "SIG-020", "SIG-021", "SIG-022", "ENV-001", "ENV-002", "ENV-003", "ENV-006", "ENV-007"}

// accepting are the checks whose requests the target accepts.
var accepting = []string{"SIG-023", "SIG-028", "SIG-040", "SIG-041", "ENV-008", "ERR-041"}

// usesUp reports whether the target accepts a valid request of an operation only once.
func usesUp(operation string) bool { return session.UsesUp(operationOf(operation).Operation) }

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

// varied are the parameters of operations that sell something of which every mutation
// is tried that the target must refuse.
var varied = []string{"singleOrder payAmount", "singleOrder payCurrency", "singleOrder terminal"}

// isStandardCase reports whether a case is the first of its kind; seen remembers the kinds.
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
	return isFirst(seen, c.Operation, c.Place, field, family, string(c.Expect))
}

// isFirst reports whether a kind was not seen before.
func isFirst(seen map[string]bool, kind ...string) bool {
	name := strings.Join(kind, " ")
	first := !seen[name]
	seen[name] = true
	return first
}

// isWorthSelling reports whether a case is tried although the target may sell something for
// it. All values of singleOrder are, and of other operations one value of each parameter,
// which another test does not send: one request carries them all.
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
