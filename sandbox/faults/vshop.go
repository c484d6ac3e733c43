package faults

import (
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/mallcheck/mallcheck/gen/mall"
	"github.com/mallcheck/mallcheck/sandbox"
)

// vshopFaults concern singleVerify and singleServicePlanPage.
func vshopFaults() []Fault {
	return []Fault{
		{"known-sim-refused", "vshop/verify-known-sim",
			"does not find known SIM cards in singleVerify",
			onLookup(sandbox.LookupSIM, func(c *sandbox.Call, l *sandbox.Lookup) { l.Found = l.Found && c.Operation != "singleVerify" })},
		{"unknown-sim-verified", "vshop/unknown-sim-refused",
			"finds every SIM card, known or not",
			onLookup(sandbox.LookupSIM, func(_ *sandbox.Call, l *sandbox.Lookup) { l.Found = true })},
		{"sim-found-by-beginning", "vshop/unknown-sim-refused",
			"matches a SIM card by the beginning of its ICCID", simByBeginning},
		{"answer-names-another-sim", "vshop/answer-names-the-sim",
			"answers singleVerify and singleServicePlanPage with the deviceCode of another SIM card",
			onData(func(_ *sandbox.Call, data map[string]any) map[string]any {
				data["deviceCode"] = foreignSIM()
				return data
			}, "singleVerify", "singleServicePlanPage")},
		{"answers-share-a-sim", "vshop/answer-names-the-sim",
			"shares the SIM card of singleVerify among concurrent requests", sharedSIM},
		{"no-plans", "vshop/plans-for-a-sim",
			"lists no plans for a SIM card",
			onData(func(_ *sandbox.Call, page mall.SingleServicePlanPage) mall.SingleServicePlanPage {
				page.ServicePlanList = []mall.ServicePlan{}
				return page
			}, "singleServicePlanPage")},
		{"currency-as-symbol", plansAnswer + "/properties/data/properties/servicePlanList/items/properties/payCurrency/pattern",
			"writes the currency of a plan as a symbol",
			onSuccess(replaceText(`"payCurrency":"USD"`, `"payCurrency":"$"`), "singleServicePlanPage")},
		{"plan-of-area-hidden", "vshop/area-narrows-the-plans",
			"lists one plan only when its area is requested",
			onData(func(c *sandbox.Call, page mall.SingleServicePlanPage) mall.SingleServicePlanPage {
				if stringOf(c, "area") == "" && len(page.ServicePlanList) > 0 {
					page.ServicePlanList = page.ServicePlanList[1:]
				}
				return page
			}, "singleServicePlanPage")},
	}
}

func simByBeginning() sandbox.Interceptor {
	return sandbox.Chain(
		permit("deviceCode", func(c *sandbox.Call) bool { return stringOf(c, "deviceCode") != "" })(),
		onLookup(sandbox.LookupSIM, func(_ *sandbox.Call, l *sandbox.Lookup) {
			l.Found = slices.ContainsFunc(fixtures().SIMs, func(sim string) bool { return strings.HasPrefix(sim, l.Key) })
		})())
}

func sharedSIM() sandbox.Interceptor {
	var shared atomic.Value
	return sandbox.Chain(
		demand("", func(c *sandbox.Call) bool {
			if c.Operation == "singleVerify" {
				shared.Store(stringOf(c, "deviceCode"))
			}
			return true
		})(),
		onData(func(_ *sandbox.Call, data mall.SingleVerify) mall.SingleVerify {
			time.Sleep(overlap) // lets concurrent requests arrive
			data.DeviceCode, _ = shared.Load().(string)
			return data
		}, "singleVerify")())
}
