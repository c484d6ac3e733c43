// Package drift compares two learnings of a target, or those of two targets, and describes the
// differences in words. Changes that break clients come first.
package drift

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/mallcheck/mallcheck/conformance/internal/observe"
	"github.com/mallcheck/mallcheck/openapi"
)

// Change is one difference between an earlier and a later learning.
type Change struct {
	// Rank orders changes: those that break clients come first.
	Rank Rank `json:"rank"`
	// Kind is "new", "gone" or "changed".
	Kind string `json:"kind"`
	// Clause names what changed: the location of a member, or the kind and subject of a fact.
	Clause string `json:"clause"`
	// Operations are the operations that show it; empty if it concerns the whole target.
	Operations []string `json:"operations,omitempty"`
	// Summary describes it in a sentence; Before and After are the two states.
	Summary string `json:"summary"`
	Before  string `json:"before,omitempty"`
	After   string `json:"after,omitempty"`

	format, leaf string // for a change of a member
}

// Rank is the effect of a change on clients.
type Rank int

// The ranks, worst first. Those up to RankRefusal break clients.
const (
	RankSetting Rank = iota // nothing works any more
	RankGone                // a value that clients read is missing or has another type
	RankMissing             // a value that clients read is sometimes missing
	RankRefusal             // a request that clients send is refused, or refused differently
	RankValue               // a value or form that clients may not expect
	RankLenient             // the target accepts more than before
	RankWriting             // answers are formatted differently
	RankSlower              // answers take longer
	RankNew                 // clients are not affected
)

// Breaking reports whether the change breaks clients that relied on the earlier state.
func (c *Change) Breaking() bool { return c.Rank <= RankRefusal }

// The kinds of changes.
const (
	isNew   = "new"
	isGone  = "gone"
	changed = "changed"
)

// Between returns the differences between an earlier and a later learning, worst first. Where one of
// them has too little evidence, there is no change.
func Between(before, after *observe.Learned) []Change {
	d := &drift{before: before.By(), after: after.By()}
	d.contract, _ = openapi.Mall() // it is built in and tested
	if ends := after.Settings()["terminal-status"]; ends != "" {
		d.ends = strings.Split(ends, ",")
	}
	for _, at := range slices.Sorted(maps.Keys(d.before)) {
		if now := d.after[at]; now != nil {
			d.member(d.before[at], now)
		}
	}
	d.newMembers()
	d.goneMembers()
	d.facts(before, after)
	d.latencies(before, after)
	slices.SortStableFunc(d.changes, func(a, b Change) int {
		return cmp.Or(cmp.Compare(a.Rank, b.Rank), strings.Compare(a.Clause, b.Clause), strings.Compare(a.Summary, b.Summary),
			strings.Compare(a.Before, b.Before), strings.Compare(a.After, b.After))
	})
	return together(d.changes)
}

type drift struct {
	contract      *openapi.Contract
	before, after map[string]*observe.Member
	rare          factSets
	ends          []string // the statuses of tasks that the later learning takes for final
	changes       []Change
}

// of adds a change of a member.
func (d *drift) of(m *observe.Member, rank Rank, kind, format string, was, is string) {
	d.changes = append(d.changes, Change{
		Rank: rank, Kind: kind, Clause: m.At, Operations: m.Operations, Before: was, After: is,
		Summary: fmt.Sprintf(format, m.Path()), format: format, leaf: m.Name(),
	})
}

// manyMembers is the number of places from which on the same change of members with one name is reported
// as a single change.
const manyMembers = 4

