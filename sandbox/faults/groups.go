package faults

import (
	"slices"
	"strconv"

	"github.com/mallcheck/mallcheck/gen/mall"
	"github.com/mallcheck/mallcheck/sandbox"
)

// groupFaults concern the content of groups and listGroupSims.
func groupFaults() []Fault {
	return []Fault{
		{"add-does-nothing", "groups/listing-reflects-add",
			"reports a successful addition but adds nothing", onEffects(sandbox.ActionAdd, noEffects)},
		{"listing-flickers", "groups/listing-reflects-add",
			"lists the SIM cards of a group only on every second request", flickering},
		{"remove-does-nothing", "groups/listing-reflects-remove",
			"reports a successful removal but removes nothing", onEffects(sandbox.ActionRemove, noEffects)},
		{"remove-empties-group", "groups/listing-reflects-remove",
			"empties the group on every removal", emptied},
		{"remove-forgets-last", "groups/remove-undoes-add",
			"leaves the last SIM card of a removed batch in the group",
			onEffects(sandbox.ActionRemove, func(_ *sandbox.State, t *sandbox.Task) {
				if len(t.Effects) > 1 {
					t.Effects = t.Effects[:len(t.Effects)-1]
				}
			})},
		{"remove-takes-each-once", "groups/listing-reflects-remove",
			"removes a SIM card once, no matter how often a removal names it",
			onEffects(sandbox.ActionRemove, func(_ *sandbox.State, t *sandbox.Task) {
				seen := map[string]bool{}
				t.Effects = slices.DeleteFunc(t.Effects, func(e sandbox.Effect) bool {
					again := seen[e.SIM]
					seen[e.SIM] = true
					return again
				})
			})},
		{"remove-takes-all", "groups/listing-reflects-remove",
			"removes a SIM card entirely, no matter how often it was added",
			onEffects(sandbox.ActionRemove, func(st *sandbox.State, t *sandbox.Task) {
				for i := range t.Effects {
					t.Effects[i].Delta = -st.Count(t.Group, t.Effects[i].SIM)
				}
			})},
		{"repeated-addition-fails", "groups/per-operation-counting",
			"fails to add a SIM card that the group already holds",
			onEffects(sandbox.ActionAdd, func(st *sandbox.State, t *sandbox.Task) {
				t.Effects = slices.DeleteFunc(t.Effects, func(e sandbox.Effect) bool { return st.Count(t.Group, e.SIM) > 0 })
				for i, d := range t.Details {
					if st.Count(t.Group, d.SIM) > 0 {
						t.Details[i].Result, t.Details[i].Message = "32", "The SIM card is in the group already."
					}
				}
			})},
		{"listing-deduplicated", "groups/listing-repeats-sims",
			"lists a SIM card once, no matter how often it was added",
			onListing(func(_ *sandbox.Call, l *sandbox.Listing) { l.SIMs = slices.Compact(l.SIMs) })},
		{"sim-count-deduplicated", "groups/sim-count",
			"counts repeated SIM cards once in sim_count of listGroupSims",
			onData(func(_ *sandbox.Call, group mall.GroupSIMs) mall.GroupSIMs {
				group.SIMCount = strconv.Itoa(len(slices.Compact(slices.Clone(group.SIMIDs))))
				return group
			}, "listGroupSims")},
		{"unknown-sim-listed", "groups/unknown-sim-not-listed",
			"adds unknown SIM cards to the group while it reports them as unknown",
			onEffects(sandbox.ActionAdd, func(_ *sandbox.State, t *sandbox.Task) {
				for _, d := range t.Details {
					if d.Result == sandbox.ResultNoSIM {
						t.Effects = append(t.Effects, sandbox.Effect{SIM: d.SIM, Delta: +1})
					}
				}
			})},
		{"added-to-all-groups", "groups/no-other-group-changed",
			"adds SIM cards to all groups of its first partner",
			onEffects(sandbox.ActionAdd, func(st *sandbox.State, t *sandbox.Task) {
				for _, group := range fixtures().Groups {
					for _, e := range t.Effects {
						if group != t.Group {
							st.Change(group, e.SIM, e.Delta)
						}
					}
				}
			})},
	}
}

// bundleFaults concern listBundles and groups of other partners.
func bundleFaults() []Fault {
	return []Fault{
		{"unknown-group-accepted", "groups/unknown-group-refused",
			"creates an unknown group on first use",
			onLookup(sandbox.LookupGroup, func(_ *sandbox.Call, l *sandbox.Lookup) { l.Found = l.Found || l.Owner == "" })},
		{"foreign-group-visible", "groups/partner-isolation",
			"lets every partner see and change the groups of all others",
			onLookup(sandbox.LookupGroup, func(_ *sandbox.Call, l *sandbox.Lookup) { l.Found = l.Found || l.Owner != "" })},
		{"bundles-of-first-partner", "groups/partner-isolation",
			"lists its first partner's groups in listBundles for every caller",
			onLookup(sandbox.LookupPartner, func(c *sandbox.Call, l *sandbox.Lookup) {
				if l.Found && c.Operation == "listBundles" {
					l.Key = fixtures().Partner
				}
			})},
		{"group-not-in-bundles", "groups/bundles-list-the-group",
			"leaves the first group out of listBundles",
			onData(func(_ *sandbox.Call, bundles []mall.Bundle) []mall.Bundle { return bundles[min(1, len(bundles)):] }, "listBundles")},
		{"group-twice-in-bundles", "groups/bundles-list-the-group",
			"lists the last group twice in listBundles",
			onData(func(_ *sandbox.Call, bundles []mall.Bundle) []mall.Bundle {
				return append(bundles, bundles[max(0, len(bundles)-1):]...)
			}, "listBundles")},
		{"bundle-without-package", bundlesAnswer + "/properties/data/items/required/package_code",
			"leaves package_code out of listBundles",
			onData(func(_ *sandbox.Call, bundles []map[string]any) []map[string]any {
				for _, bundle := range bundles {
					delete(bundle, "package_code")
				}
				return bundles
			}, "listBundles")},
		{"bundles-count-stale", "groups/bundles-count-agrees",
			"reports a sim_count of 0 for every group in listBundles",
			onData(func(_ *sandbox.Call, bundles []mall.Bundle) []mall.Bundle {
				for i := range bundles {
					bundles[i].SIMCount = "0"
				}
				return bundles
			}, "listBundles")},
	}
}

func noEffects(_ *sandbox.State, t *sandbox.Task) { t.Effects = nil }

// onListing changes the responses of listGroupSims.
func onListing(change func(c *sandbox.Call, l *sandbox.Listing)) newInterceptor {
	return always(sandbox.Interceptor{Listing: func(_ *sandbox.State, c *sandbox.Call, l *sandbox.Listing) { change(c, l) }})
}

func flickering() sandbox.Interceptor {
	shown := &counter{}
	return onListing(func(_ *sandbox.Call, l *sandbox.Listing) {
		if shown.next(l.Group)%2 == 0 {
			l.SIMs = []string{}
		}
	})()
}

func emptied() sandbox.Interceptor {
	type entry struct{ group, sim string }
	added := map[entry]bool{}
	return sandbox.Interceptor{Finish: func(st *sandbox.State, t *sandbox.Task) {
		for _, e := range t.Effects {
			added[entry{t.Group, e.SIM}] = true
		}
		if t.Action != sandbox.ActionRemove {
			return
		}
		for e := range added {
			if e.group == t.Group {
				st.Change(e.group, e.sim, -st.Count(e.group, e.sim))
			}
		}
	}}
}
