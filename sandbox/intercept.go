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

	// Lookup sees each search for a partner, group, task or SIM by a request, with its outcome, and
	// may change the outcome or what was searched for.
	Lookup func(st *State, c *Call, l *Lookup)

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
)

// Lookup is a search in the state on behalf of a request.
type Lookup struct {
	// Kind is what is searched for.
	Kind LookupKind
	// Key is the searched id. A hook may put another one in its place: it is what is then used.
	Key string
	// Owner is the partner whose the found thing is; empty when nothing was found or a SIM was,
	// which belongs to none.
	Owner string
	// Found says that there is such a thing and that the caller may see it. When a hook sets it for
	// a group that does not exist, the group is made, the caller's and empty; for a task that does
	// not exist it has no effect.
	Found bool
}

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
