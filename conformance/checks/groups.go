package checks

import (
	"context"
	"slices"

	. "github.com/mallcheck/mallcheck/conformance/internal/expect"
	"github.com/mallcheck/mallcheck/conformance/internal/session"
	"github.com/mallcheck/mallcheck/reports"
)

// groupChecks are about what a group holds, and about whom it is shown to. A
// group may have other users: what is compared is how often it lists the SIM
// cards of the check, before and after.
var groupChecks = slices.Concat(listingChecks, countingChecks, bundleChecks, foreignGroupChecks)

// listingChecks are about what listGroupSims shows of what was added and removed.
var listingChecks = []Check{{
	ID: "GRP-001", Clause: "groups/listing-reflects-add", Does: reports.Write, Operations: changing("listGroupSims"),
	Requirement: "after an addSims has ended, listGroupSims lists each SIM card that it added once more than before",
	Run: func(ctx context.Context, s *session.Session) {
		sims := distinct(s.ExistingSIMs(3))
		before := s.ListGroupSims(ctx, s.Group())
		adding.carryOut(ctx, s, sims...)
		after := s.ListGroupSims(ctx, s.Group())
		for _, sim := range sims {
			Expect(after.Times(sim)).To(Equal(before.Times(sim)+1), "how often %s is listed, which was added once", sim)
		}
	},
}, {
	ID: "GRP-002", Clause: "groups/listing-reflects-remove", Does: reports.Write, Operations: changing("listGroupSims", "removeSims"),
	Requirement: "after a removeSims has ended, listGroupSims lists each SIM card that it removed once less than before",
	Run: func(ctx context.Context, s *session.Session) {
		sims := distinct(s.ExistingSIMs(3))
		adding.carryOut(ctx, s, sims...)
		before := s.ListGroupSims(ctx, s.Group())
		removing.carryOut(ctx, s, sims...)
		after := s.ListGroupSims(ctx, s.Group())
		for _, sim := range sims {
			Expect(before.Times(sim)).To(BeNumerically(">=", 1), "how often %s is listed, which is to be removed once", sim)
			Expect(after.Times(sim)).To(Equal(before.Times(sim)-1), "how often %s is listed, which was removed once", sim)
		}
	},
}, {
	ID: "GRP-003", Clause: "groups/remove-undoes-add", Does: reports.Write, Operations: changing("listGroupSims", "removeSims"),
	Requirement: "a removeSims of what an addSims added leaves the group as it was",
	Run: func(ctx context.Context, s *session.Session) {
		sims := distinct(s.ExistingSIMs(3))
		before := s.ListGroupSims(ctx, s.Group())
		adding.carryOut(ctx, s, sims...)
		removing.carryOut(ctx, s, sims...)
		after := s.ListGroupSims(ctx, s.Group())
		for _, sim := range sims {
			Expect(after.Times(sim)).To(Equal(before.Times(sim)), "how often %s is listed, which was added and removed", sim)
		}
	},
}, {
	ID: "GRP-008", Clause: "groups/listing-reflects-remove", Does: reports.Write, Operations: changing("listGroupSims", "removeSims"),
	Requirement: "a removeSims that names a SIM card twice takes it out twice",
	Run: func(ctx context.Context, s *session.Session) {
		sim := s.ExistingSIM()
		adding.carryOut(ctx, s, sim, sim, sim)
		before := s.ListGroupSims(ctx, s.Group())
		removing.carryOut(ctx, s, sim, sim)
		after := s.ListGroupSims(ctx, s.Group())
		Expect(after.Times(sim)).To(Equal(before.Times(sim)-2), "how often %s is listed, which was removed twice in one request", sim)
	},
}, {
	ID: "GRP-004", Clause: "groups/listing-reflects-remove", Does: reports.Write, Operations: changing("listGroupSims", "removeSims"),
	Requirement: "a removeSims takes out no other SIM card than those it names",
	Run: func(ctx context.Context, s *session.Session) {
		pair := s.DistinctSIMs(2)
		removed, kept := pair[0], pair[1]
		adding.carryOut(ctx, s, pair...)
		before := listed(ctx, s, kept)
		Expect(before).To(BeNumerically(">=", 1), "how often %s is listed, which was added", kept)
		removing.carryOut(ctx, s, removed, s.UnknownSIM())
		Expect(listed(ctx, s, kept)).To(Equal(before), "how often %s is listed, while %s was removed", kept, removed)
	},
}, {
	ID: "GRP-005", Clause: "groups/unknown-sim-not-listed", Does: reports.Write, Operations: changing("listGroupSims"),
	Requirement: "of the SIM cards of one addSims, those that exist are listed and one that does not exist is not",
	Run: func(ctx context.Context, s *session.Session) {
		sim, unknown := s.ExistingSIM(), s.UnknownSIM()
		before := listed(ctx, s, sim)
		adding.carryOut(ctx, s, sim, unknown)
		after := s.ListGroupSims(ctx, s.Group())
		Expect(after.Times(sim)).To(Equal(before+1), "how often %s is listed, which exists", sim)
		Expect(after.Times(unknown)).To(BeZero(), "how often %s is listed, which does not exist", unknown)
	},
}, {
	ID: "GRP-006", Clause: "groups/no-other-group-changed", Does: reports.Write, Operations: changing("listGroupSims", "listBundles"),
	Requirement: "an addSims to one group changes no other group of the partner",
	Run: func(ctx context.Context, s *session.Session) {
		sim, other := s.ExistingSIM(), s.OtherGroup(ctx)
		before := s.ListGroupSims(ctx, other).Times(sim)
		adding.carryOut(ctx, s, sim)
		Expect(s.ListGroupSims(ctx, other).Times(sim)).To(Equal(before), "how often the group %s lists %s, which was added to %s", other, sim, s.Group())
	},
}, {
	ID: "GRP-007", Clause: "groups/listing-reflects-add", Does: reports.Write, Operations: changing("listGroupSims"),
	Requirement: "two listings in a row list the SIM cards of an addSims that has ended equally often",
	Run: func(ctx context.Context, s *session.Session) {
		sims := distinct(s.ExistingSIMs(3))
		adding.carryOut(ctx, s, sims...)
		first, second := s.ListGroupSims(ctx, s.Group()), s.ListGroupSims(ctx, s.Group())
		for _, sim := range sims {
			Expect(second.Times(sim)).To(Equal(first.Times(sim)), "how often %s is listed, compared with the listing before", sim)
		}
	},
}}

