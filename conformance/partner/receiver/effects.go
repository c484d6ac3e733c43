package receiver

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os/exec"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/mallcheck/mallcheck/conformance/partner"
	"github.com/mallcheck/mallcheck/reports"
)

// scenario is a sequence of pushes and the number of effects that it must have.
type scenario struct {
	id, what string
	effects  int
	run      func(ctx context.Context, r *partner.Record) bool
}

// scenarios are the ways in which a push arrives more than once.
func (s *sender) scenarios() []scenario {
	return []scenario{
		{"twice", "the same push twice", 1, func(ctx context.Context, r *partner.Record) bool {
			p := s.valid()
			return s.take(ctx, r, p, "a push") && s.take(ctx, r, p, "the same push a second time")
		}},
		{"signed-again", "a push and its repetition with a new timestamp", 1, func(ctx context.Context, r *partner.Record) bool {
			p := s.valid()
			first := s.take(ctx, r, p, "a push")
			return first && s.take(ctx, r, s.again(p), "a repeated push with a new timestamp")
		}},
		{"at-once", "ten copies of a push at once", 1, func(ctx context.Context, r *partner.Record) bool {
			return s.atOnce(ctx, r, s.valid(), 10)
		}},
		{"lost-response", "a push whose response was lost, and its repetition", 1, func(ctx context.Context, r *partner.Record) bool {
			p := s.valid()
			s.abandon(ctx, p)
			return s.take(ctx, r, s.again(p), "a push whose first response was lost")
		}},
		{"after-failure", "a push that made the receiver fail, and its repetition", 1, s.afterFailure},
		{"after-timeout", "a push that was answered too late, and its repetition", 1, s.afterTimeout},
		{"two-orders", "pushes of two orders, each twice and out of order", 2, func(ctx context.Context, r *partner.Record) bool {
			first, second := s.valid(), s.valid()
			return s.take(ctx, r, second, "the push of the second order") && s.take(ctx, r, first, "the push of the first order") &&
				s.take(ctx, r, second, "the push of the second order again") && s.take(ctx, r, first, "the push of the first order again")
		}},
	}
}

// afterFailure makes the receiver fail on a push, and repeats the push.
func (s *sender) afterFailure(ctx context.Context, r *partner.Record) bool {
	p, e, ok := s.disturbed(ctx, r, "--fail", s.Fail, "fail on a push")
	if !ok {
		return false
	}
	if e.Response != nil && e.Response.Status < 500 {
		r.Inconclusive("--fail did not make the receiver fail: it answered the next push with " + told(e) + ", not with 5xx")
		return false
	}
	return s.take(ctx, r, s.again(p), "the repetition of a push on which it had failed")
}

// afterTimeout makes the receiver answer a push too late, gives up waiting, and repeats the push while
// the receiver may still be processing it. Until the command of --slow stops having an effect, the
// receiver may postpone a repetition by a late answer or by 409, 429 or 503: the mall then repeats it.
func (s *sender) afterTimeout(ctx context.Context, r *partner.Record) bool {
	over := time.Now().Add(2 * s.Timeout)
	p, e, ok := s.disturbed(ctx, r, "--slow", s.Slow, "answer a push too late")
	if !ok {
		return false
	}
	if !s.late(e) {
		r.Inconclusive(fmt.Sprintf("--slow did not make the receiver answer later than --push-timeout (%s): it answered the next push with %s after %s",
			s.Timeout, told(e), e.Duration.Round(time.Millisecond)))
		return false
	}
	for time.Now().Before(over) && ctx.Err() == nil {
		e := s.send(ctx, s.again(p))
		r.Exchanges = append(r.Exchanges, e)
		switch {
		case accepted(e):
			pause(ctx, time.Until(over)) // the first push may take effect until then
			return true
		case !s.late(e) && !putOff(e):
			r.Fail("the receiver did not accept the repetition of a push that it had answered too late", "HTTP 2xx", told(e))
			return false
		}
		pause(ctx, s.Timeout/4)
	}
	return s.take(ctx, r, s.again(p), "the repetitions of a push that it had answered too late")
}

// pause waits, but at most until ctx ends.
func pause(ctx context.Context, d time.Duration) {
	select {
	case <-time.After(d):
	case <-ctx.Done():
	}
}

