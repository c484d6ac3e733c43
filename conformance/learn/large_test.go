package learn

import (
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"testing"
	"time"

	"github.com/mallcheck/mallcheck/internal/testlevel"
	"github.com/mallcheck/mallcheck/reports"
)

// manyExchanges writes a run of at least so many exchanges, which repeats the base run.
func manyExchanges(t testing.TB, many int) (path string, exchanges int) {
	t.Helper()
	run := *base()
	each := 0
	for _, result := range run.Results {
		each += len(result.Exchanges)
	}
	results := run.Results
	run.Results = nil
	for copies := 0; exchanges < many; copies++ {
		for _, result := range results {
			result.ID += "#" + strconv.Itoa(copies)
			run.Results = append(run.Results, result)
		}
		exchanges += each
	}
	path = filepath.Join(t.TempDir(), "run.json")
	file, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := reports.WriteJSON(file, &run); err != nil {
		t.Fatal(err)
	}
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}
	return path, exchanges
}

// TestManyExchangesTakeLittleMemory learns from 100,000 recorded exchanges. The memory is
// that of the learner: what the run itself takes here is freed before.
func TestManyExchangesTakeLittleMemory(t *testing.T) {
	testlevel.Long(t)
	path, exchanges := manyExchanges(t, 100_000)
	runtime.GC()
	var before, now runtime.MemStats
	runtime.ReadMemStats(&before)
	peak, done := uint64(0), make(chan struct{})
	learner, err := New()
	if err != nil {
		t.Fatal(err)
	}
	started := time.Now()
	go func() {
		defer close(done)
		_, err = learner.AddFile(path)
	}()
	for waiting := true; waiting; {
		select {
		case <-done:
			waiting = false
		case <-time.After(20 * time.Millisecond):
		}
		runtime.ReadMemStats(&now)
		peak = max(peak, now.HeapAlloc)
	}
	if err != nil {
		t.Fatal(err)
	}
	used := (int64(peak) - int64(before.HeapAlloc)) >> 20
	t.Logf("%d exchanges in %s, %d MB", exchanges, time.Since(started).Round(time.Millisecond), used)
	if used > 300 {
		t.Errorf("it took %d MB, 300 are allowed", used)
	}
	if got := learner.Learned().Exchanges; got < exchanges*9/10 {
		t.Errorf("learnt from %d of %d exchanges", got, exchanges)
	}
}

// BenchmarkLearn learns from 100,000 recorded exchanges: the limit is 10 s.
func BenchmarkLearn(b *testing.B) {
	path, _ := manyExchanges(b, 100_000)
	for b.Loop() {
		learner, err := New()
		if err != nil {
			b.Fatal(err)
		}
		if _, err := learner.AddFile(path); err != nil {
			b.Fatal(err)
		}
	}
}
