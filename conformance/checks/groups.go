package checks

import (
	"context"
	"slices"

	. "github.com/mallcheck/mallcheck/conformance/internal/expect"
	"github.com/mallcheck/mallcheck/conformance/internal/session"
	"github.com/mallcheck/mallcheck/reports"
)

// groupChecks are about the SIMs that a group holds and who may see them. Others may use the group at
// the same time, so a check compares how often its own SIMs are listed before and after.
var groupChecks = slices.Concat(listingChecks, countingChecks, bundleChecks, foreignGroupChecks)

// listingChecks are about what listGroupSims shows after additions and removals.
var listingChecks = []Check{{
	ID: "GRP-001", Clause: "groups/listing-reflects-add", Does: reports.Write, Operations: changing("listGroupSims"),
	Requirement: "listGroupSims lists one more entry of each added SIM when the addSims task has ended",
	Run: func(ctx context.Context, s *session.Session) {
		if toured(ctx, s, func(t *tour) bool { return grew(t.once, t.before, t.added) == 1 }) {
			return
		}
		sims := distinct(s.ExistingSIMs(3))
		before := listGroupSims(ctx, s, s.Group())
		adding.carryOut(ctx, s, sims...)
		after := listGroupSims(ctx, s, s.Group())
		for _, sim := range sims {
			Expect(after.Times(sim)).To(Equal(before.Times(sim)+1), "listGroupSims does not list one more entry of %s after it was added", sim)
		}
	},
}, {
	ID: "GRP-002", Clause: "groups/listing-reflects-remove", Does: reports.Write, Operations: changing("listGroupSims", "removeSims"),
	Requirement: "listGroupSims lists one entry fewer of each removed SIM when the removeSims task has ended",
	Run: func(ctx context.Context, s *session.Session) {
		if toured(ctx, s, func(t *tour) bool { return grew(t.once, t.added, t.partly) == -1 }) {
			return
		}
		sims := distinct(s.ExistingSIMs(3))
		adding.carryOut(ctx, s, sims...)
		before := listGroupSims(ctx, s, s.Group())
		removing.carryOut(ctx, s, sims...)
		after := listGroupSims(ctx, s, s.Group())
		for _, sim := range sims {
			Expect(before.Times(sim)).To(BeNumerically(">=", 1), "listGroupSims does not list %s after it was added", sim)
			Expect(after.Times(sim)).To(Equal(before.Times(sim)-1), "listGroupSims does not list one entry fewer of %s after it was removed", sim)
		}
	},
}, {
	ID: "GRP-003", Clause: "groups/remove-undoes-add", Does: reports.Write, Operations: changing("listGroupSims", "removeSims"),
	Requirement: "removing the SIMs that were added restores the group",
	Run: func(ctx context.Context, s *session.Session) {
		if toured(ctx, s, func(t *tour) bool { return sameEntries(t.before, t.restored) }) {
			return
		}
		sims := distinct(s.ExistingSIMs(3))
		before := listGroupSims(ctx, s, s.Group())
		adding.carryOut(ctx, s, sims...)
		removing.carryOut(ctx, s, sims...)
		after := listGroupSims(ctx, s, s.Group())
		for _, sim := range sims {
			Expect(after.Times(sim)).To(Equal(before.Times(sim)),
				"listGroupSims lists %s a different number of times after it was added and removed", sim)
		}
	},
}, {
	ID: "GRP-008", Clause: "groups/listing-reflects-remove", Does: reports.Write, Operations: changing("listGroupSims", "removeSims"),
	Requirement: "removeSims removes a SIM twice when a request names it twice",
	Run: func(ctx context.Context, s *session.Session) {
		if toured(ctx, s, func(t *tour) bool { return grew(t.thrice, t.added, t.partly) == -2 }) {
			return
		}
		sim := s.ExistingSIM()
		adding.carryOut(ctx, s, sim, sim, sim)
		before := listGroupSims(ctx, s, s.Group())
		removing.carryOut(ctx, s, sim, sim)
		after := listGroupSims(ctx, s, s.Group())
		Expect(after.Times(sim)).To(Equal(before.Times(sim)-2),
			"listGroupSims does not list two entries fewer of %s after one request removed it twice", sim)
	},
}, {
	ID: "GRP-004", Clause: "groups/listing-reflects-remove", Does: reports.Write, Operations: changing("listGroupSims", "removeSims"),
	Requirement: "removeSims removes no SIM that its request does not name",
	Run: func(ctx context.Context, s *session.Session) {
		if toured(ctx, s, func(t *tour) bool { return grew(t.twice, t.added, t.partly) == 0 }) {
			return
		}
		pair := s.DistinctSIMs(2)
		removed, kept := pair[0], pair[1]
		adding.carryOut(ctx, s, pair...)
		before := listed(ctx, s, kept)
		Expect(before).To(BeNumerically(">=", 1), "listGroupSims does not list %s after it was added", kept)
		removing.carryOut(ctx, s, removed, s.UnknownSIM())
		Expect(listed(ctx, s, kept)).To(Equal(before), "removing %[2]s changed how often listGroupSims lists %[1]s", kept, removed)
	},
}, {
	ID: "GRP-005", Clause: "groups/unknown-sim-not-listed", Does: reports.Write, Operations: changing("listGroupSims"),
	Requirement: "listGroupSims lists the existing SIMs of an addSims request and not the unknown one",
	Run: func(ctx context.Context, s *session.Session) {
		if toured(ctx, s, func(t *tour) bool { return grew(t.once, t.before, t.added) == 1 && t.added.Times(t.unknown) == 0 }) {
			return
		}
		sim, unknown := s.ExistingSIM(), s.UnknownSIM()
		before := listed(ctx, s, sim)
		adding.carryOut(ctx, s, sim, unknown)
		after := listGroupSims(ctx, s, s.Group())
		Expect(after.Times(sim)).To(Equal(before+1), "listGroupSims does not list one more entry of the existing SIM %s after it was added", sim)
		Expect(after.Times(unknown)).To(BeZero(), "listGroupSims lists the unknown SIM %s", unknown)
	},
}, {
	ID: "GRP-006", Clause: "groups/no-other-group-changed", Does: reports.Write, Operations: changing("listGroupSims", "listBundles"),
	Requirement: "addSims to one group changes no other group of the partner",
	Run: func(ctx context.Context, s *session.Session) {
		sim, other := s.ExistingSIM(), otherGroup(ctx, s)
		before := listGroupSims(ctx, s, other).Times(sim)
		adding.carryOut(ctx, s, sim)
		Expect(listGroupSims(ctx, s, other).Times(sim)).To(Equal(before),
			"adding %[2]s to group %[3]s changed group %[1]s", other, sim, s.Group())
	},
}, {
	ID: "GRP-007", Clause: "groups/listing-reflects-add", Does: reports.Write, Operations: changing("listGroupSims"),
	Requirement: "two listings in a row agree about the SIMs of a completed addSims task",
	Run: func(ctx context.Context, s *session.Session) {
		if toured(ctx, s, func(t *tour) bool { return sameEntries(t.added, t.again) }) {
			return
		}
		sims := distinct(s.ExistingSIMs(3))
		adding.carryOut(ctx, s, sims...)
		first, second := listGroupSims(ctx, s, s.Group()), listGroupSims(ctx, s, s.Group())
		for _, sim := range sims {
			Expect(second.Times(sim)).To(Equal(first.Times(sim)), "two listings in a row disagree about %s", sim)
		}
	},
}}

