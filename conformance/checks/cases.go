package checks

import (
	"context"
	"slices"

	"github.com/mallcheck/mallcheck/conformance/internal/session"
)

// among keeps the cases of operations.
func among(cases []Check, keep func(operation string) bool) []Check {
	return slices.DeleteFunc(cases, func(check Check) bool { return !keep(check.Operations[0]) })
}

// onThese makes a case of a check for each of some operations.
func onThese(check Check, run func(ctx context.Context, s *session.Session, operation string), operations ...string) []Check {
	return among(onEach(check, run), func(operation string) bool { return slices.Contains(operations, operation) })
}

// onBodies makes a case of a check for every operation with a body.
func onBodies(check Check, run func(ctx context.Context, s *session.Session, operation string)) []Check {
	return among(onEach(check, run), func(operation string) bool { return bodySchemas[operation] != "" })
}

// onShop makes a case of a check for every operation of Vshop.
func onShop(check Check, run func(ctx context.Context, s *session.Session, operation string)) []Check {
	return having("deviceCode", onEach(check, run))
}

// bodySchemas are the pointers of the schemas of request bodies.
var bodySchemas = map[string]string{
	"addSims":                         "/paths/~1mall~1bundle-groups~1{group_id}~1sims/post" + requestSchema,
	"cancelAutoRenewalRecord":         "/paths/~1cancelAutoRenewalRecord/post" + requestSchema,
	"confirmPaymentResult":            "/paths/~1confirmPaymentResult/post" + requestSchema,
	"queryAutoRenewalRecord":          "/paths/~1queryAutoRenewalRecord/post" + requestSchema,
	"removeSims":                      "/paths/~1mall~1bundle-groups~1{group_id}~1sims/delete" + requestSchema,
	"resultQuery":                     "/paths/~1resultQuery/post" + requestSchema,
	"singleOrder":                     "/paths/~1singleOrder/post" + requestSchema,
	"singleQueryOrder":                "/paths/~1singleQueryOrder/post" + requestSchema,
	"singleServicePlanPage":           "/paths/~1singleServicePlanPage/post" + requestSchema,
	"singleVerify":                    "/paths/~1singleVerify/post" + requestSchema,
	"stripeSingleAuthorization":       "/paths/~1stripeSingleAuthorization/post" + requestSchema,
	"stripeSubDirectly":               "/paths/~1stripeSubDirectly/post" + requestSchema,
	"stripeSubscriptionAuthorization": "/paths/~1stripeSubscriptionAuthorization/post" + requestSchema,
	"synOrderInfo":                    "/paths/~1synPartner~1SynOrderInfo/post" + requestSchema,
}

const requestSchema = "/requestBody/content/application~1json/schema"

// inBody gives each case the clause at a place in the schema of its operation's body.
func inBody(place string, cases []Check) []Check {
	for i := range cases {
		cases[i].Clause = bodySchemas[cases[i].Operations[0]] + place
	}
	return cases
}

// The members that several bodies have in common.
var (
	shopMembers    = []string{"deviceCode", "languageCode", "mark", "terminal", "tradeTime", "tradeType"}
	orderMembers   = []string{"orderNo", "payId", "packageCode", "payAmount", "payCurrency", "orderPeriod", "autoRenewal"}
	paymentMembers = []string{"payId", "tradeTime", "tradeType"}
	moneyMembers   = []string{"payAmount", "payCurrency"}
)

// requiredMembers are the members that the body of an operation must have beside
// the global ones.
var requiredMembers = map[string][]string{
	"addSims":                         {"sim_ids"},
	"cancelAutoRenewalRecord":         append([]string{"orderNo", "payId"}, shopMembers...),
	"confirmPaymentResult":            paymentMembers,
	"queryAutoRenewalRecord":          shopMembers,
	"removeSims":                      {"sim_ids"},
	"resultQuery":                     paymentMembers,
	"singleOrder":                     slices.Concat(shopMembers, orderMembers),
	"singleQueryOrder":                shopMembers,
	"singleServicePlanPage":           shopMembers,
	"singleVerify":                    shopMembers,
	"stripeSingleAuthorization":       slices.Concat(paymentMembers, moneyMembers, []string{"email"}),
	"stripeSubDirectly":               slices.Concat(paymentMembers, moneyMembers, []string{"email", "plan_id", "pm_id"}),
	"stripeSubscriptionAuthorization": append([]string{"email"}, paymentMembers...),
	"synOrderInfo": slices.Concat([]string{"deviceCode", "mark", "terminal", "tradeTime", "tradeType"}, orderMembers,
		[]string{"payAccount", "payResultDate", "payRst", "payStatus", "payType"}),
}

// having keeps the cases of operations whose body must have a member.
func having(name string, cases []Check) []Check {
	return among(cases, func(operation string) bool {
		isGlobal := name == "version" || name == "partnerCode"
		return bodySchemas[operation] != "" && isGlobal || slices.Contains(requiredMembers[operation], name)
	})
}

// usedUp reports whether a valid request of an operation can be accepted once
// only: it sells something, or ends something that was sold.
func usedUp(draft *session.Draft) bool {
	return draft.Operation.Does == "purchase" || draft.Operation.ID == "cancelAutoRenewalRecord"
}

// controlled requires that the target accepts a request, so that its twins, which
// differ from it in one thing each, are refused on account of that thing. A request
// that is used up is sent after its twins, with the ids that they had: sent before
// them, it would itself be why they are refused.
func controlled(ctx context.Context, s *session.Session, draft *session.Draft, twins func()) {
	if usedUp(draft) {
		twins()
		s.RequireAccepted(s.Send(ctx, draft))
		return
	}
	s.RequireAccepted(s.Send(ctx, draft))
	twins()
}

// again returns a draft of a request that the target accepts after it has accepted
// the given one: the same, or when that is used up a new one.
func again(ctx context.Context, s *session.Session, draft *session.Draft) *session.Draft {
	if usedUp(draft) {
		return s.NewValid(ctx, draft.Operation.ID)
	}
	return draft.Twin()
}
