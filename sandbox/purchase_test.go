package sandbox_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/mallcheck/mallcheck/gen/mall"
	"github.com/mallcheck/mallcheck/sandbox"
	"github.com/mallcheck/mallcheck/sandbox/store"
)

// The whole way of a purchase, over three services.
func TestPurchase(t *testing.T) {
	c := newClock()
	m := serve(t, sandbox.Config{Now: c.Now, TaskDelay: time.Second})
	p, sim := m.fix.Partner, m.fix.SIMs[0]
	o := m.buy(p, withPurchaseID("mine"), func(r *mall.SingleOrderRequest) {
		r.PayAmount, r.PayCurrency, r.OrderPeriod = "004.990", "uSd", "2"
	})
	expect := func(when, status, date string, plans []mall.QueriedOrder) {
		t.Helper()
		r := m.query(o)
		if r.PayStatus != status || r.PayAmount != "004.990" || r.PayCurrency != "uSd" || r.PayID != o.PayID || deref(r.PayResultDate) != date {
			t.Errorf("%s: resultQuery %+v", when, r)
		}
		found, a := m.find(p, "mine", "", "")
		if found == nil || found.PayStatus != status || found.PayAmount != "004.990" || found.PayCurrency != "uSd" ||
			found.OrderID != o.OrderNo || found.PayID != o.PayID || found.SIMID != sim || found.PackageCode != o.PackageCode || deref(found.PurchaseOrderID) != "mine" {
			t.Errorf("%s: queryOrder %+v %s", when, found, a)
		}
		if got := m.plans(p, sim); fmt.Sprintf("%+v", shownPlans(got)) != fmt.Sprintf("%+v", shownPlans(plans)) {
			t.Errorf("%s: singleQueryOrder %v, want %v", when, shownPlans(got), shownPlans(plans))
		}
	}
	expect("ordered", "0", "", nil)
	authorized, a := m.authorize(o, store.MethodPays)
	if authorized == nil || authorized.PayAmount != "004.990" || authorized.PayCurrency != "uSd" || authorized.PayID != o.PayID ||
		!strings.HasPrefix(authorized.ClientSecret, "pi_") || !strings.HasPrefix(authorized.CustomerID, "cus_") {
		t.Fatalf("authorization %+v %s", authorized, a)
	}
	expect("authorized", "0", "", nil)
	if r := m.confirm(o); r.PayStatus != "1" || deref(r.PayResultDate) != "2026-06-25 00:00:00" {
		t.Errorf("confirmation: %+v", r)
	}
	pending := mall.QueriedOrder{OrderStatus: "1", ServicePlanShowName: "Europe 3GB 30-Days", Time: "2", Unit: "2", RemainingDays: "60"}
	expect("paid", "1", "2026-06-25 00:00:00", []mall.QueriedOrder{pending})
	c.pass(time.Second)
	active, last := pending, "2026-08-24"
	active.OrderStatus, active.ExpireDate = "2", &last
	expect("in effect", "1", "2026-06-25 00:00:00", []mall.QueriedOrder{active})
	if r := m.confirm(o); r.PayStatus != "1" || deref(r.PayResultDate) != "2026-06-25 00:00:00" {
		t.Errorf("the second confirmation: %+v", r)
	}
	expect("confirmed twice", "1", "2026-06-25 00:00:00", []mall.QueriedOrder{active})
	c.pass(60 * 24 * time.Hour)
	active.RemainingDays = "0"
	expect("on its last day", "1", "2026-06-25 00:00:00", []mall.QueriedOrder{active})
	c.pass(24 * time.Hour)
	expect("expired", "1", "2026-06-25 00:00:00", nil)
}

// The test values decide how a payment ends.
func TestTestValues(t *testing.T) {
	m := serve(t, sandbox.Config{})
	for method, want := range map[string]string{
		store.MethodPays: "1", "pm_1GnMUDLnVNBddzslXw7xuoe6": "1", "anything": "1",
		store.MethodFails: "2", store.MethodStaysOpen: "0", "": "0",
	} {
		o := m.buy(m.fix.Partner)
		before := len(m.plans(m.fix.Partner, o.DeviceCode))
		if got := m.pay(o, method); got != want {
			t.Errorf("method %q: status %s, want %s", method, got, want)
		}
		again, result := m.confirm(o), m.query(o)
		if again.PayStatus != want || result.PayStatus != want || (result.PayResultDate == nil) != (want == "0") {
			t.Errorf("method %q: confirmed again %+v, result %+v", method, again, result)
		}
		if more := len(m.plans(m.fix.Partner, o.DeviceCode)) - before; (more == 1) != (want == "1") || more < 0 {
			t.Errorf("method %q: %d more orders are listed", method, more)
		}
	}
}

