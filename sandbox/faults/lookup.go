package faults

import (
	"slices"
	"strings"

	"github.com/mallcheck/mallcheck/sandbox"
)

// lookupFaults change which order queryOrder finds.
func lookupFaults() []Fault {
	return []Fault{
		{"sim-is-no-key", "order-lookup/each-key-finds-the-order",
			"finds no order by sim_id",
			onOrderLookup(func(_ *sandbox.State, _ *sandbox.Call, l *sandbox.Lookup) { l.Found = l.Found && l.By != sandbox.BySIM })},
		{"pay-id-taken-for-purchase-id", "order-lookup/purchase-id-of-the-order",
			"treats purchase_order_id as a payId",
			onOrderLookup(func(st *sandbox.State, c *sandbox.Call, l *sandbox.Lookup) {
				if l.By == sandbox.ByPurchaseID {
					find(l, newest(st, c.Partner, sandbox.ByPayID, l.Key))
				}
			})},
		{"order-id-of-its-own", "order-lookup/order-id-of-the-order",
			"replaces the orderNo with its own order_id in queryOrder", ownOrderID},
		{"order-id-before-purchase-id", "order-lookup/priority-purchase-id-over-order-id",
			"gives order_id priority over purchase_order_id",
			decidedBy(sandbox.ByPurchaseID, sandbox.ByOrderNo)},
		{"sim-before-purchase-id", "order-lookup/priority-purchase-id-over-sim",
			"gives sim_id priority over purchase_order_id",
			decidedBy(sandbox.ByPurchaseID, sandbox.BySIM)},
		{"sim-before-order-id", "order-lookup/priority-order-id-over-sim",
			"gives sim_id priority over order_id",
			decidedBy(sandbox.ByOrderNo, sandbox.BySIM)},
		{"empty-key-decides", "order-lookup/empty-key-skipped",
			"searches by an empty key and reports success without an order",
			onSuccess(func(c *sandbox.Call, a *sandbox.Answer) {
				if sentEmpty(c, sandbox.ByPurchaseID) || stringOf(c, sandbox.ByPurchaseID) == "" && sentEmpty(c, sandbox.ByOrderNo) {
					setBody(noOrder)(a)
				}
			}, "queryOrder")},
		{"last-key-decides-beside-empty-one", "order-lookup/empty-key-skipped",
			"uses the last non-empty key when another key is empty", lastBesideEmpty},
		{"next-key-tried", "order-lookup/first-key-decides-alone",
			"tries the next key when the first finds no order",
			onOrderLookup(func(st *sandbox.State, c *sandbox.Call, l *sandbox.Lookup) {
				for _, by := range []string{sandbox.ByOrderNo, sandbox.BySIM} {
					if !l.Found && l.By != by {
						find(l, newest(st, c.Partner, by, stringOf(c, by)))
					}
				}
			})},
		{"order-found-by-beginning", "order-lookup/unknown-key-refused",
			"matches a purchase_order_id by its beginning", orderByBeginning},
		{"purchase-id-taken-for-order-id", "order-lookup/unknown-key-refused",
			"finds an order by a purchase_order_id sent as order_id",
			onOrderLookup(func(st *sandbox.State, c *sandbox.Call, l *sandbox.Lookup) {
				if !l.Found && l.By == sandbox.ByOrderNo {
					find(l, newest(st, c.Partner, sandbox.ByPurchaseID, l.Key))
				}
			})},
		{"no-order-as-success", "order-lookup/unknown-key-refused",
			"reports success without an order when a look-up finds none",
			onAnswer(func(c *sandbox.Call, a *sandbox.Answer) {
				if a.Refused != nil && a.Refused.Reason == sandbox.NotFound {
					succeed(a, noOrder)
				}
			}, "queryOrder")},
		{"newest-order-without-key", "order-lookup/no-key-refused",
			"returns the partner's newest order when no key is sent", newestWithoutKey},
		{"oldest-of-purchase-id", "order-lookup/duplicate-purchase-id-newest-paid",
			"returns the oldest of several orders that share a purchase_order_id", onChoice(sandbox.ByPurchaseID, oldest)},
		{"newest-of-purchase-id-unpaid", "order-lookup/duplicate-purchase-id-newest-paid",
			"returns the newest of several orders that share a purchase_order_id, paid or not", onChoice(sandbox.ByPurchaseID, newest)},
		{"oldest-of-sim", "order-lookup/newest-of-a-sim",
			"returns the oldest of several orders of a SIM card", onChoice(sandbox.BySIM, oldest)},
		{"orders-of-all-partners", "order-lookup/own-orders-only",
			"returns the newest matching order of any partner",
			onOrderLookup(func(st *sandbox.State, _ *sandbox.Call, l *sandbox.Lookup) {
				if orders := st.Orders(l.By, l.Key); len(orders) > 0 {
					find(l, orders[len(orders)-1])
				}
			})},
	}
}

