// Package sandbox is the built-in mall: an HTTP server that follows the contract, keeps state in
// memory and is deterministic. Partners write and test clients against it without the provider, and
// the conformance suite proves itself on it.
//
// Requests are checked strictly, and each refusal names the mistake. A wrong path, method, media type,
// size or JSON text gets its own HTTP status; everything else gets HTTP 200 and operateCode "F". The
// form of refusals, their texts, the limits (Bounds) and the contents (Fixtures) are the sandbox's own
// convention: the provider documents no refusal. The sandbox requires what the contract requires,
// including a version, which has a documented default. It accepts what the contract leaves open: any
// well-formed version, any language, terminal or trade type. Undocumented parameters are signed with
// the rest and then ignored.
//
// The constraints are hand-written, not derived from the contract document. The suite judges by the
// document, so a mistake in one does not hide a mistake in the other.
//
// # Purchases
//
// The partner chooses orderNo and payId; both must be new among its orders. Amounts and currencies are
// returned exactly as sent and need not match the price of the plan. An authorization starts a payment
// and pays nothing; confirmPaymentResult ends the payment, and stripeSubDirectly pays at once. A paid
// order takes effect once, after Config.TaskDelay, when the push is sent; it is pending until then and
// active afterwards. A failed payment can be retried with a new authorization. A paid order cannot be
// paid again; confirming it again returns the same outcome.
//
// Test values decide how a payment ends. They are this sandbox's own convention and are sent as the
// payment method (pm_id), which stripeSubDirectly requires and stripeSingleAuthorization accepts.
//
//	pm_id                            single payment, when it is confirmed   stripeSubDirectly
//	pm_card_chargeDeclined           fails: payStatus "2"                   is refused; payStatus "2"
//	pm_card_authenticationRequired   stays open: payStatus "0"              status "incomplete"; payStatus "0"
//	none, or ""                      stays open: nobody has paid yet        is refused: it is required
//	any other, like pm_card_visa     succeeds: payStatus "1"                status "active"; payStatus "1"
//
// After an authorization without a method, the control path plays the buyer who chooses one in the
// Stripe SDK. An order from synOrderInfo is paid if its payRst is "SUCCESS", and has failed otherwise.
//
// A plan lasts 30 days per ordered period. A paid subscription renews the order at its end for the same
// number of periods until cancelAutoRenewalRecord ends it; periods that have begun stay in effect. A
// renewal creates no order and no push. A single payment never renews, whatever autoRenewal says.
//
// # Pushes
//
// With Config.Push, the sandbox sends a signed push in the background to one partner's address for each
// top-up that takes effect; see Push for the addresses it allows. Any answer but HTTP 200 causes a
// retry with the same body and a new signature, at most PushAttempts times, with growing pauses.
//
// # Control
//
// Config.Control opens ControlPath. Tests use it to advance the clock, fail or hold the next payment or
// task, add SIM cards and groups, reset the sandbox, and list pushes and requests.
//
// # Breaking the contract
//
// Interceptor makes the sandbox break the contract, or keep it in another way. Package faults has the
// catalogue of both.
package sandbox

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/mallcheck/mallcheck/sandbox/store"
	"github.com/mallcheck/mallcheck/signing"
)

// Config configures a sandbox. The zero value works.
type Config struct {
	// Seed is the seed of every request_id and of the ids and secrets of payments. With the same seed and
	// clock, the same sequence of requests gets the same responses, byte for byte except the header Date.
	Seed int64
	// Now is the clock, time.Now if nil. It must not go back, and may be called by several goroutines.
	Now func() time.Time
	// TaskDelay is how long an asynchronous task takes, and how long after its payment a top-up takes
	// effect. With 0, both happen before the response is sent.
	TaskDelay time.Duration
	// Interceptors change the behavior of the sandbox. They run in this order.
	Interceptors []store.Interceptor
	// Rules are the signing rules of requests; signing.Default() if zero.
	Rules signing.Rules
	// Bounds limit what is kept in memory. A zero field takes its default.
	Bounds store.Bounds
	// Terse leaves the diagnosis out of the refusal of a wrong sign. The diagnosis is most of the cost of
	// such a refusal; callers that ignore messages do not need it.
	Terse bool
	// Log gets one line per request at level Info; nil logs nothing. The line contains neither query nor
	// body. Of their values it shows partnerCode and what the message of a refusal quotes.
	Log *slog.Logger
	// Push configures the rechargeSuccess push; the zero value sends none. PushTo changes it later.
	Push store.Push
	// Control opens the control path below ControlPath to callers on this machine.
	Control bool
	// Wrap, if it is not nil, returns the handler that a Server serves in place of its sandbox.
	Wrap func(*Sandbox) http.Handler
}