// Nobody pays an order that was not authorized by confirming it.
func TestConfirmationWithoutAuthorization(t *testing.T) {
	m := serve(t, sandbox.Config{})
	o := m.buy(m.fix.Partner)
	if got := m.confirm(o).PayStatus; got != "0" {
		t.Errorf("status %s", got)
	}
	if got := m.pay(o, store.MethodPays); got != "1" {
		t.Errorf("afterwards: status %s", got)
	}
}

// What failed can be tried again with another method.
func TestSecondAttempt(t *testing.T) {
	m := serve(t, sandbox.Config{})
	o := m.buy(m.fix.Partner)
	m.pay(o, store.MethodFails)
	first, _ := m.authorize(o, store.MethodStaysOpen)
	if r := m.query(o); r.PayStatus != "0" || r.PayResultDate != nil {
		t.Errorf("authorized again: %+v", r)
	}
	second, _ := m.authorize(o, store.MethodPays)
	if first.ClientSecret == second.ClientSecret || first.CustomerID != second.CustomerID {
		t.Errorf("authorizations %+v and %+v", first, second)
	}
	if got := m.confirm(o).PayStatus; got != "1" {
		t.Errorf("paid: %s", got)
	}
}

func TestPaidOnce(t *testing.T) {
	m := serve(t, sandbox.Config{})
	o := m.buy(m.fix.Partner)
	m.pay(o, store.MethodPays)
	_, a := m.authorize(o, store.MethodPays)
	expectRefusal(t, a, `payId "I1": its order is already paid`)
	_, a = m.authorizeSubscription(o)
	expectRefusal(t, a, "already paid")
	_, a = m.subscribe(o, store.MethodPays)
	expectRefusal(t, a, "already paid")
	if plans := m.plans(m.fix.Partner, o.DeviceCode); len(plans) != 1 {
		t.Errorf("%d orders are in effect", len(plans))
	}
}

func TestAmountAndCurrencyOfTheOrder(t *testing.T) {
	m := serve(t, sandbox.Config{})
	o := m.buy(m.fix.Partner)
	try := func(amount, currency string) answered {
		other := o
		other.PayAmount, other.PayCurrency = amount, currency
		_, a := m.authorize(other, store.MethodPays)
		return a
	}
	expectRefusal(t, try("49.9", "USD"), `payAmount "49.9": the order of payId "I1" is for "4.99"`)
	expectRefusal(t, try("4.99", "EUR"), `payCurrency "EUR": the order of payId "I1" is in "USD"`)
	for _, amount := range []string{"4.99", "4.990", "04.99"} {
		if a := try(amount, "usd"); a.code != store.CodeSuccess {
			t.Errorf("%s: %s", amount, a)
		}
	}
	whole := m.buy(m.fix.Partner, func(r *mall.SingleOrderRequest) { r.PayAmount = "100" })
	for amount, code := range map[string]string{"100.0": "S", "100": "S", "1": "F", "1.00": "F", "10": "F", "0100.": "F"} {
		whole.PayAmount = amount
		if _, a := m.authorize(whole, ""); a.code != code {
			t.Errorf("%s for 100: %s", amount, a)
		}
	}
}

func TestTakenIDs(t *testing.T) {
	m := serve(t, sandbox.Config{})
	o := m.buy(m.fix.Partner, withPurchaseID("same"))
	again := m.newOrder(func(r *mall.SingleOrderRequest) { r.OrderNo = o.OrderNo })
	expectRefusal(t, m.tryToBuy(m.fix.Partner, again), `orderNo "N1": partner "P000270" already has an order with it`)
	if _, a := m.payUnknown(m.fix.Partner, again.PayID); a.code == store.CodeSuccess {
		t.Error("a refused order can be paid")
	}
	again = m.newOrder(func(r *mall.SingleOrderRequest) { r.PayID = o.PayID })
	expectRefusal(t, m.tryToBuy(m.fix.Partner, again), `payId "I1": partner "P000270" already has an order with it`)
	expectRefusal(t, m.tell(m.fix.Partner, m.newOrder(func(r *mall.SingleOrderRequest) { r.OrderNo = o.OrderNo }), "SUCCESS"), `orderNo "N1"`)
	m.buy(m.fix.Partner, withPurchaseID("same"))
	if a := m.tryToBuy(m.fix.SecondPartner, o.SingleOrderRequest); a.code != store.CodeSuccess {
		t.Errorf("the ids of another partner: %s", a)
	}
}

