package sandbox_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/mallcheck/mallcheck/gen/mall"
	"github.com/mallcheck/mallcheck/sandbox"
	"github.com/mallcheck/mallcheck/sandbox/store"
)

func (m *served) authorizeSubscription(o bought) (*mall.StripeSubscriptionAuthorization, answered) {
	m.Helper()
	res, err := m.payment(o.partner).StripeSubscriptionAuthorizationWithResponse(context.Background(), nil,
		mall.StripeSubscriptionAuthorizationRequest{PayID: o.PayID, Email: "buyer@example.com", TradeTime: "1", TradeType: "x"})
	if err != nil {
		m.Fatal(err)
	}
	return res.JSON200.Data, answered{res.JSON200.OperateCode, res.JSON200.Message}
}

func (m *served) subscribe(o bought, method string) (*mall.StripeSubDirectly, answered) {
	m.Helper()
	return m.subscribeWith(o.partner, mall.StripeSubDirectlyRequest{PayID: o.PayID, PayAmount: o.PayAmount, PayCurrency: strings.ToLower(o.PayCurrency),
		Email: "buyer@example.com", PlanID: "SP20180428000007", PmID: method, TradeTime: "1", TradeType: "payPalPay"})
}

func (m *served) subscribeWith(partner string, r mall.StripeSubDirectlyRequest) (*mall.StripeSubDirectly, answered) {
	m.Helper()
	res, err := m.payment(partner).StripeSubDirectlyWithResponse(context.Background(), nil, r)
	if err != nil {
		m.Fatal(err)
	}
	return res.JSON200.Data, answered{res.JSON200.OperateCode, res.JSON200.Message}
}

func (m *served) renewal(partner, sim string) (*mall.AutoRenewalRecord, answered) {
	m.Helper()
	res, err := m.vshop(partner).QueryAutoRenewalRecordWithResponse(context.Background(), nil, mall.QueryAutoRenewalRecordRequest{
		DeviceCode: sim, LanguageCode: "1", Mark: "0", Terminal: "1", TradeTime: "1", TradeType: "x"})
	if err != nil {
		m.Fatal(err)
	}
	return res.JSON200.Data, answered{res.JSON200.OperateCode, res.JSON200.Message}
}

func (m *served) cancel(partner, sim, orderNo, payID string) answered {
	m.Helper()
	res, err := m.vshop(partner).CancelAutoRenewalRecordWithResponse(context.Background(), nil, mall.CancelAutoRenewalRecordRequest{
		DeviceCode: sim, LanguageCode: "1", Mark: "0", Terminal: "1", TradeTime: "1", TradeType: "x", OrderNo: orderNo, PayID: payID})
	if err != nil {
		m.Fatal(err)
	}
	return answered{res.JSON200.OperateCode, res.JSON200.Message}
}

// The whole way of a subscription, from its authorization to its end.
func TestSubscription(t *testing.T) {
	c := newClock()
	m := serve(t, sandbox.Config{Now: c.Now})
	p, sim := m.fix.Partner, m.fix.SIMs[0]
	o := m.buy(p, func(r *mall.SingleOrderRequest) { r.AutoRenewal = "1" })
	authorized, a := m.authorizeSubscription(o)
	if authorized == nil || authorized.PayID != o.PayID || !strings.HasPrefix(authorized.ClientSecret, "seti_") {
		t.Fatalf("authorization %+v %s", authorized, a)
	}
	_, a = m.renewal(p, sim)
	expectRefusal(t, a, "has no active auto-renewal for this SIM card")
	sub, a := m.subscribe(o, store.MethodPays)
	if sub == nil || sub.Status != "active" || sub.PayMethod != store.MethodPays || sub.CustomerID != authorized.CustomerID ||
		!strings.HasPrefix(sub.SubID, "sub_") || sub.ProductID != "prod_"+o.PackageCode {
		t.Fatalf("subscription %+v %s", sub, a)
	}
	want := mall.AutoRenewalRecord{DeviceCode: sim, PartnerCode: p, OrderNo: o.OrderNo, PayID: o.PayID, OrderPeriod: "1", PackageType: "5",
		ServicePlanShowName: "Europe 3GB 30-Days", SubscriptionTime: "2026.06.25"}
	if got, a := m.renewal(p, sim); got == nil || *got != want {
		t.Errorf("renewal %+v %s", got, a)
	}
	if r := m.query(o); r.PayStatus != "1" {
		t.Errorf("the order of the subscription: %+v", r)
	}
	c.pass(100 * 24 * time.Hour)
	if plans := shownPlans(m.plans(p, sim)); len(plans) != 1 || plans[0] != "2|Europe 3GB 30-Days|1|2|2026-10-23|20" {
		t.Errorf("in the fourth period: %v", plans)
	}
	if a := m.cancel(p, sim, o.OrderNo, o.PayID); a.code != store.CodeSuccess {
		t.Fatalf("cancelling: %s", a)
	}
	expectRefusal(t, m.cancel(p, sim, o.OrderNo, o.PayID), "has already cancelled its auto-renewal")
	_, a = m.renewal(p, sim)
	expectRefusal(t, a, "no active auto-renewal")
	c.pass(20 * 24 * time.Hour)
	if plans := shownPlans(m.plans(p, sim)); len(plans) != 1 || !strings.HasSuffix(plans[0], "2026-10-23|0") {
		t.Errorf("on the last day: %v", plans)
	}
	c.pass(24 * time.Hour)
	if plans := m.plans(p, sim); len(plans) != 0 {
		t.Errorf("after its end: %v", plans)
	}
}

