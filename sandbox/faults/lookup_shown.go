package faults

import (
	"slices"
	"strings"

	"github.com/mallcheck/mallcheck/sandbox"
)

// lookupAnswerFaults change how queryOrder shows an order.
func lookupAnswerFaults() []Fault {
	return []Fault{
		{"org-order-id-lost", "order-lookup/purchase-id-of-the-order",
			"loses the orgOrderId of a third-party order",
			always(sandbox.Interceptor{Order: func(_ *sandbox.State, _ *sandbox.Call, o *sandbox.Order) {
				if o.ThirdParty {
					o.PurchaseID = ""
				}
			}})},
		{"sim-without-check-digit", "order-lookup/sim-id-of-the-order",
			"shows sim_id without its last digit in queryOrder",
			onFound(func(o *sandbox.Order) { o.SIM = o.SIM[:max(0, len(o.SIM)-1)] })},
		{"purchase-id-not-shown", "order-lookup/answer-has-the-key",
			"leaves purchase_order_id out of queryOrder", onFound(func(o *sandbox.Order) { o.PurchaseID = "" })},
		{"order-no-as-pay-id", "order-lookup/shows-the-order",
			"shows the orderNo as the pay_id in queryOrder", onFound(func(o *sandbox.Order) { o.PayID = o.OrderNo })},
		{"amount-in-cents-when-looked-up", "payments/amount-preserved",
			"shows amounts in cents in queryOrder",
			onFound(func(o *sandbox.Order) { o.Amount = strings.ReplaceAll(o.Amount, ".", "") })},
		{"currency-when-looked-up", "payments/currency-preserved",
			"shows every currency as CNY in queryOrder", onFound(func(o *sandbox.Order) { o.Currency = "CNY" })},
		{"open-order-shown-as-failed", "order-lookup/status-agrees-with-payment",
			"shows unpaid orders as failed in queryOrder", onFound(func(o *sandbox.Order) {
				if o.Payment.Status == sandbox.PayOpen {
					o.Payment.Status = sandbox.PayFailed
				}
			})},
		{"paid-order-shown-as-open", "order-lookup/status-agrees-with-payment",
			"shows orders paid through Stripe as unpaid in queryOrder", onFound(func(o *sandbox.Order) {
				if o.Payment.Status == sandbox.PayPaid && !o.ThirdParty {
					o.Payment.Status = sandbox.PayOpen
				}
			})},
		{"paid-by-looking", "order-lookup/query-triggers-nothing",
			"marks an open payment as paid when its order is looked up", paidByLooking},
	}
}

// onFound changes the order that queryOrder shows.
func onFound(change func(o *sandbox.Order)) newInterceptor { return onShow(change, "queryOrder") }

func paidByLooking() sandbox.Interceptor {
	return sandbox.Interceptor{Show: func(st *sandbox.State, c *sandbox.Call, o *sandbox.Order) {
		if c.Operation != "queryOrder" || o.Payment.Status != sandbox.PayOpen {
			return
		}
		orders := st.Orders(sandbox.ByPayID, o.PayID)
		if i := slices.IndexFunc(orders, func(filed *sandbox.Order) bool { return filed.Partner == o.Partner }); i >= 0 {
			orders[i].Payment.Status = sandbox.PayPaid
		}
	}}
}
