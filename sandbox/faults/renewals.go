package faults

import (
	"slices"
	"strconv"
	"strings"

	"github.com/mallcheck/mallcheck/sandbox"
)

// renewalFaults concern queryAutoRenewalRecord.
func renewalFaults() []Fault {
	return []Fault{
		{"renewal-not-begun", "renewals/query-shows-what-was-subscribed",
			"accepts a subscription but creates no auto-renewal",
			onRenewal(func(*sandbox.State, *sandbox.Order, bool) bool { return false })},
		{"renewal-names-subscription", "renewals/answer-names-order-and-pay-id",
			"returns the subscription id as the payId of an auto-renewal", onShow(func(o *sandbox.Order) { o.PayID = o.Renewal.SubID }, "queryAutoRenewalRecord")},
		{"renewal-names-another-order", "renewals/answer-names-order-and-pay-id",
			"appends a suffix to the orderNo of an auto-renewal", onShow(func(o *sandbox.Order) { o.OrderNo += "R1" }, "queryAutoRenewalRecord")},
		{"renewal-of-another-period", "renewals/shows-the-order",
			"reports an orderPeriod of 12 for every auto-renewal", onShow(func(o *sandbox.Order) { o.Period = "12" }, "queryAutoRenewalRecord")},
		{"renewal-of-another-plan", "renewals/shows-the-order",
			"returns the package code as the servicePlanShowName of an auto-renewal", onShow(func(o *sandbox.Order) { o.PlanName = o.PackageCode }, "queryAutoRenewalRecord")},
		{"renewal-names-another-sim", "renewals/answer-names-the-sim",
			"answers queryAutoRenewalRecord with the deviceCode of another SIM card", onShow(func(o *sandbox.Order) { o.SIM = foreignSIM() }, "queryAutoRenewalRecord")},
		{"empty-renewal-shown", "renewals/none-refused",
			"returns an empty auto-renewal for a SIM card without one", emptyRenewal("deviceCode has no renewal", func(l *sandbox.Lookup) bool {
				return l.Kind == sandbox.LookupRenewal
			})},
		{"unknown-sim-renewed", "orders/unknown-sim-refused",
			"returns an empty auto-renewal for an unknown SIM card", emptyRenewal("no such SIM card", func(l *sandbox.Lookup) bool {
				return l.Kind == sandbox.LookupSIM
			})},
		{"every-order-renewed", "renewals/single-order-renews-nothing",
			"renews every paid order, subscription or not", onDecide(func(_ *sandbox.State, d *sandbox.Decision) {
				if d.Status == sandbox.PayPaid && d.Order.Renewal.SubID == "" {
					d.Order.Renewal.SubID = "sub_" + d.Order.OrderNo
				}
			})},
		{"renewal-of-others-shown", "renewals/partner-isolation",
			"shows the auto-renewal of a SIM card to every partner",
			onLookup(sandbox.LookupRenewal, func(c *sandbox.Call, l *sandbox.Lookup) {
				l.Found = l.Found || l.Owner != "" && of(c, "queryAutoRenewalRecord")
			})},
	}
}

// cancellationFaults concern cancelAutoRenewalRecord.
func cancellationFaults() []Fault {
	return []Fault{
		{"cancelled-goes-on", "renewals/cancelled-is-gone",
			"accepts a cancellation but cancels nothing",
			onRenewal(func(*sandbox.State, *sandbox.Order, bool) bool { return true })},
		{"unknown-renewal-cancelled", "renewals/cancel-unknown-refused",
			"reports success when an unknown order is cancelled", cancelledAnyway(func(_ *sandbox.Call, orders []*sandbox.Order) bool {
				return len(orders) == 0
			})},
		{"cancelled-by-sim-alone", "renewals/cancel-needs-order-and-pay-id",
			"ignores orderNo and payId when it cancels an auto-renewal", always(sandbox.Interceptor{Lookup: cancelBySIM})},
		{"pay-id-of-cancellation-ignored", "renewals/cancel-needs-order-and-pay-id",
			"ignores the payId of a cancellation", always(sandbox.Interceptor{Lookup: cancelByOrderNo})},
		{"cancelled-twice", "renewals/cancel-twice-refused",
			"reports success when an auto-renewal is cancelled twice", cancelledAnyway(func(c *sandbox.Call, orders []*sandbox.Order) bool {
				return slices.ContainsFunc(orders, func(o *sandbox.Order) bool {
					return o.Partner == c.Partner &&
						!o.Renewal.Ended.IsZero()
				})
			})},
		{"all-renewals-cancelled", "renewals/cancel-no-other",
			"cancels all auto-renewals of a partner at once", allCancelled},
		{"cancellation-ends-order", "renewals/cancel-keeps-the-order",
			"ends an order together with its auto-renewal", onRenewal(func(_ *sandbox.State, o *sandbox.Order, active bool) bool {
				if !active {
					o.Payment.Status = sandbox.PayFailed
				}
				return active
			})},
		{"renewal-of-others-cancelled", "renewals/partner-isolation",
			"lets every partner cancel the auto-renewals of all others",
			onLookup(sandbox.LookupRenewal, func(c *sandbox.Call, l *sandbox.Lookup) {
				l.Found = l.Found || l.Owner != "" && of(c, "cancelAutoRenewalRecord")
			})},
		{"cancellation-for-unknown-sim", "orders/unknown-sim-refused",
			"accepts a cancellation for an unknown SIM card", cancelledForUnknownSIM},
	}
}

