package sandbox_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/mallcheck/mallcheck/sandbox"
	"github.com/mallcheck/mallcheck/sandbox/store"
)

// filledOnes are the mistakes that are made with strings which must not be empty.
func filledOnes(names ...string) []change {
	var changes []change
	for _, name := range names {
		changes = append(changes,
			change{name, "", name + " is missing from the body"},
			change{name, `""`, name + ` in the body is "": it must not be empty`},
			change{name, "7", name + ` in the body must be a string: it is the number "7"`})
	}
	return changes
}

var (
	brokenMoney = []change{
		{"payAmount", "", "payAmount is missing from the body"},
		{"payAmount", "4.99", `payAmount in the body must be a string: it is the number "4.99"`},
		{"payAmount", `""`, `payAmount in the body is "": want a decimal number, such as "4.99"`},
		{"payAmount", `"4,99"`, "want a decimal number"},
		{"payAmount", `"-1"`, "want a decimal number"},
		{"payAmount", `"4."`, "want a decimal number"},
		{"payAmount", `".99"`, "want a decimal number"},
		{"payAmount", `"1e2"`, "want a decimal number"},
		{"payAmount", `"4.9.9"`, "want a decimal number"},
		{"payCurrency", "", "payCurrency is missing from the body"},
		{"payCurrency", `"$"`, `payCurrency in the body is "$": want three letters, such as "USD"`},
		{"payCurrency", `"USDT"`, "want three letters"},
		{"payCurrency", `"U5D"`, "want three letters"},
		{"payCurrency", `"é€"`, "want three letters"},
	}
	brokenTrade = append(filledOnes("payId", "tradeType"),
		change{"tradeTime", "", "tradeTime is missing from the body"},
		change{"tradeTime", `""`, `tradeTime in the body is "": want digits`},
		change{"tradeTime", `"now"`, "want digits"})
	languageMissing = change{"languageCode", "", "languageCode is missing from the body"}
	brokenPurchase  = slices.Concat(brokenVshop, brokenMoney, filledOnes("orderNo", "payId", "packageCode", "autoRenewal"), []change{
		{"packageCode", `"P"`, `packageCode "P": no such package; POST /vshop/singleServicePlanPage lists the packages`},
		{"orderPeriod", "", "orderPeriod is missing from the body"},
		{"orderPeriod", `"-1"`, `orderPeriod in the body is "-1": want digits`},
	})
	brokenThirdParty = slices.Concat(brokenPurchase, filledOnes("payAccount", "payRst", "payStatus", "payType"), []change{
		{"orgOrderId", "1", "orgOrderId in the body must be a string"},
		{"payResultDate", "", "payResultDate is missing from the body"},
		{"payResultDate", `""`, `payResultDate in the body is "": want a date and time of day, such as "2022-06-07 15:10:35"`},
		{"payResultDate", `"2022-06-07"`, "want a date and time of day"},
		{"payResultDate", `"2022-06-07T15:10:35"`, "want a date and time of day"},
		{"payResultDate", `"2022-06-o7 15:10:35"`, "want a date and time of day"},
	})
)

// brokenBodies are the mistakes in the body of an operation, the global parameters aside.
func brokenBodies(id, path string) []change {
	switch id {
	case "singleOrder":
		return append(slices.Clone(brokenPurchase), languageMissing,
			change{"requestOrderId", "1", "requestOrderId in the body must be a string"},
			change{"servicePlanCode", "null", "servicePlanCode in the body must be a string: it is null"},
			change{"servicePlanShowName", "[]", "servicePlanShowName in the body must be a string: it is an array"})
	case "synOrderInfo":
		return brokenThirdParty
	case "cancelAutoRenewalRecord":
		return slices.Concat(brokenVshop, filledOnes("orderNo", "payId"), []change{languageMissing})
	case "stripeSingleAuthorization":
		return slices.Concat(brokenTrade, brokenMoney, filledOnes("email"), []change{{"pm_id", "1", "pm_id in the body must be a string"}})
	case "stripeSubscriptionAuthorization":
		return slices.Concat(brokenTrade, filledOnes("email"))
	case "stripeSubDirectly":
		return slices.Concat(brokenTrade, brokenMoney, filledOnes("email", "plan_id", "pm_id"))
	case "resultQuery", "confirmPaymentResult":
		return brokenTrade
	}
	if strings.HasSuffix(path, "/sims") {
		return brokenSims
	}
	return append(slices.Clone(brokenVshop), languageMissing)
}

// What the contract leaves open of purchases is accepted.
func TestWhatPurchasesLeaveOpen(t *testing.T) {
	for _, c := range []change{
		{"payAmount", `"0"`, ""}, {"payAmount", `"007.50"`, ""}, {"payCurrency", `"usd"`, ""}, {"payCurrency", `"Gbp"`, ""},
		{"orderPeriod", `"0"`, ""}, {"orderPeriod", `"99999999999999999999999"`, ""}, {"autoRenewal", `"maybe"`, ""},
		{"requestOrderId", `""`, ""}, {"servicePlanCode", `"string"`, ""}, {"servicePlanShowName", `""`, ""},
		{"orderNo", `"Bestellung №1 <&> /"`, ""}, {"tradeType", `"verify"`, ""},
	} {
		m := serve(t, sandbox.Config{})
		for _, path := range []string{"/vshop/singleOrder", "/vshop/synPartner/SynOrderInfo"} {
			body := bodyWith(t, thirdPartyMembers, c)
			if path == "/vshop/singleOrder" {
				body = bodyWith(t, orderMembers, c)
			}
			body = strings.NewReplacer(`"I1"`, `"`+path+`"`, `"N1"`, `"`+path+`"`).Replace(body)
			if c.name == "orderNo" && path != "/vshop/singleOrder" {
				continue // it is taken by now
			}
			if r := m.do(m.signedAsItIs(http.MethodPost, path, body)); r.code != store.CodeSuccess {
				t.Errorf("%s with %s %s: %s", path, c.name, c.value, r.body)
			}
		}
	}
	m := serve(t, sandbox.Config{})
	for _, c := range []change{{"languageCode", "", ""}, {"languageCode", `""`, ""}} {
		m.fresh++
		body := strings.NewReplacer(`"I1"`, m.unique("I"), `"N1"`, m.unique("N")).Replace(bodyWith(t, thirdPartyMembers, c))
		if r := m.do(m.signedAsItIs(http.MethodPost, "/vshop/synPartner/SynOrderInfo", body)); r.code != store.CodeSuccess {
			t.Errorf("synOrderInfo with %s %s: %s", c.name, c.value, r.body)
		}
	}
}

func TestRulesOfTheOrderKeys(t *testing.T) {
	m := serve(t, sandbox.Config{})
	m.refused(m.signed(m.fix.Partner, http.MethodGet, "/topup/mall/order?sim_id=12", ""), 200, `sim_id in the query is "12": want an ICCID of 18 to 22 digits, or nothing`)
	for _, query := range []string{"", "?purchase_order_id=&order_id=&sim_id="} {
		m.refused(m.signed(m.fix.Partner, http.MethodGet, "/topup/mall/order"+query, ""), 200,
			"purchase_order_id, order_id and sim_id are all missing or empty: send one of them")
	}
}