// late reports whether there was no response within the limit.
func (s *sender) late(e reports.Exchange) bool { return e.Response == nil && e.Duration >= s.Timeout }

// putOff reports whether a response asks for the push to be repeated later.
func putOff(e reports.Exchange) bool {
	later := []int{http.StatusConflict, http.StatusTooManyRequests, http.StatusServiceUnavailable}
	return e.Response != nil && slices.Contains(later, e.Response.Status)
}

// disturbed runs a command of the partner that disturbs the receiver on its next push, and sends that
// push.
func (s *sender) disturbed(ctx context.Context, r *partner.Record, flag, command, does string) (*push, reports.Exchange, bool) {
	if command == "" {
		r.Skip("not tested: no command makes the receiver " + does + " (" + flag + " COMMAND)")
		return nil, reports.Exchange{}, false
	}
	if err := s.shell(ctx, command, nil); err != nil {
		r.Inconclusive("running " + flag + ": " + err.Error())
		return nil, reports.Exchange{}, false
	}
	p := s.valid()
	e := s.send(ctx, p)
	r.Exchanges = append(r.Exchanges, e)
	return p, e, true
}

// again signs a push that is repeated, with a new timestamp.
func (s *sender) again(p *push) *push {
	p.timestamp = milliseconds(time.Now().Add(time.Millisecond))
	return s.sign(p)
}

// repetition requires that every copy of a push is accepted, because the mall repeats pushes that are
// not.
func (s *sender) repetition() []partner.Check {
	var all []partner.Check
	for _, one := range s.scenarios() {
		all = append(all, partner.Check{ID: "RCV-060/" + one.id, Clause: takesRepeated, Requirement: "the receiver accepts " + one.what,
			Run: func(ctx context.Context, r *partner.Record) { one.run(ctx, r) }})
	}
	return all
}

// effects requires that each push takes effect once, as counted by the partner's own command.
func (s *sender) effects() []partner.Check {
	unsigned := scenario{"refused", "a push with a wrong signature", 0, func(ctx context.Context, r *partner.Record) bool {
		p := s.valid()
		p.signature = s.Keys[0].ID + "/" + flipped(strings.SplitN(p.signature, "/", 2)[1])
		r.Exchanges = append(r.Exchanges, s.send(ctx, p))
		return true
	}}
	single := scenario{"single", "a push", 1, func(ctx context.Context, r *partner.Record) bool {
		return s.take(ctx, r, s.valid(), "a push")
	}}
	var all []partner.Check
	for _, one := range append([]scenario{single, unsigned}, s.scenarios()...) {
		clause := takesRepeated
		switch one.id {
		case "refused":
			clause = refusesWrong
		case "single":
			clause = takesRight
		}
		all = append(all, partner.Check{ID: "RCV-070/" + one.id, Clause: clause,
			Requirement: fmt.Sprintf("%s has %d effects", one.what, one.effects),
			Run:         func(ctx context.Context, r *partner.Record) { s.counted(ctx, r, one) }})
	}
	return all
}

// effectDelay is how long an effect may lag behind the response.
const effectDelay = 300 * time.Millisecond

