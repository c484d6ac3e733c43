package session

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/mallcheck/mallcheck/reports"
)

// change is what has become of one SIM card in one group.
type change struct {
	at     place
	sim    string
	before int
	// added and removed bound what the run may have done that is still to be undone.
	added, removed int
	newest         int // number of the last entry about it
}

// Finish gives back to the groups what the run took out of them, takes out what it
// may have put in without having been told, and closes the journal. It returns a
// sentence for each thing that is left on the target; the orders and payments,
// which nothing undoes, share one for each partner. undone says that every check
// has undone what it did. The embedded sandbox has nothing to finish.
func (c *Connection) Finish(undone bool) (left []string) {
	if c.journal == nil {
		return nil
	}
	left = c.restore()
	c.journal.close(undone && len(left) == 0)
	return append(left, bought(c.journal.all(), c.target.Amount+" "+c.target.Currency)...)
}

// restore makes the groups hold again what they held before, as far as the journal
// knows it and names it.
func (c *Connection) restore() (left []string) {
	byPlace := map[place][]change{}
	for _, change := range c.journal.changes() {
		byPlace[change.at] = append(byPlace[change.at], change)
	}
	others := func(at place) int { // come after the run's own partner, who may see the same group
		if at.partner == c.target.PartnerCode {
			return 0
		}
		return 1
	}
	for _, at := range slices.SortedFunc(maps.Keys(byPlace), func(a, b place) int {
		return cmp.Or(cmp.Compare(others(a), others(b)), strings.Compare(a.String(), b.String()))
	}) {
		if err := c.restoreGroup(at, byPlace[at]); err != nil {
			left = append(left, fmt.Sprintf("%s may not hold what it held before the run: %v", at, err))
		}
	}
	return append(left, c.journal.unclear()...)
}

// changes returns what the run may have left changed in groups whose state before
// is known, the newest first.
func (j *journal) changes() []change {
	type key struct {
		at  place
		sim string
	}
	found := map[key]*change{}
	for _, e := range j.all() {
		if e.Before == nil || e.outcome == refused || e.Operation != "addSims" && e.Operation != "removeSims" {
			continue
		}
		for _, sim := range e.SIMs {
			k := key{e.at(), sim}
			if found[k] == nil {
				found[k] = &change{at: k.at, sim: sim, before: e.Before[sim]}
			}
			found[k].newest = e.Entry
			switch {
			case e.Operation == "removeSims":
				found[k].removed++
			case !e.undone:
				found[k].added++
			}
		}
	}
	var changes []change
	for _, c := range found {
		changes = append(changes, *c)
	}
	slices.SortFunc(changes, func(a, b change) int {
		return cmp.Or(cmp.Compare(b.newest, a.newest), strings.Compare(a.sim, b.sim))
	})
	return changes
}

// unclear tells of the additions that may have been carried out, to groups of which
// it is not known what they held before.
func (j *journal) unclear() (left []string) {
	for _, e := range j.all() {
		if e.Operation == "addSims" && e.Before == nil && e.outcome == "" && len(e.SIMs) > 0 {
			left = append(left, fmt.Sprintf("%s may hold %d SIM cards that the run added (%s): no answer came", e.at(), len(e.SIMs), summary(e.SIMs)))
		}
	}
	return left
}

// restoreGroup makes one group hold again what it held before.
func (c *Connection) restoreGroup(at place, changes []change) error {
	late := c.journal.pendingUntil(at, c.target.TaskTimeout)
	for pause := firstPause; ; pause = min(2*pause, longestPause) {
		counts, err := c.holds(at)
		if err != nil {
			return err
		}
		var out, in []string
		for _, change := range changes {
			surplus := counts[change.sim] - change.before
			for range min(surplus, change.added) {
				out = append(out, change.sim)
			}
			for range min(-surplus, change.removed) {
				in = append(in, change.sim)
			}
		}
		if len(out)+len(in) == 0 && time.Now().Before(late) {
			time.Sleep(pause) // what was sent without an answer may still come
			continue
		}
		hands := c.Session(context.Background())
		hands.undoes = true
		if len(out) > 0 {
			err = hands.takeOut(at, out)
		}
		if err == nil && len(in) > 0 {
			err = hands.putBack(at, in)
		}
		if err != nil || time.Now().After(late) {
			return err
		}
	}
}

// pendingUntil returns when every request about a group to which no answer came
// has been carried out, if it ever will: a task may take as long as limit.
func (j *journal) pendingUntil(at place, limit time.Duration) (late time.Time) {
	for _, e := range j.all() {
		if e.at() == at && e.outcome == "" {
			late = e.Time.Add(limit)
		}
	}
	return late
}

// putBack adds SIM cards to a group and waits for the end of it.
func (s *Session) putBack(at place, sims []string) error {
	return attempt(func() {
		answer := s.Send(context.Background(), s.NewAddSims(at.id, sims...).As(at.partner))
		result := s.AwaitResultAs(context.Background(), at.partner, s.accepted(answer).RequestID)
		for _, detail := range result.Details {
			if detail.Result != "10" {
				panic(End{Verdict: reports.Inconclusive, Reason: fmt.Sprintf("putting %s back ended with result %q", detail.SimID, detail.Result)})
			}
		}
	})
}

// bought tells of the orders and payments that stay on a target, a sentence for
// each kind and partner.
func bought(entries []*journalEntry, price string) (left []string) {
	placed, paid := map[string][]string{}, map[string]int{}
	for _, e := range entries {
		switch {
		case e.outcome == refused:
		case PlacesOrder(e.Operation):
			placed[e.Partner] = append(placed[e.Partner], e.Order)
		case BeginsPayment(e.Operation):
			paid[e.Partner]++
		}
	}
	for _, partner := range slices.Sorted(maps.Keys(placed)) {
		left = append(left, fmt.Sprintf("%d orders of partner %s stay, at %s each unless they say otherwise (%s)",
			len(placed[partner]), partner, price, summary(placed[partner])))
	}
	for _, partner := range slices.Sorted(maps.Keys(paid)) {
		left = append(left, fmt.Sprintf("%d payments of partner %s were begun and stay", paid[partner], partner))
	}
	return left
}
