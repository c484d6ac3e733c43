package sandbox

import (
	"testing"
	"time"
)

// What is removed leaves nothing behind in memory.
func TestRemovedSIMsAreForgotten(t *testing.T) {
	st := newState(Config{Now: time.Now, Bounds: Bounds{}.withDefaults()}, passive())
	g := startingGroups()[0].id
	for _, sim := range NewFixtures().UnknownSIMs(100) {
		st.Change(g, sim, 2)
		st.Change(g, sim, -1)
		st.Change(g, sim, -1)
	}
	if left := len(st.groups[g].counts); left != 0 || st.groups[g].size != 0 {
		t.Errorf("%d SIMs are left, counted as %d", left, st.groups[g].size)
	}
}
