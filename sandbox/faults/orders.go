package faults

import (
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/mallcheck/mallcheck/sandbox"
)

// orderFaults concern singleOrder and synOrderInfo.
func orderFaults() []Fault {
	return []Fault{
		{"plans-under-other-codes", "vshop/plan-can-be-ordered",
			"lists the servicePlanCode of each plan as its packageCode, so that none can be ordered",
			onData(func(_ *sandbox.Call, page map[string]any) map[string]any {
				for _, plan := range elementsOf(page, "servicePlanList") {
					plan["packageCode"] = plan["servicePlanCode"]
				}
				return page
			}, "singleServicePlanPage")},
		{"order-lost", "payments/known-from-the-order",
			"accepts singleOrder but loses the order", lostOrder},
		{"another-package-ordered", "orders/creates-an-order",
			"orders the package listed last, whichever one singleOrder names", onOrder(func(_ *sandbox.State, o *sandbox.Order) {
				o.PackageCode = fixtures().Packages[len(fixtures().Packages)-1]
			}, "singleOrder")},
		{"pay-id-left-out", "orders/answer-names-order-and-pay-id",
			"leaves payId out of singleOrder and synOrderInfo responses", onData(func(_ *sandbox.Call, data map[string]any) map[string]any {
				delete(data, "payId")
				return data
			}, "singleOrder", "synOrderInfo")},
		{"order-no-of-its-own", "orders/answer-repeats-the-request",
			"answers singleOrder and synOrderInfo with its own orderNo", onData(func(_ *sandbox.Call, data map[string]any) map[string]any {
				data["orderNo"] = "2026110109300000001"
				return data
			}, "singleOrder", "synOrderInfo")},
		{"order-no-folded", "orders/answer-repeats-the-request",
			"stores the orderNo of singleOrder in upper case", onOrder(func(_ *sandbox.State, o *sandbox.Order) {
				o.OrderNo = strings.ToUpper(o.OrderNo)
			}, "singleOrder")},
		{"order-answer-names-another-sim", "orders/answer-names-the-sim",
			"answers singleOrder, synOrderInfo and singleQueryOrder with the deviceCode of another SIM card",
			onData(func(_ *sandbox.Call, data map[string]any) map[string]any {
				data["deviceCode"] = foreignSIM()
				return data
			}, "singleOrder", "synOrderInfo", "singleQueryOrder")},
		{"unknown-sim-ordered", "orders/unknown-sim-refused",
			"creates and lists orders for an unknown SIM card",
			onLookup(sandbox.LookupSIM, func(c *sandbox.Call, l *sandbox.Lookup) {
				l.Found = l.Found || of(c, "singleOrder", "synOrderInfo", "singleQueryOrder")
			})},
		{"unknown-package-ordered", "orders/unknown-package-refused",
			"creates an order for an unknown package",
			onLookup(sandbox.LookupPackage, func(_ *sandbox.Call, l *sandbox.Lookup) { l.Found = true })},
		{"malformed-amount-accepted", "orders/malformed-amount-refused",
			"accepts any text as the payAmount of an order",
			permit("payAmount", func(c *sandbox.Call) bool { return !missing(c, "payAmount") })},
		{"order-no-taken-twice", "orders/duplicate-refused",
			"creates a second order with the same orderNo", agree("orderNo", anyOperation)},
		{"pay-id-taken-twice", "orders/duplicate-refused",
			"creates a second order with the same payId",
			agree("payId", func(c *sandbox.Call) bool { return of(c, "singleOrder", "synOrderInfo") })},
		{"order-no-raced", "orders/duplicate-refused",
			"checks singleOrder for a duplicate orderNo before a slow write, so that concurrent duplicates all succeed",
			orderNoRaced},
		{"purchase-id-required-to-be-new", "orders/duplicate-request-order-id-accepted",
			"refuses an order with a requestOrderId or orgOrderId that was used before", newPurchaseID},
		{"malformed-amount-refused-too-late", "orders/refused-request-creates-nothing",
			"creates the order before it refuses a malformed payAmount",
			foundLate("payAmount", "singleOrder", "synOrderInfo")},
		{"duplicate-refused-too-late", "orders/refused-request-creates-nothing",
			"creates the order before it refuses a duplicate orderNo", duplicateFoundLate},
		{"sign-refused-too-late", "signature/refused-before-anything-happened",
			"executes purchases and cancellations with a wrong sign before it refuses them", signFoundLate},
	}
}

