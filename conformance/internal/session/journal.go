package session

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/mallcheck/mallcheck/conformance/target"
)

// JournalFile is the name of the journal in the folder of the reports.
const JournalFile = "journal.jsonl"

// journalVersion is the version of the journal's form.
const journalVersion = "1"

// journal is what a run has done to its target, written to a file before it is
// done, so that a process that was killed leaves behind what it takes to undo it.
// It names partners, groups, SIM cards and orders, and the payment id of a
// subscription, without which that cannot be cancelled; nothing else of a request
// is in it, and nobody but its owner can read the file.
type journal struct {
	mu      sync.Mutex
	file    *os.File // nil when it is kept in memory only
	end     int64    // bytes of the whole lines in it
	entries []*journalEntry
	before  map[place]map[string]int // SIM cards in a group before the run wrote to it; nil when that is not known
}

// The outcomes of an entry; one without an answer has none.
const (
	accepted = "accepted"
	refused  = "refused"
)

// journalEntry is a request that changes the target.
type journalEntry struct {
	record
	outcome   string
	requestID string
	undone    bool
}

// at is the group that an entry is about.
func (e *journalEntry) at() place { return place{e.Group, e.Partner} }

// record is one line of a journal. The first line has a head, every other one an
// entry, the outcome of an entry, or the numbers of those that were undone.
type record struct {
	Time time.Time `json:"time"`
	Head *head     `json:"head,omitempty"`

	// Entry counts the entries from 1.
	Entry     int      `json:"entry,omitempty"`
	Operation string   `json:"operation,omitempty"`
	Partner   string   `json:"partner,omitempty"`
	Group     string   `json:"group,omitempty"`
	SIMs      []string `json:"sims,omitempty"`
	// Before is how often the group held SIMs before the run; absent when that is not known.
	Before  map[string]int `json:"before,omitzero"`
	Order   string         `json:"order,omitempty"`
	Payment string         `json:"payment,omitempty"` // of a subscription

	Outcome   string `json:"outcome,omitempty"`
	RequestID string `json:"requestId,omitempty"`
	Undone    []int  `json:"undone,omitempty"`
	// Closed says that nothing is left to undo.
	Closed bool `json:"closed,omitempty"`
}

// head says of which target a journal is.
type head struct {
	Version string            `json:"version"`
	URLs    map[string]string `json:"urls"`
	Partner string            `json:"partner"`
}