// counted runs a scenario and compares the number of effects.
func (s *sender) counted(ctx context.Context, r *partner.Record, one scenario) {
	if s.Count == "" {
		r.Skip("not tested: no command counts the effects (--count COMMAND)")
		return
	}
	before, err := s.count(ctx)
	if err != nil {
		r.Inconclusive(err.Error())
		return
	}
	if !one.run(ctx, r) {
		return // the responses have shown the failure
	}
	deadline := time.Now().Add(s.Timeout)
	for {
		after, err := s.count(ctx)
		switch {
		case err != nil:
			r.Inconclusive(err.Error())
			return
		case after-before >= one.effects || time.Now().After(deadline):
			time.Sleep(effectDelay) // an extra effect may come late
			if after, err = s.count(ctx); err == nil && after-before != one.effects {
				r.Fail(fmt.Sprintf("%s had %d effects", one.what, after-before), fmt.Sprint(one.effects), fmt.Sprint(after-before))
			}
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
}

// count runs the partner's command. Its output is not repeated, because it may contain anything.
func (s *sender) count(ctx context.Context) (int, error) {
	var out printed
	err := s.shell(ctx, s.Count, &out)
	if err != nil && !out.endless {
		return 0, fmt.Errorf("running --count: %w", err)
	}
	number, err := strconv.Atoi(strings.TrimSpace(string(out.text)))
	if err != nil || out.endless {
		return 0, errors.New("--count printed something other than one whole number")
	}
	return number, nil
}

// shell runs a command of the partner. out gets what it prints and may be nil.
func (s *sender) shell(ctx context.Context, text string, out *printed) error {
	ctx, cancel := context.WithTimeout(ctx, max(s.Timeout, 10*time.Second))
	defer cancel()
	shell := []string{"sh", "-c"}
	if runtime.GOOS == "windows" {
		shell = []string{"cmd", "/C"}
	}
	command := exec.CommandContext(ctx, shell[0], shell[1], text) //nolint:gosec // the user's own command
	command.WaitDelay = time.Second
	partner.Contain(command)
	if out != nil {
		command.Stdout = out
	}
	return command.Run()
}

// maxPrinted is how much a command of the partner may print.
const maxPrinted = 4 << 10

// printed keeps what a command prints. Beyond maxPrinted it fails, which ends a command that prints without
// end.
type printed struct {
	text    []byte
	endless bool
}

// Write implements io.Writer.
func (p *printed) Write(more []byte) (int, error) {
	if p.endless = p.endless || len(p.text)+len(more) > maxPrinted; p.endless {
		return 0, io.ErrShortWrite
	}
	p.text = append(p.text, more...)
	return len(more), nil
}

// atOnce sends copies of a push concurrently; all must be accepted.
func (s *sender) atOnce(ctx context.Context, r *partner.Record, p *push, copies int) bool {
	exchanges := make([]reports.Exchange, copies)
	var all sync.WaitGroup
	for i := range exchanges {
		all.Go(func() { exchanges[i] = s.send(ctx, p) })
	}
	all.Wait()
	r.Exchanges = append(r.Exchanges, exchanges...)
	refused := 0
	for _, e := range exchanges {
		if !accepted(e) {
			refused++
		}
	}
	if refused > 0 {
		r.Fail(fmt.Sprintf("the receiver did not accept %d of %d concurrent copies of a push", refused, copies), "HTTP 2xx", told(exchanges[0]))
	}
	return refused == 0
}

// abandon sends a push and drops the connection before the response arrives.
func (s *sender) abandon(ctx context.Context, p *push) {
	ctx, cancel := context.WithTimeout(ctx, 20*time.Millisecond)
	defer cancel()
	_ = s.send(ctx, p) // the response is lost on purpose
	time.Sleep(effectDelay)
}

// The load of a receiver.
const (
	pushesPerSecond = 200
	loadSeconds     = 5
)

// load requires that all pushes of a busy period are accepted.
func (s *sender) load() partner.Check {
	return partner.Check{ID: "RCV-090", Clause: takesMany, Level: reports.Should,
		Requirement: fmt.Sprintf("the receiver accepts %d pushes a second for %d seconds", pushesPerSecond, loadSeconds),
		Run: func(ctx context.Context, r *partner.Record) {
			if reason := s.distrust(ctx); reason != "" {
				r.Inconclusive(reason)
				return
			}
			var all sync.WaitGroup
			var mu sync.Mutex
			refused, first := 0, reports.Exchange{}
			tick := time.NewTicker(time.Second / pushesPerSecond)
			defer tick.Stop()
			for range pushesPerSecond * loadSeconds {
				select {
				case <-tick.C:
				case <-ctx.Done():
				}
				all.Go(func() {
					if e := s.send(ctx, s.valid()); !accepted(e) {
						mu.Lock()
						defer mu.Unlock()
						if refused++; refused == 1 {
							first = e
						}
					}
				})
			}
			all.Wait()
			if refused > 0 {
				r.Exchanges = append(r.Exchanges, first)
				r.Fail(fmt.Sprintf("the receiver did not accept %d of %d pushes", refused, pushesPerSecond*loadSeconds), "HTTP 2xx", told(first))
			}
		}}
}
