package store

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"sync"
	"syscall"
	"time"

	"github.com/mallcheck/mallcheck/gen/push"
	"github.com/mallcheck/mallcheck/internal/quiet"
	"github.com/mallcheck/mallcheck/signing"
)

// Limits of the connection to a receiver: how long it is kept open without use, the largest header, and
// how much of a body is read.
const (
	keepAlive       = 120 * time.Second
	maxAnswerHeader = 64 << 10
	maxDiscarded    = 2 << 10
)

// Pusher delivers pushes, each on its own goroutine, and records their outcome.
type Pusher struct {
	cfg    Push
	bounds Bounds
	hooks  Interceptor
	now    func() time.Time
	signer *signing.PushSigner
	to     *url.URL
	client *push.Client
	sender *http.Client
	slots  chan struct{} // one for each concurrent attempt

	mu     sync.Mutex
	ctx    context.Context // cancels the deliveries; renewed by reset
	cancel context.CancelFunc
	ids    uint64
	kept   []*delivery // oldest first
	weight int         // of kept
	idle   int         // how many of kept have ended
	lost   uint64      // pushes dropped because the limits were reached
	closed bool

	deliveries sync.WaitGroup
}

// delivery is one push.
type delivery struct {
	record PushRecord
	note   Notification
	weight int
}

// concurrentPushes is the number of concurrent attempts.
const concurrentPushes = 8

// pushWeight is the approximate memory of a push without its strings, including its goroutine.
const pushWeight = 8 << 10

// NewPusher returns a pusher with the settings of pushes. The error names the invalid setting.
func NewPusher(want Push, cfg Settings, hooks Interceptor) (*Pusher, error) {
	settings, err := want.withDefaults()
	if err != nil {
		return nil, err
	}
	to, err := url.Parse(settings.To)
	if err != nil {
		return nil, fmt.Errorf("reading the push address: %w", err)
	}
	p := &Pusher{cfg: settings, bounds: cfg.Bounds, hooks: hooks, to: to, now: cfg.Now, slots: make(chan struct{}, concurrentPushes)}
	p.ctx, p.cancel = context.WithCancel(context.Background())
	p.signer = settings.signer(cfg.Now)
	dialer := &net.Dialer{Timeout: settings.Timeout}
	if !settings.Anywhere {
		dialer.Control = loopbackOnly
	}
	p.sender = &http.Client{
		Transport: quiet.Transport(&http.Transport{DialContext: dialer.DialContext, MaxIdleConnsPerHost: concurrentPushes,
			IdleConnTimeout: keepAlive, MaxResponseHeaderBytes: maxAnswerHeader}),
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	// The path in the contract is a placeholder: each attempt sets the address in a request editor.
	p.client, err = push.NewClient(to.String(), push.WithHTTPClient(p.sender))
	return p, err
}

// Partner is the partner whose orders are pushed.
func (p *Pusher) Partner() string { return p.cfg.Partner }

// loopbackOnly refuses to connect to other machines, whatever the host name.
func loopbackOnly(_, address string, _ syscall.RawConn) error {
	at, err := netip.ParseAddrPort(address)
	if err != nil || !at.Addr().Unmap().IsLoopback() {
		return fmt.Errorf("%s is not on loopback; other addresses need permission", address)
	}
	return nil
}

// queue accepts a push and returns at once.
func (p *Pusher) queue(n Notification) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return
	}
	p.ids++
	d := &delivery{note: n, weight: pushWeight + n.Order.weight, record: PushRecord{
		ID: p.ids, Partner: n.Body.PartnerCode, OrderNo: n.Body.OrderNo, PayID: n.Body.PayID, State: PushWaiting}}
	d.note.Attempts = max(d.note.Attempts, 1)
	if !p.makeRoom(d.weight) {
		p.lost++
		return
	}
	p.kept = append(p.kept, d)
	p.weight += d.weight
	ctx := p.ctx
	p.deliveries.Go(func() { p.deliver(ctx, d) })
}

