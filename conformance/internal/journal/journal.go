// Package journal is the book of what a run does to its target: each request that
// changes the target, what came of it, and what it takes to undo it. It is written to
// a file ahead of each request, so that a killed process leaves behind what a sweep
// needs. It sends nothing: undoing is left to the session.
package journal

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"github.com/mallcheck/mallcheck/conformance/target"
)

// File is the name of the journal in the folder of the reports.
const File = "journal.jsonl"

// version is the version of the journal's form.
const version = "1"

// Group is a bundle group of a partner.
type Group struct{ ID, Partner string }

// String names the group in a sentence.
func (g Group) String() string { return "group " + g.ID + " of partner " + g.Partner }

// Holdings is how often a group holds each SIM card.
type Holdings map[string]int

// Journal is the book of one run. It names partners, groups, SIM cards and orders,
// and the payment id of a subscription and of its end, without which that cannot be cancelled;
// nothing else of a request is written, and only its owner can read the file. It is
// safe for concurrent use.
type Journal struct {
	mu      sync.Mutex
	file    *os.File // nil when it is kept in memory only
	end     int64    // bytes of the whole lines in it
	head    head
	entries []*Entry
	closed  bool
	before  map[Group]Holdings // before the run wrote to a group; nil when that is not known
}

// New returns an empty journal that is kept in memory.
func New() *Journal { return &Journal{before: map[Group]Holdings{}} }

// record is one line of a journal. The first line has a head, every other one an
// entry, the outcome of an entry, or the numbers of those that were undone.
type record struct {
	Time time.Time `json:"time"`
	Head *head     `json:"head,omitempty"`

	Number int `json:"entry,omitempty"`
	Request

	Outcome   Outcome `json:"outcome,omitempty"`
	RequestID string  `json:"requestId,omitempty"`
	Undone    []int   `json:"undone,omitempty"`
	// Closed says that nothing is left to undo.
	Closed bool `json:"closed,omitempty"`
}

// head says which target a journal belongs to.
type head struct {
	Version string            `json:"version"`
	URLs    map[string]string `json:"urls"`
	Partner string            `json:"partner"`
}

// Open writes everything that is entered from now on to a new file in a folder. A
// file that names what an earlier run did not undo is not replaced: that is an error.
func (j *Journal) Open(dir string, t *target.Target) error {
	path := filepath.Join(dir, File)
	old, err := Read(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return err
	case !old.closed:
		return &target.Error{
			Place: path, Problem: "names what an earlier run did to its target and did not undo",
			Instead: "if that run still goes on, give this one a --report-dir of its own; if not, mallcheck sweep undoes it",
		}
	default:
		// A new file has the mode that it needs, and is where it seems to be.
		if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("replacing the journal: %w", err)
		}
	}
	file, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600) //nolint:gosec // the user names the folder
	if err != nil {
		return fmt.Errorf("opening the journal: %w", err)
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	j.file = file
	j.head = head{Version: version, URLs: withoutPasswords(t.URLs), Partner: t.PartnerCode}
	if err = j.write(record{Head: &j.head}); err != nil {
		return fmt.Errorf("writing the journal %s: %w", path, err)
	}
	return nil
}

// withoutPasswords returns addresses without user information, which a sweep is
// given anew.
func withoutPasswords(addresses map[string]string) map[string]string {
	bare := map[string]string{}
	for service, address := range addresses {
		if parsed, err := url.Parse(address); err == nil && parsed.User != nil {
			parsed.User = nil
			address = parsed.String()
		}
		bare[service] = address
	}
	return bare
}

// write appends a line and has it on the disk when it returns. The caller holds the lock.
func (j *Journal) write(r record) error {
	if j.file == nil {
		return nil
	}
	r.Time = time.Now().UTC()
	line, err := json.Marshal(r)
	if err != nil {
		return err
	}
	if _, err := j.file.WriteAt(append(line, '\n'), j.end); err != nil {
		_ = j.file.Truncate(j.end) // a part of a line would make the rest unreadable
		return err
	}
	j.end += int64(len(line)) + 1
	if r.Number > 0 && r.Outcome == "" {
		return j.file.Sync()
	}
	return nil
}

// Enter writes a request ahead of sending it. When it cannot be written, the entry is
// not in the journal, and the error says why.
func (j *Journal) Enter(r Request) (*Entry, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if known := j.before[r.in()]; known != nil && len(r.SIMs) > 0 {
		r.Before = Holdings{}
		for _, sim := range r.SIMs {
			if n := known[sim]; n > 0 {
				r.Before[sim] = n
			}
		}
	}
	entry := &Entry{Request: r, Number: len(j.entries) + 1, Time: time.Now().UTC()}
	if err := j.write(record{Number: entry.Number, Request: r}); err != nil {
		return nil, fmt.Errorf("writing the journal: %w", err)
	}
	j.entries = append(j.entries, entry)
	return entry, nil
}

