package sandbox_test

import (
	"net/http"
	"slices"
	"sync"
	"testing"

	"github.com/mallcheck/mallcheck/gen/mall"
	"github.com/mallcheck/mallcheck/openapi"
	"github.com/mallcheck/mallcheck/sandbox/store"
)

// A refusal for what the mall knows names the rule of the contract that refuses, which is one of the operation.
func TestRefusalsNameTheirRule(t *testing.T) {
	contract, err := openapi.Mall()
	if err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	operation, clause := "", ""
	m := with(t, store.Interceptor{Answer: func(c *store.Call, a *store.Answer) {
		mu.Lock()
		defer mu.Unlock()
		operation, clause = c.Operation, ""
		if a.Refused != nil {
			clause = a.Refused.Clause
		}
	}})
	p, unknown := m.fix.Partner, m.fix.UnknownSIM
	paid, renewed := m.buy(p), m.buy(p, func(r *mall.SingleOrderRequest) { r.AutoRenewal = "1" })
	m.pay(paid, store.MethodPays)
	m.authorizeSubscription(renewed)
	m.subscribe(renewed, store.MethodPays)
	other := func(change func(r *mall.SingleOrderRequest)) func() {
		return func() { m.tryToBuy(p, m.newOrder(change)) }
	}
	get := func(path string) func() { return func() { m.do(m.signed(p, http.MethodGet, path, "")) } }
	for _, test := range []struct {
		operation, clause string
		provoke           func()
	}{
		{"singleOrder", "orders/unknown-sim-refused", other(forSIM(unknown))},
		{"singleOrder", "orders/unknown-package-refused", other(func(r *mall.SingleOrderRequest) { r.PackageCode = "NONE" })},
		{"singleOrder", "orders/duplicate-refused", other(func(r *mall.SingleOrderRequest) { r.OrderNo = paid.OrderNo })},
		{"singleVerify", "vshop/unknown-sim-refused", func() {
			m.do(m.signed(p, http.MethodPost, "/vshop/singleVerify",
				`{"deviceCode":"`+unknown+`","languageCode":"1","mark":"0","terminal":"1","tradeTime":"1","tradeType":"singleVerify"}`))
		}},
		{"stripeSingleAuthorization", "payments/unknown-pay-id-refused", func() { m.payUnknown(p, "NONE") }},
		{"stripeSingleAuthorization", "payments/paid-once", func() { m.authorize(paid, "") }},
		{"queryAutoRenewalRecord", "renewals/none-refused", func() { m.renewal(p, m.fix.SIMs[1]) }},
		{"cancelAutoRenewalRecord", "renewals/cancel-unknown-refused", func() { m.cancel(p, m.fix.SIMs[0], "NONE", "NONE") }},
		{"cancelAutoRenewalRecord", "", func() { m.cancel(p, renewed.DeviceCode, renewed.OrderNo, renewed.PayID) }},
		{"cancelAutoRenewalRecord", "renewals/cancel-twice-refused", func() { m.cancel(p, renewed.DeviceCode, renewed.OrderNo, renewed.PayID) }},
		{"listGroupSims", "groups/unknown-group-refused", get("/topup/mall/bundle-groups/NONE/sims")},
		{"asyncResult", "request-id/unknown-refused", get("/topup/async-result/NONE")},
		{"queryOrder", "order-lookup/unknown-key-refused", get("/topup/mall/order?order_id=NONE")},
		{"listBundles", "globals/unknown-partner-refused", func() { m.do(m.signed("NONE", http.MethodGet, "/topup/mall/bundle-groups/bundles", "")) }},
	} {
		test.provoke()
		if operation != test.operation || clause != test.clause {
			t.Errorf("%s names the rule %q, want %s and %q", operation, clause, test.operation, test.clause)
		}
		if rule, known := contract.Clause(clause); clause != "" && (!known || len(rule.Operations) > 0 && !slices.Contains(rule.Operations, operation)) {
			t.Errorf("%q is no rule of %s", clause, operation)
		}
	}
}