// countingChecks are about counting each operation individually.
var countingChecks = []Check{{
	ID: "GRP-010", Clause: "groups/per-operation-counting", Does: reports.Write, Operations: changing(),
	Requirement: "adding a SIM that the group already holds succeeds like the first addition",
	Run: func(ctx context.Context, s *session.Session) {
		sim := s.ExistingSIM()
		first := adding.carryOut(ctx, s, sim)
		if codes := resultsFor(sim, first); slices.ContainsFunc(codes, func(code string) bool { return code != succeeded }) {
			s.Prevents("async/success-is-10", first.Answer.Exchange,
				"precondition failed: addSims did not add "+sim+", so no second addition can be compared", `"`+succeeded+`"`, Show(codes))
		}
		Expect(resultsFor(sim, adding.carryOut(ctx, s, sim))).To(HaveEach(succeeded), "the second addition of %s did not succeed", sim)
	},
}, {
	ID: "GRP-011", Clause: "groups/listing-repeats-sims", Does: reports.Write, Operations: changing("listGroupSims"),
	Requirement: "listGroupSims lists two more entries of a SIM after two addSims requests",
	Run: func(ctx context.Context, s *session.Session) {
		sim := s.ExistingSIM()
		before := listed(ctx, s, sim)
		adding.carryOut(ctx, s, sim)
		adding.carryOut(ctx, s, sim)
		Expect(listed(ctx, s, sim)).To(Equal(before+2), "listGroupSims does not list two more entries of %s after it was added twice", sim)
	},
}, {
	ID: "GRP-012", Clause: "groups/listing-repeats-sims", Does: reports.Write, Operations: changing("listGroupSims"),
	Requirement: "listGroupSims lists two more entries of a SIM after one addSims request that names it twice",
	Run: func(ctx context.Context, s *session.Session) {
		if toured(ctx, s, func(t *tour) bool { return grew(t.twice, t.before, t.added) == 2 }) {
			return
		}
		sim := s.ExistingSIM()
		before := listed(ctx, s, sim)
		adding.carryOut(ctx, s, sim, sim)
		Expect(listed(ctx, s, sim)).To(Equal(before+2), "listGroupSims does not list two more entries of %s after it was added twice", sim)
	},
}, {
	ID: "GRP-013", Clause: "groups/listing-repeats-sims", Does: reports.Write, Operations: changing("listGroupSims"),
	Requirement: "listGroupSims lists four more entries of a SIM after four concurrent addSims requests",
	Run: func(ctx context.Context, s *session.Session) {
		sim := s.ExistingSIM()
		before := listed(ctx, s, sim)
		parallel(4, func(int) { adding.carryOut(ctx, s, sim) })
		Expect(listed(ctx, s, sim)).To(Equal(before+4), "listGroupSims does not list four more entries of %s after four concurrent additions", sim)
	},
}, {
	ID: "GRP-014", Clause: "groups/listing-reflects-remove", Does: reports.Write, Operations: changing("listGroupSims", "removeSims"),
	Requirement: "one removeSims request removes one of two entries of a SIM",
	Run: func(ctx context.Context, s *session.Session) {
		sim := s.ExistingSIM()
		adding.carryOut(ctx, s, sim)
		adding.carryOut(ctx, s, sim)
		before := listed(ctx, s, sim)
		Expect(before).To(BeNumerically(">=", 2), "listGroupSims does not list %s twice after it was added twice", sim)
		removing.carryOut(ctx, s, sim)
		Expect(listed(ctx, s, sim)).To(Equal(before-1), "listGroupSims does not list one entry fewer of %s after one of its entries was removed", sim)
	},
}, {
	ID: "GRP-015", Clause: "groups/sim-count", Does: reports.Write, Operations: changing("listGroupSims"),
	Requirement: "sim_count equals the number of entries in sim_ids, repeated SIMs included",
	Run: func(ctx context.Context, s *session.Session) {
		if toured(ctx, s, func(t *tour) bool { return t.added.Count == len(t.added.SIMs) }) {
			return
		}
		sim := s.ExistingSIM()
		adding.carryOut(ctx, s, sim)
		adding.carryOut(ctx, s, sim, s.UnknownSIM())
		listing := listGroupSims(ctx, s, s.Group())
		Expect(listing.Count).To(Equal(len(listing.SIMs)), "sim_count of listGroupSims differs from the number of its sim_ids")
	},
}}

// changing returns the operations of a check that awaits an addSims task, followed by others.
func changing(others ...string) []string {
	return append([]string{"addSims", "asyncResult"}, others...)
}
