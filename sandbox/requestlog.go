package sandbox

import (
	"slices"
	"sync"
	"time"

	"github.com/mallcheck/mallcheck/sandbox/store"
)

// requestRecord is a request to the API as the control path shows it.
type requestRecord struct {
	At        time.Time `json:"at"`
	Method    string    `json:"method"`
	Path      string    `json:"path"` // including the query
	Operation string    `json:"operation,omitempty"`
	Partner   string    `json:"partnerCode,omitempty"`
	Body      string    `json:"body,omitempty"`
	Status    int       `json:"status"`
	Answer    string    `json:"answer,omitempty"`
}

// maxRecorded is how many bytes of a body a record keeps.
const maxRecorded = 2 << 10

// requestLog remembers the newest requests.
type requestLog struct {
	mu      sync.Mutex
	most    int
	at      int // index of the next record once the log is full
	records []requestRecord
}

func newRequestLog(most int) *requestLog { return &requestLog{most: most} }

// add records a request and its response, shortened to maxRecorded.
func (l *requestLog) add(at time.Time, c *store.Call, a *store.Answer) {
	if l.most == 0 {
		return
	}
	record := requestRecord{
		At: at, Method: shownMethod(c.Request.Method), Path: cut([]byte(c.Request.URL.RequestURI())), Operation: c.Operation,
		Partner: c.Partner, Body: cut(c.Body), Status: a.Status, Answer: cut(a.Body),
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.records) < l.most {
		l.records = append(l.records, record)
		return
	}
	l.records[l.at] = record
	l.at = (l.at + 1) % l.most
}

// list returns the records, oldest first.
func (l *requestLog) list() []requestRecord {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Concat([]requestRecord{}, l.records[l.at:], l.records[:l.at])
}

func (l *requestLog) reset() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.records, l.at = nil, 0
}

// cut shortens a text to maxRecorded.
func cut(text []byte) string {
	if len(text) > maxRecorded {
		return string(text[:maxRecorded]) + "..."
	}
	return string(text)
}
