package faults

import (
	"slices"

	"github.com/mallcheck/mallcheck/sandbox"
)

// limitVariants limit what one SIM card may have at a time. No page says how many
// auto-renewals that is.
func limitVariants() []Variant {
	return []Variant{
		{"one-renewal-per-sim", "refuses a subscription for a SIM card that has an active auto-renewal", nil,
			always(sandbox.Interceptor{Conflict: oneRenewal})},
	}
}

// oneRenewal refuses a subscription if another order of its SIM card is renewed.
func oneRenewal(st *sandbox.State, c *sandbox.Call, r *sandbox.Refusal) *sandbox.Refusal {
	if r != nil || !of(c, "stripeSubDirectly") {
		return r
	}
	for _, o := range st.Orders(sandbox.ByPayID, textOf(c, "payId")) {
		if o.Partner != c.Partner {
			continue
		}
		if slices.ContainsFunc(st.Orders(sandbox.BySIM, o.SIM), func(other *sandbox.Order) bool { return other.Renewal.Active }) {
			return &sandbox.Refusal{Reason: sandbox.Conflict, Message: "the SIM card has an active auto-renewal"}
		}
	}
	return nil
}
