package sandbox_test

import (
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/mallcheck/mallcheck/gen/mall"
	"github.com/mallcheck/mallcheck/sandbox"
	"github.com/mallcheck/mallcheck/sandbox/store"
)

func TestInterceptOrder(t *testing.T) {
	m := with(t, store.Interceptor{Order: func(_ *store.State, c *store.Call, o *store.Order) {
		o.Amount, o.OrderNo = o.Amount+"0", o.OrderNo+"-"+c.Operation
	}})
	r := m.newOrder(withPurchaseID("mine"))
	res, err := m.vshop(m.fix.Partner).SingleOrderWithResponse(t.Context(), nil, r)
	if err != nil {
		t.Fatal(err)
	}
	if d := res.JSON200.Data; d == nil || d.OrderNo != "N1-singleOrder" {
		t.Errorf("the answer does not name what is left: %s", res.Body)
	}
	if found, a := m.find(m.fix.Partner, "", "N1-singleOrder", ""); found == nil || found.PayAmount != "4.990" {
		t.Errorf("found %+v %s", found, a)
	}
}

func TestInterceptConflict(t *testing.T) {
	var seen lines
	m := with(t, store.Interceptor{Conflict: func(_ *store.State, c *store.Call, r *store.Refusal) *store.Refusal {
		switch {
		case r != nil:
			fmt.Fprintf(&seen, "%s %s %s\n", c.Operation, r.Reason, r.Name)
			r = nil
		case c.Operation == "stripeSubscriptionAuthorization":
			return &store.Refusal{Reason: store.Conflict, Message: "not today"}
		}
		return r
	}})
	o := m.buy(m.fix.Partner)
	m.buy(m.fix.Partner, func(r *mall.SingleOrderRequest) { r.OrderNo = o.OrderNo })
	o.PayAmount = "1"
	m.authorize(o, "")
	o.PayCurrency = "EUR"
	o.PayAmount = "4.99"
	m.authorize(o, "")
	m.subscribeWith(o.partner, mall.StripeSubDirectlyRequest{PayID: o.PayID, PayAmount: "4.99", PayCurrency: "USD",
		Email: "a@b", PlanID: "another", PmID: store.MethodFails, TradeTime: "1", TradeType: "x"})
	_, a := m.authorizeSubscription(o)
	expectRefusal(t, a, "not today")
	m.pay(bought{m.newOrder(func(r *mall.SingleOrderRequest) { r.PayID, r.PayAmount, r.PayCurrency = o.PayID, "4.99", "USD" }), o.partner}, store.MethodPays)
	m.authorize(o, "")
	want := `singleOrder conflict orderNo
stripeSingleAuthorization conflict payAmount
stripeSingleAuthorization conflict payCurrency
stripeSubDirectly conflict plan_id
stripeSubDirectly declined pm_id
stripeSingleAuthorization conflict payId
`
	if got := seen.String(); got != want {
		t.Errorf("seen:\n%s", got)
	}
}

