package oracle

import (
	"fmt"
	"runtime"
	"runtime/metrics"
	"strings"
	"testing"
	"time"

	"github.com/mallcheck/mallcheck/reports"
)

// details is an asyncResult of so many details, each of which keeps the contract,
// or each of which deviates from four clauses of it.
func details(n int, deviating bool) reports.Exchange {
	var body strings.Builder
	body.WriteString(`{"data":{"request_id":"RQ-1","action_code":"70","status":"completed","details":[`)
	for i := range n {
		if i > 0 {
			body.WriteByte(',')
		}
		if deviating {
			fmt.Fprintf(&body, `{"sim_id":%d,"result":"9%d","member%[1]d":0}`, i, i)
		} else {
			fmt.Fprintf(&body, `{"sim_id":"8985220230%010d","result":"10","message":"success"}`, i)
		}
	}
	body.WriteString(`]},"operateCode":"S","message":"success"}`)
	return answer("asyncResult", 200, body.String())
}

// Many deviations of one kind are reported as a few, in the order of the answer, with the number
// of the rest.
func TestManyDeviations(t *testing.T) {
	const items = "/paths/~1async-result~1{request_id}/get/responses/200/content/application~1json/schema/properties/data/properties/details/items"
	o := newOracle(t, Options{})
	told := map[string][]reports.Deviation{}
	for _, d := range o.Judge(details(12, true), true) {
		told[d.Clause] = append(told[d.Clause], d)
	}
	for _, clause := range []string{items + "/properties/sim_id/type", items + "/required/message", items, items + "/properties/result"} {
		some := told[clause]
		if len(some) != maxTold {
			t.Errorf("%s is told %d times, want %d", clause, len(some), maxTold)
			continue
		}
		for i, d := range some {
			if !strings.HasPrefix(d.Pointer, fmt.Sprintf("/data/details/%d", i)) {
				t.Errorf("deviation %d is told at %s", i, d.Pointer)
			}
			more := fmt.Sprintf("(and %d more like it)", 12-maxTold)
			if strings.HasSuffix(d.Summary, more) != (i == 0) {
				t.Errorf("%s at %s: %s", clause, d.Pointer, d.Summary)
			}
		}
		delete(told, clause)
	}
	if len(told) > 0 {
		t.Errorf("told as well: %v", told)
	}
}

// Millions of broken elements are not all judged, which would take half a minute. The report says so.
func TestBrokenElementsAreBounded(t *testing.T) {
	o := newOracle(t, Options{})
	deviations := o.Judge(answer("listBundles", 200, `{"operateCode":"S","message":"m","data":[`+strings.Repeat("1,", 3*maxBroken)+`1]}`), true)
	want := fmt.Sprintf("(and at least %d more like it)", maxBroken+1-maxTold)
	if len(deviations) < maxTold || !strings.HasSuffix(deviations[0].Summary, want) {
		t.Errorf("want %q, got %d deviations: %.2000s", want, len(deviations), fmt.Sprint(deviations))
	}
}

// The oracle judges 100,000 details, right or wrong, within 200 MB of heap.
func TestMemoryOfManyDetails(t *testing.T) {
	o := newOracle(t, Options{})
	for _, deviating := range []bool{false, true} {
		exchange := details(100_000, deviating)
		var deviations []reports.Deviation
		peak := peakHeap(func() { deviations = o.Judge(exchange, true) })
		if peak >= 200<<20 {
			t.Errorf("deviating %t: %d MB are in use", deviating, peak>>20)
		}
		if (len(deviations) > 0) != deviating || len(deviations) > 4*maxTold {
			t.Errorf("deviating %t: %d deviations", deviating, len(deviations))
		}
	}
}

// peakHeap returns the most bytes that the heap was seen to have beyond what it has
// now, what is not collected yet included.
func peakHeap(work func()) uint64 {
	sample := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	heap := func() uint64 {
		metrics.Read(sample)
		return sample[0].Value.Uint64()
	}
	runtime.GC()
	before := heap()
	done, peak := make(chan struct{}), make(chan uint64)
	go func() {
		most := before
		for tick := time.NewTicker(time.Millisecond); ; {
			select {
			case <-tick.C:
				most = max(most, heap())
			case <-done:
				peak <- max(most, heap())
				return
			}
		}
	}()
	work()
	close(done)
	return <-peak - before
}

// BenchmarkJudge100000Details judges an asyncResult of 100,000 details, within 1 s.
func BenchmarkJudge100000Details(b *testing.B) {
	o := newOracle(b, Options{})
	for _, deviating := range []bool{false, true} {
		exchange := details(100_000, deviating)
		b.Run(map[bool]string{false: "conforming", true: "deviating"}[deviating], func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				o.Judge(exchange, true)
			}
		})
	}
}
