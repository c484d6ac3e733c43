package sandbox

import (
	"strings"

	"github.com/mallcheck/mallcheck/sandbox/store"
)

// The forms of the parameters of purchases and payments.
var (
	amountForm = func(text string) bool {
		whole, part, dotted := strings.Cut(text, ".")
		return digitsOnly(whole) && (!dotted || digitsOnly(part))
	}
	currencyForm = func(text string) bool {
		return len(text) == 3 && strings.Trim(strings.ToLower(text), "abcdefghijklmnopqrstuvwxyz") == ""
	}
	simKeyForm = func(text string) bool { return text == "" || iccidDigits(text) }
)

// dateTimeForm reports whether a text has the digits of a date and time of day. The date need not exist.
func dateTimeForm(text string) bool {
	const form = "0000-00-00 00:00:00"
	if len(text) != len(form) {
		return false
	}
	for i := range len(form) {
		if form[i] != text[i] && (form[i] != '0' || digits(text[i:i+1]) == 0) {
			return false
		}
	}
	return true
}

const (
	wantAmount   = `want a decimal number, such as "4.99"`
	wantCurrency = `want three letters, such as "USD"`
	wantDateTime = `want a date and time of day, such as "2022-06-07 15:10:35"`
	wantSIMKey   = "want an ICCID of 18 to 22 digits, or nothing"
)

// filled returns rules for required non-empty strings of the body.
func filled(names ...string) []rule {
	rules := make([]rule, len(names))
	for i, name := range names {
		rules[i] = rule{in: store.InBody, name: name, form: nonEmpty, wanted: wantNonEmpty}
	}
	return rules
}

// optional returns rules for optional strings of the body, which may be empty.
func optional(names ...string) []rule {
	rules := make([]rule, len(names))
	for i, name := range names {
		rules[i] = rule{in: store.InBody, name: name, optional: true}
	}
	return rules
}

func moneyRules() []rule {
	return []rule{
		{in: store.InBody, name: "payAmount", form: amountForm, wanted: wantAmount},
		{in: store.InBody, name: "payCurrency", form: currencyForm, wanted: wantCurrency},
	}
}

// purchaseRules are the rules shared by singleOrder and synOrderInfo in addition to vshopRules.
func purchaseRules() []rule {
	rules := append(filled("orderNo", "payId", "packageCode", "autoRenewal"), moneyRules()...)
	return append(rules, rule{in: store.InBody, name: "orderPeriod", form: digitsOnly, wanted: wantDigits})
}

func orderRules() []rule {
	return append(vshopRules("requestOrderId", "servicePlanCode", "servicePlanShowName"), purchaseRules()...)
}

// thirdPartyRules are the rules of synOrderInfo. Its printed request has an empty languageCode, and no
// page requires one.
func thirdPartyRules() []rule {
	rules := vshopRules("orgOrderId", "payUnit")
	for i := range rules {
		if rules[i].name == "languageCode" {
			rules[i].optional = true
		}
	}
	rules = append(rules, purchaseRules()...)
	rules = append(rules, filled("payAccount", "payRst", "payStatus", "payType")...)
	return append(rules, rule{in: store.InBody, name: "payResultDate", form: dateTimeForm, wanted: wantDateTime})
}

// paymentRules are the rules shared by the operations of Payment, plus required strings.
func paymentRules(own ...string) []rule {
	rules := append(filled("payId", "tradeType"), filled(own...)...)
	return append(rules, rule{in: store.InBody, name: "tradeTime", form: digitsOnly, wanted: wantDigits})
}

// lookUpRules are the rules of queryOrder. Which key decides is not a matter of form.
func lookUpRules() []rule {
	return []rule{
		{in: store.InQuery, name: store.ByPurchaseID, optional: true},
		{in: store.InQuery, name: store.ByOrderNo, optional: true},
		{in: store.InQuery, name: store.BySIM, optional: true, form: simKeyForm, wanted: wantSIMKey},
	}
}