// settings are the settings that the state depends on.
func (c Config) settings() store.Settings {
	return store.Settings{Seed: c.Seed, Now: c.Now, TaskDelay: c.TaskDelay, Bounds: c.Bounds}
}

// Sandbox is a mall. It is safe for concurrent use.
type Sandbox struct {
	cfg        Config
	hooks      store.Interceptor
	state      *store.State
	operations []*operation
	stages     []func(*store.Call) *store.Refusal
	clock      *store.Clock
	control    *control // nil when it is closed
}

// New creates a sandbox that contains its Fixtures. The error names the invalid setting.
func New(cfg Config) (*Sandbox, error) {
	if cfg.TaskDelay < 0 {
		return nil, errors.New("making a sandbox: the task delay is negative")
	}
	if cfg.Bounds.Negative() {
		return nil, errors.New("making a sandbox: a bound is negative")
	}
	cfg.Bounds = cfg.Bounds.WithDefaults()
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Rules == (signing.Rules{}) {
		cfg.Rules = signing.Default()
	}
	hooks := store.Chain(cfg.Interceptors...)
	cfg.Rules = hooks.Rules(cfg.Rules)
	s := &Sandbox{cfg: cfg, hooks: hooks, clock: &store.Clock{Base: cfg.Now}}
	settings := cfg.settings()
	settings.Now = s.clock.Now
	s.state = store.NewState(settings, s.hooks)
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
		o.globals = globalRules(o.parametersIn())
		o.rules = append(o.rules, rule{in: store.InHeader, name: "Accept-Language", optional: true})
	}
	// The sign is verified before any stage that reads state, so that a request with a wrong sign
	// learns nothing and changes nothing.
	s.stages = []func(*store.Call) *store.Refusal{s.route, s.readQuery, s.readBody, s.keepGlobals, s.keepSign, s.keepRules, s.state.Partner}
	return s, nil
}

// PushTo replaces the push settings of Config.Push or of an earlier call. Without p.To no pushes are
// sent. It cancels pending pushes and forgets earlier ones. The error names the invalid setting; the
// old settings then stay in force.
func (s *Sandbox) PushTo(p store.Push) error {
	var fresh *store.Pusher
	if p.To != "" {
		var err error
		if fresh, err = store.NewPusher(p, s.cfg.settings(), s.hooks); err != nil {
			return err
		}
	}
	return s.state.SetPusher(fresh)
}

// Close stops the delivery of pushes and waits for those in flight. Only a sandbox with pushes needs
// it; a Server closes its own sandbox. Requests are still answered afterwards, without pushes.
func (s *Sandbox) Close() { s.state.Close() }

// Pushes returns the state of all remembered pushes.
func (s *Sandbox) Pushes() store.PushLog {
	s.state.Mu.Lock()
	push := s.state.Push
	s.state.Mu.Unlock()
	if push == nil {
		return store.PushLog{Pushes: []store.PushRecord{}}
	}
	return push.Log()
}

// Handler returns the HTTP handler of the sandbox: the services at /vshop, /payment and /topup,
// HealthPath and, if open, ControlPath.
func (s *Sandbox) Handler() http.Handler { return s }

// Rules returns the signing rules of requests.
func (s *Sandbox) Rules() signing.Rules { return s.cfg.Rules }

// Operations returns the ids of the operations that the sandbox implements, in no particular order.
func (s *Sandbox) Operations() []string {
	ids := make([]string, len(s.operations))
	for i, o := range s.operations {
		ids[i] = o.id
	}
	return ids
}

// Fixtures returns the initial content of the sandbox.
func (s *Sandbox) Fixtures() store.Fixtures { return store.NewFixtures() }