// noOrder is a success of queryOrder without an order.
var noOrder = success("null")

// onOrderLookup changes the lookups of queryOrder.
func onOrderLookup(change func(st *sandbox.State, c *sandbox.Call, l *sandbox.Lookup)) newInterceptor {
	return always(sandbox.Interceptor{Lookup: func(st *sandbox.State, c *sandbox.Call, l *sandbox.Lookup) {
		if l.Kind == sandbox.LookupOrder {
			change(st, c, l)
		}
	}})
}

// find sets the outcome of a look-up to an order, or nil for none.
func find(l *sandbox.Lookup, o *sandbox.Order) { l.Order, l.Found = o, o != nil }

// newest returns the last order of a partner with a key, nil if there is none.
func newest(st *sandbox.State, partner, by, key string) *sandbox.Order {
	for _, o := range slices.Backward(st.Orders(by, key)) {
		if o.Partner == partner {
			return o
		}
	}
	return nil
}

// oldest returns the first order of a partner with a key, nil if there is none.
func oldest(st *sandbox.State, partner, by, key string) *sandbox.Order {
	for _, o := range st.Orders(by, key) {
		if o.Partner == partner {
			return o
		}
	}
	return nil
}

// onChoice changes the choice among the orders with one kind of key.
func onChoice(by string, choose func(st *sandbox.State, partner, by, key string) *sandbox.Order) newInterceptor {
	return onOrderLookup(func(st *sandbox.State, c *sandbox.Call, l *sandbox.Lookup) {
		if l.By == by {
			find(l, choose(st, c.Partner, by, l.Key))
		}
	})
}

// decidedBy lets a non-empty key decide in place of another one.
func decidedBy(instead, by string) newInterceptor {
	return onOrderLookup(func(st *sandbox.State, c *sandbox.Call, l *sandbox.Lookup) {
		if key := stringOf(c, by); l.By == instead && key != "" {
			find(l, newest(st, c.Partner, by, key))
		}
	})
}

// sentEmpty reports whether a parameter was sent with an empty value.
func sentEmpty(c *sandbox.Call, name string) bool {
	return valueOf(c, name) != nil && stringOf(c, name) == ""
}

func lastBesideEmpty() sandbox.Interceptor {
	keys := []string{sandbox.ByPurchaseID, sandbox.ByOrderNo, sandbox.BySIM}
	return onOrderLookup(func(st *sandbox.State, c *sandbox.Call, l *sandbox.Lookup) {
		if !slices.ContainsFunc(keys, func(by string) bool { return sentEmpty(c, by) }) {
			return
		}
		for _, by := range slices.Backward(keys) {
			if key := stringOf(c, by); key != "" {
				find(l, newest(st, c.Partner, by, key))
				return
			}
		}
	})()
}

// ownPrefix is the prefix of a sandbox's own order_ids.
const ownPrefix = "T-"

func ownOrderID() sandbox.Interceptor {
	return sandbox.Chain(
		onOrderLookup(func(st *sandbox.State, c *sandbox.Call, l *sandbox.Lookup) {
			if id, own := strings.CutPrefix(l.Key, ownPrefix); l.By == sandbox.ByOrderNo && own {
				find(l, newest(st, c.Partner, sandbox.ByOrderNo, id))
			} else if l.By == sandbox.ByOrderNo {
				find(l, nil)
			}
		})(),
		onFound(func(o *sandbox.Order) { o.OrderNo = ownPrefix + o.OrderNo })())
}

func orderByBeginning() sandbox.Interceptor {
	var filed []*sandbox.Order
	return sandbox.Chain(
		sandbox.Interceptor{Order: func(_ *sandbox.State, _ *sandbox.Call, o *sandbox.Order) { filed = append(filed, o) }},
		onOrderLookup(func(_ *sandbox.State, c *sandbox.Call, l *sandbox.Lookup) {
			if l.Found || l.By != sandbox.ByPurchaseID {
				return
			}
			for _, o := range filed {
				if o.Partner == c.Partner && strings.HasPrefix(o.PurchaseID, l.Key) {
					find(l, o)
				}
			}
		})())
}

func newestWithoutKey() sandbox.Interceptor {
	last := map[string]*sandbox.Order{} // by partner
	return sandbox.Chain(
		sandbox.Interceptor{Order: func(_ *sandbox.State, _ *sandbox.Call, o *sandbox.Order) { last[o.Partner] = o }},
		onOrderLookup(func(_ *sandbox.State, c *sandbox.Call, l *sandbox.Lookup) {
			if l.Key == "" {
				find(l, last[c.Partner])
			}
		})())
}
