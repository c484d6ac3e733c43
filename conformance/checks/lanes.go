package checks

import (
	"slices"
	"strings"

	"github.com/mallcheck/mallcheck/conformance/internal/cases"
	"github.com/mallcheck/mallcheck/reports"
)

// Lane is a resource that a check needs exclusively while it runs. At most one check of a lane runs at a
// time; any number of shared checks run at the same time.
type Lane string

const (
	// Shared is the lane of checks that run concurrently with any others.
	Shared Lane = ""
	// Orders is the lane of checks that count or look up orders, renewals or pushes.
	Orders Lane = "orders"
	// Groups is the lane of checks that compare the contents of a group.
	Groups Lane = "groups"
)

// Any other lane is named after an operation: its checks use the same order one after the other.

// areas are in order of importance: the checks at the end are the ones that an interrupted run misses.
var areas = []string{"SIG", "ENV", "RID", "ASY", "GRP", "ORD", "VSH", "PAY", "NTF", "ERR", "GEN"}

// SellingWrongly is the importance of checks that sell wrongly: what the target accepts where it costs
// nothing is known by then.
var SellingWrongly = len(areas)

// Importance ranks a check: smaller numbers run first.
func (c Check) Importance() int {
	if c.isLasting() {
		return len(areas) + 2
	}
	if c.isSpending() {
		return len(areas) + 1 // if accepted, it uses up what the other checks of its operation need
	}
	if c.SellsWrongly() {
		return SellingWrongly
	}
	if at := slices.Index(areas, c.Area()); at >= 0 {
		return at
	}
	return len(areas) - 1
}

// isSpending reports whether the check is a case whose request uses up what other cases of its operation
// borrow.
func (c Check) isSpending() bool {
	if id, operation, _ := strings.Cut(c.ID, "/"); id == "VSH-010" || id == "PAY-005" {
		return usesUp(operation) && len(prerequisites[operation]) > 0
	}
	return c.derived != nil && c.derived.Expect == cases.Accepted && usesUp(c.Operations[0])
}

// counting are the checks in the lane of orders: they count their orders, or look up the newest order of
// a SIM, or watch for a push that must not come.
var counting = []string{
	"ORD-055", "ORD-063", "ORD-064", "VSH-034", "VSH-035", "VSH-036", "VSH-037", "VSH-038", "VSH-039", "VSH-048", "VSH-049", "VSH-065",
	"VSH-075", "VSH-083", "PAY-036", "PAY-037", "PAY-051",
}

// batches are the checks that add more SIMs than other checks could avoid.
var batches = []string{"ASY-034", "ASY-040", "ASY-041"}

// Lane returns the lane of the check. Cases that repeat one requirement for every operation look only at
// their own answers. Checks of an operation that uses up an order run one after the other, so that they
// can borrow the same order.
func (c Check) Lane() Lane {
	if slices.Contains(counting, c.ID) {
		return Orders
	}
	if operation := c.Operations[0]; usesUp(operation) && len(prerequisites[operation]) > 0 || c.SellsWrongly() {
		return Lane(operation)
	}
	if c.derived != nil || c.isCaseOf("SIG", "ENV", "ERR") || c.Area() == "GEN" || c.Area() == "ORD" {
		return Shared
	}
	if c.changesGroups() && !c.Adds() {
		return Groups
	}
	return Shared
}

// changesGroups reports whether the check changes a group or looks at its content.
func (c Check) changesGroups() bool {
	return slices.ContainsFunc(c.Operations, func(id string) bool {
		return slices.Contains([]string{"addSims", "removeSims", "listGroupSims", "listBundles"}, id)
	})
}

// LeavesGroups reports whether the check orders or pays, and neither changes a group nor reads the result of
// a change.
func (c Check) LeavesGroups() bool {
	return c.Does == reports.Purchase && !c.changesGroups() && !slices.Contains(c.Operations, "asyncResult")
}

// Adds reports whether the check changes a group and looks only at its own tasks. Such checks run
// concurrently with each other, but not with one that compares the contents of a group.
func (c Check) Adds() bool {
	id, _, _ := strings.Cut(c.ID, "/")
	if area := c.Area(); area != "ASY" && area != "RID" || !c.changesGroups() || slices.Contains(batches, id) {
		return false
	}
	return !slices.Contains(c.Operations, "listGroupSims") && !slices.Contains(c.Operations, "listBundles")
}

// Subscribes reports whether the check may create or need an auto-renewal.
func (c Check) Subscribes() bool {
	return slices.ContainsFunc(c.Operations, func(id string) bool {
		return id == "stripeSubDirectly" || id == "queryAutoRenewalRecord" || id == "cancelAutoRenewalRecord"
	})
}

// isCaseOf reports whether the check is a per-operation case of a check in one of the areas.
func (c Check) isCaseOf(areas ...string) bool {
	_, operation, isCase := strings.Cut(c.ID, "/")
	return isCase && operation == c.Operations[0] && slices.Contains(areas, c.Area())
}
