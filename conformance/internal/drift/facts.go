package drift

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/mallcheck/mallcheck/conformance/internal/observe"
	"github.com/mallcheck/mallcheck/conformance/internal/provoke"
)

// factSets are the values of facts by kind and subject, then by operation ("" for the whole target).
type factSets map[[2]string]map[string][]string

func factsBy(learned *observe.Learned) factSets {
	sets := factSets{}
	for _, fact := range learned.Facts {
		key := [2]string{fact.Kind, fact.Subject}
		if sets[key] == nil {
			sets[key] = map[string][]string{}
		}
		operations := fact.Operations
		if len(operations) == 0 {
			operations = []string{""}
		}
		for _, operation := range operations {
			sets[key][operation] = append(sets[key][operation], fact.Value)
		}
	}
	return sets
}

func (d *drift) facts(before, after *observe.Learned) {
	was, is := factsBy(before), factsBy(after)
	d.rare = factsBy(&observe.Learned{Facts: before.Rare})
	keys := map[[2]string]bool{}
	for key := range was {
		keys[key] = true
	}
	for key := range is {
		keys[key] = true
	}
	for _, key := range slices.SortedFunc(maps.Keys(keys), func(a, b [2]string) int {
		return cmp.Or(strings.Compare(a[0], b[0]), strings.Compare(a[1], b[1]))
	}) {
		switch key[0] {
		case observe.KindRefusal:
			d.refusals(key[1], was[key], is[key])
		case observe.KindHabit:
			d.habit(key[1], was, is)
		case observe.KindPush:
			if pushed(before) && pushed(after) {
				d.push(key[1], was[key][""], is[key][""])
			}
		default:
			d.whole(key[0], key[1], was[key][""], is[key][""], is[key] != nil)
		}
	}
}

// refusals compares how one mistake is refused. Operations with the same change are reported together.
func (d *drift) refusals(subject string, was, is map[string][]string) {
	type difference struct{ before, after string }
	operations := map[difference][]string{}
	for operation, before := range was {
		after := is[operation]
		if len(after) == 0 || within(after, slices.Concat(before, d.rare[[2]string{observe.KindRefusal, subject}][operation])) {
			continue
		}
		key := difference{strings.Join(before, " or "), strings.Join(after, " or ")}
		operations[key] = append(operations[key], operation)
	}
	for key, all := range operations {
		slices.Sort(all)
		d.changes = append(d.changes, Change{
			Rank: RankRefusal, Kind: changed, Clause: observe.KindRefusal + " " + subject, Operations: all,
			Summary: observe.SentenceCase(provoke.Words(subject)) + " is refused differently", Before: key.before, After: key.after,
		})
	}
}

// security are the mistakes whose acceptance is worse than leniency.
var security = []string{provoke.MissingSign, provoke.EmptySign, provoke.MalformedSign, provoke.WrongSign}

// habit compares one habit. Newly accepted mistakes are new; newly refused ones break clients that
// relied on them.
func (d *drift) habit(subject string, was, is factSets) {
	key, refusal := [2]string{observe.KindHabit, subject}, [2]string{observe.KindRefusal, subject}
	mistake := provoke.IsMistake(subject)
	more, less := map[string][]string{}, map[string][]string{} // operations by parameter
	for operation, values := range is[key] {
		for _, value := range lacking(slices.Concat(was[key][operation], d.rare[key][operation]), values) {
			if !mistake || (len(was[refusal][operation]) > 0 || len(was[key]) > 0) && !d.heldBack(operation, value, was[key]) {
				more[value] = append(more[value], operation)
			}
		}
	}
	for operation, values := range was[key] {
		for _, value := range lacking(is[key][operation], values) {
			if !mistake || len(is[refusal][operation]) > 0 && !d.heldBack(operation, value, is[key]) {
				less[value] = append(less[value], operation)
			}
		}
	}
	rank := RankLenient
	switch {
	case slices.Contains(security, subject):
		rank = RankSetting
	case subject == "bare-bodies":
		rank = RankGone
	case !mistake:
		rank = RankWriting
	}
	d.habitChanges(subject, more, rank, isNew, "now")
	if mistake {
		rank = RankRefusal
	}
	d.habitChanges(subject, less, rank, isGone, "no more")
}

