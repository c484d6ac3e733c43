package pace_test

import (
	"testing"
	"time"

	"github.com/mallcheck/mallcheck/conformance/internal/pace"
)

func TestTasks(t *testing.T) {
	var tasks pace.Tasks
	if got := tasks.Shortest(); got != 0 {
		t.Errorf("without a task: %s", got)
	}
	for _, took := range []time.Duration{3, 2, 5} {
		tasks.Took(took * time.Second)
	}
	if got := tasks.Shortest(); got != 2*time.Second {
		t.Errorf("the shortest took %s, want 2s", got)
	}
}