// onRenewal changes whether auto-renewals become active.
func onRenewal(becomes func(st *sandbox.State, o *sandbox.Order, active bool) bool) newInterceptor {
	return always(sandbox.Interceptor{Renew: func(st *sandbox.State, _ *sandbox.Call, o *sandbox.Order, active bool) bool {
		return becomes(st, o, active)
	}})
}

// lookedUp is the key of the note that a search selected by may found nothing.
type lookedUp struct{}

// succeedAfter answers an operation with a success after a failed search that may selects.
func succeedAfter(operation, body string, may func(st *sandbox.State, c *sandbox.Call, l *sandbox.Lookup) bool) newInterceptor {
	return always(sandbox.Interceptor{
		Lookup: func(st *sandbox.State, c *sandbox.Call, l *sandbox.Lookup) {
			if of(c, operation) && !l.Found && may(st, c, l) {
				c.Note(lookedUp{}, true)
			}
		},
		Answer: func(c *sandbox.Call, a *sandbox.Answer) {
			if a.Refused != nil && c.Noted(lookedUp{}) != nil {
				succeed(a, body)
			}
		},
	})
}

// emptyRenewal answers queryAutoRenewalRecord with an empty record after a failed search.
func emptyRenewal(message string, may func(l *sandbox.Lookup) bool) newInterceptor {
	body := success(`{"partnerCode":"","deviceCode":"","orderNo":"","payId":"","orderPeriod":"","packageType":"",` +
		`"servicePlanShowName":"","subscriptionTime":""}`)
	body = strings.Replace(body, `"success"`, strconv.Quote(message), 1)
	return succeedAfter("queryAutoRenewalRecord", body, func(_ *sandbox.State, _ *sandbox.Call, l *sandbox.Lookup) bool { return may(l) })
}

// cancelled is the response to a successful cancellation.
var cancelled = success("{}")

// cancelledAnyway accepts cancellations that find nothing, depending on the orders with their orderNo.
func cancelledAnyway(may func(c *sandbox.Call, orders []*sandbox.Order) bool) newInterceptor {
	return succeedAfter("cancelAutoRenewalRecord", cancelled, func(st *sandbox.State, c *sandbox.Call, l *sandbox.Lookup) bool {
		return l.Kind == sandbox.LookupRenewal && may(c, st.Orders(sandbox.ByOrderNo, l.Key))
	})
}

func cancelledForUnknownSIM() sandbox.Interceptor {
	return succeedAfter("cancelAutoRenewalRecord", cancelled, func(_ *sandbox.State, _ *sandbox.Call, l *sandbox.Lookup) bool {
		return l.Kind == sandbox.LookupSIM
	})()
}

// findRenewal lets a cancellation find an active auto-renewal of the caller among some orders.
func findRenewal(c *sandbox.Call, l *sandbox.Lookup, orders []*sandbox.Order) {
	if l.Kind != sandbox.LookupRenewal || !of(c, "cancelAutoRenewalRecord") || l.Found {
		return
	}
	for _, o := range orders {
		if o.Partner == c.Partner && o.Renewal.Active {
			l.Order, l.Owner, l.Found = o, o.Partner, true
		}
	}
}

func cancelBySIM(st *sandbox.State, c *sandbox.Call, l *sandbox.Lookup) {
	findRenewal(c, l, st.Orders(sandbox.BySIM, stringOf(c, "deviceCode")))
}

func cancelByOrderNo(st *sandbox.State, c *sandbox.Call, l *sandbox.Lookup) {
	findRenewal(c, l, slices.DeleteFunc(slices.Clone(st.Orders(sandbox.ByOrderNo, l.Key)), func(o *sandbox.Order) bool {
		return o.SIM != stringOf(c, "deviceCode")
	}))
}

func allCancelled() sandbox.Interceptor {
	var renewed []*sandbox.Order
	return onRenewal(func(_ *sandbox.State, o *sandbox.Order, active bool) bool {
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
