package faults

import (
	"slices"
	"strconv"
	"time"

	"github.com/mallcheck/mallcheck/sandbox"
)

// limitVariants limit what one SIM card may have at a time. No page says how many plans or
// auto-renewals that is.
func limitVariants() []Variant {
	return []Variant{
		{"one-renewal-per-sim", "refuses a subscription for a SIM card that has an active auto-renewal", nil,
			always(sandbox.Interceptor{Conflict: oneRenewal})},
		{"sims-have-owners", "refuses orders for a SIM card of another partner", map[string]string{"second-sim": secondSIM},
			always(sandbox.Interceptor{Conflict: owned})},
		{"one-plan-per-sim", "allows one active plan per SIM card: the next paid order waits until the earlier plans end", nil,
			onDecide(func(st *sandbox.State, d *sandbox.Decision) {
				if days := daysBefore(st, d.Order); days > 0 && d.Status == sandbox.PayPaid {
					d.Delay = time.Duration(days) * 24 * time.Hour
				}
			})},
	}
}

// secondSIM is the one SIM card of the second partner, where SIM cards have owners.
var secondSIM = fixtures().SIMs[len(fixtures().SIMs)-1]

// owned refuses an order for a SIM card of another partner.
func owned(_ *sandbox.State, c *sandbox.Call, r *sandbox.Refusal) *sandbox.Refusal {
	if r == nil && of(c, "singleOrder", "synOrderInfo") && (stringOf(c, "deviceCode") == secondSIM) != (c.Partner == fixtures().SecondPartner) {
		return &sandbox.Refusal{Reason: sandbox.NotFound, Message: "the SIM card is unknown"}
	}
	return r
}

// oneRenewal refuses a subscription if another order of its SIM card is renewed.
func oneRenewal(st *sandbox.State, c *sandbox.Call, r *sandbox.Refusal) *sandbox.Refusal {
	if r != nil || !of(c, "stripeSubDirectly") {
		return r
	}
	for _, o := range st.Orders(sandbox.ByPayID, stringOf(c, "payId")) {
		if o.Partner != c.Partner {
			continue
		}
		if slices.ContainsFunc(st.Orders(sandbox.BySIM, o.SIM), func(other *sandbox.Order) bool { return other.Renewal.Active }) {
			return &sandbox.Refusal{Reason: sandbox.Conflict, Message: "the SIM card has an active auto-renewal"}
		}
	}
	return nil
}

// daysBefore returns in how many days the other plans of an order's SIM card will have
// ended; 0 if it has none.
func daysBefore(st *sandbox.State, order *sandbox.Order) (days int) {
	for _, o := range st.Orders(sandbox.BySIM, order.SIM) {
		if o == order {
			continue
		}
		for _, entry := range st.Entries(o) {
			left, err := strconv.Atoi(entry.RemainingDays)
			if err == nil {
				days += left + 1 // the last day counts
			}
		}
	}
	return days
}
