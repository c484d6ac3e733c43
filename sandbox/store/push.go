package store

import (
	"cmp"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strconv"
	"time"

	"github.com/mallcheck/mallcheck/gen/push"
	"github.com/mallcheck/mallcheck/signing"
)

// Push configures the delivery of the rechargeSuccess push. Without To nothing is sent.
//
// Only the caller that starts the sandbox sets the address; no request can change it. It is used as it
// is, with path and query, and must be on loopback unless Anywhere is set. The check applies again to
// the resolved IP address on each attempt, so that a running sandbox gives no access to the network of
// its machine. Redirects are not followed, and proxy settings of the environment are ignored.
type Push struct {
	// To is the address of the partner's receiver, http or https.
	To string
	// Partner is the only partner whose orders cause pushes: Fixtures.Partner if empty.
	Partner string
	// KeyID and Key sign the pushes: Fixtures.PushKeyID and PushKey if both are empty.
	KeyID string
	Key   []byte
	// Join and Encoding are the rules of the signature (both assumed).
	Join     signing.PushJoin
	Encoding signing.PushEncoding
	// Anywhere permits addresses outside loopback.
	Anywhere bool
	// Backoff is the pause before the second attempt. Each further pause is twice as long, up to
	// MaxPushBackoff. DefaultPushBackoff if 0.
	Backoff time.Duration
	// Timeout is how long one attempt may take, DefaultPushTimeout if 0.
	Timeout time.Duration
}

// How pushes are retried. The documentation mentions retries without figures; these are the sandbox's
// own.
const (
	// PushAttempts is the most attempts per push, each with the same body and a new signature.
	PushAttempts = 6
	// DefaultPushBackoff is the pause before the second attempt. The last attempt follows about half a
	// minute after the first.
	DefaultPushBackoff = time.Second
	// MaxPushBackoff is the longest pause.
	MaxPushBackoff = time.Minute
	// DefaultPushTimeout is how long one attempt may take.
	DefaultPushTimeout = 5 * time.Second
)

// withDefaults fills empty fields. The error names the invalid setting.
func (p Push) withDefaults() (Push, error) {
	f := NewFixtures()
	p.Partner = cmp.Or(p.Partner, f.Partner)
	if p.KeyID == "" && p.Key == nil {
		p.KeyID, p.Key = f.PushKeyID, f.PushKey
	}
	p.Backoff = cmp.Or(p.Backoff, DefaultPushBackoff)
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

// checkAddress refuses an invalid or forbidden address.
func (p Push) checkAddress() error {
	to, err := url.Parse(p.To)
	switch {
	case err != nil:
		return errors.New("the push address is not a URL")
	case to.Scheme != "http" && to.Scheme != "https", to.Hostname() == "":
		return fmt.Errorf("the push address %q is not http://host/path or https://host/path", to.Redacted())
	case !validPort(to.Port()):
		return fmt.Errorf("the push address %q has the invalid port %s: use 1 to 65535", to.Redacted(), to.Port())
	case to.User != nil:
		return fmt.Errorf("the push address %q has a user name or password in it", to.Redacted())
	case p.Anywhere || to.Hostname() == "localhost":
		return nil
	}
	if ip := net.ParseIP(to.Hostname()); ip == nil || !ip.IsLoopback() {
		return fmt.Errorf("the push address %q is not on loopback; other addresses need permission", to.Redacted())
	}
	return nil
}

// validPort reports whether a URL's port is valid; "" means the default port of the scheme.
func validPort(port string) bool {
	number, err := strconv.ParseUint(port, 10, 16)
	return port == "" || err == nil && number > 0
}

func (p Push) signer(now func() time.Time) *signing.PushSigner {
	return &signing.PushSigner{KeyID: p.KeyID, Key: p.Key, Join: p.Join, Encoding: p.Encoding, Now: now}
}

// Notification is a push before it is queued.
type Notification struct {
	// Order is a copy of the order whose top-up took effect.
	Order Order
	// Body is the body of all attempts.
	Body push.RechargeSuccessRequest
	// Attempts is the most attempts, PushAttempts unless a hook changes it.
	Attempts int
	// Copies is how often the push is delivered: 1 unless a hook changes it; 0 drops it.
	Copies int
}

// The states of a push.
const (
	PushWaiting   = "waiting"   // not yet delivered; another attempt follows
	PushDelivered = "delivered" // the receiver accepted it
	PushGivenUp   = "given up"  // no attempt is left
)

// PushLog is the state of all remembered pushes.
type PushLog struct {
	// Pushes are the remembered pushes, oldest first; see Bounds.Pushes.
	Pushes []PushRecord `json:"pushes"`
	// Lost is the number of pushes that were never sent because too many others were waiting.
	Lost uint64 `json:"lost"`
}

// PushRecord is the state of one push.
type PushRecord struct {
	// ID counts the pushes of a sandbox, from 1.
	ID uint64 `json:"id"`
	// Partner, OrderNo and PayID name the order.
	Partner string `json:"partnerCode"`
	OrderNo string `json:"orderNo"`
	PayID   string `json:"payId"`
	// State is PushWaiting, PushDelivered or PushGivenUp.
	State string `json:"state"`
	// Attempts are the attempts made so far, in order.
	Attempts []AttemptRecord `json:"attempts"`
}

// AttemptRecord is the outcome of one attempt to deliver a push.
type AttemptRecord struct {
	// At is when it began.
	At time.Time `json:"at"`
	// Status is the HTTP status of the receiver's response, 0 if there was none.
	Status int `json:"status,omitempty"`
	// Error is why the attempt failed; empty if it succeeded.
	Error string `json:"error,omitempty"`
}

// Notify queues a push for an order whose top-up took effect, if Config.Push asks for one. It never
// blocks. The sandbox calls it for each top-up.
func (st *State) Notify(o *Order) {
	if st.Push == nil || st.Push.cfg.Partner != o.Partner {
		return
	}
	n := Notification{Order: *o, Attempts: PushAttempts, Copies: 1, Body: push.RechargeSuccessRequest{
		PartnerCode: o.Partner, OrderNo: o.OrderNo, PayID: o.PayID, DeviceCode: o.SIM, PackageCode: o.PackageCode,
		PayAmount: o.Amount, PayCurrency: o.Currency, RequestOrderID: Optional(o.PurchaseID),
	}}
	st.hooks.Notify(st, &n)
	for range n.Copies {
		st.Push.queue(n)
	}
}

// Optional returns a pointer to text, or nil for an empty one, which the response omits.
func Optional(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}
