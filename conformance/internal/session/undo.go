package session

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/mallcheck/mallcheck/conformance/internal/journal"
	"github.com/mallcheck/mallcheck/internal/plural"
	"github.com/mallcheck/mallcheck/reports"
)

// Undo removes the SIM cards that the check added and did not remove, newest first, waits until that is done, and
// cancels the auto-renewals that the check left. It returns a sentence for each thing that it could not undo. It also
// works after the run was stopped.
func (s *Session) Undo() (left []string) {
	undoing := s.connection.undoing()
	defer func() { s.adopt(undoing) }()
	defer s.connection.renewing.Free(s)
	remaining, doubtful := s.remaining(undoing)
	for group, sims := range remaining {
		err := undoing.takeOut(group, sims)
		if err == nil {
			continue
		}
		if sims = s.connection.stillHeld(group, sims); len(sims) > 0 {
			left = append(left, fmt.Sprintf("%s holds %s that the run added (%s): %v", group, plural.Of(len(sims), "SIM card"), journal.Summary(sims), err))
		}
	}
	for doubt, sims := range doubtful {
		if sims = s.connection.stillHeld(doubt.group, sims); len(sims) > 0 {
			left = append(left, fmt.Sprintf("%s may hold %s that the run added (%s): %s",
				doubt.group, plural.Of(len(sims), "SIM card"), journal.Summary(sims), doubt.why))
		}
	}
	left = append(left, s.cancelRenewals(undoing)...)
	left = append(left, s.returnLoans()...)
	left = append(left, s.undoAsides()...)
	slices.Sort(left)
	if len(left) == 0 {
		s.connection.journal.MarkUndone(slices.Concat(s.entries, undoing.entries))
	}
	return left
}

// adopt makes the exchanges and deviations of another session count for this check.
func (s *Session) adopt(other *Session) {
	s.mu.Lock()
	defer s.mu.Unlock()
	offset := len(s.exchanges)
	s.exchanges = append(s.exchanges, other.exchanges...)
	for _, d := range other.deviations {
		d.Exchange += offset
		s.note(d)
	}
}

// doubt is a reason why a group may still hold what was added to it.
type doubt struct {
	group journal.Group
	why   string
}

// The reasons of a doubt.
const (
	unknownResults = "the results of their addition are unknown codes"
	removalUnknown = "their removal got no answer"
)

// remaining returns, by group, the SIM cards to remove, newest first, and those that the group may hold. It first waits
// for unfinished tasks, so that nothing is removed before it is added: for all together as long as one task may take,
// because a target that never ends its tasks would otherwise delay the run by the time of each.
func (s *Session) remaining(undoing *Session) (remaining map[journal.Group][]string, doubtful map[doubt][]string) {
	s.mu.Lock()
	entries := slices.Clone(s.entries)
	s.mu.Unlock()
	remaining, doubtful = map[journal.Group][]string{}, map[doubt][]string{}
	late := time.Now().Add(s.Target().TaskTimeout)
	for _, e := range entries {
		if s.mayHaveRemoved(e) {
			group, unclear := e.In(), doubt{e.In(), removalUnknown}
			for _, sim := range e.SIMs {
				if i := slices.Index(remaining[group], sim); i >= 0 {
					remaining[group] = slices.Delete(remaining[group], i, i+1)
					doubtful[unclear] = append(doubtful[unclear], sim)
				}
			}
			continue
		}
		if !e.ChangesGroup() || e.Outcome() != journal.Accepted || !s.changesAny(e) {
			continue
		}
		if e.Pending() && time.Now().Before(late) {
			undoing.awaitEntry(e)
		}
		group := e.In()
		done, unclear := e.Carried(s.Target().UnknownSIMs)
		if len(unclear) > 0 {
			doubtful[doubt{group, unknownResults}] = append(doubtful[doubt{group, unknownResults}], unclear...)
		}
		for _, sim := range done {
			if e.Operation == journal.AddSIMs {
				remaining[group] = append([]string{sim}, remaining[group]...)
			} else if i := slices.Index(remaining[group], sim); i >= 0 {
				remaining[group] = slices.Delete(remaining[group], i, i+1)
			}
		}
	}
	maps.DeleteFunc(remaining, func(_ journal.Group, sims []string) bool { return len(sims) == 0 })
	return remaining, doubtful
}

// mayHaveRemoved reports whether an entry is a removal without an answer, from a group whose earlier contents are
// unknown. Removing the SIM cards again could remove cards that somebody else added. The embedded sandbox does not
// outlive the run, so it does not matter there.
func (s *Session) mayHaveRemoved(e *journal.Entry) bool {
	return e.Operation == journal.RemoveSIMs && e.Outcome() == "" && e.Before == nil && !s.Target().Sandbox
}

// changesAny reports whether an entry names an existing SIM card.
func (s *Session) changesAny(e *journal.Entry) bool {
	return slices.ContainsFunc(e.SIMs, func(sim string) bool { return !slices.Contains(s.Target().UnknownSIMs, sim) })
}

// awaitEntry waits for the terminal result of an entry. A missing result is no error here: Carried handles it.
func (s *Session) awaitEntry(e *journal.Entry) {
	_ = attempt(func() { e.SetResults(journal.ResultsOf(s.AwaitResultAs(s.stop, e.Partner, e.RequestID()))) })
}

// stillHeld returns the SIM cards that a group holds more often than before the run, or all of sims if it cannot be
// listed. The answers to their addition do not show it: a target may count a SIM card once, however often it is added.
func (c *Connection) stillHeld(group journal.Group, sims []string) (held []string) {
	if !c.target.Allow.Read {
		return sims
	}
	now, err := c.holds(group)
	if err != nil {
		return sims
	}
	before, _ := c.journal.Before(group)
	for _, sim := range sims {
		if now[sim] > before[sim] {
			now[sim]--
			held = append(held, sim)
		}
	}
	return held
}

// takeOut removes SIM cards from a group and waits until the task has ended.
func (s *Session) takeOut(group journal.Group, sims []string) error {
	return s.changeGroup(s.NewRemoveSims(group.ID, sims...).As(group.Partner), group.Partner, "removing")
}

// putBack adds SIM cards to a group and waits until the task has ended.
func (s *Session) putBack(group journal.Group, sims []string) error {
	return s.changeGroup(s.NewAddSims(group.ID, sims...).As(group.Partner), group.Partner, "putting back")
}

// changeGroup sends a request that changes a group and waits until it has succeeded for each SIM card.
func (s *Session) changeGroup(draft *Draft, partner, doing string) error {
	return attempt(func() {
		answer := s.Send(s.stop, draft)
		result := s.AwaitResultAs(s.stop, partner, s.Identified(answer).RequestID)
		for _, detail := range result.Details {
			if detail.Result != "10" {
				panic(End{Verdict: reports.Inconclusive, Reason: fmt.Sprintf("%s %s ended with result %q", doing, detail.SimID, detail.Result)})
			}
		}
	})
}

// attempt turns the End of work into an error.
func attempt(work func()) (err error) {
	defer func() {
		switch end := recover().(type) {
		case nil:
		case End:
			err = end
		default:
			panic(end)
		}
	}()
	work()
	return nil
}

// Error says why a check ended.
func (e End) Error() string {
	if e.Deviation != nil {
		return e.Deviation.Summary
	}
	return e.Reason
}