// A renewal that ends exactly with a period goes on until it is cancelled.
func TestRenewalAtTheEndOfAPeriod(t *testing.T) {
	c := newClock()
	m := serve(t, sandbox.Config{Now: c.Now})
	m.subscribe(m.buy(m.fix.Partner), store.MethodPays)
	for _, want := range []string{"30", "30", "30"} {
		if plans := m.plans(m.fix.Partner, m.fix.SIMs[0]); len(plans) != 1 || plans[0].RemainingDays != want {
			t.Errorf("%+v", plans)
		}
		c.pass(30 * 24 * time.Hour)
	}
}

func TestSubscriptionThatIsNotPaid(t *testing.T) {
	m := serve(t, sandbox.Config{})
	p, sim := m.fix.Partner, m.fix.SIMs[0]
	declined := m.buy(p)
	_, a := m.subscribe(declined, store.MethodFails)
	expectRefusal(t, a, `pm_id "pm_card_chargeDeclined": the payment was declined; there is no subscription`)
	if r := m.query(declined); r.PayStatus != "2" {
		t.Errorf("declined: %+v", r)
	}
	open := m.buy(p)
	if sub, a := m.subscribe(open, store.MethodStaysOpen); sub == nil || sub.Status != "incomplete" {
		t.Errorf("open: %+v %s", sub, a)
	}
	if r := m.confirm(open); r.PayStatus != "0" {
		t.Errorf("open: %+v", r)
	}
	_, a = m.renewal(p, sim)
	expectRefusal(t, a, "no active auto-renewal")
	expectRefusal(t, m.cancel(p, sim, open.OrderNo, open.PayID), "has no auto-renewal of this order")
	if plans := m.plans(p, sim); len(plans) != 0 {
		t.Errorf("plans %+v", plans)
	}
	// A single payment takes the place of the subscription that was not completed.
	m.pay(open, store.MethodPays)
	_, a = m.renewal(p, sim)
	expectRefusal(t, a, "no active auto-renewal")
}

func TestSubscriptionMustFitItsOrder(t *testing.T) {
	m := serve(t, sandbox.Config{})
	o := m.buy(m.fix.Partner, func(r *mall.SingleOrderRequest) { name := "mine"; r.ServicePlanCode = &name })
	try := func(change func(*mall.StripeSubDirectlyRequest)) answered {
		r := mall.StripeSubDirectlyRequest{PayID: o.PayID, PayAmount: "4.99", PayCurrency: "usd", Email: "a@b",
			PlanID: "SP20180428000007", PmID: store.MethodPays, TradeTime: "1", TradeType: "x"}
		change(&r)
		_, a := m.subscribeWith(o.partner, r)
		return a
	}
	expectRefusal(t, try(func(r *mall.StripeSubDirectlyRequest) { r.PayAmount = "5" }), `is for "4.99"`)
	expectRefusal(t, try(func(r *mall.StripeSubDirectlyRequest) { r.PayCurrency = "gbp" }), `is in "USD"`)
	expectRefusal(t, try(func(r *mall.StripeSubDirectlyRequest) { r.PlanID = "SP20180428000008" }),
		`plan_id "SP20180428000008": the order of payId "I1" is for the plan "SP20180428000007"`)
	if r := m.query(o); r.PayStatus != "0" {
		t.Errorf("a refused subscription paid: %+v", r)
	}
	if a := try(func(r *mall.StripeSubDirectlyRequest) { r.PlanID = "mine" }); a.code != store.CodeSuccess {
		t.Errorf("the plan that the order named: %s", a)
	}
}

// A cancellation names SIM card, order and payment, and ends that one renewal.
func TestCancellationNamesOneRenewal(t *testing.T) {
	m := serve(t, sandbox.Config{})
	p := m.fix.Partner
	one, two := m.buy(p), m.buy(p, forSIM(m.fix.SIMs[1]))
	m.subscribe(one, store.MethodPays)
	m.subscribe(two, store.MethodPays)
	expectRefusal(t, m.cancel(p, one.DeviceCode, "none", one.PayID), `orderNo "none": partner "P000270" has no such order`)
	expectRefusal(t, m.cancel(p, one.DeviceCode, one.OrderNo, two.PayID), `payId "I2": orderNo "N1" has another payId`)
	expectRefusal(t, m.cancel(p, one.DeviceCode, two.OrderNo, two.PayID), "belongs to another SIM card")
	expectRefusal(t, m.cancel(p, m.fix.UnknownSIM, one.OrderNo, one.PayID), "no SIM card has this ICCID")
	expectRefusal(t, m.cancel(m.fix.SecondPartner, one.DeviceCode, one.OrderNo, one.PayID), `partner "P000818" has no such order`)
	_, a := m.renewal(m.fix.SecondPartner, one.DeviceCode)
	expectRefusal(t, a, "no active auto-renewal")
	if a := m.cancel(p, one.DeviceCode, one.OrderNo, one.PayID); a.code != store.CodeSuccess {
		t.Fatal(a)
	}
	if got, a := m.renewal(p, two.DeviceCode); got == nil || got.OrderNo != two.OrderNo {
		t.Errorf("the other renewal: %+v %s", got, a)
	}
	if plans := m.plans(p, one.DeviceCode); len(plans) != 1 {
		t.Errorf("what was paid for: %+v", plans)
	}
}

// An order that was paid once is not renewed, whatever its autoRenewal says.
func TestSinglePaymentRenewsNothing(t *testing.T) {
	m := serve(t, sandbox.Config{})
	o := m.buy(m.fix.Partner, func(r *mall.SingleOrderRequest) { r.AutoRenewal = "1" })
	m.pay(o, store.MethodPays)
	_, a := m.renewal(m.fix.Partner, o.DeviceCode)
	expectRefusal(t, a, "no active auto-renewal")
}
