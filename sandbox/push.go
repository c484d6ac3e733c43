package sandbox

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"time"

	"github.com/mallcheck/mallcheck/gen/push"
	"github.com/mallcheck/mallcheck/signing"
)

// Push is where and how the rechargeSuccess push is delivered. Without To there is none.
//
// The address is a setting of whoever starts the sandbox; no request can name or change it. It is
// called as it stands, its path and query included, and must be on loopback unless Anywhere is set:
// that is judged once more for the address which a name resolves to, each time it is called, so that
// a sandbox left running is no way into the network of its machine. Redirects are not followed and
// the proxies of the environment are not used.
type Push struct {
	// To is the address of the partner's receiver, http or https.
	To string
	// Partner is whose orders are told of: Fixtures.Partner if empty. Those of no other are.
	Partner string
	// KeyID and Key sign the pushes: Fixtures.PushKeyID and PushKey if both are empty.
	KeyID string
	Key   []byte
	// Join and Encoding are how signatures are made (assumed, both).
	Join     signing.PushJoin
	Encoding signing.PushEncoding
	// Anywhere allows addresses that are not on loopback.
	Anywhere bool
	// Backoff is the pause before the second attempt; each further one is twice as long, and none
	// longer than MaxPushBackoff. DefaultPushBackoff if 0.
	Backoff time.Duration
	// Timeout is how long one attempt may take, DefaultPushTimeout if 0.
	Timeout time.Duration
}

// How pushes are repeated. The documentation says that there is a retry mechanism and gives no
// figures: all are our own.
const (
	// PushAttempts is how often a push is sent at most, with the same body each time and signed anew.
	PushAttempts = 6
	// DefaultPushBackoff is the pause before the second attempt: with it the last one is made about
	// half a minute after the first.
	DefaultPushBackoff = time.Second
	// MaxPushBackoff is the longest pause.
	MaxPushBackoff = time.Minute
	// DefaultPushTimeout is how long one attempt may take.
	DefaultPushTimeout = 5 * time.Second
)

// withDefaults returns the settings with every field filled, or says which one cannot be kept.
func (p Push) withDefaults() (Push, error) {
	f := NewFixtures()
	if p.Partner == "" {
		p.Partner = f.Partner
	}
	if p.KeyID == "" && p.Key == nil {
		p.KeyID, p.Key = f.PushKeyID, f.PushKey
	}
	if p.Backoff == 0 {
		p.Backoff = DefaultPushBackoff
	}
	if p.Timeout == 0 {
		p.Timeout = DefaultPushTimeout
	}
	if p.Backoff < 0 || p.Timeout < 0 {
		return p, errors.New("the back-off or the time-out of pushes is negative")
	}
	if err := p.signer(nil).SignHeader(map[string][]string{}, []byte("{}")); err != nil {
		return p, err
	}
	return p, p.checkAddress()
}

// checkAddress refuses an address that cannot be called, or may not be.
func (p Push) checkAddress() error {
	to, err := url.Parse(p.To)
	switch {
	case err != nil:
		return errors.New("the push address is not a URL")
	case to.Scheme != "http" && to.Scheme != "https", to.Hostname() == "":
		return fmt.Errorf("the push address %q is not http://host/path or https://host/path", to.Redacted())
	case to.User != nil:
		return fmt.Errorf("the push address %q has a user name or password in it", to.Redacted())
	case p.Anywhere || to.Hostname() == "localhost":
		return nil
	}
	if ip := net.ParseIP(to.Hostname()); ip == nil || !ip.IsLoopback() {
		return fmt.Errorf("the push address %q is not on loopback, and others are not allowed", to.Redacted())
	}
	return nil
}

func (p Push) signer(now func() time.Time) *signing.PushSigner {
	return &signing.PushSigner{KeyID: p.KeyID, Key: p.Key, Join: p.Join, Encoding: p.Encoding, Now: now}
}

// Notification is a push that is about to be queued.
type Notification struct {
	// Order is a copy of the order whose top-up took effect.
	Order Order
	// Body is what all attempts send.
	Body push.RechargeSuccessRequest
	// Attempts is how often it is sent at most, PushAttempts unless a hook changes it.
	Attempts int
	// Copies is how often it is delivered: 1 unless a hook changes it. 0 drops it.
	Copies int
}

// The states of a push.
const (
	PushWaiting   = "waiting"   // it was not delivered yet, and is going to be sent
	PushDelivered = "delivered" // the receiver took it
	PushGivenUp   = "given up"  // no attempt is left
)

// PushLog tells what became of the pushes of a sandbox.
type PushLog struct {
	// Pushes are those that are remembered, the oldest first: see Bounds.Pushes.
	Pushes []PushRecord `json:"pushes"`
	// Lost is how many were never sent, because too many others were waiting.
	Lost uint64 `json:"lost"`
}

// PushRecord tells what became of one push.
type PushRecord struct {
	// ID counts the pushes of a sandbox, from 1.
	ID uint64 `json:"id"`
	// Partner, OrderNo and PayID name the order.
	Partner string `json:"partnerCode"`
	OrderNo string `json:"orderNo"`
	PayID   string `json:"payId"`
	// State is PushWaiting, PushDelivered or PushGivenUp.
	State string `json:"state"`
	// Attempts are those that were made, the first one first.
	Attempts []AttemptRecord `json:"attempts"`
}

// AttemptRecord tells what became of one attempt to deliver a push.
type AttemptRecord struct {
	// At is when it began.
	At time.Time `json:"at"`
	// Status is the HTTP status of the receiver's answer, 0 without one.
	Status int `json:"status,omitempty"`
	// Error is why the push was not delivered; empty when it was.
	Error string `json:"error,omitempty"`
}

// Notify tells the partner that the top-up of an order took effect, as far as Config.Push wants it
// told. It never waits. The sandbox calls it itself for each top-up.
func (st *State) Notify(o *Order) {
	if st.push == nil || st.push.cfg.Partner != o.Partner {
		return
	}
	n := Notification{Order: *o, Attempts: PushAttempts, Copies: 1, Body: push.RechargeSuccessRequest{
		PartnerCode: o.Partner, OrderNo: o.OrderNo, PayId: o.PayID, DeviceCode: o.SIM, PackageCode: o.PackageCode,
		PayAmount: o.Amount, PayCurrency: o.Currency, RequestOrderId: reference(o.PurchaseID),
	}}
	st.hooks.Notify(st, &n)
	for range n.Copies {
		st.push.queue(n)
	}
}
