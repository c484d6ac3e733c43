package checks

import (
	"slices"
	"strings"
)

// Lane is what a check needs to itself while it runs. At most one check of a lane
// runs at a time; any number of shared ones run beside it.
type Lane string

const (
	// Shared is the lane of checks that any others may run beside.
	Shared Lane = ""
	// Orders is the lane of checks that count or look up orders, renewals or pushes.
	Orders Lane = "orders"
	// Groups is the lane of checks that compare what a group holds.
	Groups Lane = "groups"
)

// areas are in the order of importance: what a run is stopped before matters least.
var areas = []string{"SIG", "ENV", "RID", "ASY", "GRP", "ORD", "VSH", "PAY", "NTF", "ERR", "GEN"}

// Importance ranks a check: smaller numbers run first.
func (c Check) Importance() int {
	if at := slices.Index(areas, c.Area()); at >= 0 {
		return at
	}
	return len(areas)
}

// Lane returns what the check needs to itself. Cases that repeat one requirement for
// every operation look at their own answers alone.
func (c Check) Lane() Lane {
	if c.derived != nil || c.isCaseOf("SIG", "ENV", "ERR") || c.Area() == "GEN" {
		return Shared
	}
	for _, id := range c.Operations {
		switch id {
		case "singleOrder", "synOrderInfo", "singleQueryOrder", "queryOrder", "queryAutoRenewalRecord", "rechargeSuccess":
			return Orders
		}
	}
	for _, id := range c.Operations {
		switch id {
		case "addSims", "removeSims", "listGroupSims", "listBundles":
			return Groups
		}
	}
	return Shared
}

// isCaseOf reports whether the check is a case for one operation of a check in one of some areas.
func (c Check) isCaseOf(areas ...string) bool {
	_, operation, isCase := strings.Cut(c.ID, "/")
	return isCase && operation == c.Operations[0] && slices.Contains(areas, c.Area())
}
