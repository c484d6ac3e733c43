package faults

import (
	"github.com/mallcheck/mallcheck/sandbox"
)

// The schemas of the bodies of purchases, as JSON pointers.
const (
	orderBody      = "/paths/~1singleOrder/post" + bodyOf
	thirdPartyBody = "/paths/~1synPartner~1SynOrderInfo/post" + bodyOf
	cancelBody     = "/paths/~1cancelAutoRenewalRecord/post" + bodyOf
	authorizeBody  = "/paths/~1stripeSingleAuthorization/post" + bodyOf
	beginBody      = "/paths/~1stripeSubscriptionAuthorization/post" + bodyOf
	subscribeBody  = "/paths/~1stripeSubDirectly/post" + bodyOf
	resultBody     = "/paths/~1resultQuery/post" + bodyOf
)

// purchaseMemberFaults are the memberFaults of purchases and payments.
func purchaseMemberFaults() []Fault {
	return []Fault{
		notRequired("order-no-not-required", orderBody, "singleOrder", "orderNo"),
		notRequired("pay-id-not-required", thirdPartyBody, "synOrderInfo", "payId"),
		{"package-code-not-required", orderBody + "/required/packageCode", "accepts singleOrder without packageCode", withoutPackage},
		notRequired("pay-amount-not-required", authorizeBody, "stripeSingleAuthorization", "payAmount"),
		notRequired("pay-currency-not-required", orderBody, "singleOrder", "payCurrency"),
		notRequired("order-period-not-required", thirdPartyBody, "synOrderInfo", "orderPeriod"),
		notRequired("auto-renewal-not-required", orderBody, "singleOrder", "autoRenewal"),
		notRequired("email-not-required", beginBody, "stripeSubscriptionAuthorization", "email"),
		{"plan-id-not-required", subscribeBody + "/required/plan_id", "accepts stripeSubDirectly without plan_id", withoutPlan},
		notRequired("pm-id-not-required", subscribeBody, "stripeSubDirectly", "pm_id"),
		notRequired("pay-account-not-required", thirdPartyBody, "synOrderInfo", "payAccount"),
		notRequired("pay-result-date-not-required", thirdPartyBody, "synOrderInfo", "payResultDate"),
		notRequired("pay-rst-not-required", thirdPartyBody, "synOrderInfo", "payRst"),
		notRequired("pay-status-not-required", thirdPartyBody, "synOrderInfo", "payStatus"),
		notRequired("pay-type-not-required", thirdPartyBody, "synOrderInfo", "payType"),
		converted("order-no-as-list", cancelBody, "cancelAutoRenewalRecord", "orderNo", "a list with one string"),
		converted("pay-id-as-list", resultBody, "resultQuery", "payId", "a list with one string"),
		converted("package-code-as-list", orderBody, "singleOrder", "packageCode", "a list with one string"),
		converted("pay-amount-as-number", orderBody, "singleOrder", "payAmount", "a number"),
		converted("pay-currency-as-list", authorizeBody, "stripeSingleAuthorization", "payCurrency", "a list with one string"),
		converted("order-period-as-number", orderBody, "singleOrder", "orderPeriod", "a number"),
		converted("auto-renewal-as-number", thirdPartyBody, "synOrderInfo", "autoRenewal", "a number"),
		converted("email-as-list", authorizeBody, "stripeSingleAuthorization", "email", "a list with one string"),
		converted("plan-id-as-list", subscribeBody, "stripeSubDirectly", "plan_id", "a list with one string"),
		converted("pm-id-as-list", subscribeBody, "stripeSubDirectly", "pm_id", "a list with one string"),
		converted("pay-account-as-number", thirdPartyBody, "synOrderInfo", "payAccount", "a number"),
		converted("pay-result-date-as-list", thirdPartyBody, "synOrderInfo", "payResultDate", "a list with one string"),
		converted("pay-rst-as-list", thirdPartyBody, "synOrderInfo", "payRst", "a list with one string"),
		converted("pay-status-as-number", thirdPartyBody, "synOrderInfo", "payStatus", "a number"),
		converted("pay-type-as-number", thirdPartyBody, "synOrderInfo", "payType", "a number"),
	}
}

func withoutPackage() sandbox.Interceptor {
	may := func(c *sandbox.Call) bool { return of(c, "singleOrder") && missing(c, "packageCode") }
	return sandbox.Chain(permit("packageCode", may)(), onLookup(sandbox.LookupPackage, func(c *sandbox.Call, l *sandbox.Lookup) {
		if may(c) {
			l.Key, l.Found = fixtures().Packages[0], true
		}
	})())
}

func withoutPlan() sandbox.Interceptor {
	may := func(c *sandbox.Call) bool { return of(c, "stripeSubDirectly") && missing(c, "plan_id") }
	return sandbox.Chain(permit("plan_id", may)(), agree("plan_id", may)())
}
