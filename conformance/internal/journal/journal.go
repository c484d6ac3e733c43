// Package journal records what a run does to its target: each request that changes the target, its
// outcome, and what is needed to undo it. It is written to a file before each request, so that a killed
// process leaves behind what a sweep needs. It sends nothing: the session undoes.
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

// version is the version of the journal's format.
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
	file    *os.File // nil if it is kept in memory only
	end     int64    // bytes of complete lines in the file
	head    head
	entries []*Entry
	closed  bool
	before  map[Group]Holdings // before the run wrote to a group; nil if unknown
}

// New returns an empty journal that is kept in memory.
func New() *Journal { return &Journal{before: map[Group]Holdings{}} }

// record is one line of a journal. The first line has a head; every other line has an entry, the outcome
// of an entry, or the numbers of undone entries.
type record struct {
	Time time.Time `json:"time"`
	Head *head     `json:"head,omitempty"`

	Number int `json:"entry,omitempty"`
	Request

	Outcome   Outcome `json:"outcome,omitempty"`
	RequestID string  `json:"requestId,omitempty"`
	Undone    []int   `json:"undone,omitempty"`
	// Closed means that nothing is left to undo.
	Closed bool `json:"closed,omitempty"`
}

// head names the target of a journal.
type head struct {
	Version string            `json:"version"`
	URLs    map[string]string `json:"urls"`
	Partner string            `json:"partner"`
}

// Open writes everything that is entered from now on to a new file in a folder. It is an error if the
// folder has a journal of an earlier run that did not undo everything.
func (j *Journal) Open(dir string, t *target.Target) error {
	path := filepath.Join(dir, File)
	old, err := Read(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return err
	case !old.closed:
		return &target.Error{
			Origin: path, Problem: "is the journal of a run that did not undo everything",
			Instead: "if that run is still going on, use another --report-dir; otherwise undo it with mallcheck sweep",
		}
	default:
		// Only a new file is sure to have the right mode and not to be a link.
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

// withoutPasswords returns addresses without user information, which must be given to a sweep again.
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

// write appends a line and flushes it to disk. The caller holds the lock.
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
		_ = j.file.Truncate(j.end) // a partial line would make the rest unreadable
		return err
	}
	j.end += int64(len(line)) + 1
	if r.Number > 0 && r.Outcome == "" {
		return j.file.Sync()
	}
	return nil
}

// Enter writes a request before it is sent. If it cannot be written, the entry is not in the journal,
// and the error says why.
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

// RecordOutcome writes the outcome of an entry. A failure to write is harmless: an entry without an
// outcome is treated as possibly executed.
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

// Close ends the journal; finished means that nothing is left to undo.
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

// Before returns what a group held before the run, nil if unknown, and whether it was looked up.
func (j *Journal) Before(group Group) (held Holdings, looked bool) {
	j.mu.Lock()
	defer j.mu.Unlock()
	held, looked = j.before[group]
	return held, looked
}

// SetBefore stores what a group held before the run wrote to it; nil if it could not be listed.
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
	return slices.ContainsFunc(j.Entries(), func(e *Entry) bool {
		return e.Operation == CancelRenewal && e.Order == orderNo && e.Outcome() == Accepted
	})
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

// Divert writes to another file from now on, such as one on a full disk, and returns the previous file.
func (j *Journal) Divert(file *os.File) *os.File {
	j.mu.Lock()
	defer j.mu.Unlock()
	before := j.file
	j.file = file
	return before
}