func TestInterceptDecide(t *testing.T) {
	var change atomic.Value
	m := with(t, store.Interceptor{Decide: func(st *store.State, _ *store.Call, d *store.Decision) {
		change.Load().(func(*store.State, *store.Decision))(st, d)
	}})
	set := func(f func(*store.State, *store.Decision)) { change.Store(f) }
	set(func(_ *store.State, d *store.Decision) { d.Status = store.PayPaid })
	unpaid := m.buy(m.fix.Partner)
	if got := m.confirm(unpaid).PayStatus; got != "1" || len(m.plans(m.fix.Partner, unpaid.DeviceCode)) != 1 {
		t.Errorf("made to succeed: %s", got)
	}
	set(func(_ *store.State, d *store.Decision) { d.Delay = -1 })
	never := m.buy(m.fix.Partner, forSIM(m.fix.SIMs[1]))
	if got := m.pay(never, store.MethodPays); got != "1" || m.plans(m.fix.Partner, never.DeviceCode)[0].OrderStatus != "1" {
		t.Errorf("never in effect: %s", got)
	}
	set(func(*store.State, *store.Decision) {})
	failed := m.buy(m.fix.Partner)
	m.pay(failed, store.MethodFails)
	set(func(_ *store.State, d *store.Decision) { d.Status = store.PayOpen })
	if got := m.confirm(failed); got.PayStatus != "0" || got.PayResultDate != nil {
		t.Errorf("made open again: %+v", got)
	}
	set(func(st *store.State, d *store.Decision) {
		if d.Order.Payment.Status == store.PayPaid {
			st.TopUp(d.Order)
		}
	})
	twice := m.buy(m.fix.Partner, forSIM(m.fix.SIMs[2]))
	m.pay(twice, store.MethodPays)
	m.confirm(twice)
	if plans := m.plans(m.fix.Partner, twice.DeviceCode); len(plans) != 2 {
		t.Errorf("in effect twice: %+v", plans)
	}
}

// Top-ups take effect in the order of their times, not of their payments.
func TestInterceptedDelays(t *testing.T) {
	c := newClock()
	m := serve(t, sandbox.Config{Now: c.Now, Interceptors: []store.Interceptor{{Decide: func(_ *store.State, _ *store.Call, d *store.Decision) {
		d.Delay = map[string]time.Duration{"I1": 3 * time.Hour, "I2": time.Hour, "I3": 2 * time.Hour}[d.Order.PayID]
	}}}})
	for i := range 3 {
		m.pay(m.buy(m.fix.Partner, forSIM(m.fix.SIMs[i])), store.MethodPays)
	}
	for _, want := range []string{"111", "121", "122", "222"} {
		var got string
		for i := range 3 {
			got += m.plans(m.fix.Partner, m.fix.SIMs[i])[0].OrderStatus
		}
		if got != want {
			t.Errorf("states %s, want %s", got, want)
		}
		c.pass(time.Hour)
	}
}

func TestInterceptRenew(t *testing.T) {
	var keep atomic.Bool
	m := with(t, store.Interceptor{Renew: func(_ *store.State, _ *store.Call, _ *store.Order, active bool) bool {
		return keep.Load() != active
	}})
	p, o := m.fix.Partner, m.buy(m.fix.Partner)
	m.subscribe(o, store.MethodPays)
	if got, a := m.renewal(p, o.DeviceCode); got == nil {
		t.Errorf("left as it is: %s", a)
	}
	keep.Store(true)
	if a := m.cancel(p, o.DeviceCode, o.OrderNo, o.PayID); a.code != store.CodeSuccess {
		t.Errorf("a cancellation that does nothing: %s", a)
	}
	if got, _ := m.renewal(p, o.DeviceCode); got == nil {
		t.Error("it was cancelled")
	}
	never := m.buy(p, forSIM(m.fix.SIMs[1]))
	m.subscribe(never, store.MethodPays)
	_, a := m.renewal(p, never.DeviceCode)
	expectRefusal(t, a, "no active auto-renewal")
}

// What is shown is changed in the answer alone.
func TestInterceptShow(t *testing.T) {
	var on atomic.Bool
	m := with(t, store.Interceptor{
		Show: func(_ *store.State, c *store.Call, o *store.Order) {
			if on.Load() {
				o.Amount, o.Payment.Status, o.PlanName, o.Renewal.SubID = "0", "7", c.Operation, "sub"
			}
		},
		OrderList: func(_ *store.State, _ *store.Call, l *store.OrderList) {
			if on.Load() {
				l.Entries = append(l.Entries, store.OrderEntry{Status: "9"})
			}
		},
	})
	p, o := m.fix.Partner, m.buy(m.fix.Partner)
	m.subscribe(o, store.MethodPays)
	on.Store(true)
	found, _ := m.find(p, "", o.OrderNo, "")
	renewal, _ := m.renewal(p, o.DeviceCode)
	if result := m.query(o); result.PayAmount != "0" || result.PayStatus != "7" || found.PayAmount != "0" || found.PayStatus != "7" || renewal.ServicePlanShowName != "queryAutoRenewalRecord" {
		t.Errorf("shown: %+v %+v %+v", result, found, renewal)
	}
	if plans := m.plans(p, o.DeviceCode); len(plans) != 2 || plans[1].OrderStatus != "9" {
		t.Errorf("listed: %+v", plans)
	}
	on.Store(false)
	if result, plans := m.query(o), m.plans(p, o.DeviceCode); result.PayAmount != "4.99" || result.PayStatus != "1" || len(plans) != 1 {
		t.Errorf("kept: %+v %+v", result, plans)
	}
}

