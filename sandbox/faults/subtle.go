package faults

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/mallcheck/mallcheck/sandbox"
)

// subtleFaults do not show in a single request: they depend on time, on a second request, on the number
// of entries or on the letter case of an id.
func subtleFaults() []Fault {
	return []Fault{
		{"sign-unchecked-with-charset", "signature/wrong-sign-refused",
			"accepts any 32 hexadecimal digits as a sign if the Content-Type has a charset",
			acceptSigns(func(c *sandbox.Call, sign string) bool {
				return strings.Contains(c.Request.Header.Get("Content-Type"), "charset") && hexDigits.MatchString(sign)
			})},
		{"sign-unchecked-of-other-media", "signature/wrong-sign-refused",
			"reads a body regardless of its Content-Type, but checks the sign only of application/json", uncheckedMedia},
		{"declined-payment-paid-later", "payments/status-after-failure",
			"reports a declined payment as paid a moment after its confirmation", declinedPaidLater},
		{"task-done-when-queried", "async/query-triggers-nothing",
			"applies a finished task to the group only when its result is queried", appliedWhenQueried},
		{"work-before-response", "async/basic-validation-at-once",
			"carries out addSims before it responds, taking 4 ms for each SIM card", workBeforeResponse},
		{"addition-vanishes", "groups/listing-reflects-add",
			"drops a SIM card from the listing a moment after it was added", vanishing},
		{"result-forgotten-later", "request-id/repeated-reading",
			"forgets the result of a task a moment after it was first queried", func() sandbox.Interceptor { return forgettingLater(sandbox.LookupTask) }},
		{"order-forgotten-later", "order-lookup/purchase-id-of-the-order",
			"forgets an order a moment after it was first looked up", func() sandbox.Interceptor { return forgettingLater(sandbox.LookupOrder) }},
		{"listing-cut-at-20", "groups/listing-reflects-add",
			"lists only the first 20 SIM cards of a group",
			onListing(func(_ *sandbox.Call, l *sandbox.Listing) { l.SIMs = l.SIMs[:min(len(l.SIMs), 20)] })},
		{"additions-deduplicated", "groups/per-operation-counting",
			"reports a repeated addition as successful but does not count it",
			onEffects(sandbox.ActionAdd, func(st *sandbox.State, t *sandbox.Task) {
				t.Effects = slices.DeleteFunc(t.Effects, func(e sandbox.Effect) bool { return st.Count(t.Group, e.SIM) > 0 })
			})},
		{"request-id-in-any-case", "request-id/malformed-refused",
			"finds a task by its request_id in any letter case",
			onLookup(sandbox.LookupTask, func(_ *sandbox.Call, l *sandbox.Lookup) {
				if upper := strings.ToUpper(l.Key); upper != l.Key {
					l.Key, l.Found = upper, true
				}
			})},
		{"purchase-id-in-any-case", "order-lookup/unknown-key-refused",
			"finds an order by its purchase_order_id in any letter case",
			onOrderLookup(func(st *sandbox.State, c *sandbox.Call, l *sandbox.Lookup) {
				if l.By != sandbox.ByPurchaseID || l.Found {
					return
				}
				for _, o := range st.Orders(sandbox.ByPurchaseID, strings.ToUpper(l.Key)) {
					if o.Partner == c.Partner {
						find(l, o)
					}
				}
			})},
		{"newest-of-sim-of-any-partner", "order-lookup/own-orders-only",
			"returns the newest order of a SIM card, even another partner's, to any partner with an order for that card",
			onOrderLookup(func(st *sandbox.State, _ *sandbox.Call, l *sandbox.Lookup) {
				if orders := st.Orders(l.By, l.Key); l.By == sandbox.BySIM && l.Found {
					find(l, orders[len(orders)-1])
				}
			})},
		{"concurrent-partners-mixed-up", "groups/partner-isolation",
			"answers concurrent listBundles requests with the groups of one partner", mixedPartners},
		{"remaining-days-of-the-plan", "orders/remaining-days-agree",
			"adds a week to the remainingDays of an active order",
			onOrderList(func(_ *sandbox.State, _ *sandbox.Call, l *sandbox.OrderList) {
				for i := range l.Entries {
					l.Entries[i].RemainingDays = "37"
				}
			})},
	}
}

// moment is how long a subtle effect takes to show.
const moment = 60 * time.Millisecond

// stamps notes when something happened, by key.
type stamps struct{ sync.Map }

func (s *stamps) note(key string) { s.Store(key, time.Now()) }

