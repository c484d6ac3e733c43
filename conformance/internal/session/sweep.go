package session

import (
	"context"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/mallcheck/mallcheck/conformance/target"
)

// Swept is what a sweep did.
type Swept struct {
	// Clean says that the journal had nothing left to undo; then nothing was sent.
	Clean bool
	// Done are the things that were undone, a sentence each.
	Done []string
	// Left are those that stay on the target, a sentence each; orders and payments,
	// which nothing undoes, are among them.
	Left []string
	// Undone says that everything that can be undone was.
	Undone bool
}

// Sweep undoes what a run left that did not end, by its journal, and closes the
// journal. It touches nothing that the journal does not name: a SIM card goes out
// of a group as often as the run added it, and no more than the group holds it more
// often than before the run. Once everything is undone, another sweep does nothing.
// A journal of another target is an error of type *target.Error, before anything is sent.
func (c *Connection) Sweep(path string) (Swept, error) {
	old, err := readJournal(path)
	if err != nil {
		return Swept{}, err
	}
	if old.whole == 0 {
		return Swept{Clean: true}, nil // killed before it said of which target it is
	}
	if err := old.head.fits(path, c.target); err != nil {
		return Swept{}, err
	}
	if old.closed {
		return Swept{Clean: true}, nil
	}
	if err := c.resume(path, old); err != nil {
		return Swept{}, err
	}
	s := c.Session(context.Background())
	s.take(old.entries)
	c.awaitAll(old.entries)
	swept := Swept{Left: s.Undo()}
	swept.Left = append(swept.Left, c.restore()...)
	swept.Undone = len(swept.Left) == 0
	c.journal.close(swept.Undone)
	for _, e := range c.journal.all()[len(old.entries):] {
		if e.outcome == accepted {
			swept.Done = append(swept.Done, e.did())
		}
	}
	swept.Left = append(swept.Left, bought(old.entries, c.target.Amount+" "+c.target.Currency)...)
	return swept, nil
}

// fits returns an error unless a journal is of a target.
func (h head) fits(path string, t *target.Target) error {
	given := withoutPasswords(t.URLs)
	for _, service := range target.Services {
		if was := h.URLs[service]; was != given[service] {
			return &target.Error{
				Place: path, Problem: fmt.Sprintf("is of another target: its %s service is %s, not %s", service, orNone(was), orNone(given[service])),
				Instead: "give the settings of the run that wrote it",
			}
		}
	}
	if h.Partner != t.PartnerCode {
		return &target.Error{Place: path, Problem: "is of partner " + h.Partner + ", not " + t.PartnerCode, Instead: "give the settings of the run that wrote it"}
	}
	return nil
}

// orNone names an address.
func orNone(address string) string {
	if address == "" {
		return "none"
	}
	return address
}

// resume goes on writing an old journal, without the part of a line at its end.
func (c *Connection) resume(path string, old *oldJournal) error {
	file, err := os.OpenFile(path, os.O_WRONLY, 0o600) //nolint:gosec // the user names the file
	if err == nil {
		err = file.Truncate(old.whole)
	}
	if err != nil {
		return fmt.Errorf("opening the journal: %w", err)
	}
	c.journal = &journal{file: file, end: old.whole, entries: slices.Clone(old.entries), before: heldBefore(old.entries)}
	return nil
}

// heldBefore returns what groups held before the run that wrote the entries, of the
// SIM cards that they name; nil for a group of which that is not known. What a group
// holds at the beginning of the sweep must not be taken for it.
func heldBefore(entries []*journalEntry) map[place]map[string]int {
	before := map[place]map[string]int{}
	for _, e := range entries {
		if before[e.at()] == nil {
			before[e.at()] = maps.Clone(e.Before)
		} else {
			maps.Copy(before[e.at()], e.Before)
		}
	}
	return before
}

// take makes a session the one that did what the entries say and did not undo it:
// additions to groups of which it is not known what they held, and subscriptions.
func (s *Session) take(entries []*journalEntry) {
	for _, e := range entries {
		if e.undone || e.outcome == refused {
			continue
		}
		if e.Before == nil {
			s.announced = append(s.announced, e) // the others are compared with what was there before
		}
		switch e.Operation {
		case "addSims", "removeSims":
			if e.Before == nil && e.outcome == accepted {
				s.ledger = append(s.ledger, e.asDone())
			}
		case "stripeSubDirectly":
			if len(e.SIMs) == 1 {
				s.orders = append(s.orders, &placed{partner: e.Partner, sim: e.SIMs[0], orderNo: e.Order, payID: e.Payment, renewed: true})
			}
		case "cancelAutoRenewalRecord":
			for _, order := range s.orders {
				order.renewed = order.renewed && (e.outcome != accepted || order.orderNo != e.Order)
			}
		}
	}
}

// asDone returns the entry as one of a ledger.
func (e *journalEntry) asDone() *entry {
	return &entry{requestID: e.requestID, group: e.Group, partner: e.Partner, adds: e.Operation == "addSims", sims: e.SIMs}
}

// awaitAll waits for the tasks of accepted entries that were not undone, so that
// nothing is compared before it is done; all of them together as long as one may take.
func (c *Connection) awaitAll(entries []*journalEntry) {
	hands := c.Session(context.Background())
	late := time.Now().Add(c.target.TaskTimeout)
	for _, e := range entries {
		if time.Now().Before(late) && e.Before != nil && !e.undone && e.outcome == accepted && e.requestID != "" {
			e.asDone().await(hands)
		}
	}
}

// did says in words what an entry of a sweep did.
func (e *journalEntry) did() string {
	switch e.Operation {
	case "addSims":
		return fmt.Sprintf("put back into %s: %s", e.at(), strings.Join(e.SIMs, ", "))
	case "removeSims":
		return fmt.Sprintf("took out of %s: %s", e.at(), strings.Join(e.SIMs, ", "))
	}
	return fmt.Sprintf("cancelled the auto-renewal of order %s of partner %s", e.Order, e.Partner)
}
