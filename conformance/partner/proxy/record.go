package proxy

import (
	"fmt"
	"sync"

	"github.com/mallcheck/mallcheck/reports"
)

// Limits of what is kept for one operation, in addition to the limit in bytes.
const (
	mostExchanges  = 10_000 // of all operations
	mostDeviations = 100
	mostDiagnoses  = 50 // a diagnosis costs milliseconds
)

// traffic is the traffic of one operation.
type traffic struct {
	exchanges  []reports.Exchange
	deviations []reports.Deviation // one of each kind
	kinds      map[kind]bool
	forwarded  int
	unanswered int
	problem    string // problem of the first unanswered request
	refusedFor string // why the first refused request was refused
	diagnoses  int
	leftOut    int // exchanges that are not kept
}

// kind distinguishes deviations: each kind is reported once.
type kind struct{ clause, pointer, value string }

func kindOf(d reports.Deviation) kind {
	k := kind{clause: d.Clause, pointer: d.Pointer}
	if d.Undocumented {
		k.value = d.Actual
	}
	return k
}

// recorder keeps exchanges within limits: beyond them, only those with new deviations.
type recorder struct {
	most int64 // bytes

	mu    sync.Mutex
	bytes int64
	count int
	by    map[string]*traffic // operation
}

func newRecorder(most int64) *recorder { return &recorder{most: most, by: map[string]*traffic{}} }

// of returns the traffic of an operation. The caller holds the lock.
func (r *recorder) of(operation string) *traffic {
	if r.by[operation] == nil {
		r.by[operation] = &traffic{kinds: map[kind]bool{}}
	}
	return r.by[operation]
}

func (r *recorder) add(exchange reports.Exchange, deviations []reports.Deviation) {
	r.mu.Lock()
	defer r.mu.Unlock()
	t := r.of(exchange.Operation)
	t.forwarded++
	if problem := problemOf(exchange); problem != "" {
		if t.unanswered++; t.unanswered == 1 {
			t.problem = problem
		}
	}
	var fresh []reports.Deviation
	for _, d := range deviations {
		if k := kindOf(d); !t.kinds[k] && len(t.kinds) < mostDeviations {
			t.kinds[k] = true
			fresh = append(fresh, d)
		}
	}
	size := sizeOf(exchange)
	if len(fresh) == 0 && (r.count >= mostExchanges || r.bytes+size > r.most) {
		t.leftOut++
		return
	}
	r.count, r.bytes = r.count+1, r.bytes+size
	for _, d := range fresh {
		d.Exchange = len(t.exchanges)
		t.deviations = append(t.deviations, d)
	}
	t.exchanges = append(t.exchanges, exchange)
}

// overhead is the approximate size of an exchange without its texts, in bytes.
const overhead = 1 << 10

func sizeOf(exchange reports.Exchange) int64 {
	size := overhead + len(exchange.Request.URL) + len(exchange.Request.Body)
	for _, field := range exchange.Request.Header {
		size += len(field.Name) + len(field.Value)
	}
	if exchange.Response != nil {
		size += len(exchange.Response.Body)
		for _, field := range exchange.Response.Header {
			size += len(field.Name) + len(field.Value)
		}
	}
	return int64(size)
}

// refused counts a refused request.
func (r *recorder) refused(refused *refusal) {
	if refused.operation == "" {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if t := r.of(refused.operation); t.refusedFor == "" {
		t.refusedFor = refused.message
	}
}

// mayDiagnose counts a diagnosis of a wrong sign, and reports false after enough of them.
func (r *recorder) mayDiagnose(operation string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	t := r.of(operation)
	t.diagnoses++
	return t.diagnoses <= mostDiagnoses
}

// traffic returns the traffic of an operation; nothing may be recorded any more.
func (r *recorder) traffic(operation string) traffic {
	r.mu.Lock()
	defer r.mu.Unlock()
	return *r.of(operation)
}

// inconclusive says why not every answer could be judged; "" if all could.
func (t traffic) inconclusive() string {
	if t.unanswered == 0 {
		return ""
	}
	return fmt.Sprintf("%d of %d requests got no answer: %s", t.unanswered, t.forwarded, t.problem)
}