// orderListFaults concern singleQueryOrder.
func orderListFaults() []Fault {
	return []Fault{
		{"no-orders-listed", "orders/query-shows-the-order",
			"lists no orders, not even paid ones", onOrderList(func(_ *sandbox.State, _ *sandbox.Call, l *sandbox.OrderList) { l.Entries = nil })},
		{"order-listed-under-code", "orders/query-shows-the-plan",
			"lists orders under the name of another plan",
			onOrderList(func(_ *sandbox.State, _ *sandbox.Call, l *sandbox.OrderList) {
				for i := range l.Entries {
					l.Entries[i].PlanName = "Global 1GB 7-Days"
				}
			})},
		{"unpaid-order-active", "orders/unpaid-order-not-active",
			"lists unpaid orders as active", onOrderList(unpaidListed)},
		{"orders-of-all-sims-listed", "orders/query-names-no-other-sim",
			"lists the orders of all SIM cards under each of them", ordersOfAll},
		{"query-tops-up", "orders/query-triggers-nothing",
			"tops up a SIM card again when its orders are queried", onOrderList(func(st *sandbox.State, c *sandbox.Call, l *sandbox.OrderList) {
				for _, o := range st.Orders(sandbox.BySIM, l.SIM) {
					if o.Partner == c.Partner && o.Payment.Status == sandbox.PayPaid {
						st.TopUp(o)
					}
				}
			})},
		{"orders-of-other-partners-listed", "orders/partner-isolation",
			"lists the orders of all partners for a SIM card", onOrderList(func(st *sandbox.State, c *sandbox.Call, l *sandbox.OrderList) {
				for _, o := range st.Orders(sandbox.BySIM, l.SIM) {
					if o.Partner != c.Partner {
						l.Entries = append(l.Entries, st.Entries(o)...)
					}
				}
			})},
	}
}

// thirdPartyFaults concern third-party orders.
func thirdPartyFaults() []Fault {
	return []Fault{
		{"third-party-order-open", "third-party/creates-a-paid-order",
			"treats a third-party order as unpaid",
			onDecide(func(_ *sandbox.State, d *sandbox.Decision) { d.Status = sandbox.PayOpen }, "synOrderInfo")},
		{"empty-strings-refused", "third-party/empty-strings-accepted",
			"refuses synOrderInfo with an empty languageCode or orgOrderId", demand("a parameter is empty", func(c *sandbox.Call) bool {
				return !of(c, "synOrderInfo") || string(valueOf(c, "languageCode")) != `""` && string(valueOf(c, "orgOrderId")) != `""`
			})},
		{"failed-third-party-payment-paid", "third-party/failed-payment-not-paid",
			"treats a third-party order as paid, regardless of payRst",
			onDecide(func(_ *sandbox.State, d *sandbox.Decision) { d.Status = sandbox.PayPaid }, "synOrderInfo")},
		{"third-party-order-paid-again", "third-party/nothing-left-to-pay",
			"lets a third-party order be paid again through Stripe",
			always(sandbox.Interceptor{Conflict: thirdPartyPayable})},
		{"third-party-amount-rounded", "third-party/amount-preserved",
			"drops the cents of third-party orders", onOrder(func(_ *sandbox.State, o *sandbox.Order) {
				o.Amount = withoutCents(o.Amount)
			}, "synOrderInfo")},
		{"third-party-currency-replaced", "third-party/amount-preserved",
			"stores CNY as the currency of third-party orders", onOrder(func(_ *sandbox.State, o *sandbox.Order) {
				o.Currency = "CNY"
			}, "synOrderInfo")},
	}
}

// of reports whether a call is one of the operations.
func of(c *sandbox.Call, operations ...string) bool { return slices.Contains(operations, c.Operation) }

// onOrder changes the orders that the given operations create.
func onOrder(change func(st *sandbox.State, o *sandbox.Order), operations ...string) newInterceptor {
	return always(sandbox.Interceptor{Order: func(st *sandbox.State, c *sandbox.Call, o *sandbox.Order) {
		if of(c, operations...) {
			change(st, o)
		}
	}})
}

// onOrderList changes the responses of singleQueryOrder.
func onOrderList(change func(st *sandbox.State, c *sandbox.Call, l *sandbox.OrderList)) newInterceptor {
	return always(sandbox.Interceptor{OrderList: change})
}

// agree suppresses a conflict refusal of the parameter if may says so.
func agree(name string, may func(c *sandbox.Call) bool) newInterceptor {
	return always(sandbox.Interceptor{Conflict: func(_ *sandbox.State, c *sandbox.Call, r *sandbox.Refusal) *sandbox.Refusal {
		if r != nil && r.Name == name && may(c) {
			return nil
		}
		return r
	}})
}

