package sandbox

import (
	"net/http"

	"github.com/mallcheck/mallcheck/signing"
)

// Interceptor changes what a sandbox does, at the points that its fields name, in the order in
// which a request meets them. It is how violations of the contract and other habits of a mall are
// made without a branch in any handler. A nil field is a point left alone.
//
// Several interceptors are called in the order of Config.Interceptors, each with what the one
// before left. Hooks run on the goroutines of the requests, many at once: what an interceptor
// remembers it must guard itself, and it must be made anew for each sandbox. Hooks that get a
// *State run one at a time, under the lock of the state: they must not call methods of the Sandbox.
type Interceptor struct {
	// Rules changes the rules of the request signature, once, when the sandbox is made.
	Rules func(signing.Rules) signing.Rules

	// Incoming sees a request before anything was looked at. It may change it, its body included,
	// or answer it: a non-nil Answer is sent by way of the hooks Answer and Wire, whose Call then
	// has nothing but Request.
	Incoming func(r *http.Request) *Answer

	// Constraint sees each refusal of a parameter that is missing or not of its form, and once,
	// when none is left, nil. What it returns replaces it: nil lets the request pass. Constraints
	// of version and partnerCode come before Signature, all others after.
	Constraint func(c *Call, refusal *Refusal) *Refusal

	// Signature sees the verdict on the sign: nil for a right one, otherwise a refusal with one of
	// the reasons SignMissing, SignEmpty, SignCase, SignWrong. What it returns replaces it.
	Signature func(c *Call, verdict *Refusal) *Refusal

	// Lookup sees each search by a request for a partner, a group, a task, a SIM or what else
	// LookupKind names, with its outcome, and may change the outcome or what was searched for.
	Lookup func(st *State, c *Call, l *Lookup)

	// Conflict sees each refusal of a purchase that is made for what the state already has: an id
	// that is taken, an order that is paid, another amount, currency or plan than the order's, a
	// payment that is declined; and nil where none of these is. What it returns replaces it.
	Conflict func(st *State, c *Call, refusal *Refusal) *Refusal

	// RequestID sees the id that a new task is about to get and returns the one that it gets. An id
	// that is in use goes over to the new task.
	RequestID func(st *State, c *Call, id string) string

	// Accept sees a task before it is filed, and may change its RequestID, Partner, Group, Action,
	// SIMs, Delay and Tag. The answer names the RequestID that is left.
	Accept func(st *State, c *Call, t *Task)

	// Finish sees a task that has come to its end, before its Effects are applied. It may change
	// Details, which are what is told, and Effects, which are what is done.
	Finish func(st *State, t *Task)

	// Result sees each result that is about to be answered, and may change it without changing the
	// task, whose Finished it cannot see but as r.Status.
	Result func(st *State, c *Call, r *Result)

	// Listing sees the SIMs of a group that are about to be answered, and may change them without
	// changing the group.
	Listing func(st *State, c *Call, l *Listing)

	// Order sees an order before it is filed, and may change all that it exports.
	Order func(st *State, c *Call, o *Order)

	// Decide sees what a payment is about to become whenever it is confirmed, subscribed to or told
	// of by a third party, even when it stays as it is, and may change it.
	Decide func(st *State, c *Call, d *Decision)

	// Renew sees what the auto-renewal of an order is about to become, active or cancelled, and
	// returns whether it is then active.
	Renew func(st *State, c *Call, o *Order, active bool) bool

	// Show sees a copy of each order of which an answer is about to tell: of queryOrder, resultQuery,
	// confirmPaymentResult, queryAutoRenewalRecord, the authorizations and stripeSubDirectly. What it
	// changes is told, and not changed in the order.
	Show func(st *State, c *Call, o *Order)

	// OrderList sees what singleQueryOrder is about to answer, and may change it without changing the
	// orders.
	OrderList func(st *State, c *Call, l *OrderList)

	// Notify sees a push before its first attempt is due, and may change or drop it. What it changes
	// is the content of all attempts.
	Notify func(st *State, n *Notification)

	// Attempt sees each attempt to deliver a push when it is signed and about to be sent, and may
	// change its request. It runs on a goroutine of the delivery.
	Attempt func(a *Attempt)

	// Answer sees every answer, refusals included, before it is sent, and may change all of it.
	Answer func(c *Call, a *Answer)

	// Wire may write the answer itself, in any form that net/http allows, and then returns true: no
	// other Wire is called and nothing more is sent. To wait it must heed c.Request.Context().
	Wire func(c *Call, a *Answer, w http.ResponseWriter) bool
}

// LookupKind is what is searched for.
type LookupKind string

// The kinds of Lookup, and what Key is for each.
const (
	LookupPartner LookupKind = "partner" // partnerCode
	LookupGroup   LookupKind = "group"   // group_id
	LookupTask    LookupKind = "task"    // request_id
	LookupSIM     LookupKind = "sim"     // ICCID; in tasks, SIMs are judged by Finish
	LookupPackage LookupKind = "package" // packageCode
	LookupOrder   LookupKind = "order"   // the key of queryOrder that decides; it may be empty
	LookupPayment LookupKind = "payment" // payId
	LookupRenewal LookupKind = "renewal" // deviceCode of queryAutoRenewalRecord, orderNo of cancelAutoRenewalRecord
)

// Lookup is a search in the state on behalf of a request.
type Lookup struct {
	// Kind is what is searched for.
	Kind LookupKind
	// By is the key that orders are searched by: ByPurchaseID, ByOrderNo, BySIM or ByPayID; empty for
	// what is no order.
	By string
	// Key is the searched id. A hook may put another one in its place: it is what is then used, but
	// for orders, where Order is.
	Key string
	// Order is the order that was found, of whatever partner; nil for none. A hook may put another one
	// in its place, which State.Orders finds: it is what is then used, when Found says so.
	Order *Order
	// Owner is the partner whose the found thing is; empty when nothing was found or a SIM was,
	// which belongs to none.
	Owner string
	// Found says that there is such a thing and that the caller may see it. When a hook sets it for
	// a group that does not exist, the group is made, the caller's and empty; for a task that does
	// not exist it has no effect.
	Found bool
}
