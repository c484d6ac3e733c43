package pace

import (
	"sync"
	"time"
)

// Tasks records how long the tasks of a target take. The zero value is empty. It is safe for concurrent
// use.
type Tasks struct {
	mu       sync.Mutex
	shortest time.Duration
}

// Took records that a task took d: it had ended by then, but not at the query before.
func (t *Tasks) Took(d time.Duration) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.shortest == 0 || d < t.shortest {
		t.shortest = d
	}
}

// Pause returns the pause before a query that may find a task ended: the shortest known duration,
// between least and most.
func (t *Tasks) Pause(least, most time.Duration) time.Duration {
	t.mu.Lock()
	defer t.mu.Unlock()
	return max(least, min(t.shortest, most))
}
