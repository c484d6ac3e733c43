package session

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"

	"github.com/mallcheck/mallcheck/conformance/internal/lending"
	"github.com/mallcheck/mallcheck/conformance/internal/wire"
	"github.com/mallcheck/mallcheck/reports"
)

// Arranger creates orders that serve both the valid requests of a run and the objects that its checks share.
type Arranger interface {
	// Accept has the target accept an unmodified request of an operation, if the objects that checks share need one. It
	// ends the check if the target refuses.
	Accept(ctx context.Context, s *Session, operation string)
	// Task returns the request id of a task that has ended.
	Task(ctx context.Context, s *Session) (requestID string)
	// Order returns an order to look up.
	Order(ctx context.Context, s *Session) Purchase
	// Renewal returns an active auto-renewal to query.
	Renewal(ctx context.Context, s *Session) Purchase
}

// Arrange makes the valid requests of the run use the orders of an arranger. Without one they place their own orders.
func (c *Connection) Arrange(with Arranger) { c.arranger = with }

// stock has the objects that a run creates once for all checks that only look at them.
type stock struct {
	mu    sync.Mutex
	items map[string]*item
}

// item is one such object.
type item struct {
	mu    sync.Mutex // held during creation
	made  bool
	value any
	// ended is the End of the check that failed to create it; nil if it was created.
	ended any
	// maker created it, and undoes it at the end of the run.
	maker *Session
	tries int
}

// Share returns the object with a name, which a run creates once for all checks that only look at it. The exchanges of
// its creation, and their deviations, count for each check that uses it. If the creation fails, each check that asks for
// it ends like the first.
func Share[T any](s *Session, name string, create func(maker *Session) T) T {
	s.endIfStopped()
	one := s.connection.stock.item(name)
	one.mu.Lock()
	defer one.mu.Unlock()
	if !one.made {
		one.make(s, func(maker *Session) any { return create(maker) })
	}
	s.use(name, one)
	value, isValue := one.value.(T)
	if !isValue {
		panic(crashed(fmt.Errorf("%s is shared in two forms", name)))
	}
	return value
}

// item returns the item of a name.
func (k *stock) item(name string) *item {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.items == nil {
		k.items = map[string]*item{}
	}
	if k.items[name] == nil {
		k.items[name] = &item{}
	}
	return k.items[name]
}

// make creates an item for the check of a session. If no request was sent, the next check tries again. The caller holds
// the lock of the item.
func (one *item) make(s *Session, create func(maker *Session) any) {
	one.maker = s.connection.SessionWith(s.stop, s.part)
	one.maker.ended = s.ended
	s.connection.renewing.WorkFor(one.maker, s)
	one.tries++
	func() {
		defer func() { one.ended = recover() }()
		one.value = create(one.maker)
	}()
	end, isEnd := one.ended.(End)
	unasked := isEnd && (end.Verdict == reports.Inconclusive || s.Stopped())
	if one.made = !unasked || one.tries >= lending.Tries; one.made {
		s.connection.renewing.Rest(one.maker)
		if one.ended != nil { // nobody uses a partial object
			s.connection.keepLeft(one.maker.Undo())
		}
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asides = append(s.asides, one.maker) // to be undone with the check
}

// use makes the creation of an item count for the check, once, and ends the check if the creation failed.
func (s *Session) use(name string, one *item) {
	s.mu.Lock()
	known := s.used[name]
	if s.used == nil {
		s.used = map[string]bool{}
	}
	s.used[name] = true
	s.mu.Unlock()
	if known && one.ended == nil {
		return
	}
	ended := one.ended
	if end, isEnd := ended.(End); isEnd && end.Deviation != nil {
		deviation := *end.Deviation
		end.Deviation = &deviation
		ended = end
	}
	if ended = s.adoptWith(one.maker, ended); ended != nil {
		panic(ended)
	}
}

// Own returns an answer of a shared object that refers to this check's copy of its exchange.
func (s *Session) Own(answer *wire.Answer) *wire.Answer {
	return answer.In(s.Exchanges())
}

// Try does work that a shared object does not depend on. It returns the End that the work would have ended the check
// with, or nil.
func (s *Session) Try(work func()) (ended any) {
	defer func() {
		if ended = recover(); ended != nil {
			s.endIfStopped()
		}
	}()
	work()
	return nil
}

// undo undoes the creation of all items.
func (k *stock) undo() (left []string) {
	k.mu.Lock()
	items := k.items
	k.items = nil
	k.mu.Unlock()
	for _, name := range slices.Sorted(maps.Keys(items)) {
		if one := items[name]; one.made {
			left = append(left, one.maker.Undo()...)
		}
	}
	return left
}

// Reaches reports whether the target has an address and a path for an operation, so that a shared object may call it
// although the check that makes it does not.
func (s *Session) Reaches(operation string) bool {
	known, _ := s.Contract().Operation(operation)
	return s.Target().URLs[known.Service] != "" && (known.PathKnown || s.Target().Paths[operation] != "" || s.Target().Sandbox)
}

// Quick reports whether the run is quick: checks then share what they look at.
func (s *Session) Quick() bool { return s.Target().Depth == "quick" }

// Subscribers returns how many checks of a run may begin auto-renewals at once.
func (c *Connection) Subscribers() int { return c.supply.Subscribers() }

// Roomy reports whether the target names enough SIM cards to reserve some.
func (s *Session) Roomy() bool { return s.connection.supply.Roomy() }

// Keeps reports whether the target names enough SIM cards to keep n auto-renewals that several checks look at.
func (s *Session) Keeps(n int) bool {
	occupied, _ := s.connection.renewing.Occupied("")
	return s.connection.supply.Keeps(n, occupied)
}

// ReserveSIM returns a SIM card that no other check orders or subscribes for, or false if there is none: an idle one, if
// one of the first is.
func (s *Session) ReserveSIM(idle func(sim string) bool) (sim string, reserved bool) {
	claims, by := &s.connection.renewing, &s.connection.renewing.reserver
	return s.connection.supply.ReserveIdle(idle,
		func(sim string) bool { return claims.Claim(sim, by, nil) }, func(sim string) { claims.Release(sim, by) })
}