func TestThirdPartyOrder(t *testing.T) {
	m := serve(t, sandbox.Config{})
	p := m.fix.Partner
	paid := bought{m.newOrder(withPurchaseID("org")), p}
	if a := m.tell(p, paid.SingleOrderRequest, "SUCCESS"); a.code != store.CodeSuccess {
		t.Fatalf("synOrderInfo: %s", a)
	}
	if r := m.query(paid); r.PayStatus != "1" || deref(r.PayResultDate) != "2022-06-07 15:10:35" || r.PayAmount != "4.99" {
		t.Errorf("resultQuery: %+v", r)
	}
	if found, _ := m.find(p, "org", "", ""); found == nil || found.OrderID != paid.OrderNo || found.PayStatus != "1" {
		t.Errorf("queryOrder: %+v", found)
	}
	if plans := m.plans(p, paid.DeviceCode); len(plans) != 1 || plans[0].OrderStatus != "2" {
		t.Errorf("singleQueryOrder: %+v", plans)
	}
	_, a := m.authorize(paid, "")
	expectRefusal(t, a, "already paid")
	failed := bought{m.newOrder(), p}
	if a := m.tell(p, failed.SingleOrderRequest, "FAIL"); a.code != store.CodeSuccess {
		t.Fatalf("synOrderInfo: %s", a)
	}
	if r := m.query(failed); r.PayStatus != "2" || deref(r.PayResultDate) != "2022-06-07 15:10:35" {
		t.Errorf("a failed one: %+v", r)
	}
	if plans := m.plans(p, paid.DeviceCode); len(plans) != 1 {
		t.Errorf("with a failed one: %+v", plans)
	}
}

func TestPaymentsAreThePartnersOwn(t *testing.T) {
	m := serve(t, sandbox.Config{})
	o := m.buy(m.fix.Partner)
	for path, members := range map[string]string{
		"resultQuery": "", "confirmPaymentResult": "", "stripeSubscriptionAuthorization": `,"email":"a@b"`,
		"stripeSingleAuthorization": `,"email":"a@b","payAmount":"4.99","payCurrency":"USD"`,
		"stripeSubDirectly":         `,"email":"a@b","payAmount":"4.99","payCurrency":"USD","plan_id":"SP20180428000007","pm_id":"pm"`,
	} {
		for partner, id := range map[string]string{m.fix.SecondPartner: o.PayID, m.fix.Partner: "none"} {
			body := fmt.Sprintf(`{"payId":%q,"tradeTime":"1","tradeType":"x"%s}`, id, members)
			m.refused(m.signed(partner, http.MethodPost, "/payment/"+path, body), 200, fmt.Sprintf("payId %q: partner %q has no such order", id, partner))
		}
	}
	if r := m.query(o); r.PayStatus != "0" {
		t.Errorf("another partner changed it: %+v", r)
	}
	m.pay(o, store.MethodPays)
	if plans := m.plans(m.fix.SecondPartner, o.DeviceCode); len(plans) != 0 {
		t.Errorf("another partner sees %+v", plans)
	}
}

func TestUnknownSIMsAndPackages(t *testing.T) {
	m := serve(t, sandbox.Config{})
	unknown := m.newOrder(forSIM(m.fix.UnknownSIM))
	expectRefusal(t, m.tryToBuy(m.fix.Partner, unknown), "no SIM card has this ICCID")
	expectRefusal(t, m.tell(m.fix.Partner, unknown, "SUCCESS"), "no SIM card has this ICCID")
	if found, _ := m.find(m.fix.Partner, "", unknown.OrderNo, ""); found != nil {
		t.Errorf("a refused order is found: %+v", found)
	}
	for _, path := range []string{"singleQueryOrder", "queryAutoRenewalRecord"} {
		body := strings.Replace(vshopMembers, m.fix.SIMs[0], m.fix.UnknownSIM, 1)
		m.refused(m.signed(m.fix.Partner, http.MethodPost, "/vshop/"+path, body), 200, "no SIM card has this ICCID")
	}
}

// With the same seed and clock, the same requests get the same answers.
func TestPurchasesAreDeterministic(t *testing.T) {
	run := func(seed int64) string {
		c := newClock()
		m := serve(t, sandbox.Config{Seed: seed, Now: c.Now})
		first, second := m.buy(m.fix.Partner), m.buy(m.fix.Partner)
		a, _ := m.authorize(first, store.MethodPays)
		sub, _ := m.subscribe(second, store.MethodPays)
		text, err := json.Marshal([]any{a, m.confirm(first), sub})
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	if a, b := run(7), run(7); a != b {
		t.Errorf("two runs differ:\n%s\n%s", a, b)
	}
	if run(7) == run(8) {
		t.Error("the seed has no effect")
	}
}