// old reports whether the key was noted, and longer than a moment ago.
func (s *stamps) old(key string) bool {
	at, noted := s.Load(key)
	return noted && time.Since(at.(time.Time)) > moment //nolint:forcetypeassert // only note stores
}

func declinedPaidLater() sandbox.Interceptor {
	failed := &stamps{}
	return sandbox.Interceptor{
		Decide: func(_ *sandbox.State, c *sandbox.Call, d *sandbox.Decision) {
			if of(c, "confirmPaymentResult") && d.Status == sandbox.PayFailed {
				failed.note(d.Order.Partner + d.Order.OrderNo)
			}
		},
		Show: func(_ *sandbox.State, c *sandbox.Call, o *sandbox.Order) {
			if of(c, "resultQuery") && o.Payment.Status == sandbox.PayFailed && failed.old(o.Partner+o.OrderNo) {
				o.Payment.Status = sandbox.PayPaid
			}
		},
	}
}

func appliedWhenQueried() sandbox.Interceptor {
	withheld := map[string]sandbox.Task{} // by request_id; both hooks hold the lock of the state
	return sandbox.Interceptor{
		Finish: func(_ *sandbox.State, t *sandbox.Task) {
			withheld[t.RequestID] = *t
			t.Effects = nil
		},
		Result: func(st *sandbox.State, _ *sandbox.Call, r *sandbox.Result) {
			task, known := withheld[r.RequestID]
			if !known {
				return
			}
			delete(withheld, r.RequestID)
			for _, e := range task.Effects {
				st.Change(task.Group, e.SIM, e.Delta)
			}
		},
	}
}

// uncheckedMedia reads a request of another media type as JSON and does not check its sign.
func uncheckedMedia() sandbox.Interceptor {
	const mark = "X-Sandbox-Other-Media"
	return sandbox.Chain(
		sandbox.Interceptor{Incoming: func(r *http.Request) *sandbox.Answer {
			if media := r.Header.Get("Content-Type"); r.ContentLength > 0 && !strings.HasPrefix(media, "application/json") {
				r.Header.Set("Content-Type", "application/json")
				r.Header.Set(mark, media)
			}
			return nil
		}},
		acceptSigns(func(c *sandbox.Call, sign string) bool {
			return c.Request.Header.Get(mark) != "" && hexDigits.MatchString(sign)
		})())
}

// workBeforeResponse finishes each task at once, and delays the response as long as the work would take.
func workBeforeResponse() sandbox.Interceptor {
	return sandbox.Interceptor{
		Accept: func(_ *sandbox.State, _ *sandbox.Call, t *sandbox.Task) { t.Delay = 0 },
		Answer: func(c *sandbox.Call, a *sandbox.Answer) {
			var body struct {
				SIMs []json.RawMessage `json:"sim_ids"`
			}
			if of(c, "addSims") && a.Refused == nil && json.Unmarshal(c.Body, &body) == nil {
				time.Sleep(min(time.Duration(len(body.SIMs))*4*time.Millisecond, 1300*time.Millisecond))
			}
		},
	}
}

func vanishing() sandbox.Interceptor {
	added := &stamps{}
	return sandbox.Interceptor{
		Finish: func(_ *sandbox.State, t *sandbox.Task) {
			for _, e := range t.Effects {
				if e.Delta > 0 {
					added.note(t.Group + e.SIM)
				}
			}
		},
		Listing: func(_ *sandbox.State, _ *sandbox.Call, l *sandbox.Listing) {
			l.SIMs = slices.DeleteFunc(slices.Clone(l.SIMs), func(sim string) bool { return added.old(l.Group + sim) })
		},
	}
}

// forgettingLater no longer finds an object that was first found longer than a moment ago.
func forgettingLater(kind sandbox.LookupKind) sandbox.Interceptor {
	found := &stamps{}
	return sandbox.Interceptor{Lookup: func(_ *sandbox.State, c *sandbox.Call, l *sandbox.Lookup) {
		switch key := c.Partner + " " + l.By + " " + l.Key; {
		case l.Kind != kind || !l.Found:
		case found.old(key):
			l.Order, l.Found = nil, false
		default:
			found.LoadOrStore(key, time.Now())
		}
	}}
}

func mixedPartners() sandbox.Interceptor {
	var last atomic.Value
	return sandbox.Interceptor{Answer: func(c *sandbox.Call, a *sandbox.Answer) {
		if !of(c, "listBundles") || a.Refused != nil {
			return
		}
		last.Store(a.Body)
		time.Sleep(overlap) // lets concurrent requests arrive
		a.Body, _ = last.Load().([]byte)
	}}
}
