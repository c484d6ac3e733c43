package store

import (
	"fmt"
	"strings"
	"time"
)

// PackageType is the only documented packageType; its meaning is unknown.
const PackageType = "5"

// Renewal is the auto-renewal of an order. It starts when a subscription is paid and extends the order at
// its end by the ordered periods until it is cancelled.
type Renewal struct {
	// SubID is the id of the subscription; empty if there is none.
	SubID string
	// Active is set while the subscription is paid and not cancelled.
	Active bool
	// Since is when it began.
	Since time.Time
	// Ended is when it was cancelled.
	Ended time.Time
}

// The states of a subscription, as Stripe names them.
const (
	subscriptionActive     = "active"
	subscriptionIncomplete = "incomplete"
)

// subscription is the result of stripeSubDirectly.
type subscription struct {
	Order                     Order
	Customer, Product, Status string
}

// Subscribe pays an order and starts its auto-renewal. It refuses a declined payment method; with a
// method that stays open, the subscription is incomplete.
func (st *State) Subscribe(c *Call, payID, amount, currency, planCode, method, email string) (subscription, *Refusal) {
	defer st.Lock()()
	o, refusal := st.payable(c, payID, amount, currency)
	if refusal == nil && planCode != o.planned && planCode != o.PlanCode {
		refusal = st.hooks.Conflict(st, c, &Refusal{Reason: Conflict, In: InBody, Name: "plan_id", Message: fmt.Sprintf(
			"plan_id %s: the order of payId %s is for the plan %s", Shown(planCode), Shown(payID), Shown(o.planned))})
	}
	if refusal != nil {
		return subscription{}, refusal
	}
	st.reopen(o, method)
	o.Renewal = Renewal{SubID: st.stripe.id("sub")}
	st.decidePayment(c, o, st.nextOutcome(method))
	answer := subscription{Status: subscriptionActive, Customer: customerID(c.Partner, email), Product: "prod_" + o.PackageCode}
	switch o.Payment.Status {
	case PayFailed:
		o.Renewal = Renewal{}
		refusal = st.hooks.Conflict(st, c, &Refusal{Reason: Declined, In: InBody, Name: "pm_id", Message: fmt.Sprintf(
			"pm_id %s: the payment was declined; there is no subscription", Shown(method))})
		answer.Status = subscriptionIncomplete
	case PayOpen:
		answer.Status = subscriptionIncomplete
	}
	answer.Order = st.show(c, o)
	return answer, refusal
}

// startRenewal starts the auto-renewal of a paid order.
func (st *State) startRenewal(c *Call, o *Order) {
	if o.Renewal.Active = st.hooks.Renew(st, c, o, true); o.Renewal.Active {
		o.Renewal.Since = st.Now()
	} else {
		o.Renewal = Renewal{}
	}
}

// Renewal returns the most recent order of a SIM card with an active auto-renewal.
func (st *State) Renewal(c *Call, sim string) (Order, *Refusal) {
	defer st.Lock()()
	if refusal := st.findSIM(c, sim); refusal != nil {
		return Order{}, refusal
	}
	var own, other *Order
	for _, o := range st.OrderBook.By[BySIM][sim] {
		switch {
		case !o.Renewal.Active:
		case o.Partner == c.Partner:
			own = o
		default:
			other = o
		}
	}
	if own == nil {
		own = other
	}
	if own = st.findOrder(c, LookupRenewal, BySIM, sim, own); own == nil {
		return Order{}, &Refusal{Reason: NotFound, In: InBody, Name: "deviceCode", Clause: "renewals/none-refused", Message: fmt.Sprintf(
			"deviceCode %s: partner %s has no active auto-renewal for this SIM card", Shown(sim), Shown(c.Partner))}
	}
	return st.show(c, own), nil
}

// CancelRenewal ends the auto-renewal identified by SIM card, orderNo and payId together.
func (st *State) CancelRenewal(c *Call, sim, orderNo, payID string) *Refusal {
	defer st.Lock()()
	if refusal := st.findSIM(c, sim); refusal != nil {
		return refusal
	}
	named := st.choose(c.Partner, ByOrderNo, orderNo)
	found := named
	if named != nil && (named.SIM != sim || named.PayID != payID || !named.Renewal.Active) {
		found = nil
	}
	o := st.findOrder(c, LookupRenewal, ByOrderNo, orderNo, found)
	if o == nil {
		return st.noRenewal(c, named, sim, orderNo, payID)
	}
	if st.hooks.Renew(st, c, o, false) {
		return nil
	}
	o.Renewal.Active, o.Renewal.Ended = false, st.Now()
	return nil
}

// noRenewal explains why no auto-renewal was found, without revealing other partners' orders.
func (st *State) noRenewal(c *Call, named *Order, sim, orderNo, payID string) *Refusal {
	refusal := &Refusal{Reason: NotFound, In: InBody, Name: "orderNo", Clause: "renewals/cancel-unknown-refused"}
	text := fmt.Sprintf("orderNo %s: partner %s ", Shown(orderNo), Shown(c.Partner))
	switch {
	case named == nil || named.Partner != c.Partner:
		text += "has no such order"
	case named.SIM != sim:
		refusal.Name, text = "deviceCode", fmt.Sprintf("deviceCode %s: orderNo %s belongs to another SIM card", Shown(sim), Shown(orderNo))
	case named.PayID != payID:
		refusal.Name, text = "payId", fmt.Sprintf("payId %s: orderNo %s has another payId", Shown(payID), Shown(orderNo))
	case named.Renewal.Ended.IsZero():
		text += "has no auto-renewal of this order"
	default:
		refusal.Clause = "renewals/cancel-twice-refused"
		text += "has already cancelled its auto-renewal"
	}
	refusal.Message = strings.TrimSuffix(text, " ")
	return refusal
}
