package store

import (
	"testing"
	"time"
)

// What is removed leaves nothing behind in memory.
func TestRemovedSIMsAreForgotten(t *testing.T) {
	st := NewState(Settings{Now: time.Now, Bounds: Bounds{}.WithDefaults()}, Chain())
	g := startingGroups()[0].ID
	for _, sim := range NewFixtures().UnknownSIMs(100) {
		st.Change(g, sim, 2)
		st.Change(g, sim, -1)
		st.Change(g, sim, -1)
	}
	if left := len(st.Groups[g].Counts); left != 0 || st.Groups[g].size != 0 {
		t.Errorf("%d SIMs are left, counted as %d", left, st.Groups[g].size)
	}
}