// makeRoom evicts the oldest finished pushes until one more of this weight fits, and reports whether it
// fits.
func (p *Pusher) makeRoom(weight int) bool {
	fits := func() bool { return len(p.kept) < p.bounds.Pushes && p.weight+weight <= p.bounds.PushBytes }
	for i := 0; i < len(p.kept) && p.idle > 0 && !fits(); {
		if d := p.kept[i]; d.record.State != PushWaiting {
			p.kept = slices.Delete(p.kept, i, i+1)
			p.weight -= d.weight
			p.idle--
			continue
		}
		i++
	}
	return fits()
}

// deliver sends a push until the receiver accepts it, no attempt is left or ctx ends.
func (p *Pusher) deliver(ctx context.Context, d *delivery) {
	pause := p.cfg.Backoff
	for number := 1; number <= d.note.Attempts; number++ {
		if number > 1 {
			if !sleep(ctx, pause) {
				return
			}
			pause = min(2*pause, MaxPushBackoff)
		}
		record, made := p.attempt(ctx, d, number)
		if !made {
			return
		}
		if !p.note(ctx, d, record, number) {
			return
		}
	}
}

// note records an attempt and reports whether another one follows.
func (p *Pusher) note(ctx context.Context, d *delivery, record AttemptRecord, number int) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if ctx.Err() != nil {
		return false // a reset dropped the push
	}
	d.record.Attempts = append(d.record.Attempts, record)
	switch {
	case record.Error == "":
		d.record.State = PushDelivered
	case number >= d.note.Attempts:
		d.record.State = PushGivenUp
	default:
		return true
	}
	p.idle++
	return false
}

// sleep waits and reports whether it was not cancelled.
func sleep(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// Attempt is one attempt to deliver a push.
type Attempt struct {
	// Number is the number of the attempt, from 1.
	Number int
	// Notification is the push, the same for all its attempts.
	Notification Notification
	// Request is the signed request with its body.
	Request *http.Request
}

// attempt sends a push once when a slot is free. made is false if ctx ends first.
func (p *Pusher) attempt(ctx context.Context, d *delivery, number int) (record AttemptRecord, made bool) {
	select {
	case p.slots <- struct{}{}:
		defer func() { <-p.slots }()
	case <-ctx.Done():
		return record, false
	}
	record.At = p.now()
	limited, cancel := context.WithTimeout(ctx, p.cfg.Timeout)
	defer cancel()
	address := func(_ context.Context, r *http.Request) error {
		to := *p.to
		r.URL, r.Host = &to, to.Host
		return nil
	}
	hook := func(_ context.Context, r *http.Request) error {
		p.hooks.Attempt(&Attempt{Number: number, Notification: d.note, Request: r})
		return nil
	}
	res, err := p.client.RechargeSuccess(limited, nil, d.note.Body, address, p.signer.Sign, hook)
	if err == nil {
		defer res.Body.Close()
		// Reading a short answer lets the connection be reused.
		_, _ = io.CopyN(io.Discard, res.Body, maxDiscarded)
		if record.Status = res.StatusCode; record.Status != http.StatusOK {
			err = fmt.Errorf("the receiver answered %s", res.Status)
		}
	}
	if err != nil {
		record.Error = shortened(err.Error())
	}
	return record, ctx.Err() == nil
}

// shortened limits the length of an error message.
func shortened(text string) string {
	const most = 256
	if len(text) > most {
		return text[:most] + "..."
	}
	return text
}

// Log returns the state of all remembered pushes.
func (p *Pusher) Log() PushLog {
	p.mu.Lock()
	defer p.mu.Unlock()
	l := PushLog{Pushes: make([]PushRecord, len(p.kept)), Lost: p.lost}
	for i, d := range p.kept {
		l.Pushes[i] = d.record
		l.Pushes[i].Attempts = append([]AttemptRecord{}, d.record.Attempts...)
	}
	return l
}

// Reset forgets all pushes and cancels those in flight.
func (p *Pusher) Reset() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.cancel()
	p.kept, p.weight, p.idle, p.lost, p.ids = nil, 0, 0, 0, 0
	if !p.closed {
		p.ctx, p.cancel = context.WithCancel(context.Background())
	}
}

// close cancels all deliveries and waits for their goroutines.
func (p *Pusher) close() {
	p.mu.Lock()
	p.closed = true
	p.cancel()
	p.mu.Unlock()
	p.deliveries.Wait()
	p.sender.CloseIdleConnections()
}
