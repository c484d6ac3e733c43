package html

import (
	"testing"

	"github.com/mallcheck/mallcheck/reports"
)

func TestSettledAfter(t *testing.T) {
	if got := finishedAfter(&reports.Task{Looks: []reports.Look{{After: 1, Status: "a"}, {After: 2, Status: "b"}, {After: 3, Status: "b"}}}); got != 2 {
		t.Errorf("finished after %d, want when the last status came first", got)
	}
}
