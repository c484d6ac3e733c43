package faults

import (
	"slices"
	"strconv"
	"strings"

	"github.com/mallcheck/mallcheck/sandbox/store"
)

// renewalFaults concern queryAutoRenewalRecord.
func renewalFaults() []Fault {
	return []Fault{
		{"renewal-not-begun", "renewals/query-shows-what-was-subscribed",
			"accepts a subscription but creates no auto-renewal",
			onRenewal(func(*store.State, *store.Order, bool) bool { return false })},
		{"renewal-names-subscription", "renewals/answer-names-order-and-pay-id",
			"returns the subscription id as the payId of an auto-renewal", onShow(func(o *store.Order) { o.PayID = o.Renewal.SubID }, "queryAutoRenewalRecord")},
		{"renewal-names-another-order", "renewals/answer-names-order-and-pay-id",
			"appends a suffix to the orderNo of an auto-renewal", onShow(func(o *store.Order) { o.OrderNo += "R1" }, "queryAutoRenewalRecord")},
		{"renewal-of-another-period", "renewals/shows-the-order",
			"reports an orderPeriod of 12 for every auto-renewal", onShow(func(o *store.Order) { o.Period = "12" }, "queryAutoRenewalRecord")},
		{"renewal-of-another-plan", "renewals/shows-the-order",
			"returns the package code as the servicePlanShowName of an auto-renewal", onShow(func(o *store.Order) { o.PlanName = o.PackageCode }, "queryAutoRenewalRecord")},
		{"renewal-names-another-sim", "renewals/answer-names-the-sim",
			"answers queryAutoRenewalRecord with the deviceCode of another SIM card", onShow(func(o *store.Order) { o.SIM = foreignSIM() }, "queryAutoRenewalRecord")},
		{"empty-renewal-shown", "renewals/none-refused",
			"returns an empty auto-renewal for a SIM card without one", emptyRenewal("deviceCode has no renewal", func(l *store.Lookup) bool {
				return l.Kind == store.LookupRenewal
			})},
		{"unknown-sim-renewed", "orders/unknown-sim-refused",
			"returns an empty auto-renewal for an unknown SIM card", emptyRenewal("no such SIM card", func(l *store.Lookup) bool {
				return l.Kind == store.LookupSIM
			})},
		{"every-order-renewed", "renewals/single-order-renews-nothing",
			"renews every paid order, subscription or not", onDecide(func(_ *store.State, d *store.Decision) {
				if d.Status == store.PayPaid && d.Order.Renewal.SubID == "" {
					d.Order.Renewal.SubID = "sub_" + d.Order.OrderNo
				}
			})},
		{"renewal-of-others-shown", "renewals/partner-isolation",
			"shows the auto-renewal of a SIM card to every partner",
			onLookup(store.LookupRenewal, func(c *store.Call, l *store.Lookup) {
				l.Found = l.Found || l.Owner != "" && of(c, "queryAutoRenewalRecord")
			})},
	}
}

// cancellationFaults concern cancelAutoRenewalRecord.
func cancellationFaults() []Fault {
	return []Fault{
		{"cancelled-goes-on", "renewals/cancelled-is-gone",
			"accepts a cancellation but cancels nothing",
			onRenewal(func(*store.State, *store.Order, bool) bool { return true })},
		{"unknown-renewal-cancelled", "renewals/cancel-unknown-refused",
			"reports success when an unknown order is cancelled", cancelledAnyway(func(_ *store.Call, orders []*store.Order) bool {
				return len(orders) == 0
			})},
		{"cancelled-by-sim-alone", "renewals/cancel-needs-order-and-pay-id",
			"ignores orderNo and payId when it cancels an auto-renewal", always(store.Interceptor{Lookup: cancelBySIM})},
		{"pay-id-of-cancellation-ignored", "renewals/cancel-needs-order-and-pay-id",
			"ignores the payId of a cancellation", always(store.Interceptor{Lookup: cancelByOrderNo})},
		{"cancelled-twice", "renewals/cancel-twice-refused",
			"reports success when an auto-renewal is cancelled twice", cancelledAnyway(func(c *store.Call, orders []*store.Order) bool {
				return slices.ContainsFunc(orders, func(o *store.Order) bool {
					return o.Partner == c.Partner &&
						!o.Renewal.Ended.IsZero()
				})
			})},
		{"all-renewals-cancelled", "renewals/cancel-no-other",
			"cancels all auto-renewals of a partner at once", allCancelled},
		{"cancellation-ends-order", "renewals/cancel-keeps-the-order",
			"ends an order together with its auto-renewal", onRenewal(func(_ *store.State, o *store.Order, active bool) bool {
				if !active {
					o.Payment.Status = store.PayFailed
				}
				return active
			})},
		{"renewal-of-others-cancelled", "renewals/partner-isolation",
			"lets every partner cancel the auto-renewals of all others",
			onLookup(store.LookupRenewal, func(c *store.Call, l *store.Lookup) {
				l.Found = l.Found || l.Owner != "" && of(c, "cancelAutoRenewalRecord")
			})},
		{"cancellation-for-unknown-sim", "orders/unknown-sim-refused",
			"accepts a cancellation for an unknown SIM card", cancelledForUnknownSIM},
	}
}