// together merges the same change of members with one name in many places into a single change, such as
// a new member in every answer.
func together(changes []Change) []Change {
	type alike struct {
		rank                              Rank
		kind, format, leaf, before, after string
	}
	groups := map[alike][]int{}
	for i, c := range changes {
		if c.leaf != "" {
			key := alike{c.Rank, c.Kind, c.format, c.leaf, c.Before, c.After}
			groups[key] = append(groups[key], i)
		}
	}
	drop := map[int]bool{}
	for key, found := range groups {
		if len(found) < manyMembers {
			continue
		}
		first := &changes[found[0]]
		operations := map[string]bool{}
		for n, i := range found {
			drop[i] = n > 0
			for _, operation := range changes[i].Operations {
				operations[operation] = true
			}
		}
		first.Operations = slices.Sorted(maps.Keys(operations))
		first.Summary = fmt.Sprintf(key.format, fmt.Sprintf("%s, in %d places,", key.leaf, len(found)))
	}
	var kept []Change
	for i, c := range changes {
		if !drop[i] {
			kept = append(kept, c)
		}
	}
	return kept
}

func (d *drift) member(was, is *observe.Member) {
	gone := was.Count.Present > 0 && was.Presence != observe.Never && is.Count.Present == 0 && is.Count.Answers > 0
	switch {
	case gone && (was.Presence == observe.Always || is.Count.Answers >= observe.EnoughAlways):
		d.of(was, RankGone, isGone, "%s is no longer sent", was.Presence+" present", "absent")
		return
	case gone:
		return
	case was.Presence == observe.Always && is.Presence == observe.Sometimes && d.newState(was):
		break // objects in a state that the earlier learning did not see may lack the member
	case was.Presence == observe.Always && is.Presence == observe.Sometimes:
		d.of(was, RankMissing, changed, "%s is missing from some answers", observe.Always+" present", observe.Sometimes+" present")
	case was.Presence == observe.Never && is.Count.Present > 0:
		d.of(is, RankNew, isNew, "%s is sent now", "never present", orSome(is.Presence)+" present")
	}
	d.null(was, is)
	if types := is.SeenTypes(); len(was.Types) > 0 && len(types) > 0 && !within(types, was.Types) {
		d.of(was, RankGone, changed, "%s has another type", strings.Join(was.Types, " or "), strings.Join(types, " or "))
		return
	}
	d.stringForms(was, is)
}

// newState reports whether the later learning saw objects around a member in a state that the contract
// names and the earlier learning did not see, such as the first pending order among active ones.
func (d *drift) newState(of *observe.Member) bool {
	for at, is := range d.after {
		was := d.before[at]
		if was == nil || len(was.Values) == 0 || observe.HolderOf(at) != observe.HolderOf(of.At) {
			continue
		}
		values, others := is.SeenValues()
		if !others && slices.ContainsFunc(values, func(v string) bool { return !slices.Contains(was.Values, v) && d.named(at, v) }) {
			return true
		}
	}
	return false
}

// named reports whether the contract names a value of a member.
func (d *drift) named(at, value string) bool {
	if d.contract == nil {
		return false
	}
	_, named := d.contract.KnownValues(at)[value]
	return named
}

// taskStatus is the location of the status of a task.
const taskStatus = "/components/schemas/AsyncResult/properties/status"

// onTheWay reports whether a value is a status of a task that has not ended. Which of these a run sees
// depends on when it asks.
func (d *drift) onTheWay(at, value string) bool {
	return at == taskStatus && len(d.ends) > 0 && !slices.Contains(d.ends, value)
}

func orSome(presence string) string { return cmp.Or(presence, observe.Sometimes) }

func within(some, all []string) bool {
	return !slices.ContainsFunc(some, func(one string) bool { return !slices.Contains(all, one) })
}

func (d *drift) null(was, is *observe.Member) {
	null := is.Count.Null > 0
	switch {
	case was.Null == observe.Never && null:
		d.of(was, RankMissing, changed, "%s is null now", "never null", cmp.Or(is.Null, observe.Sometimes)+" null")
	case (was.Null == observe.Always || was.Null == observe.Sometimes) && is.Null == observe.Never:
		d.of(was, RankNew, changed, "%s is no longer null", was.Null+" null", "never null")
	}
}

