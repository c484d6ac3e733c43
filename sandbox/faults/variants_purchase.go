package faults

import (
	"slices"
	"strings"
	"time"

	"github.com/mallcheck/mallcheck/sandbox/store"
)

// orderVariants concern orders and auto-renewals.
func orderVariants() []Variant {
	return []Variant{
		{"top-ups-done-at-once", "completes top-ups before it responds", nil,
			onDecide(func(_ *store.State, d *store.Decision) { d.Delay = 0 })},
		{"slow-top-ups", "delays top-ups by 10 ms", nil,
			onDecide(func(_ *store.State, d *store.Decision) { d.Delay += 10 * time.Millisecond })},
		{"pending-orders-unlisted", "lists orders in singleQueryOrder only once they are in effect", nil,
			onOrderList(func(_ *store.State, _ *store.Call, l *store.OrderList) {
				l.Entries = slices.DeleteFunc(l.Entries, func(e store.OrderEntry) bool { return e.Status != store.OrderActive })
			})},
		{"unpaid-orders-pending", "lists unpaid orders as pending in singleQueryOrder", nil,
			onOrderList(func(st *store.State, c *store.Call, l *store.OrderList) {
				l.Entries = append(l.Entries, unpaidEntries(st, c, l.SIM)...)
			})},
		{"failed-third-party-payment-refused", "refuses third-party orders whose payment failed", nil,
			demand("payRst does not say success", func(c *store.Call) bool { return !of(c, "synOrderInfo") || textOf(c, "payRst") == "SUCCESS" })},
		{"renewals-shown-late", "shows an auto-renewal only from the second query on", nil, renewalsShownLate},
		{"cancellation-without-data", "omits data from a successful cancelAutoRenewalRecord", nil,
			onSuccess(setBodyOf(bareSuccess), "cancelAutoRenewalRecord")},
	}
}

// paymentVariants concern payments.
func paymentVariants() []Variant {
	return []Variant{
		{"declined-at-once", "refuses to authorize a payment with a declined payment method", nil,
			always(store.Interceptor{Conflict: func(_ *store.State, c *store.Call, r *store.Refusal) *store.Refusal {
				if r == nil && of(c, "stripeSingleAuthorization") && textOf(c, "pm_id") == store.MethodFails {
					return &store.Refusal{Reason: store.Declined, Message: "the payment was declined"}
				}
				return r
			}})},
		{"amounts-with-more-zeros", "writes amounts with three decimals", nil, onShow(func(o *store.Order) {
			if strings.Contains(o.Amount, ".") {
				o.Amount += "0"
			}
		}, tellingMoney...)},
		{"currencies-in-lower-case", "writes currencies in lower case", nil,
			onShow(func(o *store.Order) { o.Currency = strings.ToLower(o.Currency) }, tellingMoney...)},
		{"pay-result-date-left-out", "omits payResultDate", nil,
			onShow(func(o *store.Order) { o.Payment.Ended = "" }, "resultQuery", "confirmPaymentResult")},
	}
}

// tellingMoney are the operations whose responses contain the amount of an order.
var tellingMoney = append([]string{"queryOrder"}, showingMoney...)

func renewalsShownLate() store.Interceptor {
	asked := &counter{}
	return onLookup(store.LookupRenewal, func(c *store.Call, l *store.Lookup) {
		l.Found = l.Found && (!of(c, "queryAutoRenewalRecord") || asked.next(l.Order.OrderNo) > 1)
	})()
}
