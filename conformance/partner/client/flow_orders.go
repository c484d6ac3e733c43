package client

import (
	"fmt"
	"math/big"
	"slices"
	"strings"

	"github.com/mallcheck/mallcheck/conformance/partner/client/observe"
)

// The states of a payment that a client must tell apart.
const (
	payOpen = "0"
	payPaid = "1"
)

// order is an order that the client has sent.
type order struct {
	no, payID, sim, pack, amount, currency string
	content                                string
	accepted, refused                      bool
	lost                                   bool // its last request got no answer
	uncertain                              bool // one of its requests got no answer, so a later refusal may be due to the repetition
	lookedUp                               bool // after the answer was lost
	thirdParty                             bool
	authorized                             int // the number of the accepted authorization
	status                                 string
	queried                                bool
	purchased                              bool
}

// renewal names an auto-renewal.
type renewal struct{ orderNo, payID string }

func orderFlow(no string) string { return "order " + no }

// find returns the newest order for which is returns true.
func (f *flow) find(is func(*order) bool) *order {
	for _, o := range slices.Backward(f.orders) {
		if is(o) {
			return o
		}
	}
	return nil
}

func (f *flow) byPayID(id string) *order {
	return f.find(func(o *order) bool { return o.payID == id })
}

// listing remembers the plans that were listed for a SIM card.
func (f *flow) listing(e *event) {
	sim := e.value("deviceCode")
	e.flow = simFlow(sim)
	if !e.answer.accepted() || f.plans[sim] == nil && len(f.plans) == mostKept {
		return
	}
	for _, plan := range e.answer.list("servicePlanList") {
		price := Price{stringOf(plan, "packageCode"), stringOf(plan, "payAmount"), stringOf(plan, "payCurrency")}
		if !slices.Contains(f.plans[sim], price) {
			f.plans[sim] = append(f.plans[sim], price)
		}
	}
}

// order judges and remembers an order.
func (f *flow) order(e *event) {
	o := &order{no: e.value("orderNo"), payID: e.value("payId"), sim: e.value("deviceCode"), pack: e.value("packageCode"),
		amount: e.value("payAmount"), currency: e.value("payCurrency"), content: content(e),
		thirdParty: e.observed.Operation == "synOrderInfo"}
	e.flow = orderFlow(o.no)
	f.price(e, o)
	f.numbers(e, o)
	f.second(e, o)
	known := f.find(func(other *order) bool { return other.no == o.no && other.content == o.content })
	if known == nil {
		known = o
		if len(f.orders) == mostKept {
			f.orders = slices.Delete(f.orders, 0, 1)
		}
		f.orders = append(f.orders, o)
	}
	known.lost = e.answer.lost || e.answer.later
	known.uncertain = known.uncertain || known.lost
	known.lookedUp = false
	known.refused = e.answer.refused && !known.accepted && !known.uncertain
	if e.answer.accepted() {
		known.accepted = true
		if known.thirdParty {
			f.completed[FlowThirdParty]++
		}
	}
}

// price compares an order with the plans that were listed for the SIM card or, if none were listed, with
// the prices that the client was told.
func (f *flow) price(e *event, o *order) {
	prices := f.plans[o.sim]
	listed := prices != nil
	if !listed {
		prices = f.options.Prices
	}
	var ofPackage []Price
	for _, p := range prices {
		if p.Package == o.pack {
			ofPackage = append(ofPackage, p)
		}
	}
	switch {
	case listed && ofPackage == nil:
		e.add(ListedPlan, "package", "body packageCode", "the order is for a package that was not listed for the SIM card",
			"a packageCode of singleServicePlanPage", o.pack)
		return
	case ofPackage == nil, slices.ContainsFunc(ofPackage, o.at):
		return
	}
	p := ofPackage[len(ofPackage)-1]
	e.add(ListedPrice, "price", "body payAmount", "the order does not have the price of its package", p.Amount+" "+p.Currency, o.amount+" "+o.currency)
}

func (o *order) at(p Price) bool {
	return same(p.Amount, o.amount) && strings.EqualFold(p.Currency, o.currency)
}

// same compares amounts as numbers, or as strings if one is not a number.
func same(a, b string) bool {
	x, isX := new(big.Rat).SetString(a)
	y, isY := new(big.Rat).SetString(b)
	if isX && isY {
		return x.Cmp(y) == 0
	}
	return a == b
}

// numbers finds an orderNo or payId that is used for two orders. The same order may be sent again under
// its number if its answer was lost.
func (f *flow) numbers(e *event, o *order) {
	for _, other := range f.orders {
		switch {
		case other.no == o.no && other.content == o.content:
			if other.accepted && !other.lost {
				e.add(OwnOrderNo, "again", "body orderNo", "an accepted order is placed again", "one singleOrder for each order", "orderNo "+o.no+" again")
			}
			return
		case other.refused:
		case other.no == o.no:
			e.add(OwnOrderNo, "twice", "body orderNo", "two orders have the same orderNo", "a different orderNo for each order", o.no+" for another order")
			return
		case other.payID == o.payID:
			e.add(OwnPayID, "twice", "body payId", "two orders have the same payId", "a different payId for each order", o.payID+" of order "+other.no)
			return
		}
	}
}

// second finds an order that replaces one whose answer was lost: nobody knows whether that order was
// placed, so the buyer may be charged twice.
func (f *flow) second(e *event, o *order) {
	for _, other := range f.orders {
		if other.lost && !other.lookedUp && other.no != o.no && other.sim == o.sim && other.pack == o.pack {
			e.add(NoSecondOrder, "order", "body orderNo", "an order whose answer was lost is placed again under another orderNo",
				"the same orderNo, or queryOrder before another order", fmt.Sprintf("orderNo %s after %s", o.no, other.no))
			return
		}
	}
}

