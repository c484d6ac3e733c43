package store

import (
	"net/http"

	"github.com/mallcheck/mallcheck/signing"
)

// Interceptor changes the behavior of a sandbox at the points that its fields name, listed in the order
// in which a request passes them. It adds contract violations and server habits without a branch in any
// handler. A nil field changes nothing.
//
// Several interceptors run in the order of Config.Interceptors, each on the result of the previous one.
// Hooks run on the goroutines of requests, many at once. An interceptor must guard its own data, and
// each sandbox needs its own instance. Hooks with a *State run one at a time under the lock of the
// state: they must not call methods of the Sandbox.
type Interceptor struct {
	// Rules changes the rules of the request signature, once, when the sandbox is made.
	Rules func(signing.Rules) signing.Rules

	// Incoming sees a request before any processing. It may change the request, including its body, or
	// answer it: a non-nil Answer still passes the hooks Answer and Wire, with a Call that has only Request.
	Incoming func(r *http.Request) *Answer

	// Constraint sees the refusal of each missing or malformed parameter and, if none is left, nil once.
	// Its result replaces the refusal; nil accepts the request. Constraints of version and partnerCode
	// come before Signature, all others after it.
	Constraint func(c *Call, refusal *Refusal) *Refusal

	// Signature sees the verdict on the sign: nil if it is right, otherwise a refusal with reason
	// SignMissing, SignEmpty, SignCase or SignWrong. Its result replaces the verdict.
	Signature func(c *Call, verdict *Refusal) *Refusal

	// Lookup sees each search of the state and its outcome (see LookupKind). It may change the outcome or
	// the key.
	Lookup func(st *State, c *Call, l *Lookup)

	// Conflict sees each refusal of a purchase that conflicts with the state: a duplicate id, a paid
	// order, another amount, currency or plan than the order's, a declined payment; and nil if there is
	// no conflict. Its result replaces the refusal.
	Conflict func(st *State, c *Call, refusal *Refusal) *Refusal

	// RequestID sees the id of a new task and returns the id that the task gets. A used id moves to the
	// new task.
	RequestID func(st *State, c *Call, id string) string

	// Accept sees a task before it is stored and may change its RequestID, Partner, Group, Action, SIMs
	// and Delay. The response has the resulting RequestID.
	Accept func(st *State, c *Call, t *Task)

	// Finish sees a finished task before its Effects are applied. It may change Details, which are
	// reported, and Effects, which are applied.
	Finish func(st *State, t *Task)

	// Result sees each result before it is returned and may change it. The task itself stays unchanged.
	Result func(st *State, c *Call, r *Result)

	// Listing sees the SIM cards of a group before they are returned and may change the list. The group
	// itself stays unchanged.
	Listing func(st *State, c *Call, l *Listing)

	// Order sees an order before it is stored and may change all its exported fields.
	Order func(st *State, c *Call, o *Order)

	// Decide sees the new state of a payment on each confirmation, subscription or third-party order, even
	// if the state does not change, and may change it.
	Decide func(st *State, c *Call, d *Decision)

	// Renew sees whether the auto-renewal of an order is about to be active or cancelled, and returns
	// whether it is active afterwards.
	Renew func(st *State, c *Call, o *Order, active bool) bool

	// Show sees a copy of each order that a response is about to show: queryOrder, resultQuery,
	// confirmPaymentResult, queryAutoRenewalRecord, the authorizations and stripeSubDirectly. It changes
	// what is shown, not the order.
	Show func(st *State, c *Call, o *Order)

	// OrderList sees the list of singleQueryOrder before it is returned and may change it. The orders
	// themselves stay unchanged.
	OrderList func(st *State, c *Call, l *OrderList)

	// Notify sees a push before its first attempt and may change or drop it. Changes apply to all attempts.
	Notify func(st *State, n *Notification)

	// Attempt sees each signed attempt to deliver a push before it is sent and may change its request. It
	// runs on the goroutine of the delivery.
	Attempt func(a *Attempt)

	// Answer sees every response, including refusals, before it is sent and may change all of it.
	Answer func(c *Call, a *Answer)

	// Wire may write the response itself and then returns true: no other Wire runs and nothing else is
	// sent. If it waits, it must respect c.Request.Context().
	Wire func(c *Call, a *Answer, w http.ResponseWriter) bool
}

// LookupKind is the kind of object that a Lookup searches for.
type LookupKind string

// The kinds of Lookup and the key of each.
const (
	LookupPartner LookupKind = "partner" // partnerCode
	LookupGroup   LookupKind = "group"   // group_id
	LookupTask    LookupKind = "task"    // request_id
	LookupSIM     LookupKind = "sim"     // ICCID; in tasks, Finish judges SIM cards
	LookupPackage LookupKind = "package" // packageCode
	LookupOrder   LookupKind = "order"   // the deciding key of queryOrder; may be empty
	LookupPayment LookupKind = "payment" // payId
	LookupRenewal LookupKind = "renewal" // deviceCode of queryAutoRenewalRecord, orderNo of cancelAutoRenewalRecord
)

// Lookup is a search in the state on behalf of a request.
type Lookup struct {
	// Kind is the kind of object.
	Kind LookupKind
	// By is the key of an order: ByPurchaseID, ByOrderNo, BySIM or ByPayID; empty for other kinds.
	By string
	// Key is the id. A hook may replace it; the new id is then used, except for orders, where Order is.
	Key string
	// Order is the order found, of any partner; nil for none. A hook may replace it with one from
	// State.Orders, which is then used if Found is set.
	Order *Order
	// Owner is the partner that owns the object; empty if nothing was found, and for SIM cards.
	Owner string
	// Found reports that the object exists and the caller may see it. If a hook sets it for an unknown
	// group, an empty group is created for the caller; for an unknown task it has no effect.
	Found bool
}