// stringForms compares the forms and values of strings.
func (d *drift) stringForms(was, is *observe.Member) {
	if was.Form != "" && (is.Form != "" && is.Form != was.Form && !is.Has(was.Form) || is.Form == "" && is.Lost(was.Form)) {
		d.of(was, RankValue, changed, "%s has another form", was.Form, cmp.Or(is.Form, "other texts"))
	}
	if !was.Empty && is.Empty && was.Form != "" {
		d.of(was, RankValue, changed, "%s is empty in some answers", "not empty", "sometimes empty")
	}
	if len(was.Values) == 0 { // an unseen value proves nothing
		return
	}
	values, others := is.SeenValues()
	more := slices.DeleteFunc(is.Often(values), func(v string) bool {
		return slices.Contains(was.Values, v) || slices.Contains(was.Count.Rare, v)
	})
	less := slices.DeleteFunc(slices.Clone(was.Values), func(v string) bool { return slices.Contains(values, v) })
	all, now := strings.Join(was.Values, ", "), strings.Join(values, ", ")
	switch {
	case others:
		d.of(was, RankValue, changed, "%s has values other than the known ones", all, "other texts")
	case len(more) > 0 && len(less) > 0:
		d.of(was, RankValue, changed, "%s has other values: "+list(more)+" instead of "+list(less), all, now)
	default: // a value that the contract names, or a state on the way to the end, may have been there, unseen
		more = slices.DeleteFunc(more, func(v string) bool { return d.named(was.At, v) || d.onTheWay(was.At, v) })
		if len(more) > 0 {
			d.of(was, RankValue, isNew, "%s has a new value: "+list(more), all, now)
		}
	}
}

// list joins values for a format, escaping %.
func list(values []string) string {
	return strings.ReplaceAll(strings.Join(values, ", "), "%", "%%")
}

// newMembers reports the members that only the later learning has, if the earlier one saw the object
// that contains them.
func (d *drift) newMembers() {
	holders := map[string]bool{}
	for at := range d.before {
		holders[observe.HolderOf(at)] = true
	}
	for _, at := range slices.Sorted(maps.Keys(d.after)) {
		m := d.after[at]
		if d.before[at] == nil && m.Count.Present > 0 && holders[observe.HolderOf(at)] {
			d.of(m, RankNew, isNew, "%s is new", "", orSome(m.Presence)+" present")
		}
	}
}

// goneMembers reports undocumented members that only the earlier learning has, if the later one saw the
// object that contained them.
func (d *drift) goneMembers() {
	answers := map[string]int{} // with the object
	for at, m := range d.after {
		answers[observe.HolderOf(at)] = max(answers[observe.HolderOf(at)], m.Count.Answers)
	}
	for _, at := range slices.Sorted(maps.Keys(d.before)) {
		m, seen := d.before[at], answers[observe.HolderOf(at)]
		if d.after[at] != nil || m.Presence == "" || m.Presence == observe.Never || seen == 0 {
			continue
		}
		if m.Presence == observe.Always || seen >= observe.EnoughAlways {
			d.of(m, RankGone, isGone, "%s is no longer sent", m.Presence+" present", "absent")
		}
	}
}

func (d *drift) latencies(before, after *observe.Learned) {
	was := map[string]observe.Latency{}
	for _, l := range before.Latencies {
		was[l.Operation] = l
	}
	for _, now := range after.Latencies {
		then := was[now.Operation]
		few := then.Answers < observe.EnoughTypes || now.Answers < observe.EnoughTypes
		if few || now.Median < 3*then.Median || now.Median-then.Median < 100*time.Millisecond {
			continue
		}
		d.changes = append(d.changes, Change{
			Rank: RankSlower, Kind: changed, Clause: "latency", Operations: []string{now.Operation},
			Summary: now.Operation + " answers more slowly", Before: "median " + observe.Short(then.Median), After: "median " + observe.Short(now.Median),
		})
	}
}