// A hook sees whose order was found, and may find another.
func TestInterceptLookupOfOrders(t *testing.T) {
	m := with(t, store.Interceptor{Lookup: func(st *store.State, c *store.Call, l *store.Lookup) {
		switch l.Kind {
		case store.LookupOrder, store.LookupPayment:
			l.Found = l.Owner != ""
			if orders := st.Orders(l.By, l.Key); l.By == store.ByPurchaseID && len(orders) > 0 {
				l.Order, l.Found = orders[0], true
			}
		case store.LookupRenewal:
			if orders := st.Orders(l.By, l.Key); len(orders) > 0 {
				l.Order, l.Found = orders[0], true
			}
		case store.LookupPackage:
			l.Found = true
		case store.LookupPartner:
			l.Found = c.Partner != "nobody"
		}
	}})
	p, second := m.fix.Partner, m.fix.SecondPartner
	o := m.buy(p, withPurchaseID("same"), func(r *mall.SingleOrderRequest) { r.PackageCode = "made-up" })
	m.buy(p, withPurchaseID("same"), forSIM(m.fix.SIMs[1]))
	for _, keys := range [][3]string{{"same", "", ""}, {"", o.OrderNo, ""}, {"", "", o.DeviceCode}} {
		if found, a := m.find(second, keys[0], keys[1], keys[2]); found == nil || found.OrderID != o.OrderNo || found.PackageCode != "made-up" {
			t.Errorf("%q: %+v %s", keys, found, a)
		}
	}
	for _, keys := range [][3]string{{"none", "", ""}, {"", "", ""}} {
		if found, _ := m.find(p, keys[0], keys[1], keys[2]); found != nil {
			t.Errorf("%q: found what does not exist: %+v", keys, found)
		}
	}
	others := bought{o.SingleOrderRequest, second}
	if got := m.pay(others, store.MethodPays); got != "1" || m.query(o).PayStatus != "1" {
		t.Errorf("another partner's payment: %s", got)
	}
	if got, a := m.renewal(second, o.DeviceCode); got == nil || got.OrderNo != o.OrderNo || got.SubscriptionTime != "0001.01.01" {
		t.Errorf("a renewal that there is none of: %+v %s", got, a)
	}
	if a := m.cancel(second, o.DeviceCode, o.OrderNo, "another"); a.code != store.CodeSuccess {
		t.Errorf("cancelling it: %s", a)
	}
}

// An interceptor that finds everything finds nothing where there is nothing.
func TestInterceptedLookupWithoutAnOrder(t *testing.T) {
	m := with(t, store.Interceptor{Lookup: func(_ *store.State, _ *store.Call, l *store.Lookup) { l.Found = true }})
	if found, a := m.find(m.fix.Partner, "", "none", ""); found != nil || !strings.Contains(a.message, "has no such order") {
		t.Errorf("%+v %s", found, a)
	}
	_, a := m.payUnknown(m.fix.Partner, "none")
	expectRefusal(t, a, "has no such order")
	expectRefusal(t, m.cancel(m.fix.Partner, m.fix.SIMs[0], "none", "none"), "has no such order")
}
