package pace

import (
	"sync"
	"time"
)

// Tasks keeps account of how long the tasks of a target take. Its zero value knows of none. It is
// safe for concurrent use.
type Tasks struct {
	mu       sync.Mutex
	shortest time.Duration
}

// Took notes that a task had ended so long after it began, and not at the look before.
func (t *Tasks) Took(d time.Duration) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.shortest == 0 || d < t.shortest {
		t.shortest = d
	}
}

// Pause returns the pause before a look that may find a task ended: the time of the shortest known, within bounds.
func (t *Tasks) Pause(least, most time.Duration) time.Duration {
	t.mu.Lock()
	defer t.mu.Unlock()
	return max(least, min(t.shortest, most))
}
