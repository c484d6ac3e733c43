package faults

import (
	"strings"
	"time"

	"github.com/mallcheck/mallcheck/sandbox"
)

// pushFaults change which top-ups cause a push, and the body of pushes.
func pushFaults() []Fault {
	return []Fault{
		{"push-of-third-party-order-missing", "push/sent-after-recharge",
			"sends no push for third-party orders", onNotification(func(n *sandbox.Notification) {
				if n.Order.ThirdParty {
					n.Copies = 0
				}
			})},
		{"push-of-subscription-missing", "push/sent-after-recharge",
			"sends no push for subscription orders", onNotification(func(n *sandbox.Notification) {
				if n.Order.Renewal.SubID != "" {
					n.Copies = 0
				}
			})},
		{"push-to-another-partner", "push/to-the-partner-of-the-order",
			"sends pushes for its second partner's orders to the first", toldToFirst},
		{"push-of-unpaid-order", "push/only-after-recharge",
			"sends a push when an order is created, before it is paid",
			always(sandbox.Interceptor{Attempt: paidLater, Order: func(st *sandbox.State, _ *sandbox.Call, o *sandbox.Order) {
				if !o.ThirdParty {
					st.Notify(o)
				}
			}})},
		{"push-of-authorized-order", "push/only-after-recharge",
			"sends a push when a payment is authorized, before it is paid",
			always(sandbox.Interceptor{Attempt: paidLater, Show: func(st *sandbox.State, c *sandbox.Call, o *sandbox.Order) {
				if c.Operation == "stripeSingleAuthorization" {
					st.Notify(o)
				}
			}})},
		{"push-of-refused-order", "push/only-after-recharge",
			"sends a push for a third-party order that it refuses for an unknown SIM card", refusedTold},
		{"push-names-order-no-as-pay-id", "push/body-names-the-order",
			"writes the orderNo as the payId of a push",
			onNotification(func(n *sandbox.Notification) { n.Body.PayID = n.Body.OrderNo })},
		{"push-pay-ids-mixed", "push/body-names-the-order",
			"shares the payId among concurrent pushes", mixedPayIDs},
		{"push-names-other-partner", "push/body-names-the-partner",
			"names another partner in a push",
			onNotification(func(n *sandbox.Notification) { n.Body.PartnerCode = fixtures().SecondPartner })},
		{"push-amount-in-cents", "push/amount-preserved",
			"writes push amounts in cents",
			onNotification(func(n *sandbox.Notification) { n.Body.PayAmount = strings.ReplaceAll(n.Body.PayAmount, ".", "") })},
		{"push-currency-replaced", "push/currency-preserved",
			"writes CNY as the currency of every push",
			onNotification(func(n *sandbox.Notification) { n.Body.PayCurrency = "CNY" })},
		{"push-before-order-is-visible", "push/order-visible",
			"shows a third-party order as open on the first look-up, even after its push", visibleLate},
	}
}

// pushRetryFaults change the attempts after the first.
func pushRetryFaults() []Fault {
	return []Fault{
		{"push-given-up-after-failure", "push/retried-after-failure",
			"gives up on a push when the receiver answers 5xx",
			givenUp(func(status int) bool { return status >= 500 })},
		{"push-given-up-after-refusal", "push/retried-after-refusal",
			"gives up on a push when the receiver answers 4xx",
			givenUp(func(status int) bool { return status >= 400 && status < 500 })},
		{"push-given-up-without-answer", "push/retried-without-an-answer",
			"gives up on a push when the receiver does not answer", givenUp(func(status int) bool { return status == 0 })},
		{"push-counts-attempts", "push/same-content-on-retry",
			"adds a retry counter to the body of a repeated push", onAttempt(func(a *sandbox.Attempt) {
				if a.Number > 1 {
					changePush(a.Request, func(body string) string { return strings.Replace(body, "{", `{"retry":"1",`, 1) })
					signPush(a.Request)
				}
			})},
		{"push-retried-under-old-signature", "push/retry-is-signed",
			"renews the timestamp of a repeated push but not its signature", onAttempt(func(a *sandbox.Attempt) {
				if a.Number > 1 {
					shiftTimestamp(a.Request, 1)
				}
			})},
		{"push-sent-twice", "push/not-repeated-after-success",
			"sends every push twice", onNotification(func(n *sandbox.Notification) { n.Copies = 2 })},
	}
}

// onNotification changes pushes before their first attempt.
func onNotification(change func(n *sandbox.Notification)) newInterceptor {
	return always(sandbox.Interceptor{Notify: func(_ *sandbox.State, n *sandbox.Notification) { change(n) }})
}

// onAttempt changes the signed request of each attempt.
func onAttempt(change func(a *sandbox.Attempt)) newInterceptor {
	return always(sandbox.Interceptor{Attempt: change})
}

// toldToFirst notifies the first partner of the second partner's orders.
func toldToFirst() sandbox.Interceptor {
	return sandbox.Interceptor{
		Decide: func(st *sandbox.State, _ *sandbox.Call, d *sandbox.Decision) {
			if d.Order.Partner != fixtures().Partner {
				told := *d.Order
				told.Partner = fixtures().Partner
				st.Notify(&told)
			}
		},
		Attempt: func(a *sandbox.Attempt) {
			if a.Notification.Order.Partner == fixtures().Partner {
				paidLater(a)
			}
		},
	}
}

// paidLater delays the push of a paid order, so that a premature push arrives before it.
func paidLater(a *sandbox.Attempt) {
	if a.Notification.Order.Payment.Status == sandbox.PayPaid {
		time.Sleep(2 * overlap)
	}
}

func refusedTold() sandbox.Interceptor {
	return sandbox.Interceptor{Attempt: paidLater, Lookup: func(st *sandbox.State, c *sandbox.Call, l *sandbox.Lookup) {
		if l.Kind == sandbox.LookupSIM && !l.Found && c.Operation == "synOrderInfo" {
			st.Notify(&sandbox.Order{
				Partner: c.Partner, OrderNo: stringOf(c, "orderNo"), PayID: stringOf(c, "payId"), SIM: l.Key, ThirdParty: true,
				PackageCode: stringOf(c, "packageCode"), Amount: stringOf(c, "payAmount"), Currency: stringOf(c, "payCurrency"),
			})
		}
	}}
}

func visibleLate() sandbox.Interceptor {
	looks := &counter{}
	return onFound(func(o *sandbox.Order) {
		if o.ThirdParty && looks.next(o.Partner+" "+o.OrderNo) == 1 {
			o.Payment.Status = sandbox.PayOpen
		}
	})()
}
