package checks

import (
	"slices"
	"strings"

	"github.com/mallcheck/mallcheck/conformance/internal/cases"
	"github.com/mallcheck/mallcheck/conformance/internal/session"
	"github.com/mallcheck/mallcheck/openapi"
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
// HTTP method. Of the derived cases it runs one mutation of a family for each parameter,
// and on operations that sell something one case of a family whose outcome is open, since
// each of those may cost an order.
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

// everywhere are the checks whose requirement a server implements operation by operation.
var everywhere = []string{"SIG-001", "SIG-003", "SIG-020", "SIG-021", "SIG-022", "ENV-001", "ENV-002", "ENV-003", "ENV-006", "ENV-007"}

func (c Check) isStandard(seen map[string]bool) bool {
	if c.derived != nil {
		return isStandardCase(c.derived, seen)
	}
	if !c.isCaseOf("SIG", "ENV", "ERR") {
		return true
	}
	id, operation, _ := strings.Cut(c.ID, "/")
	return slices.Contains(everywhere, id) || slices.Contains(representatives, operation)
}

// isStandardCase reports whether a case is the first of its kind; seen remembers the kinds.
func isStandardCase(c *cases.Case, seen map[string]bool) bool {
	operation, _ := openapi.OperationOf(c.Operation)
	field := c.Field
	if c.Family == "duplicate" || c.Expect == cases.Either && session.UsesUp(operation) {
		field = ""
	}
	kind := strings.Join([]string{c.Operation, c.Place, field, c.Family, string(c.Expect)}, " ")
	if c.Expect == cases.Accepted {
		kind = c.ID // every documented value is tried
	}
	first := !seen[kind]
	seen[kind] = true
	return first
}