// countingChecks are about counting each operation by itself.
var countingChecks = []Check{{
	ID: "GRP-010", Clause: "groups/per-operation-counting", Does: reports.Write, Operations: changing(),
	Requirement: "an addSims of a SIM card that the group holds already succeeds like the first one",
	Run: func(ctx context.Context, s *session.Session) {
		sim := s.ExistingSIM()
		Expect(resultsFor(sim, adding.carryOut(ctx, s, sim))).To(HaveEach(succeeded), "the result of %s when it is added first", sim)
		Expect(resultsFor(sim, adding.carryOut(ctx, s, sim))).To(HaveEach(succeeded), "the result of %s when it is added again", sim)
	},
}, {
	ID: "GRP-011", Clause: "groups/listing-repeats-sims", Does: reports.Write, Operations: changing("listGroupSims"),
	Requirement: "a SIM card that two addSims added is listed twice more than before",
	Run: func(ctx context.Context, s *session.Session) {
		sim := s.ExistingSIM()
		before := listed(ctx, s, sim)
		adding.carryOut(ctx, s, sim)
		adding.carryOut(ctx, s, sim)
		Expect(listed(ctx, s, sim)).To(Equal(before+2), "how often %s is listed", sim)
	},
}, {
	ID: "GRP-012", Clause: "groups/listing-repeats-sims", Does: reports.Write, Operations: changing("listGroupSims"),
	Requirement: "a SIM card that stands twice in one addSims is listed twice more than before",
	Run: func(ctx context.Context, s *session.Session) {
		sim := s.ExistingSIM()
		before := listed(ctx, s, sim)
		adding.carryOut(ctx, s, sim, sim)
		Expect(listed(ctx, s, sim)).To(Equal(before+2), "how often %s is listed", sim)
	},
}, {
	ID: "GRP-013", Clause: "groups/listing-repeats-sims", Does: reports.Write, Operations: changing("listGroupSims"),
	Requirement: "a SIM card that four addSims add at the same time is listed four times more than before",
	Run: func(ctx context.Context, s *session.Session) {
		sim := s.ExistingSIM()
		before := listed(ctx, s, sim)
		s.Parallel(4, func(int) { adding.carryOut(ctx, s, sim) })
		Expect(listed(ctx, s, sim)).To(Equal(before+4), "how often %s is listed", sim)
	},
}, {
	ID: "GRP-014", Clause: "groups/listing-reflects-remove", Does: reports.Write, Operations: changing("listGroupSims", "removeSims"),
	Requirement: "of a SIM card that was added twice, one removeSims takes out one",
	Run: func(ctx context.Context, s *session.Session) {
		sim := s.ExistingSIM()
		adding.carryOut(ctx, s, sim)
		adding.carryOut(ctx, s, sim)
		before := listed(ctx, s, sim)
		Expect(before).To(BeNumerically(">=", 2), "how often %s is listed, which was added twice", sim)
		removing.carryOut(ctx, s, sim)
		Expect(listed(ctx, s, sim)).To(Equal(before-1), "how often %s is listed after one of them was removed", sim)
	},
}, {
	ID: "GRP-015", Clause: "groups/sim-count", Does: reports.Write, Operations: changing("listGroupSims"),
	Requirement: "sim_count of a listing is the number of entries in its sim_ids, also when a SIM card stands there twice",
	Run: func(ctx context.Context, s *session.Session) {
		sim := s.ExistingSIM()
		adding.carryOut(ctx, s, sim)
		adding.carryOut(ctx, s, sim, s.UnknownSIM())
		listing := s.ListGroupSims(ctx, s.Group())
		Expect(listing.Count).To(Equal(len(listing.SIMs)), "data.sim_count, compared with the number of entries in data.sim_ids")
	},
}}

// changing returns the operations of a check that awaits an addSims, with others.
func changing(others ...string) []string {
	return append([]string{"addSims", "asyncResult"}, others...)
}
