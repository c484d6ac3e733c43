package page

import (
	"fmt"
	"sync"

	"github.com/mallcheck/mallcheck/reports"
)

// Limits of the store; the oldest entries are dropped first.
const (
	mostEntries = 1000
	mostBytes   = 32 << 20
)

// kept is an entry with its event and its form for downloads.
type kept struct {
	id      uint64
	encoded []byte // the entry as JSON
	right   bool
	result  reports.Result
}

// store stores the newest entries and wakes the streams.
type store struct {
	mu        sync.Mutex
	entries   []kept
	next      uint64
	bytes     int
	right     int
	leftOut   uint64
	cleared   uint64 // the id of the last entry that was there when the store was cleared
	listeners map[chan struct{}]bool
}

func newStore() *store { return &store{listeners: map[chan struct{}]bool{}} }

// size is the approximate size of an entry, once as JSON and once for downloads.
func (k kept) size() int { return 2 * len(k.encoded) }

// add stores an entry under the next id.
func (s *store) add(e kept) {
	s.mu.Lock()
	s.next++
	e.id = s.next
	e.result.ID = fmt.Sprintf("REQ-%04d", e.id)
	s.entries = append(s.entries, e)
	s.bytes += e.size()
	if e.right {
		s.right++
	}
	for len(s.entries) > 1 && (len(s.entries) > mostEntries || s.bytes > mostBytes) {
		s.bytes -= s.entries[0].size()
		s.entries[0] = kept{} // release the memory it refers to
		s.entries = s.entries[1:]
		s.leftOut++
	}
	s.mu.Unlock()
	s.wake()
}

// clear forgets all entries.
func (s *store) clear() {
	s.mu.Lock()
	s.entries, s.bytes, s.right, s.leftOut, s.cleared = nil, 0, 0, 0, s.next
	s.mu.Unlock()
	s.wake()
}

// after returns the entries after an id, oldest first, and whether earlier ones are gone because the
// store was cleared or the id belongs to another process.
func (s *store) after(id uint64) (fresh []kept, gone bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	gone = id > 0 && (id <= s.cleared || id > s.next)
	if id > s.next {
		id = 0
	}
	for i := range s.entries {
		if s.entries[i].id > id {
			return append([]kept(nil), s.entries[i:]...), gone
		}
	}
	return nil, gone
}

// counts returns the number of entries since the store was cleared, the number of right ones, and the
// number no longer stored.
func (s *store) counts() (all, right int, leftOut uint64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return int(s.next - s.cleared), s.right, s.leftOut //nolint:gosec // a count of requests
}

// results returns the entries as results of a run.
func (s *store) results() []reports.Result {
	s.mu.Lock()
	defer s.mu.Unlock()
	results := make([]reports.Result, len(s.entries))
	for i := range s.entries {
		results[i] = s.entries[i].result
	}
	return results
}

// listen returns a channel that is signalled after each change, and a function to stop listening.
func (s *store) listen() (woken <-chan struct{}, leave func()) {
	channel := make(chan struct{}, 1)
	channel <- struct{}{} // there may be entries already
	s.mu.Lock()
	defer s.mu.Unlock()
	s.listeners[channel] = true
	return channel, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		delete(s.listeners, channel)
	}
}

// wake wakes all streams.
func (s *store) wake() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for channel := range s.listeners {
		select {
		case channel <- struct{}{}:
		default: // a wake-up is already pending
		}
	}
}
