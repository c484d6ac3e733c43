package faults

import (
	"slices"
	"strings"
	"time"

	"github.com/mallcheck/mallcheck/sandbox"
)

// orderVariants concern orders and auto-renewals.
func orderVariants() []Variant {
	return []Variant{
		{"top-ups-done-at-once", "completes top-ups before it responds", nil,
			onDecide(func(_ *sandbox.State, d *sandbox.Decision) { d.Delay = 0 })},
		{"slow-top-ups", "delays top-ups by 10 ms", nil,
			onDecide(func(_ *sandbox.State, d *sandbox.Decision) { d.Delay += 10 * time.Millisecond })},
		{"pending-orders-unlisted", "lists orders in singleQueryOrder only once they are in effect", nil,
			onOrderList(func(_ *sandbox.State, _ *sandbox.Call, l *sandbox.OrderList) {
				l.Entries = slices.DeleteFunc(l.Entries, func(e sandbox.OrderEntry) bool { return e.Status != sandbox.OrderActive })
			})},
		{"unpaid-orders-pending", "lists unpaid orders as pending in singleQueryOrder", nil,
			onOrderList(func(st *sandbox.State, c *sandbox.Call, l *sandbox.OrderList) {
				l.Entries = append(l.Entries, unpaidEntries(st, c, l.SIM)...)
			})},
		{"failed-third-party-payment-refused", "refuses third-party orders whose payment failed", nil,
			demand("payRst does not say success", func(c *sandbox.Call) bool { return !of(c, "synOrderInfo") || stringOf(c, "payRst") == "SUCCESS" })},
		{"renewals-shown-late", "shows an auto-renewal only from the second query on", nil, renewalsShownLate},
		{"cancellation-without-data", "omits data from a successful cancelAutoRenewalRecord", nil,
			onSuccess(setBodyOf(bareSuccess), "cancelAutoRenewalRecord")},
	}
}

func paymentVariants() []Variant {
	return []Variant{
		{"declined-at-once", "refuses to authorize a payment with a declined payment method", nil,
			always(sandbox.Interceptor{Conflict: func(_ *sandbox.State, c *sandbox.Call, r *sandbox.Refusal) *sandbox.Refusal {
				if r == nil && of(c, "stripeSingleAuthorization") && stringOf(c, "pm_id") == sandbox.MethodFails {
					return &sandbox.Refusal{Reason: sandbox.Declined, Message: "the payment was declined"}
				}
				return r
			}})},
		{"amounts-with-more-zeros", "writes amounts with three decimals", nil, onShow(func(o *sandbox.Order) {
			if strings.Contains(o.Amount, ".") {
				o.Amount += "0"
			}
		}, tellingMoney...)},
		{"currencies-in-lower-case", "writes currencies in lower case", nil,
			onShow(func(o *sandbox.Order) { o.Currency = strings.ToLower(o.Currency) }, tellingMoney...)},
		{"pay-result-date-left-out", "omits payResultDate", nil,
			onShow(func(o *sandbox.Order) { o.Payment.Ended = "" }, "resultQuery", "confirmPaymentResult")},
	}
}

// tellingMoney are the operations whose responses contain the amount of an order.
var tellingMoney = append([]string{"queryOrder"}, showingMoney...)

func renewalsShownLate() sandbox.Interceptor {
	asked := &counter{}
	return onLookup(sandbox.LookupRenewal, func(c *sandbox.Call, l *sandbox.Lookup) {
		l.Found = l.Found && (!of(c, "queryAutoRenewalRecord") || asked.next(l.Order.OrderNo) > 1)
	})()
}