// heldBack reports whether a run may have held back a mistake because it costs an order: the target accepted
// the same mistake on other operations.
func (d *drift) heldBack(operation, mistake string, accepted map[string][]string) bool {
	if d.contract == nil {
		return false
	}
	about, known := d.contract.Operation(operation)
	if !known || !about.UsesUp() {
		return false
	}
	for _, mistakes := range accepted {
		if slices.Contains(mistakes, mistake) {
			return true
		}
	}
	return false
}

func lacking(some, all []string) []string {
	return slices.DeleteFunc(slices.Clone(all), func(one string) bool { return slices.Contains(some, one) })
}

func (d *drift) habitChanges(subject string, byParameter map[string][]string, rank Rank, kind, when string) {
	for _, parameter := range slices.Sorted(maps.Keys(byParameter)) {
		operations := slices.DeleteFunc(byParameter[parameter], func(operation string) bool { return operation == "" })
		slices.Sort(operations)
		summary := "The target " + provoke.Habit(subject)
		if parameter != "" {
			summary += " (" + parameter + ")"
		}
		d.changes = append(d.changes, Change{
			Rank: rank, Kind: kind, Clause: observe.KindHabit + " " + subject, Operations: operations, Summary: summary + ": " + when,
		})
	}
}

// whole compares facts about the whole target.
func (d *drift) whole(kind, subject string, was, is []string, asked bool) {
	before, after := strings.Join(was, " or "), strings.Join(is, " or ")
	change := Change{Kind: changed, Clause: kind + " " + subject, Before: before, After: after}
	switch {
	case kind == observe.KindLimit && len(was) == 0:
		change.Rank, change.Kind, change.Summary = RankValue, isNew, "The target limits the rate of calls"
	case len(was) == 0 || len(is) == 0 || !asked || within(is, was):
		return
	case subject == "request-id-header" && strings.EqualFold(before, after): // recordings may spell the same name differently
		return
	case kind == observe.KindSetting:
		change.Rank, change.Summary = RankSetting, fmt.Sprintf("The setting %s is now %s instead of %s", subject, after, before)
	case kind == observe.KindForm:
		change.Rank, change.Summary = RankValue, "A "+subject+" has another form"
	default:
		change.Rank, change.Summary = RankWriting, "Answers have another media type"
	}
	d.changes = append(d.changes, change)
}

// pushed reports whether pushes were seen.
func pushed(learned *observe.Learned) bool {
	return slices.ContainsFunc(learned.Facts, func(f observe.Fact) bool { return f.Kind == observe.KindPush })
}

// push compares one property of pushes. A receiver that verifies pushes breaks if their headers change,
// and one that reads a member breaks if the member disappears or changes its type.
func (d *drift) push(subject string, was, is []string) {
	before, after := strings.Join(was, " or "), strings.Join(is, " or ")
	change := Change{Rank: RankSetting, Kind: changed, Clause: observe.KindPush + " " + subject, Before: before, After: after,
		Operations: []string{"rechargeSuccess"}, Summary: "Pushes have another " + subject}
	name, isMember := strings.CutPrefix(subject, "member ")
	switch {
	case within(is, was) && len(is) > 0:
		return
	case len(was) == 0:
		change.Rank, change.Kind, change.Summary = RankNew, isNew, "Pushes have a new "+subject
	case len(is) == 0:
		change.Rank, change.Kind, change.Summary = RankGone, isGone, "Pushes no longer have "+subject
	case isMember && strings.Replace(before, observe.Always, observe.Sometimes, 1) == after:
		change.Rank, change.Summary = RankMissing, "The member "+name+" is missing from some pushes"
	case isMember && strings.Replace(after, observe.Always, observe.Sometimes, 1) == before:
		return // its earlier presence may have been chance
	case isMember:
		change.Rank, change.Summary = RankGone, "The member "+name+" of pushes has changed"
	}
	d.changes = append(d.changes, change)
}
