package journal

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/mallcheck/mallcheck/internal/plural"
)

// Change is the possible change of one SIM card in one group.
type Change struct {
	Group Group
	SIM   string
	// Before is how often the group held it before the run.
	Before int
	// Added and Removed bound what the run may have done that is still to be undone,
	// Undone how often it was added and, as the target says, removed again.
	Added, Removed, Undone int

	newest int // number of the last entry about it
}

// Surplus returns how often the SIM card must still be removed from the group, and how often it must be
// put back.
func (c Change) Surplus(now Holdings) (out, in int) {
	surplus := now[c.SIM] - c.Before
	return max(0, min(surplus, c.Added)), max(0, min(-surplus, c.Removed))
}

// Changes returns the changes that the run may have left in groups whose earlier state is known, newest
// first.
func (j *Journal) Changes() []Change {
	type key struct {
		group Group
		sim   string
	}
	found := map[key]*Change{}
	for _, e := range j.Entries() {
		if e.Before == nil || e.Outcome() == Refused || !e.ChangesGroup() {
			continue
		}
		for _, sim := range e.SIMs {
			k := key{e.in(), sim}
			if found[k] == nil {
				found[k] = &Change{Group: k.group, SIM: sim, Before: e.Before[sim]}
			}
			found[k].newest = e.Number
			switch {
			case e.Operation == RemoveSIMs:
				found[k].Removed++
			case e.Undone():
				found[k].Undone++
			default:
				found[k].Added++
			}
		}
	}
	var changes []Change
	for _, c := range found {
		changes = append(changes, *c)
	}
	slices.SortFunc(changes, func(a, b Change) int {
		return cmp.Or(cmp.Compare(b.newest, a.newest), strings.Compare(a.SIM, b.SIM))
	})
	return changes
}

// Unclear describes additions that may have been executed, to groups whose earlier state is unknown.
func (j *Journal) Unclear() (left []string) {
	for _, e := range j.Entries() {
		if e.Operation == AddSIMs && e.Before == nil && e.Outcome() == "" && len(e.SIMs) > 0 {
			left = append(left, fmt.Sprintf("%s may hold %s that the run added (%s): no answer came", e.in(), plural.Of(len(e.SIMs), "SIM card"), Summary(e.SIMs)))
		}
	}
	return left
}

// Unfinished returns the entries that a sweep must undo, except changes to groups with a known earlier state, which are
// restored by comparison.
func (j *Journal) Unfinished() []*Entry {
	return slices.DeleteFunc(j.Entries(), func(e *Entry) bool { return e.Undone() || e.Outcome() == Refused || e.Before != nil })
}

// PartnerSIM is a SIM card for which a partner ordered.
type PartnerSIM struct{ Partner, SIM string }

// Renewable returns the SIM cards among known for which the run placed orders, and those orders and their payments. One of
// them may have an auto-renewal.
func (j *Journal) Renewable(known []string) (sims []PartnerSIM, orders, payments map[string]bool) {
	orders, payments = map[string]bool{}, map[string]bool{}
	for _, e := range j.Entries() {
		if e.Outcome() == Refused || !PlacesOrder(e.Operation) && e.Operation != Subscribe {
			continue
		}
		orders[e.Order], payments[e.Payment] = true, true
		for _, sim := range e.SIMs {
			if one := (PartnerSIM{e.Partner, sim}); !slices.Contains(sims, one) && slices.Contains(known, sim) {
				sims = append(sims, one)
			}
		}
	}
	delete(orders, "")
	delete(payments, "")
	return sims, orders, payments
}

// PendingUntil returns by when every unanswered request about a group has been executed, if it ever will
// be: a task may take as long as limit.
func (j *Journal) PendingUntil(group Group, limit time.Duration) (late time.Time) {
	for _, e := range j.Entries() {
		if e.in() == group && e.Outcome() == "" {
			late = e.Time.Add(limit)
		}
	}
	return late
}

// Bought describes the orders and payments of entries, which stay on the target: a sentence for each
// kind and partner. price is the price of an order that states none.
func Bought(entries []*Entry, price string) (left []string) {
	placed, paid := map[string][]string{}, map[string]int{}
	for _, e := range entries {
		switch {
		case e.Outcome() == Refused:
		case PlacesOrder(e.Operation):
			placed[e.Partner] = append(placed[e.Partner], e.Order)
		case BeginsPayment(e.Operation):
			paid[e.Partner]++
		}
	}
	for _, partner := range slices.Sorted(maps.Keys(placed)) {
		left = append(left, fmt.Sprintf("%s of partner %s %s, at %s each unless an order states another amount (%s)", plural.Of(len(placed[partner]), "order"),
			partner, stay(len(placed[partner])), price, Summary(placed[partner])))
	}
	for _, partner := range slices.Sorted(maps.Keys(paid)) {
		left = append(left, fmt.Sprintf("%s of partner %s %s begun and %s", plural.Of(paid[partner], "payment"),
			partner, plural.Noun(paid[partner], "was"), stay(paid[partner])))
	}
	return left
}

// stay is the verb for a number of things.
func stay(n int) string {
	if n == 1 {
		return "stays"
	}
	return "stay"
}
