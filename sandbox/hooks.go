package sandbox

import "net/http"

// hooks are the fields of all interceptors that are set, by point.
type hooks struct {
	onIncoming   []func(*http.Request) *Answer
	onConstraint []func(*Call, *Refusal) *Refusal
	onSignature  []func(*Call, *Refusal) *Refusal
	onLookup     []func(*State, *Call, *Lookup)
	onRequestID  []func(*State, *Call, string) string
	onAccept     []func(*State, *Call, *Task)
	onFinish     []func(*State, *Task)
	onResult     []func(*State, *Call, *Result)
	onListing    []func(*State, *Call, *Listing)
	onConflict   []func(*State, *Call, *Refusal) *Refusal
	onOrder      []func(*State, *Call, *Order)
	onDecide     []func(*State, *Call, *Decision)
	onRenew      []func(*State, *Call, *Order, bool) bool
	onShow       []func(*State, *Call, *Order)
	onOrderList  []func(*State, *Call, *OrderList)
	onNotify     []func(*State, *Notification)
	onAttempt    []func(*Attempt)
	onAnswer     []func(*Call, *Answer)
	onWire       []func(*Call, *Answer, http.ResponseWriter) bool
}

func newHooks(interceptors []Interceptor) *hooks {
	h := &hooks{}
	for _, i := range interceptors {
		add(&h.onIncoming, i.Incoming, i.Incoming != nil)
		add(&h.onConstraint, i.Constraint, i.Constraint != nil)
		add(&h.onSignature, i.Signature, i.Signature != nil)
		add(&h.onLookup, i.Lookup, i.Lookup != nil)
		add(&h.onRequestID, i.RequestID, i.RequestID != nil)
		add(&h.onAccept, i.Accept, i.Accept != nil)
		add(&h.onFinish, i.Finish, i.Finish != nil)
		add(&h.onResult, i.Result, i.Result != nil)
		add(&h.onListing, i.Listing, i.Listing != nil)
		add(&h.onConflict, i.Conflict, i.Conflict != nil)
		add(&h.onOrder, i.Order, i.Order != nil)
		add(&h.onDecide, i.Decide, i.Decide != nil)
		add(&h.onRenew, i.Renew, i.Renew != nil)
		add(&h.onShow, i.Show, i.Show != nil)
		add(&h.onOrderList, i.OrderList, i.OrderList != nil)
		add(&h.onNotify, i.Notify, i.Notify != nil)
		add(&h.onAttempt, i.Attempt, i.Attempt != nil)
		add(&h.onAnswer, i.Answer, i.Answer != nil)
		add(&h.onWire, i.Wire, i.Wire != nil)
	}
	return h
}

func add[F any](to *[]F, hook F, set bool) {
	if set {
		*to = append(*to, hook)
	}
}

func (h *hooks) incoming(r *http.Request) *Answer {
	for _, hook := range h.onIncoming {
		if a := hook(r); a != nil {
			return a
		}
	}
	return nil
}

func (h *hooks) constraint(c *Call, r *Refusal) *Refusal {
	for _, hook := range h.onConstraint {
		r = hook(c, r)
	}
	return r
}

func (h *hooks) signature(c *Call, r *Refusal) *Refusal {
	for _, hook := range h.onSignature {
		r = hook(c, r)
	}
	return r
}

func (h *hooks) lookup(st *State, c *Call, l *Lookup) {
	for _, hook := range h.onLookup {
		hook(st, c, l)
	}
}

func (h *hooks) requestID(st *State, c *Call, id string) string {
	for _, hook := range h.onRequestID {
		id = hook(st, c, id)
	}
	return id
}

func (h *hooks) accept(st *State, c *Call, t *Task) {
	for _, hook := range h.onAccept {
		hook(st, c, t)
	}
}

func (h *hooks) finish(st *State, t *Task) {
	for _, hook := range h.onFinish {
		hook(st, t)
	}
}

func (h *hooks) result(st *State, c *Call, r *Result) {
	for _, hook := range h.onResult {
		hook(st, c, r)
	}
}

func (h *hooks) listing(st *State, c *Call, l *Listing) {
	for _, hook := range h.onListing {
		hook(st, c, l)
	}
}

func (h *hooks) conflict(st *State, c *Call, r *Refusal) *Refusal {
	for _, hook := range h.onConflict {
		r = hook(st, c, r)
	}
	return r
}

func (h *hooks) order(st *State, c *Call, o *Order) {
	for _, hook := range h.onOrder {
		hook(st, c, o)
	}
}

func (h *hooks) decide(st *State, c *Call, d *Decision) {
	for _, hook := range h.onDecide {
		hook(st, c, d)
	}
}

func (h *hooks) renew(st *State, c *Call, o *Order, active bool) bool {
	for _, hook := range h.onRenew {
		active = hook(st, c, o, active)
	}
	return active
}

func (h *hooks) show(st *State, c *Call, o *Order) {
	for _, hook := range h.onShow {
		hook(st, c, o)
	}
}

func (h *hooks) orderList(st *State, c *Call, l *OrderList) {
	for _, hook := range h.onOrderList {
		hook(st, c, l)
	}
}

func (h *hooks) notify(st *State, n *Notification) {
	for _, hook := range h.onNotify {
		hook(st, n)
	}
}

func (h *hooks) attempt(a *Attempt) {
	for _, hook := range h.onAttempt {
		hook(a)
	}
}

func (h *hooks) answer(c *Call, a *Answer) {
	for _, hook := range h.onAnswer {
		hook(c, a)
	}
}

// wire reports whether a hook has written the answer.
func (h *hooks) wire(c *Call, a *Answer, w http.ResponseWriter) bool {
	for _, hook := range h.onWire {
		if hook(c, a, w) {
			return true
		}
	}
	return false
}
