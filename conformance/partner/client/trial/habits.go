package trial

import (
	"context"
	"slices"
	"strings"

	"github.com/mallcheck/mallcheck/sandbox"
	"github.com/mallcheck/mallcheck/sandbox/faults"
)

// byRule are the habits of a mall that signs by another rule, with the environment variable that names
// the rule. No client can guess the rule, so these habits are tried only if they are selected by id:
// whoever selects them says that the client reads the variable.
var byRule = map[string]string{"path-not-signed": signParts, "null-signed": signEmpty}

// exclusive are habits that change the same thing: only one of each line can be adopted at a time.
var exclusive = [][]string{
	{"request-id-as-uuid", "request-id-as-long-digits", "request-id-with-dots-and-colons"},
	{"slow-tasks", "tasks-done-at-once"},
	{"slow-top-ups", "top-ups-done-at-once"},
	{"data-everywhere", "acceptance-without-data", "acceptance-with-null", "unknown-members", "bare-bodies"},
	{"refusals-as-4xx", "refusals-in-many-codes", "messages-in-chinese"},
	{"data-everywhere", "refusals-as-4xx", "refusals-in-many-codes"},
	{"cancellation-without-data", "bare-bodies"},
	{"request-id-header", "header-case"},
	{"chunked", "gzip"},
	{"pending-orders-unlisted", "unpaid-orders-pending"},
	{"pushes-laid-out", "pushes-spelt-otherwise"},
	{"members-reversed", "white-space", "text-in-escapes"},
}

// habits are the variants of the sandbox with which a client must succeed.
func habits() []Scenario {
	var all []Scenario
	for _, v := range faults.Variants() {
		all = append(all, Scenario{ID: v.ID, Kind: Habit, Statement: v.Statement, behavior: func() behavior { return adopted(v.ID) }})
	}
	return all
}

// tries reports whether a selected habit is tried: one that a client cannot guess is tried only if
// selected by id.
func (c *Config) tries(id string) bool { return byRule[id] == "" || slices.Contains(c.Named, id) }

// adopted returns the behavior of a mall with several habits.
func adopted(ids ...string) behavior {
	interceptors, settings, err := faults.Interceptors(nil, ids)
	if err != nil {
		panic(err) // the ids come from the catalogue
	}
	return behavior{interceptors: interceptors, header: settings["request-id-header"], prompt: true,
		rules: sandbox.Chain(interceptors...).Rules}
}

// together reports whether two habits can be adopted at the same time.
func together(a, b string) bool {
	return !slices.ContainsFunc(exclusive, func(line []string) bool { return slices.Contains(line, a) && slices.Contains(line, b) })
}

// groups divides habits into a few groups whose habits can be adopted together.
func groups(ids []string) [][]string {
	var all [][]string
next:
	for _, id := range ids {
		for i, group := range all {
			if !slices.ContainsFunc(group, func(other string) bool { return !together(id, other) }) {
				all[i] = append(group, id)
				continue next
			}
		}
		all = append(all, []string{id})
	}
	return all
}

// tried returns the ids of the habits to try.
func (t *trials) tried() []string {
	var ids []string
	for _, s := range t.config.selected(Habit) {
		if t.config.tries(s.ID) {
			ids = append(ids, s.ID)
		}
	}
	return ids
}

// searchHabits finds the habits with which the client does not succeed. It tries many at a time and
// divides a group in which the client fails until single habits are left.
func (t *trials) searchHabits(ctx context.Context, tried [][]string) {
	outcomes := t.together(ctx, len(tried), func(i int) *outcome { return t.stage(ctx, strings.Join(tried[i], ","), adopted(tried[i]...)) },
		func(o *outcome) bool { return !o.end.succeeded() || t.suspicious(o) })
	for _, o := range outcomes {
		t.habits = append(t.habits, o)
		if !o.end.succeeded() {
			t.divide(ctx, strings.Split(o.scenario, ","), o)
		}
	}
}

// divide finds the habits of a group that make the client fail.
func (t *trials) divide(ctx context.Context, group []string, failed *outcome) {
	if len(group) == 1 {
		t.culprits[group[0]] = failed
		return
	}
	guilty := false
	for _, half := range [][]string{group[:len(group)/2], group[len(group)/2:]} {
		if ctx.Err() != nil {
			return
		}
		o := t.stage(ctx, strings.Join(half, ","), adopted(half...))
		t.habits = append(t.habits, o)
		if !o.end.succeeded() {
			guilty = true
			t.divide(ctx, half, o)
		}
	}
	if !guilty { // they fail only together, so all are reported
		for _, id := range group {
			t.culprits[id] = failed
		}
	}
}
