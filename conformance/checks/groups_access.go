package checks

import (
	"context"
	"slices"

	. "github.com/mallcheck/mallcheck/conformance/internal/expect"
	"github.com/mallcheck/mallcheck/conformance/internal/session"
	"github.com/mallcheck/mallcheck/reports"
)

// bundleChecks are about the groups that listBundles shows.
var bundleChecks = []Check{{
	ID: "GRP-020", Clause: "groups/bundles-list-the-group", Does: reports.Read, Operations: []string{"listBundles"},
	Requirement: "listBundles lists the partner's group",
	Run: func(ctx context.Context, s *session.Session) {
		Expect(groupIDs(s.ListBundles(ctx))).To(ContainElement(s.Group()), "the group_id of each group")
	},
}, {
	ID: "GRP-021", Clause: "groups/bundles-list-the-group", Does: reports.Read, Operations: []string{"listBundles"},
	Requirement: "listBundles lists no group twice",
	Run: func(ctx context.Context, s *session.Session) {
		Expect(repeated(groupIDs(s.ListBundles(ctx)))).To(BeEmpty(), "the group_ids that stand more than once")
	},
}, {
	ID: "GRP-022", Clause: "groups/bundles-count-agrees", Does: reports.Write, Operations: []string{"listBundles", "listGroupSims", "addSims", "asyncResult"},
	Requirement: "after an addSims, sim_count of the group is the same in listBundles as in listGroupSims",
	Run: func(ctx context.Context, s *session.Session) {
		adding.carryOut(ctx, s, s.ExistingSIM())
		for range 5 { // others may change the group in between
			before := s.ListGroupSims(ctx, s.Group())
			bundles := s.ListBundles(ctx)
			if after := s.ListGroupSims(ctx, s.Group()); after.Count == before.Count {
				Expect(countsOf(s.Group(), bundles)).To(ContainElement(after.Count), "sim_count of %s in listBundles, compared with listGroupSims", s.Group())
				return
			}
		}
		s.Skip("the group changed during each of five attempts to compare its counts")
	},
}, {
	ID: "GRP-023", Clause: "groups/partner-isolation", Does: reports.Read, Operations: []string{"listBundles"},
	Requirement: "listBundles of another partner does not list the partner's group",
	Run: func(ctx context.Context, s *session.Session) {
		Expect(groupIDs(s.ListBundlesAs(ctx, s.SecondPartner()))).NotTo(ContainElement(s.Group()), "the group_id of each group of the second partner")
	},
}}

// foreignGroupChecks are about groups that do not exist or are another partner's,
// and about requests that are refused.
var foreignGroupChecks = slices.Concat(
	[]Check{{
		ID: "GRP-040", Clause: "groups/unknown-group-refused", Does: reports.Read, Operations: []string{"listGroupSims"},
		Requirement: "a listGroupSims of a group that does not exist is refused",
		Run: func(ctx context.Context, s *session.Session) {
			s.ListGroupSims(ctx, s.Group()) // accepted, so a refusal is about the group
			Expect(s.Send(ctx, s.NewListGroupSims(s.UnknownGroup()))).To(beRefused(), "the request for the group "+s.UnknownGroup())
		},
	}},
	onBoth(Check{
		ID: "GRP-041", Clause: "groups/unknown-group-refused",
		Requirement: "{an operation} for a group that does not exist is refused",
	}, func(ctx context.Context, s *session.Session, do action) {
		do.start(ctx, s, s.UnknownSIM()) // accepted, so a refusal is about the group
		Expect(s.Send(ctx, do.draft(s, s.UnknownGroup(), s.UnknownSIM()))).To(beRefused(), "the request for the group "+s.UnknownGroup())
	}),
	onBoth(Check{
		ID: "GRP-042", Clause: "groups/refused-request-changes-nothing", Operations: changing("listGroupSims"),
		Requirement: "{an operation} that is refused for one malformed SIM number changes nothing for the SIM card beside it",
	}, func(ctx context.Context, s *session.Session, do action) {
		sim := s.ExistingSIM()
		do.prepare(ctx, s, sim)
		before := listed(ctx, s, sim)
		Expect(s.Send(ctx, do.draft(s, s.Group(), sim, "not-an-iccid"))).To(beRefused(), "the request with a malformed SIM number")
		letTasksEnd(ctx, s)
		Expect(listed(ctx, s, sim)).To(Equal(before), "how often %s is listed", sim)
	}),
	[]Check{{
		ID: "GRP-050", Clause: "groups/partner-isolation", Does: reports.Read, Operations: []string{"listGroupSims", "listBundles"},
		Requirement: "a listGroupSims of a group of another partner is refused",
		Run: func(ctx context.Context, s *session.Session) {
			second := acceptedSecondPartner(ctx, s)
			s.ListGroupSims(ctx, s.Group()) // accepted, so a refusal is about the partner
			Expect(s.Send(ctx, s.NewListGroupSims(s.Group()).As(second))).To(beRefused(), "the request of the second partner")
		},
	}},
	onBoth(Check{
		ID: "GRP-051", Clause: "groups/partner-isolation", Operations: []string{"listBundles"},
		Requirement: "{an operation} for a group of another partner is refused",
	}, func(ctx context.Context, s *session.Session, do action) {
		second := acceptedSecondPartner(ctx, s)
		do.start(ctx, s, s.UnknownSIM()) // accepted, so a refusal is about the partner
		Expect(s.Send(ctx, do.draft(s, s.Group(), s.UnknownSIM()).As(second))).To(beRefused(), "the request of the second partner")
	}),
	onBoth(Check{
		ID: "GRP-052", Clause: "groups/partner-isolation", Operations: changing("listGroupSims", "listBundles"),
		Requirement: "{an operation} by another partner changes nothing in the group",
	}, func(ctx context.Context, s *session.Session, do action) {
		second, sim := acceptedSecondPartner(ctx, s), s.ExistingSIM()
		do.prepare(ctx, s, sim)
		before := listed(ctx, s, sim)
		s.Send(ctx, do.draft(s, s.Group(), sim).As(second))
		letTasksEnd(ctx, s)
		Expect(listed(ctx, s, sim)).To(Equal(before), "how often %s is listed after the request of the second partner", sim)
	}),
)

// letTasksEnd waits for the end of a task that changes nothing: one that a
// request before it has started in spite of a refusal has then had its time.
func letTasksEnd(ctx context.Context, s *session.Session) {
	adding.carryOut(ctx, s, s.UnknownSIM())
}

// groupIDs returns the group_id of each group.
func groupIDs(bundles []session.Bundle) []string {
	ids := make([]string, len(bundles))
	for i, bundle := range bundles {
		ids[i] = bundle.GroupID
	}
	return ids
}

// countsOf returns the sim_count of each bundle that is a group.
func countsOf(group string, bundles []session.Bundle) []int {
	var counts []int
	for _, bundle := range bundles {
		if bundle.GroupID == group {
			counts = append(counts, bundle.Count)
		}
	}
	return counts
}