// OpenJournal has everything that the connection does to the target written to a
// new journal in folder dir before it is done. A journal there that names what an
// earlier run did not undo is not replaced: that is an error.
func (c *Connection) OpenJournal(dir string) error {
	path := filepath.Join(dir, JournalFile)
	old, err := readJournal(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return err
	case !old.closed:
		return &target.Error{
			Place: path, Problem: "names what an earlier run did to its target and did not undo",
			Instead: "mallcheck sweep undoes it; remove the file if that does not matter any more",
		}
	}
	// What stands in it concerns nobody but its owner.
	file, err := os.OpenFile(path, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600) //nolint:gosec // the user names the folder
	if err != nil {
		return fmt.Errorf("opening the journal: %w", err)
	}
	c.journal.file = file
	err = c.journal.write(record{Head: &head{Version: journalVersion, URLs: withoutPasswords(c.target.URLs), Partner: c.target.PartnerCode}})
	if err != nil {
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

// write appends a line and has it on the disk when it returns.
func (j *journal) write(r record) error {
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
	if r.Entry > 0 && r.Outcome == "" {
		return j.file.Sync()
	}
	return nil
}

// enter writes an entry ahead of its request.
func (j *journal) enter(r record) (*journalEntry, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	r.Entry, r.Time = len(j.entries)+1, time.Now().UTC()
	if known := j.before[place{r.Group, r.Partner}]; known != nil && len(r.SIMs) > 0 {
		r.Before = map[string]int{}
		for _, sim := range r.SIMs {
			if n := known[sim]; n > 0 {
				r.Before[sim] = n
			}
		}
	}
	if err := j.write(r); err != nil {
		return nil, fmt.Errorf("writing the journal: %w", err)
	}
	entry := &journalEntry{record: r}
	j.entries = append(j.entries, entry)
	return entry, nil
}

// settle writes what came of an entry. That it cannot be written is no harm: an
// entry without an outcome is looked after as one that may have been carried out.
func (j *journal) settle(entry *journalEntry, outcome, requestID string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	entry.outcome, entry.requestID = outcome, requestID
	_ = j.write(record{Entry: entry.Entry, Outcome: outcome, RequestID: requestID})
}

// markUndone writes that entries were undone.
func (j *journal) markUndone(entries []*journalEntry) {
	if j == nil || len(entries) == 0 {
		return
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	numbers := make([]int, len(entries))
	for i, entry := range entries {
		entry.undone, numbers[i] = true, entry.Entry
	}
	_ = j.write(record{Undone: numbers})
}

// close ends the journal; finished says that nothing is left to undo.
func (j *journal) close(finished bool) {
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

// known returns what a group held before the run, nil when that is not known, and
// whether anybody has looked.
func (j *journal) known(at place) (counts map[string]int, looked bool) {
	j.mu.Lock()
	defer j.mu.Unlock()
	counts, looked = j.before[at]
	return counts, looked
}

// all returns the entries so far.
func (j *journal) all() []*journalEntry {
	j.mu.Lock()
	defer j.mu.Unlock()
	return append([]*journalEntry(nil), j.entries...)
}

// oldJournal is the journal of an earlier run.
type oldJournal struct {
	head    head
	entries []*journalEntry
	closed  bool
	whole   int64 // bytes of the whole lines; a killed run may have left a part of one
}

// readJournal reads the journal of an earlier run. A last line that was cut off is
// passed over: its request was not sent.
func readJournal(path string) (*oldJournal, error) {
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() {
		return nil, fmt.Errorf("reading the journal: %s is no file", path)
	}
	data, err := os.ReadFile(path) //nolint:gosec // the user names the file
	if err != nil {
		return nil, fmt.Errorf("reading the journal: %w", err)
	}
	old := &oldJournal{whole: int64(bytes.LastIndexByte(data, '\n') + 1)}
	lines := bufio.NewReader(bytes.NewReader(data[:old.whole]))
	for number := 1; ; number++ {
		line, err := lines.ReadBytes('\n')
		if errors.Is(err, io.EOF) {
			break
		}
		var r record
		if err := json.Unmarshal(line, &r); err != nil {
			return nil, fmt.Errorf("%s:%d: it is no journal of mallcheck: %w", path, number, err)
		}
		if err := old.take(number, r); err != nil {
			return nil, fmt.Errorf("%s:%d: %w", path, number, err)
		}
	}
	// A run that was killed before it wrote anything has nothing to undo.
	old.closed = old.closed || len(old.entries) == 0
	return old, nil
}

// take adds what a line says.
func (old *oldJournal) take(number int, r record) error {
	known := func(n int) bool { return n >= 1 && n <= len(old.entries) }
	switch {
	case number == 1:
		if r.Head == nil || r.Head.Version != journalVersion {
			return fmt.Errorf("it is no journal of version %s", journalVersion)
		}
		old.head = *r.Head
	case r.Closed:
		old.closed = true
	case r.Outcome != "" && known(r.Entry):
		old.entries[r.Entry-1].outcome, old.entries[r.Entry-1].requestID = r.Outcome, r.RequestID
	case r.Operation != "" && r.Entry == len(old.entries)+1:
		old.entries, old.closed = append(old.entries, &journalEntry{record: r}), false
	case len(r.Undone) > 0:
		for _, n := range r.Undone {
			if !known(n) {
				return fmt.Errorf("it names entry %d, which is not there", n)
			}
			old.entries[n-1].undone = true
		}
	default:
		return errors.New("it follows from nothing before it")
	}
	return nil
}