// orderNoRaced forgives an orderNo that was free when its request arrived.
func orderNoRaced() sandbox.Interceptor {
	type free struct{}
	var taken sync.Map // by partner and orderNo
	key := func(c *sandbox.Call) string { return c.Partner + " " + stringOf(c, "orderNo") }
	return sandbox.Interceptor{
		Signature: func(c *sandbox.Call, verdict *sandbox.Refusal) *sandbox.Refusal {
			if _, found := taken.Load(key(c)); !found && verdict == nil && of(c, "singleOrder") {
				c.Note(free{}, true)
				time.Sleep(overlap) // lets concurrent requests arrive
			}
			return verdict
		},
		Conflict: func(_ *sandbox.State, c *sandbox.Call, r *sandbox.Refusal) *sandbox.Refusal {
			if r != nil && r.Name == "orderNo" && c.Noted(free{}) != nil {
				return nil
			}
			return r
		},
		Order: func(_ *sandbox.State, c *sandbox.Call, _ *sandbox.Order) { taken.Store(key(c), true) },
	}
}

// thirdPartyPayable suppresses conflict refusals of payments for third-party orders.
func thirdPartyPayable(st *sandbox.State, c *sandbox.Call, r *sandbox.Refusal) *sandbox.Refusal {
	isThirdParty := func(o *sandbox.Order) bool { return o.ThirdParty }
	if !of(c, "synOrderInfo") && slices.ContainsFunc(st.Orders(sandbox.ByPayID, stringOf(c, "payId")), isThirdParty) {
		return nil
	}
	return r
}

// lostOrder stores an order without its keys and answers as if it had them.
func lostOrder() sandbox.Interceptor {
	return sandbox.Chain(
		onOrder(func(_ *sandbox.State, o *sandbox.Order) {
			o.OrderNo, o.PayID, o.PurchaseID, o.SIM = "", "", "", ""
		}, "singleOrder")(),
		onData(func(c *sandbox.Call, data map[string]any) map[string]any {
			for _, name := range []string{"orderNo", "payId", "deviceCode"} {
				data[name] = stringOf(c, name)
			}
			return data
		}, "singleOrder")())
}

func newPurchaseID() sandbox.Interceptor {
	return sandbox.Interceptor{Conflict: func(st *sandbox.State, c *sandbox.Call, r *sandbox.Refusal) *sandbox.Refusal {
		id := stringOf(c, "requestOrderId") + stringOf(c, "orgOrderId") // a request has only one of them
		if r == nil && id != "" && len(st.Orders(sandbox.ByPurchaseID, id)) > 0 {
			return &sandbox.Refusal{Reason: sandbox.Conflict, Message: "there is an order with this id"}
		}
		return r
	}}
}

func duplicateFoundLate() sandbox.Interceptor {
	return sandbox.Interceptor{
		Conflict: func(_ *sandbox.State, c *sandbox.Call, r *sandbox.Refusal) *sandbox.Refusal {
			if r != nil && r.Name == "orderNo" {
				c.Note(delayedRefusal{}, r)
				return nil
			}
			return r
		},
		Answer: refuseAtEnd,
	}
}

func signFoundLate() sandbox.Interceptor {
	return sandbox.Interceptor{
		Signature: func(c *sandbox.Call, verdict *sandbox.Refusal) *sandbox.Refusal {
			if verdict != nil && verdict.Reason == sandbox.SignWrong && of(c, "singleOrder", "cancelAutoRenewalRecord", "stripeSubDirectly") {
				c.Note(delayedRefusal{}, verdict)
				return nil
			}
			return verdict
		},
		Answer: refuseAtEnd,
	}
}

// unpaidEntries returns the caller's unpaid orders of a SIM card as if they were paid.
func unpaidEntries(st *sandbox.State, c *sandbox.Call, sim string) []sandbox.OrderEntry {
	var entries []sandbox.OrderEntry
	for _, o := range st.Orders(sandbox.BySIM, sim) {
		if o.Partner == c.Partner && o.Payment.Status == sandbox.PayOpen {
			paid := *o
			paid.Payment.Status = sandbox.PayPaid
			entries = append(entries, st.Entries(&paid)...)
		}
	}
	return entries
}

// unpaidListed lists unpaid orders as active.
func unpaidListed(st *sandbox.State, c *sandbox.Call, l *sandbox.OrderList) {
	for _, entry := range unpaidEntries(st, c, l.SIM) {
		entry.Status, entry.ExpireDate = sandbox.OrderActive, "2099-12-31"
		l.Entries = append(l.Entries, entry)
	}
}

func ordersOfAll() sandbox.Interceptor {
	var all []*sandbox.Order
	return sandbox.Interceptor{
		Order: func(_ *sandbox.State, _ *sandbox.Call, o *sandbox.Order) { all = append(all, o) },
		OrderList: func(st *sandbox.State, c *sandbox.Call, l *sandbox.OrderList) {
			for _, o := range all {
				if o.Partner == c.Partner && o.SIM != l.SIM {
					l.Entries = append(l.Entries, st.Entries(o)...)
				}
			}
		},
	}
}