// payment judges an authorization or a subscription.
func (f *flow) payment(e *event) {
	id, payID := e.observed.Operation, e.value("payId")
	o := f.byPayID(payID)
	if o == nil {
		if len(f.orders) < mostKept {
			e.add(OwnPayment, "unknown", "body payId", id+" is for a payId of no order of the client", "the payId of an order", payID)
		}
		return
	}
	e.flow = orderFlow(o.no)
	if o.refused {
		e.add(RefusalHeeded, "paid", "body payId", "the client pays for an order that was refused", "no payment for a refused order", id+" for order "+o.no)
	}
	if amount := e.value("payAmount"); amount != "" && !same(amount, o.amount) {
		e.add(SamePrice, "amount", "body payAmount", "the payment has an amount other than the order's", o.amount, amount)
	}
	if currency := e.value("payCurrency"); currency != "" && !strings.EqualFold(currency, o.currency) {
		e.add(SamePrice, "currency", "body payCurrency", "the payment has a currency other than the order's", o.currency, currency)
	}
	if !e.answer.accepted() {
		return
	}
	switch id {
	case "stripeSingleAuthorization":
		o.authorized, o.status, o.queried = e.number, payOpen, false
	case "stripeSubDirectly":
		o.status = payPaid
		f.completed[FlowSubscription]++
	}
}

// outcome records the outcome of a payment.
func (f *flow) outcome(e *event) {
	o := f.byPayID(e.value("payId"))
	if o == nil {
		return
	}
	e.flow = orderFlow(o.no)
	o.lookedUp = o.lookedUp || !e.answer.lost && !e.answer.later
	if !e.answer.accepted() {
		return
	}
	o.status, o.queried = e.answer.value("payStatus"), true
	if o.authorized > 0 && o.status == payPaid && !o.purchased {
		o.purchased = true
		f.completed[FlowPurchase]++
	}
}

// openPayments reports payments that were started but not followed to their end.
func (f *flow) openPayments() []Mistake {
	var open []Mistake
	for _, o := range f.orders {
		if o.authorized == 0 || o.queried && o.status != payOpen {
			continue
		}
		m := Mistake{Mistake: observe.Mistake{Check: PaymentEnd, Key: PaymentEnd + " " + o.no, Part: "flow", Expected: "confirmPaymentResult or resultQuery until payStatus is not \"0\"",
			Summary: "the payment of order " + o.no + " was started, but its outcome was never queried", Actual: "no query after the authorization"}, Numbers: []int{o.authorized}}
		if o.queried {
			m.Summary, m.Actual = "the payment of order "+o.no+" was not followed to its end", "last seen: payStatus "+o.status
		}
		open = append(open, m)
	}
	return open
}

// lookup judges the keys of a lookup.
func (f *flow) lookup(e *event) {
	keys := map[string]string{}
	for i := range e.observed.Query {
		m := &e.observed.Query[i]
		if name := m.Name; name == "purchase_order_id" || name == "order_id" || name == "sim_id" {
			keys[name], _ = m.StringValue()
			if keys[name] == "" {
				e.add(NoEmptyKey, name, "query "+name, "queryOrder is sent with an empty "+name, "only keys that have a value", name+"=")
			}
		}
	}
	o := f.find(func(o *order) bool { return o.no == keys["order_id"] && keys["order_id"] != "" })
	if o == nil {
		o = f.find(func(o *order) bool {
			return o.no == e.answer.value("order_id") || o.sim == keys["sim_id"] && keys["sim_id"] != ""
		})
	}
	if o != nil {
		e.flow = orderFlow(o.no)
		o.lookedUp = o.lookedUp || !e.answer.lost && !e.answer.later
	}
	if e.answer.accepted() {
		f.completed[FlowLookup]++
	}
}

// renewal remembers an auto-renewal that was shown.
func (f *flow) renewal(e *event) {
	sim := e.value("deviceCode")
	e.flow = simFlow(sim)
	if !e.answer.accepted() || f.renewals[sim] == nil && len(f.renewals) == mostKept {
		return
	}
	shown := renewal{e.answer.value("orderNo"), e.answer.value("payId")}
	if !slices.Contains(f.renewals[sim], shown) {
		f.renewals[sim] = append(f.renewals[sim], shown)
	}
	if o := f.byPayID(shown.payID); o != nil {
		e.flow = orderFlow(o.no)
	}
}

// cancellation judges the ids with which an auto-renewal is cancelled.
func (f *flow) cancellation(e *event) {
	sim, asked := e.value("deviceCode"), renewal{e.value("orderNo"), e.value("payId")}
	e.flow = simFlow(sim)
	own := slices.Contains(f.renewals[sim], asked)
	if o := f.find(func(o *order) bool { return o.no == asked.orderNo && o.payID == asked.payID && o.sim == sim }); o != nil {
		own = true
		e.flow = orderFlow(o.no)
	}
	if !own {
		e.add(OwnRenewal, "ids", "body orderNo", "an auto-renewal is cancelled with ids that are not its own",
			"orderNo and payId of the order that was subscribed to, or as queryAutoRenewalRecord shows them", asked.orderNo+" and "+asked.payID)
	}
	if e.answer.accepted() {
		f.completed[FlowCancellation]++
	}
}
