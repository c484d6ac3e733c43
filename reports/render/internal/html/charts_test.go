package html

import (
	"testing"
)

func TestSettledAfter(t *testing.T) {
	if got := finishedAfter(&Task{Looks: []Look{{After: 1, Status: "a"}, {After: 2, Status: "b"}, {After: 3, Status: "b"}}}); got != 2 {
		t.Errorf("finished after %d, want when the last status came first", got)
	}
}
