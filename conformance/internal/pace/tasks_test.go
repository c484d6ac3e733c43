package pace_test

import (
	"testing"
	"time"

	"github.com/mallcheck/mallcheck/conformance/internal/pace"
)

// The pause is the time of the shortest task that is known, within bounds.
func TestTasks(t *testing.T) {
	var tasks pace.Tasks
	if got := tasks.Pause(time.Millisecond, time.Minute); got != time.Millisecond {
		t.Errorf("without a task: %s", got)
	}
	for _, took := range []time.Duration{3, 2, 5} {
		tasks.Took(took * time.Second)
	}
	if got := tasks.Pause(time.Millisecond, time.Minute); got != 2*time.Second {
		t.Errorf("the shortest took %s, want 2s", got)
	}
	if got := tasks.Pause(time.Millisecond, time.Second); got != time.Second {
		t.Errorf("the pause is %s, at most 1s is allowed", got)
	}
}
