package sandbox

import "strings"

// What the contract says of the forms of what purchases and payments send.
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

// dateTimeForm reports whether a text has digits where a date and time of day have them. That there
// is such a day is not asked for.
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
	wantAmount   = `a decimal number is wanted, such as "4.99"`
	wantCurrency = `three letters are wanted, such as "USD"`
	wantDateTime = `a date and time of day is wanted, such as "2022-06-07 15:10:35"`
	wantSIMKey   = "an ICCID of 19 or 20 digits is wanted, or nothing"
)

// filled are required strings of the body that must not be empty.
func filled(names ...string) []rule {
	rules := make([]rule, len(names))
	for i, name := range names {
		rules[i] = rule{in: inBody, name: name, form: nonEmpty, wanted: wantNonEmpty}
	}
	return rules
}

// optional are strings of the body that may be left out, and be empty.
func optional(names ...string) []rule {
	rules := make([]rule, len(names))
	for i, name := range names {
		rules[i] = rule{in: inBody, name: name, optional: true}
	}
	return rules
}

func moneyRules() []rule {
	return []rule{
		{in: inBody, name: "payAmount", form: amountForm, wanted: wantAmount},
		{in: inBody, name: "payCurrency", form: currencyForm, wanted: wantCurrency},
	}
}

// purchaseRules are those that singleOrder and synOrderInfo share beside those of Vshop.
func purchaseRules() []rule {
	rules := append(filled("orderNo", "payId", "packageCode", "autoRenewal"), moneyRules()...)
	return append(rules, rule{in: inBody, name: "orderPeriod", form: digitsOnly, wanted: wantDigits})
}

func orderRules() []rule {
	return append(vshopRules("requestOrderId", "servicePlanCode", "servicePlanShowName"), purchaseRules()...)
}

// thirdPartyRules are those of synOrderInfo. Its printed request sends languageCode empty, and that
// it has to be sent at all is not said.
func thirdPartyRules() []rule {
	rules := vshopRules("orgOrderId")
	for i := range rules {
		if rules[i].name == "languageCode" {
			rules[i].optional = true
		}
	}
	rules = append(rules, purchaseRules()...)
	rules = append(rules, filled("payAccount", "payRst", "payStatus", "payType")...)
	return append(rules, rule{in: inBody, name: "payResultDate", form: dateTimeForm, wanted: wantDateTime})
}

// paymentRules are those that the operations of Payment share, and filled strings of their own.
func paymentRules(own ...string) []rule {
	rules := append(filled("payId", "tradeType"), filled(own...)...)
	return append(rules, rule{in: inBody, name: "tradeTime", form: digitsOnly, wanted: wantDigits})
}

// lookUpRules are those of queryOrder. Which key decides is no matter of form.
func lookUpRules() []rule {
	return []rule{
		{in: inQuery, name: ByPurchaseID, optional: true},
		{in: inQuery, name: ByOrderNo, optional: true},
		{in: inQuery, name: BySIM, optional: true, form: simKeyForm, wanted: wantSIMKey},
	}
}
