// Package sandbox is the embedded mall: an HTTP server that behaves as the contract says, with
// state, in memory, and deterministic. A partner can write and test a client against it without the
// provider, and the conformance suite proves itself on it.
//
// Requests are checked strictly, and each refusal tells the mistake: a wrong path, method, media
// type, size or JSON text with its HTTP status, everything else with HTTP 200 and operateCode "F".
// That, the texts, the limits (Bounds) and the contents (Fixtures) are the sandbox's own
// convention: the provider documents no refusal. What the contract requires is required, a version
// too, which has a documented default. What the contract leaves open is left open: any version of
// its form, any language, terminal or trade type is taken, and parameters that no page names are
// signed with the rest and then ignored.
//
// The constraints are written here by hand, not derived from the contract document: the suite
// judges by the document, and a mistake in one must not hide in the other.
//
// # Purchases
//
// An order is under the orderNo and the payId that the partner gives it; neither may be that of
// another order of the partner. Amounts and currencies are told exactly as they were sent, and need
// not be what the plan costs. An authorization begins a payment and pays nothing; confirmPaymentResult
// ends it, and stripeSubDirectly pays at once. A paid order takes effect after Config.TaskDelay, once,
// which is when the push is sent; only then is it active, and until then pending. A payment that failed
// can be tried again with a new authorization; a paid order can not be paid again, and its payment can
// be confirmed again with the same outcome.
//
// How a payment ends is decided by test values, this sandbox's own convention: the payment method
// (pm_id), which stripeSubDirectly needs and stripeSingleAuthorization may name.
//
//	pm_id                            single payment, when it is confirmed   stripeSubDirectly
//	pm_card_chargeDeclined           fails: payStatus "2"                   is refused; payStatus "2"
//	pm_card_authenticationRequired   stays open: payStatus "0"              status "incomplete"; payStatus "0"
//	none, or ""                      stays open: nobody has paid yet        is refused: it is required
//	any other, like pm_card_visa     succeeds: payStatus "1"                status "active"; payStatus "1"
//
// The buyer who chooses a method in the Stripe SDK, after an authorization without one, is played by
// the control path. An order of synOrderInfo is paid when its payRst is "SUCCESS", and has failed
// otherwise.
//
// A plan lasts 30 days for each period that was ordered. A subscription that is paid has the order
// renewed at its end by as much as was ordered, until cancelAutoRenewalRecord ends that; what was begun
// by then stays in effect. A renewal makes no order and no push of its own. An order that is paid once is not
// renewed, whatever its autoRenewal says.
//
// # Pushes
//
// With Config.Push each top-up that takes effect is told of to the address of one partner, signed, in
// the background: see Push for what addresses are allowed. What is not answered with HTTP 200, whatever
// the body, is sent again, with the same body and signed anew, PushAttempts times at most, with growing pauses.
//
// # Control
//
// ControlPath, when Config.Control opens it, lets tests put the clock forward, fail or hold the next
// payment or task, add SIMs and groups, begin anew, and see what was pushed and requested.
//
// # Breaking the contract
//
// Interceptor is how the sandbox is made to break the contract, or to keep it in another way; which
// breaches there are is left to others. So is the command line.
package sandbox

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/mallcheck/mallcheck/signing"
)

// Config is what a sandbox is made of. The zero value is a sandbox that can be used.
type Config struct {
	// Seed is the seed of every request_id and of the ids and secrets of payments. With the same seed and clock, the same requests one
	// after the other get the same answers, byte for byte but for the header Date.
	Seed int64
	// Now is the clock, time.Now if nil. It must not go back, and may be called by several goroutines.
	Now func() time.Time
	// TaskDelay is how long an asynchronous task takes, and a top-up from its payment; with 0 a task
	// has finished when its request_id can first be asked for, and an order is in effect when it is paid.
	TaskDelay time.Duration
	// Interceptors change what the sandbox does, in this order.
	Interceptors []Interceptor
	// Rules is how requests are signed, signing.Default() if left zero.
	Rules signing.Rules
	// Bounds limit what is held in memory; a field left zero takes its default.
	Bounds Bounds
	// Terse leaves the diagnosis of a wrong sign out of its refusal, which takes most
	// of the time that such a refusal takes: for callers that read no messages.
	Terse bool
	// Log gets a line for each request, at level Info; nil for none. The line has neither query nor
	// body; of their values it has partnerCode and what the message of a refusal quotes.
	Log *slog.Logger
	// Push is where the rechargeSuccess push is delivered; the zero value delivers none. PushTo
	// changes it later.
	Push Push
	// Control opens the control path, below ControlPath, to this machine.
	Control bool
}

