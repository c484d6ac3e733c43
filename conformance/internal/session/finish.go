package session

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/mallcheck/mallcheck/conformance/internal/journal"
	"github.com/mallcheck/mallcheck/reports"
)

// mostRestores is how many times in a row a group is changed to restore it.
const mostRestores = 3

// OpenJournal creates a journal in folder dir. From then on everything that the connection does to the target is
// journaled first. A journal in dir with entries that an earlier run did not undo is not replaced: that is an error.
func (c *Connection) OpenJournal(dir string) error { return c.journal.Open(dir, c.target) }

// Finish restores the groups, also from additions that may have succeeded without an answer, cancels the auto-renewals
// that are still active, and closes the journal. It returns a sentence for each thing that is left on the target;
// orders and payments, which cannot be undone, share one for each partner. undone says that every check has undone its
// effects. The embedded sandbox has nothing to finish.
func (c *Connection) Finish(undone bool) (left []string) {
	if c.target.Sandbox {
		return nil
	}
	left, others := c.restore()
	left = append(left, others...)
	left = append(left, c.endRenewals()...)
	c.journal.Close(undone && len(left) == 0)
	return append(left, journal.Bought(c.journal.Entries(), c.price())...)
}

// price is the price of the target's package.
func (c *Connection) price() string { return c.target.Amount + " " + c.target.Currency }

// restore restores the groups whose earlier contents are in the journal. others are SIM cards that the target reported
// as removed but that are still there: it did not remove them, or somebody else added them.
func (c *Connection) restore() (left, others []string) {
	byGroup := map[journal.Group][]journal.Change{}
	for _, change := range c.journal.Changes() {
		byGroup[change.Group] = append(byGroup[change.Group], change)
	}
	own := func(group journal.Group) int { // the run's own partner comes first; others may see the same group
		if group.Partner == c.target.PartnerCode {
			return 0
		}
		return 1
	}
	for _, group := range slices.SortedFunc(maps.Keys(byGroup), func(a, b journal.Group) int {
		return cmp.Or(cmp.Compare(own(a), own(b)), strings.Compare(a.String(), b.String()))
	}) {
		held, err := c.restoreGroup(group, byGroup[group])
		if err != nil {
			left = append(left, fmt.Sprintf("%s may differ from its state before the run: %v", group, err))
			continue
		}
		others = append(others, group.Surplus(byGroup[group], held)...)
	}
	return append(left, c.journal.Unclear()...), others
}

// restoreGroup restores one group and returns its final contents.
func (c *Connection) restoreGroup(group journal.Group, changes []journal.Change) (journal.Holdings, error) {
	s := c.undoing()
	late := c.journal.PendingUntil(group, c.target.TaskTimeout)
	restores := 0
	for pause := firstPause; ; pause = min(2*pause, longestPause) {
		held, err := c.holds(group)
		if err != nil {
			return nil, err
		}
		var out, in []string
		for _, change := range changes {
			more, less := change.Surplus(held)
			out = append(out, slices.Repeat([]string{change.SIM}, more)...)
			in = append(in, slices.Repeat([]string{change.SIM}, less)...)
		}
		if len(out)+len(in) == 0 {
			if !time.Now().Before(late) || s.Stopped() {
				return held, nil
			}
			s.pause(pause) // a request without an answer may still take effect
			continue
		}
		if restores++; restores > mostRestores {
			return nil, End{Verdict: reports.Inconclusive, Reason: fmt.Sprintf(
				"it still differs in %d SIM cards (%s), although the target reported success", len(out)+len(in), journal.Summary(slices.Concat(out, in)))}
		}
		if len(out) > 0 {
			err = s.takeOut(group, out)
		}
		if err == nil && len(in) > 0 {
			err = s.putBack(group, in)
		}
		if err != nil {
			return nil, err
		}
	}
}