// RecordOutcome writes what came of an entry. That it cannot be written is no harm: an entry
// without an outcome is treated as one that may have been carried out.
func (j *Journal) RecordOutcome(entry *Entry, outcome Outcome, requestID string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	entry.setOutcome(outcome, requestID)
	_ = j.write(record{Number: entry.Number, Outcome: outcome, RequestID: requestID})
}

// MarkUndone writes that entries were undone, except hidden ones.
func (j *Journal) MarkUndone(entries []*Entry) {
	j.mu.Lock()
	defer j.mu.Unlock()
	var numbers []int
	for _, entry := range entries {
		if entry.markUndone() {
			numbers = append(numbers, entry.Number)
		}
	}
	if len(numbers) > 0 {
		_ = j.write(record{Undone: numbers})
	}
}

// Hide keeps a subscription that cannot be undone yet for the end of the run.
func (j *Journal) Hide(e *Entry) { e.hide(true) }

// Hidden returns the subscriptions that Hide kept and that are not undone, newest first.
func (j *Journal) Hidden() []*Entry {
	hidden := slices.DeleteFunc(j.Entries(), func(e *Entry) bool { return !e.isHidden() })
	slices.Reverse(hidden)
	return hidden
}

// Reveal ends what Hide began and writes that the subscription was undone.
func (j *Journal) Reveal(e *Entry) {
	e.hide(false)
	j.MarkUndone([]*Entry{e})
}

// Close ends the journal; finished says that nothing is left to undo.
func (j *Journal) Close(finished bool) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.file == nil {
		return
	}
	if finished {
		_ = j.write(record{Closed: true})
	}
	_ = j.file.Close()
	j.file = nil
}

// Before returns what a group held before the run, nil when that is not known, and
// whether anybody has looked.
func (j *Journal) Before(group Group) (held Holdings, looked bool) {
	j.mu.Lock()
	defer j.mu.Unlock()
	held, looked = j.before[group]
	return held, looked
}

// SetBefore keeps what a group held before the run wrote to it, nil when it could not be listed.
func (j *Journal) SetBefore(group Group, held Holdings) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.before[group] = held
}

// Entries returns the entries so far, oldest first.
func (j *Journal) Entries() []*Entry {
	j.mu.Lock()
	defer j.mu.Unlock()
	return append([]*Entry(nil), j.entries...)
}

// OrdersOf returns the orders of a payment that were not refused, newest first.
func (j *Journal) OrdersOf(payID string) (orders []*Entry) {
	entries := j.Entries()
	for i := len(entries) - 1; i >= 0; i-- {
		if e := entries[i]; PlacesOrder(e.Operation) && e.PayID == payID && e.Outcome() != Refused {
			orders = append(orders, e)
		}
	}
	return orders
}

// PaidOrders returns how many orders for a SIM card a partner has paid in the run, by third-party
// payment or subscription.
func (j *Journal) PaidOrders(partner, sim string) (paid int) {
	for _, e := range j.Entries() {
		if e.Paid && e.Partner == partner && slices.Contains(e.SIMs, sim) && e.Outcome() == Accepted {
			paid++
		}
	}
	return paid
}

// Cancelled reports whether the target accepted the cancellation of the auto-renewal
// of an order.
func (j *Journal) Cancelled(orderNo string) bool {
	for _, e := range j.Entries() {
		if e.Operation == CancelRenewal && e.Order == orderNo && e.Outcome() == Accepted {
			return true
		}
	}
	return false
}

// CancelledAfter reports whether the target accepted, after a subscription, the cancellation of the auto-renewal of an
// order or of a payment; an empty name names none.
func (j *Journal) CancelledAfter(subscription *Entry, orderNo, payID string) bool {
	for _, e := range j.Entries()[subscription.Number:] {
		named := orderNo != "" && e.Order == orderNo || payID != "" && e.Payment == payID
		if e.Operation == CancelRenewal && named && e.Outcome() == Accepted {
			return true
		}
	}
	return false
}

// Divert writes to another file from now on, such as one on a full disk, and returns
// the one that was written to.
func (j *Journal) Divert(file *os.File) *os.File {
	j.mu.Lock()
	defer j.mu.Unlock()
	before := j.file
	j.file = file
	return before
}
