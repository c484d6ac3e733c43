// Package lending keeps account of the valid requests of a run: which of them are free to use, and when
// the target must prove again that it accepts them.
package lending

import (
	"fmt"
	"slices"
	"sync"

	"github.com/mallcheck/mallcheck/reports"
)

// provedFor is how many requests are derived from valid ones of an operation before
// an unmodified one is sent again to prove that the target still accepts it.
const provedFor = 50

// soldFor is provedFor for operations that sell something.
const soldFor = 200

// Tries is how many times in a row making or proving a valid request of an operation may fail before the
// run stops trying: each attempt takes time and may cost an order.
const Tries = 3

// Desk lends loans of type L, separately for each operation. Its zero value has none. It is safe for
// concurrent use.
type Desk[L any] struct {
	mu        sync.Mutex
	standings map[string]*standing[L] // by operation
}

// standing is what the run knows about the valid requests of an operation.
type standing[L any] struct {
	idle []L
	// unproved is how many requests were derived since an unmodified one was accepted; negative if none
	// was.
	unproved int
	// failures counts consecutive failures to make or prove a valid request.
	failures int
	// lacks is why the last attempt was skipped, such as a missing fixture; empty if the target was
	// called.
	lacks string
	// proving is held while a check sends an unmodified request to prove that the target accepts it.
	proving sync.Mutex
	// accepted is the exchange of an accepted unmodified request; nil if there is none.
	accepted *reports.Exchange
}

// of returns the standing of an operation. The caller holds the lock.
func (d *Desk[L]) of(operation string) *standing[L] {
	if d.standings == nil {
		d.standings = map[string]*standing[L]{}
	}
	if d.standings[operation] == nil {
		d.standings[operation] = &standing[L]{unproved: -1}
	}
	return d.standings[operation]
}

// Borrow returns a loan of an operation that is not lent and that fits selects, or false if one must be
// made.
func (d *Desk[L]) Borrow(operation string, fits func(L) bool) (lent L, free bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.of(operation).take(fits)
}

// Take returns a loan of any operation that is not lent and that fits selects.
func (d *Desk[L]) Take(fits func(L) bool) (lent L, free bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, known := range d.standings {
		if lent, free = known.take(fits); free {
			return lent, true
		}
	}
	return lent, false
}

// Any reports whether a loan of an operation is not lent and fits selects it.
func (d *Desk[L]) Any(operation string, fits func(L) bool) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.ContainsFunc(d.of(operation).idle, fits)
}

// take takes the last loan that fits selects.
func (s *standing[L]) take(fits func(L) bool) (lent L, free bool) {
	for at, one := range slices.Backward(s.idle) {
		if fits(one) {
			s.idle = slices.Delete(s.idle, at, at+1)
			return one, true
		}
	}
	return lent, false
}

// GiveBack makes a loan of an operation available again.
func (d *Desk[L]) GiveBack(operation string, lent L) {
	d.mu.Lock()
	defer d.mu.Unlock()
	known := d.of(operation)
	known.idle = append(known.idle, lent)
}

// Alone waits until no other check has the target accept a valid request of an operation, so that
// checks at the same time do not each send one. The caller calls done.
func (d *Desk[L]) Alone(operation string) (done func()) {
	d.mu.Lock()
	proving := &d.of(operation).proving
	d.mu.Unlock()
	proving.Lock()
	return proving.Unlock
}

// Prove calls accept while no other check proves that the target accepts valid requests of an operation
// that costs nothing. Unless always is set, it does so only if that is still due.
func (d *Desk[L]) Prove(operation string, always bool, accept func()) {
	defer d.Alone(operation)()
	if always || d.Due(operation, false) {
		accept()
	}
}

// Derived counts a request that was derived from a valid one of an operation.
func (d *Desk[L]) Derived(operation string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if known := d.of(operation); known.unproved >= 0 {
		known.unproved++
	}
}

// Due reports whether the target must now prove that it accepts valid requests of an operation. sold
// means that each of them may cost an order.
func (d *Desk[L]) Due(operation string, sold bool) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	known, often := d.of(operation), provedFor
	if sold {
		often = soldFor
	}
	return known.unproved < 0 || known.unproved >= often
}

// Exhausted says why no more valid requests of an operation are made; "" if they are.
func (d *Desk[L]) Exhausted(operation string) string {
	d.mu.Lock()
	defer d.mu.Unlock()
	known := d.of(operation)
	switch {
	case known.failures < Tries:
		return ""
	case known.lacks != "":
		return known.lacks
	}
	return fmt.Sprintf("%d attempts to make a valid %s request failed; see the checks that tried", Tries, operation)
}

// Failed counts a failure to make or prove a valid request of an operation. lacks says what was missing;
// "" if the target was called.
func (d *Desk[L]) Failed(operation, lacks string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	known := d.of(operation)
	known.failures++
	known.lacks = lacks
}

// Proved notes that the target accepted an unmodified request.
func (d *Desk[L]) Proved(operation string, exchange *reports.Exchange) {
	d.mu.Lock()
	defer d.mu.Unlock()
	known := d.of(operation)
	known.unproved, known.failures, known.accepted = 0, 0, exchange
}

// Accepted returns the exchange of an accepted unmodified request, nil if there is none.
func (d *Desk[L]) Accepted(operation string) *reports.Exchange {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.of(operation).accepted
}

// Close forgets everything and returns the loans that are not lent.
func (d *Desk[L]) Close() (idle []L) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, known := range d.standings {
		idle = append(idle, known.idle...)
	}
	d.standings = nil
	return idle
}
