package checks

import (
	"context"
	"slices"

	. "github.com/mallcheck/mallcheck/conformance/internal/expect"
	"github.com/mallcheck/mallcheck/conformance/internal/session"
	"github.com/mallcheck/mallcheck/conformance/internal/wire"
	"github.com/mallcheck/mallcheck/reports"
)

// bundleChecks are about the groups that listBundles lists.
var bundleChecks = []Check{{
	ID: "GRP-020", Clause: "groups/bundles-list-the-group", Does: reports.Read, Operations: []string{"listBundles"},
	Requirement: "listBundles lists the partner's group",
	Run: func(ctx context.Context, s *session.Session) {
		Expect(groupIDs(ownBundles(ctx, s))).To(ContainElement(s.Group()), "listBundles does not list the partner's group")
	},
}, {
	ID: "GRP-021", Clause: "groups/bundles-list-the-group", Does: reports.Read, Operations: []string{"listBundles"},
	Requirement: "listBundles lists each group once",
	Run: func(ctx context.Context, s *session.Session) {
		Expect(repeated(groupIDs(ownBundles(ctx, s)))).To(BeEmpty(), "listBundles lists a group more than once")
	},
}, {
	ID: "GRP-022", Clause: "groups/bundles-count-agrees", Does: reports.Write,
	Operations:  []string{"listBundles", "listGroupSims", "addSims", "asyncResult"},
	Requirement: "listBundles and listGroupSims agree about sim_count after an addSims task",
	Run: func(ctx context.Context, s *session.Session) {
		if toured(ctx, s, func(t *tour) bool {
			return t.added.Count == t.again.Count && slices.Contains(countsOf(s.Group(), t.bundles), t.added.Count)
		}) {
			return
		}
		adding.carryOut(ctx, s, s.ExistingSIM())
		for range 5 { // others may change the group meanwhile
			before := listGroupSims(ctx, s, s.Group())
			bundles := listBundles(ctx, s)
			if after := listGroupSims(ctx, s, s.Group()); after.Count == before.Count {
				Expect(countsOf(s.Group(), bundles)).To(ContainElement(after.Count),
					"listBundles and listGroupSims disagree about sim_count of %s", s.Group())
				return
			}
		}
		s.Skip("another user changed the group during each of five comparisons")
	},
}, {
	ID: "GRP-023", Clause: "groups/partner-isolation", Does: reports.Read, Operations: []string{"listBundles"},
	Requirement: "listBundles does not show the partner's group to another partner",
	Run: func(ctx context.Context, s *session.Session) {
		Expect(groupIDs(othersBundles(ctx, s))).NotTo(ContainElement(s.Group()),
			"listBundles shows the group of the first partner to the second")
	},
}}

// foreignGroupChecks are about groups that do not exist or that belong to another partner, and about
// refused requests.
var foreignGroupChecks = slices.Concat(
	[]Check{{
		ID: "GRP-040", Clause: "groups/unknown-group-refused", Does: reports.Read, Operations: []string{"listGroupSims"},
		Requirement: "listGroupSims refuses a group that does not exist",
		Run: func(ctx context.Context, s *session.Session) {
			listGroupSims(ctx, s, s.Group()) // accepted, so only the group can explain a refusal
			Expect(s.Send(ctx, s.NewListGroupSims(s.UnknownGroup()))).To(beRefused(), "the unknown group "+s.UnknownGroup())
		},
	}},
	onBoth(Check{
		ID: "GRP-041", Clause: "groups/unknown-group-refused",
		Requirement: "{operation} refuses a group that does not exist",
	}, func(ctx context.Context, s *session.Session, do action) {
		do.start(ctx, s, s.UnknownSIM()) // accepted, so only the group can explain a refusal
		Expect(s.Send(ctx, do.draft(s, s.UnknownGroup(), s.UnknownSIM()))).To(beRefused(), "the unknown group "+s.UnknownGroup())
	}),
	onBoth(Check{
		ID: "GRP-042", Clause: "groups/refused-request-changes-nothing", Operations: changing("listGroupSims"),
		Requirement: "{operation} changes nothing when it refuses a batch because of one malformed ICCID",
	}, func(ctx context.Context, s *session.Session, do action) {
		sim := s.ExistingSIM()
		do.prepare(ctx, s, sim)
		before := listed(ctx, s, sim)
		refusedFirst(ctx, s, do.draft(s, s.Group(), sim, malformedSIM), "async/malformed-sim-refused", "a batch with a malformed ICCID")
		letTasksEnd(ctx, s)
		Expect(listed(ctx, s, sim)).To(Equal(before), "a refused %s changed how often listGroupSims lists %s", do.operation, sim)
	}),
	[]Check{{
		ID: "GRP-050", Clause: "groups/partner-isolation", Does: reports.Read, Operations: []string{"listGroupSims", "listBundles"},
		Requirement: "listGroupSims refuses a group of another partner",
		Run: func(ctx context.Context, s *session.Session) {
			second := acceptedSecondPartner(ctx, s)
			listGroupSims(ctx, s, s.Group()) // accepted, so only the partner can explain a refusal
			Expect(s.Send(ctx, s.NewListGroupSims(s.Group()).As(second))).To(beRefused(), "the group of the first partner from the second partner")
		},
	}},
	onBoth(Check{
		ID: "GRP-051", Clause: "groups/partner-isolation", Operations: []string{"listBundles"},
		Requirement: "{operation} refuses a group of another partner",
	}, func(ctx context.Context, s *session.Session, do action) {
		second := acceptedSecondPartner(ctx, s)
		do.start(ctx, s, s.UnknownSIM()) // accepted, so only the partner can explain a refusal
		Expect(s.Send(ctx, do.draft(s, s.Group(), s.UnknownSIM()).As(second))).To(beRefused(),
			"the group of the first partner from the second partner")
	}),
	onBoth(Check{
		ID: "GRP-052", Clause: "groups/partner-isolation", Operations: changing("listGroupSims", "listBundles"),
		Requirement: "{an operation} request of another partner does not change the group",
	}, func(ctx context.Context, s *session.Session, do action) {
		second, sim := acceptedSecondPartner(ctx, s), s.ExistingSIM()
		do.prepare(ctx, s, sim)
		before := listed(ctx, s, sim)
		s.Send(ctx, do.draft(s, s.Group(), sim).As(second))
		letTasksEnd(ctx, s)
		Expect(listed(ctx, s, sim)).To(Equal(before), "the second partner changed how often the first partner's group lists %s", sim)
	}),
)

// letTasksEnd waits for the end of a new task that changes nothing. By then, any task that an earlier
// refused request started nevertheless has ended too.
func letTasksEnd(ctx context.Context, s *session.Session) {
	adding.carryOut(ctx, s, s.UnknownSIM())
}

// groupIDs returns the group_id of each group.
func groupIDs(bundles []wire.Bundle) []string {
	ids := make([]string, len(bundles))
	for i, bundle := range bundles {
		ids[i] = bundle.GroupID
	}
	return ids
}

// countsOf returns the sim_count of each entry for a group.
func countsOf(group string, bundles []wire.Bundle) []int {
	var counts []int
	for _, bundle := range bundles {
		if bundle.GroupID == group {
			counts = append(counts, bundle.Count)
		}
	}
	return counts
}
