package faults

import (
	"fmt"
	"strings"
	"sync/atomic"
	"time"

	"github.com/mallcheck/mallcheck/gen/mall"
	"github.com/mallcheck/mallcheck/sandbox"
)

// paymentFaults concern starting payments and reporting them.
func paymentFaults() []Fault {
	return []Fault{
		{"authorization-of-another-payment", "payments/authorization-names-the-payment",
			"returns the orderNo as the payId of an authorization",
			onShow(func(o *sandbox.Order) { o.PayID = o.OrderNo }, "stripeSingleAuthorization", "stripeSubscriptionAuthorization")},
		{"secret-repeated", "payments/secret-is-unique",
			"gives every payment the same client_secret", onData(func(_ *sandbox.Call, data map[string]any) map[string]any {
				data["client_secret"] = "pi_00000000000042_secret_00000000000042"
				return data
			}, "stripeSingleAuthorization", "stripeSubscriptionAuthorization")},
		{"amount-rounded", "payments/amount-preserved",
			"drops the cents of amounts", onShow(func(o *sandbox.Order) { o.Amount = withoutCents(o.Amount) }, showingMoney...)},
		{"currency-replaced", "payments/currency-preserved",
			"reports every currency as CNY", onShow(func(o *sandbox.Order) { o.Currency = "CNY" }, showingMoney...)},
		{"lower-case-currency-refused", "payments/currency-in-either-case",
			"refuses currencies in lower case", demand("payCurrency is not a currency", func(c *sandbox.Call) bool {
				currency := stringOf(c, "payCurrency")
				return currency == strings.ToUpper(currency)
			})},
		{"another-amount-accepted", "payments/amount-of-the-order-required",
			"accepts any amount for a payment", agree("payAmount", anyOperation)},
		{"another-currency-accepted", "payments/currency-of-the-order-required",
			"accepts any currency for a payment", agree("payCurrency", anyOperation)},
		{"payment-unknown-at-first", "payments/known-from-the-order",
			"does not find a payment in resultQuery before a payment method is authorized",
			onLookup(sandbox.LookupPayment, func(c *sandbox.Call, l *sandbox.Lookup) {
				l.Found = l.Found && (l.Order.Payment.Method != "" || !of(c, "resultQuery"))
			})},
		{"open-payment-shown-as-paid", "payments/open-until-paid",
			"reports an open payment as paid in resultQuery", onShow(func(o *sandbox.Order) {
				if o.Payment.Status == sandbox.PayOpen {
					o.Payment.Status = sandbox.PayPaid
				}
			}, "resultQuery")},
		{"authorization-pays", "payments/open-until-paid",
			"treats an authorization as a payment", always(sandbox.Interceptor{Show: paidWhenAuthorized})},
		{"result-names-another-payment", "payments/result-names-the-payment",
			"returns the orderNo as the payId of results and confirmations",
			onShow(func(o *sandbox.Order) { o.PayID = o.OrderNo }, "resultQuery", "confirmPaymentResult")},
		{"answers-share-a-payment", "payments/result-names-the-payment",
			"shares the payId of resultQuery among concurrent requests", sharedPayment},
		{"query-ends-payment", "payments/query-triggers-nothing",
			"fails an open payment on the second resultQuery", endedByQuery},
		{"unknown-payment-shown", "payments/unknown-pay-id-refused",
			"reports an unknown payId as an open payment", unknownPaymentShown},
		{"unknown-payment-begun", "payments/unknown-pay-id-refused",
			"starts a payment for an unknown payId", unknownPaymentBegun},
		{"empty-strings-in-query-accepted", "payments/empty-strings-refused",
			"accepts resultQuery with an empty tradeType", permit("tradeType", func(c *sandbox.Call) bool {
				return of(c, "resultQuery") && string(valueOf(c, "tradeType")) == `""`
			})},
		{"payments-of-other-partners-seen", "payments/partner-isolation",
			"lets every partner query, start and confirm the payments of all others",
			onLookup(sandbox.LookupPayment, func(_ *sandbox.Call, l *sandbox.Lookup) { l.Found = l.Owner != "" })},
		{"trade-time-refused-too-late", "payments/refused-request-pays-nothing",
			"executes payment requests without tradeTime before it refuses them",
			foundLate("tradeTime", "stripeSingleAuthorization", "stripeSubDirectly", "confirmPaymentResult")},
	}
}

