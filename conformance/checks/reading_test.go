package checks

import (
	"sync"
	"testing"
	"time"
)

// The end of one of several ends the check, after all have returned.
func TestParallelEnds(t *testing.T) {
	var mu sync.Mutex
	done := 0
	var ended any
	func() {
		defer func() { ended = recover() }()
		parallel(4, func(i int) {
			if i == 2 {
				panic("two")
			}
			time.Sleep(20 * time.Millisecond)
			mu.Lock()
			defer mu.Unlock()
			done++
		})
	}()
	if ended != "two" || done != 3 {
		t.Errorf("ended with %v after %d", ended, done)
	}
}
