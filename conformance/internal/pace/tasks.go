package pace

import (
	"sync"
	"time"
)

// longestPause is the longest pause between two looks at what is awaited.
const longestPause = time.Second

// First returns the pause after the first look at what is awaited. The tasks of the embedded
// sandbox take a millisecond.
func First(sandbox bool) time.Duration {
	if sandbox {
		return time.Millisecond
	}
	return 20 * time.Millisecond
}

// Next returns the pause after another one: they double, up to the longest.
func Next(pause time.Duration) time.Duration { return min(2*pause, longestPause) }

// Tasks keeps account of how long the tasks of a target take. Its zero value knows of none. It is
// safe for concurrent use.
type Tasks struct {
	mu       sync.Mutex
	known    bool
	shortest time.Duration
}

// Took notes that a task had ended when its result was asked for, so long after it began.
func (t *Tasks) Took(d time.Duration) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if !t.known || d < t.shortest {
		t.known, t.shortest = true, d
	}
}

// Shortest returns how long the shortest task took, 0 if no task is known to have ended. To ask for
// the result of another one earlier hardly ever shows its end.
func (t *Tasks) Shortest() time.Duration {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.shortest
}
