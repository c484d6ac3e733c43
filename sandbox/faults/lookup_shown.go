package faults

import (
	"slices"
	"strings"

	"github.com/mallcheck/mallcheck/sandbox/store"
)

// lookupAnswerFaults change how queryOrder shows an order.
func lookupAnswerFaults() []Fault {
	return []Fault{
		{"org-order-id-lost", "order-lookup/purchase-id-of-the-order",
			"loses the orgOrderId of a third-party order",
			always(store.Interceptor{Order: func(_ *store.State, _ *store.Call, o *store.Order) {
				if o.ThirdParty {
					o.PurchaseID = ""
				}
			}})},
		{"sim-without-check-digit", "order-lookup/sim-id-of-the-order",
			"shows sim_id without its last digit in queryOrder",
			onFound(func(o *store.Order) { o.SIM = o.SIM[:max(0, len(o.SIM)-1)] })},
		{"purchase-id-not-shown", "order-lookup/answer-has-the-key",
			"leaves purchase_order_id out of queryOrder", onFound(func(o *store.Order) { o.PurchaseID = "" })},
		{"order-no-as-pay-id", "order-lookup/shows-the-order",
			"shows the orderNo as the pay_id in queryOrder", onFound(func(o *store.Order) { o.PayID = o.OrderNo })},
		{"amount-in-cents-when-looked-up", "payments/amount-preserved",
			"shows amounts in cents in queryOrder",
			onFound(func(o *store.Order) { o.Amount = strings.ReplaceAll(o.Amount, ".", "") })},
		{"currency-when-looked-up", "payments/currency-preserved",
			"shows every currency as CNY in queryOrder", onFound(func(o *store.Order) { o.Currency = "CNY" })},
		{"open-order-shown-as-failed", "order-lookup/status-agrees-with-payment",
			"shows unpaid orders as failed in queryOrder", onFound(func(o *store.Order) {
				if o.Payment.Status == store.PayOpen {
					o.Payment.Status = store.PayFailed
				}
			})},
		{"paid-order-shown-as-open", "order-lookup/status-agrees-with-payment",
			"shows orders paid through Stripe as unpaid in queryOrder", onFound(func(o *store.Order) {
				if o.Payment.Status == store.PayPaid && !o.ThirdParty {
					o.Payment.Status = store.PayOpen
				}
			})},
		{"paid-by-looking", "order-lookup/query-triggers-nothing",
			"marks an open payment as paid when its order is looked up", paidByLooking},
	}
}

// onFound changes the order that queryOrder shows.
func onFound(change func(o *store.Order)) newInterceptor { return onShow(change, "queryOrder") }

func paidByLooking() store.Interceptor {
	return store.Interceptor{Show: func(st *store.State, c *store.Call, o *store.Order) {
		if c.Operation != "queryOrder" || o.Payment.Status != store.PayOpen {
			return
		}
		orders := st.Orders(store.ByPayID, o.PayID)
		if i := slices.IndexFunc(orders, func(filed *store.Order) bool { return filed.Partner == o.Partner }); i >= 0 {
			orders[i].Payment.Status = store.PayPaid
		}
	}}
}
