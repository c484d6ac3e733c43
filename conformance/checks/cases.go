package checks

import (
	"context"
	"slices"
	"strings"

	"github.com/mallcheck/mallcheck/conformance/session"
)

// among keeps the cases of operations.
func among(cases []Check, keep func(operation string) bool) []Check {
	return slices.DeleteFunc(cases, func(check Check) bool { return !keep(check.Operations[0]) })
}

// onBodies makes a case of a check for every operation with a body.
func onBodies(check Check, run func(ctx context.Context, s *session.Session, operation string)) []Check {
	return among(onEach(check, run), func(operation string) bool { return bodySchemas[operation] != "" })
}

// onShop makes a case of a check for every operation of Vshop.
func onShop(check Check, run func(ctx context.Context, s *session.Session, operation string)) []Check {
	return among(onEach(check, run), func(operation string) bool { return strings.HasPrefix(operation, "single") })
}

// bodySchemas are the pointers of the schemas of request bodies.
var bodySchemas = map[string]string{
	"addSims":               "/paths/~1mall~1bundle-groups~1{group_id}~1sims/post" + requestSchema,
	"removeSims":            "/paths/~1mall~1bundle-groups~1{group_id}~1sims/delete" + requestSchema,
	"singleServicePlanPage": "/paths/~1singleServicePlanPage/post" + requestSchema,
	"singleVerify":          "/paths/~1singleVerify/post" + requestSchema,
}

const requestSchema = "/requestBody/content/application~1json/schema"

// inBody gives each case the clause at a place in the schema of its operation's body.
func inBody(place string, cases []Check) []Check {
	for i := range cases {
		cases[i].Clause = bodySchemas[cases[i].Operations[0]] + place
	}
	return cases
}

// shopMembers are the members that Vshop bodies have in common.
var shopMembers = []string{"deviceCode", "languageCode", "mark", "terminal", "tradeTime", "tradeType"}

// having keeps the cases of operations whose body has a member of its own.
func having(name string, cases []Check) []Check {
	return among(cases, func(operation string) bool {
		switch {
		case bodySchemas[operation] == "":
			return false
		case name == "sim_ids":
			return operation == "addSims" || operation == "removeSims"
		case slices.Contains(shopMembers, name):
			return operation == "singleVerify" || operation == "singleServicePlanPage"
		}
		return true
	})
}