// outcomeFaults concern the end of payments.
func outcomeFaults() []Fault {
	return []Fault{
		{"paid-goes-back", "payments/status-after-success",
			"reports a paid payment as open when it is queried again", paidGoesBack},
		{"confirmation-of-paid-tells-open", "payments/status-after-success",
			"reports a paid payment as open in confirmPaymentResult", onShow(func(o *sandbox.Order) {
				if o.Payment.Status == sandbox.PayPaid {
					o.Payment.Status = sandbox.PayOpen
				}
			}, "confirmPaymentResult")},
		{"confirmation-in-cents", "payments/confirm-agrees-with-result",
			"reports amounts in cents in confirmPaymentResult", onShow(func(o *sandbox.Order) { o.Amount = strings.ReplaceAll(o.Amount, ".", "") }, "confirmPaymentResult")},
		{"confirmation-of-failed-tells-open", "payments/confirm-agrees-with-result",
			"reports a failed payment as open in confirmPaymentResult", onShow(func(o *sandbox.Order) {
				if o.Payment.Status == sandbox.PayFailed {
					o.Payment.Status, o.Payment.Ended = sandbox.PayOpen, ""
				}
			}, "confirmPaymentResult")},
		{"second-confirmation-refused", "payments/confirm-can-be-repeated",
			"does not find a paid payment when it is confirmed again",
			onLookup(sandbox.LookupPayment, func(c *sandbox.Call, l *sandbox.Lookup) {
				l.Found = l.Found && (l.Order.Payment.Status != sandbox.PayPaid || !of(c, "confirmPaymentResult"))
			})},
		{"subscription-not-paid", "payments/subscription-pays-the-order",
			"reports the payment of a subscription as open", onShow(func(o *sandbox.Order) {
				if o.Renewal.SubID != "" {
					o.Payment.Status, o.Payment.Ended = sandbox.PayOpen, ""
				}
			}, "resultQuery")},
		{"paid-twice", "payments/paid-once",
			"starts another payment for a paid order", agree("payId", func(c *sandbox.Call) bool { return !of(c, "singleOrder", "synOrderInfo") })},
		{"confirmation-tops-up-again", "payments/takes-effect-once",
			"tops up the SIM card again on every confirmation", onDecide(func(st *sandbox.State, d *sandbox.Decision) {
				if d.Status == sandbox.PayPaid && d.Order.Payment.Status == sandbox.PayPaid {
					st.TopUp(d.Order)
				}
			}, "confirmPaymentResult")},
		{"declined-payment-succeeds", "payments/status-after-failure",
			"treats a declined payment as successful", onDecide(func(_ *sandbox.State, d *sandbox.Decision) {
				if d.Status == sandbox.PayFailed {
					d.Status = sandbox.PayPaid
				}
			}, "confirmPaymentResult", "stripeSubDirectly")},
		{"confirmation-pays", "payments/confirm-keeps-the-outcome",
			"pays an open payment when it is confirmed", onDecide(func(_ *sandbox.State, d *sandbox.Decision) {
				if d.Status == sandbox.PayOpen {
					d.Status = sandbox.PayPaid
				}
			}, "confirmPaymentResult")},
		{"second-confirmation-pays", "payments/confirm-keeps-the-outcome",
			"pays a failed payment when it is confirmed again", onDecide(func(_ *sandbox.State, d *sandbox.Decision) {
				if d.Order.Payment.Status == sandbox.PayFailed {
					d.Status = sandbox.PayPaid
				}
			}, "confirmPaymentResult")},
	}
}

// showingMoney are the operations of Payment whose responses contain an amount.
var showingMoney = []string{"stripeSingleAuthorization", "resultQuery", "confirmPaymentResult"}

// withoutCents drops the cents of an amount.
func withoutCents(amount string) string {
	whole, _, _ := strings.Cut(amount, ".")
	return whole
}

