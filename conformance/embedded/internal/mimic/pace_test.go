package mimic

import (
	"context"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"
	"time"

	"github.com/mallcheck/mallcheck/conformance/internal/observe"
	"github.com/mallcheck/mallcheck/sandbox"
)

const ms = time.Millisecond

func latencies(answers int) *observe.Learned {
	return &observe.Learned{Latencies: []observe.Latency{
		{Operation: "listBundles", Answers: answers, Min: 10 * ms, Median: 50 * ms, P95: 200 * ms, Max: 400 * ms},
	}}
}

func TestDelay(t *testing.T) {
	latency := latencies(100).Latencies[0]
	for share, want := range map[float64]time.Duration{0: 10 * ms, 0.25: 30 * ms, 0.5: 50 * ms, 0.95: 200 * ms, 1: 400 * ms} {
		if got := delay(latency, share); (got - want).Abs() > time.Microsecond {
			t.Errorf("%.0f %% of the answers take at most %s, want %s", 100*share, got, want)
		}
	}
}

// Half of the delays are below the median that was learnt, and one in twenty is above the 95th percentile.
func TestDelaysAreThoseOfTheTarget(t *testing.T) {
	p := paceOf(latencies(100))
	var all []time.Duration
	for range 200 {
		all = append(all, p.next("listBundles"))
	}
	slices.Sort(all)
	for at, want := range map[int]time.Duration{100: 50 * ms, 190: 200 * ms} {
		if got := all[at]; got < want*9/10 || got > want*11/10 {
			t.Errorf("delay %d of 200 is %s, want about %s", at, got, want)
		}
	}
	if got := paceOf(latencies(observe.EnoughTypes - 1)).next("listBundles"); got != 0 {
		t.Errorf("%d answers tell that one takes %s", observe.EnoughTypes-1, got)
	}
	if got := p.next("addSims"); got != 0 {
		t.Errorf("nothing tells that addSims takes %s", got)
	}
}

// An answer takes as long as that of the target, also a refusal, and ends with its caller.
func TestAnswersTakeAsLong(t *testing.T) {
	config := sandbox.Config{}
	if _, err := Apply(latencies(100), &config); err != nil {
		t.Fatal(err)
	}
	box, err := sandbox.New(config)
	if err != nil {
		t.Fatal(err)
	}
	call := func(ctx context.Context) time.Duration {
		started := time.Now()
		request := httptest.NewRequestWithContext(ctx, http.MethodGet, "/topup/mall/bundle-groups/bundles", http.NoBody)
		box.ServeHTTP(httptest.NewRecorder(), request)
		return time.Since(started)
	}
	if took := call(t.Context()); took < 10*ms {
		t.Errorf("an answer took %s, those of the target at least 10 ms", took)
	}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	took := time.Duration(0)
	for range 20 {
		took += call(gone)
	}
	if took > 700*ms {
		t.Errorf("20 answers to a caller who is gone took %s", took)
	}
}