// Sandbox is a mall. It may be used by several goroutines at once.
type Sandbox struct {
	cfg        Config
	hooks      Interceptor
	state      *State
	operations []*operation
	stages     []func(*Call) *Refusal
	clock      *clock
	control    *control // nil when it is closed
}

// New makes a sandbox that holds its Fixtures. The error names the setting that cannot be kept.
func New(cfg Config) (*Sandbox, error) {
	if cfg.TaskDelay < 0 {
		return nil, errors.New("making a sandbox: the task delay is negative")
	}
	if cfg.Bounds.negative() {
		return nil, errors.New("making a sandbox: a bound is negative")
	}
	cfg.Bounds = cfg.Bounds.withDefaults()
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Rules == (signing.Rules{}) {
		cfg.Rules = signing.Default()
	}
	hooks := Chain(append([]Interceptor{passive()}, cfg.Interceptors...)...)
	cfg.Rules = hooks.Rules(cfg.Rules)
	s := &Sandbox{cfg: cfg, hooks: hooks, clock: &clock{base: cfg.Now}}
	s.state = newState(cfg, s.hooks)
	s.state.now = s.clock.Now
	if err := s.PushTo(cfg.Push); err != nil {
		return nil, fmt.Errorf("making a sandbox: %w", err)
	}
	s.operations = slices.Concat(vshopOperations(s.state), paymentOperations(s.state), topupOperations(s.state))
	if cfg.Control {
		s.control = newControl(s)
	}
	for _, o := range s.operations {
		o.service = strings.TrimPrefix(o.base, "/")
		o.segments = strings.Split(strings.TrimPrefix(o.base+o.path, "/"), "/")
		o.globals = globalRules(o.place())
		o.rules = append(o.rules, rule{in: inHeader, name: "Accept-Language", optional: true})
	}
	// The sign is judged before anything that depends on state, so that a request with a wrong one
	// learns nothing and changes nothing.
	s.stages = []func(*Call) *Refusal{s.route, s.readQuery, s.readBody, s.keepGlobals, s.keepSign, s.keepRules, s.state.partner}
	return s, nil
}

// PushTo has pushes delivered as p says from now on, in place of what Config.Push or an earlier call
// said; without p.To none are. Those under way are given up and all before are forgotten. The error
// names the setting that cannot be kept, and then nothing has changed.
func (s *Sandbox) PushTo(p Push) error {
	var fresh *pusher
	if p.To != "" {
		var err error
		if fresh, err = newPusher(p, s.cfg, s.hooks); err != nil {
			return err
		}
	}
	return s.state.setPusher(fresh)
}

// Close ends the delivery of pushes and waits for those under way. Only a sandbox with pushes needs
// it, and one that a Server serves is closed with it. Requests are answered as before, and tell
// nobody any more.
func (s *Sandbox) Close() { s.state.close() }

// Pushes tells what became of the pushes.
func (s *Sandbox) Pushes() PushLog {
	s.state.mu.Lock()
	push := s.state.push
	s.state.mu.Unlock()
	if push == nil {
		return PushLog{Pushes: []PushRecord{}}
	}
	return push.log()
}

// Handler returns the sandbox as the handler of a server: the services at /vshop, /payment and
// /topup, HealthPath and, if it is open, ControlPath.
func (s *Sandbox) Handler() http.Handler { return s }

// Operations returns the ids of the operations that the sandbox carries out, in no particular order.
func (s *Sandbox) Operations() []string {
	ids := make([]string, len(s.operations))
	for i, o := range s.operations {
		ids[i] = o.id
	}
	return ids
}