// onRenewal changes whether auto-renewals become active.
func onRenewal(becomes func(st *store.State, o *store.Order, active bool) bool) newInterceptor {
	return always(store.Interceptor{Renew: func(st *store.State, _ *store.Call, o *store.Order, active bool) bool {
		return becomes(st, o, active)
	}})
}

// lookedUp is the key of the note that a search selected by may found nothing.
type lookedUp struct{}

// succeedAfter answers an operation with a success after a failed search that may selects.
func succeedAfter(operation, body string, may func(st *store.State, c *store.Call, l *store.Lookup) bool) newInterceptor {
	return always(store.Interceptor{
		Lookup: func(st *store.State, c *store.Call, l *store.Lookup) {
			if of(c, operation) && !l.Found && may(st, c, l) {
				c.Note(lookedUp{}, true)
			}
		},
		Answer: func(c *store.Call, a *store.Answer) {
			if a.Refused != nil && c.Noted(lookedUp{}) != nil {
				succeed(a, body)
			}
		},
	})
}

// emptyRenewal answers queryAutoRenewalRecord with an empty record after a failed search.
func emptyRenewal(message string, may func(l *store.Lookup) bool) newInterceptor {
	body := success(`{"partnerCode":"","deviceCode":"","orderNo":"","payId":"","orderPeriod":"","packageType":"",` +
		`"servicePlanShowName":"","subscriptionTime":""}`)
	body = strings.Replace(body, `"success"`, strconv.Quote(message), 1)
	return succeedAfter("queryAutoRenewalRecord", body, func(_ *store.State, _ *store.Call, l *store.Lookup) bool { return may(l) })
}

// cancelled is the response to a successful cancellation.
var cancelled = success("{}")

// cancelledAnyway accepts cancellations that find nothing, depending on the orders with their orderNo.
func cancelledAnyway(may func(c *store.Call, orders []*store.Order) bool) newInterceptor {
	return succeedAfter("cancelAutoRenewalRecord", cancelled, func(st *store.State, c *store.Call, l *store.Lookup) bool {
		return l.Kind == store.LookupRenewal && may(c, st.Orders(store.ByOrderNo, l.Key))
	})
}

func cancelledForUnknownSIM() store.Interceptor {
	return succeedAfter("cancelAutoRenewalRecord", cancelled, func(_ *store.State, _ *store.Call, l *store.Lookup) bool {
		return l.Kind == store.LookupSIM
	})()
}

// findRenewal lets a cancellation find an active auto-renewal of the caller among some orders.
func findRenewal(c *store.Call, l *store.Lookup, orders []*store.Order) {
	if l.Kind != store.LookupRenewal || !of(c, "cancelAutoRenewalRecord") || l.Found {
		return
	}
	for _, o := range orders {
		if o.Partner == c.Partner && o.Renewal.Active {
			l.Order, l.Owner, l.Found = o, o.Partner, true
		}
	}
}

func cancelBySIM(st *store.State, c *store.Call, l *store.Lookup) {
	findRenewal(c, l, st.Orders(store.BySIM, textOf(c, "deviceCode")))
}

func cancelByOrderNo(st *store.State, c *store.Call, l *store.Lookup) {
	findRenewal(c, l, slices.DeleteFunc(slices.Clone(st.Orders(store.ByOrderNo, l.Key)), func(o *store.Order) bool {
		return o.SIM != textOf(c, "deviceCode")
	}))
}

func allCancelled() store.Interceptor {
	var renewed []*store.Order
	return onRenewal(func(_ *store.State, o *store.Order, active bool) bool {
		if active {
			renewed = append(renewed, o)
			return true
		}
		for _, other := range renewed {
			if other.Partner == o.Partner {
				other.Renewal.Active = false
			}
		}
		return false
	})()
}