// onShow changes the orders that the given operations show.
func onShow(change func(o *sandbox.Order), operations ...string) newInterceptor {
	return always(sandbox.Interceptor{Show: func(_ *sandbox.State, c *sandbox.Call, o *sandbox.Order) {
		if of(c, operations...) {
			change(o)
		}
	}})
}

// onDecide changes the decisions of the given operations, or of all if none is given.
func onDecide(change func(st *sandbox.State, d *sandbox.Decision), operations ...string) newInterceptor {
	return always(sandbox.Interceptor{Decide: func(st *sandbox.State, c *sandbox.Call, d *sandbox.Decision) {
		if len(operations) == 0 || of(c, operations...) {
			change(st, d)
		}
	}})
}

// foundLate executes a request before it refuses a missing or malformed parameter.
func foundLate(name string, operations ...string) newInterceptor {
	return always(sandbox.Interceptor{
		Constraint: func(c *sandbox.Call, r *sandbox.Refusal) *sandbox.Refusal {
			if r != nil && r.Name == name && of(c, operations...) {
				c.Note(delayedRefusal{}, r)
				return nil
			}
			return r
		},
		Answer: refuseAtEnd,
	})
}

// paidWhenAuthorized pays an order when its authorization is answered.
func paidWhenAuthorized(st *sandbox.State, c *sandbox.Call, o *sandbox.Order) {
	if !of(c, "stripeSingleAuthorization") {
		return
	}
	for _, authorized := range st.Orders(sandbox.ByPayID, o.PayID) {
		if authorized.Partner == c.Partner {
			authorized.Payment.Status = sandbox.PayPaid
			st.TopUp(authorized)
		}
	}
}

func sharedPayment() sandbox.Interceptor {
	var shared atomic.Value
	return sandbox.Chain(
		demand("", func(c *sandbox.Call) bool {
			if of(c, "resultQuery") {
				shared.Store(stringOf(c, "payId"))
			}
			return true
		})(),
		onData(func(_ *sandbox.Call, data mall.PaymentResult) mall.PaymentResult {
			time.Sleep(overlap) // lets concurrent requests arrive
			data.PayID, _ = shared.Load().(string)
			return data
		}, "resultQuery")())
}

func endedByQuery() sandbox.Interceptor {
	asked := &counter{}
	return onLookup(sandbox.LookupPayment, func(c *sandbox.Call, l *sandbox.Lookup) {
		if of(c, "resultQuery") && l.Found && asked.next(l.Key) == 2 && l.Order.Payment.Status == sandbox.PayOpen {
			l.Order.Payment.Status = sandbox.PayFailed
		}
	})()
}

func paidGoesBack() sandbox.Interceptor {
	told := &counter{}
	return onShow(func(o *sandbox.Order) {
		if o.Payment.Status == sandbox.PayPaid && told.next(o.PayID) > 1 {
			o.Payment.Status, o.Payment.Ended = sandbox.PayOpen, ""
		}
	}, "resultQuery")()
}

// unknownPayment answers the given operations with a success for an unknown payId.
func unknownPayment(data func(payID string) string, operations ...string) sandbox.Interceptor {
	return onAnswer(func(c *sandbox.Call, a *sandbox.Answer) {
		if a.Refused != nil && a.Refused.Reason == sandbox.NotFound && a.Refused.Name == "payId" {
			succeed(a, success(data(stringOf(c, "payId"))))
		}
	}, operations...)()
}

func unknownPaymentShown() sandbox.Interceptor {
	return unknownPayment(func(payID string) string {
		return fmt.Sprintf(`{"payId":%q,"payStatus":"0","payAmount":"0.00","payCurrency":"USD"}`, payID)
	}, "resultQuery", "confirmPaymentResult")
}

func unknownPaymentBegun() sandbox.Interceptor {
	return unknownPayment(func(payID string) string {
		return fmt.Sprintf(`{"payId":%q,"payAmount":"0.00","payCurrency":"USD","client_secret":"pi_1_secret_1","customer_id":"cus_1",`+
			`"pay_method":"pm_1","product_id":"prod_1","status":"active","sub_id":"sub_1"}`, payID)
	}, "stripeSingleAuthorization", "stripeSubscriptionAuthorization", "stripeSubDirectly")
}
