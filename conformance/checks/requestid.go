package checks

import (
	"context"
	"maps"
	"slices"
	"strings"

	. "github.com/mallcheck/mallcheck/conformance/internal/expect"
	"github.com/mallcheck/mallcheck/conformance/internal/session"
	"github.com/mallcheck/mallcheck/reports"
)

// requestIDChecks are about the request_id that addSims and removeSims return
// and asyncResult takes.
var requestIDChecks = slices.Concat(
	returnedIDChecks, foundIDChecks, refusedIDChecks,
	malformedIDs, alteredIDs,
)

// returnedIDChecks are about the answer that returns a request_id. What they ask
// for is a SIM card that does not exist, so that nothing changes.
var returnedIDChecks = slices.Concat(
	onBoth(Check{
		ID: "RID-001", Clause: "request-id/header-present",
		Requirement: "an accepted {operation} is answered with its request_id in a response header",
	}, func(ctx context.Context, s *session.Session, do action) {
		answer := s.Send(ctx, do.draft(s, s.Group(), s.UnknownSIM()))
		s.RequireAccepted(answer)
		Expect(requestIDs(s, answer)).NotTo(BeEmpty(), "response headers named "+s.Target().RequestIDHeader)
	}),
	onBoth(Check{
		ID: "RID-002", Clause: "request-id/non-empty",
		Requirement: "the request_id that {operation} returns is not empty",
	}, func(ctx context.Context, s *session.Session, do action) {
		answer := s.Send(ctx, do.draft(s, s.Group(), s.UnknownSIM()))
		s.RequireAccepted(answer)
		for _, id := range requestIDs(s, answer) {
			Expect(strings.TrimSpace(id)).NotTo(BeEmpty(), "the value of the response header "+s.Target().RequestIDHeader)
		}
	}),
	onBoth(Check{
		ID: "RID-011", Clause: "request-id/header-name",
		Requirement: "the response header in which {operation} returns its request_id is named request_id",
	}, func(ctx context.Context, s *session.Session, do action) {
		if name := s.Target().RequestIDHeader; !strings.EqualFold(name, "request_id") {
			s.Skip("the target has another name for it (--request-id-header)")
		}
		answer := s.Send(ctx, do.draft(s, s.Group(), s.UnknownSIM()))
		s.RequireAccepted(answer)
		if len(requestIDs(s, answer)) == 0 {
			Expect(idUnderAnotherName(ctx, s, answer)).To(BeEmpty(), "the header that has the request_id")
		}
	}),
	[]Check{{
		ID: "RID-003", Clause: "request-id/unique", Does: reports.Write, Operations: []string{"addSims"},
		Requirement: "50 addSims one after the other, equal in every byte, get 50 different request_ids",
		Run: func(ctx context.Context, s *session.Session) {
			ids := make([]string, 50)
			for i := range ids {
				ids[i] = adding.start(ctx, s, s.UnknownSIM()).RequestID
			}
			Expect(repeated(ids)).To(BeEmpty(), "request_ids returned more than once")
		},
	}, {
		ID: "RID-004", Clause: "request-id/unique", Does: reports.Write, Operations: []string{"addSims", "removeSims"},
		Requirement: "no addSims and removeSims get the same request_id",
		Run: func(ctx context.Context, s *session.Session) {
			var ids []string
			for range 10 {
				ids = append(ids, adding.start(ctx, s, s.UnknownSIM()).RequestID, removing.start(ctx, s, s.UnknownSIM()).RequestID)
			}
			Expect(repeated(ids)).To(BeEmpty(), "request_ids returned more than once")
		},
	}, {
		ID: "RID-005", Clause: "request-id/unique", Does: reports.Write, Operations: []string{"addSims", "removeSims"},
		Requirement: "16 addSims and removeSims sent at once get 16 different request_ids",
		Run: func(ctx context.Context, s *session.Session) {
			ids, actions := make([]string, 16), []action{adding, removing}
			s.Parallel(len(ids), func(i int) {
				ids[i] = actions[i%2].start(ctx, s, s.UnknownSIM()).RequestID
			})
			Expect(repeated(ids)).To(BeEmpty(), "request_ids returned more than once")
		},
	}},
)

// foundIDChecks are about what a request_id that was returned finds.
var foundIDChecks = slices.Concat(
	onBoth(Check{
		ID: "RID-006", Clause: "request-id/finds-its-own-result", Operations: []string{"asyncResult", "addSims"},
		Requirement: "the request_ids of two {operation} for different SIM cards each find the result of their own",
	}, func(ctx context.Context, s *session.Session, do action) {
		sim, unknown := s.ExistingSIM(), s.UnknownSIM()
		do.prepare(ctx, s, sim)
		first, second := do.start(ctx, s, sim), do.start(ctx, s, unknown)
		Expect(distinct(simsOf(s.AwaitResult(ctx, first.RequestID)))).To(ConsistOf(sim), "the SIM cards in the result of the first")
		Expect(distinct(simsOf(s.AwaitResult(ctx, second.RequestID)))).To(ConsistOf(unknown), "the SIM cards in the result of the second")
	}),
	onBoth(Check{
		ID: "RID-007", Clause: "request-id/echoed", Operations: []string{"asyncResult"},
		Requirement: "data.request_id is, at every look, the request_id that {operation} returned, byte for byte",
	}, func(ctx context.Context, s *session.Session, do action) {
		id := do.start(ctx, s, s.UnknownSIM()).RequestID
		var echoed []string
		s.WatchResult(ctx, id, func(look session.Result) { echoed = append(echoed, look.RequestID) })
		Expect(echoed).To(HaveEach(id), "data.request_id at each look")
	}),
	onBoth(Check{
		ID: "RID-008", Clause: "request-id/known-at-once", Operations: []string{"asyncResult"},
		Requirement: "the request_id that {operation} returned is known to the very next query",
	}, func(ctx context.Context, s *session.Session, do action) {
		accepted := do.start(ctx, s, s.UnknownSIM())
		Expect(s.Send(ctx, s.NewAsyncResult(accepted.RequestID))).To(beAccepted(), "the first query after the answer")
	}),
	[]Check{{
		ID: "RID-009", Clause: "request-id/repeated-reading", Does: reports.Write, Operations: []string{"asyncResult", "addSims"},
		Requirement: "the result of a task that has ended can be queried again and again under the same request_id",
		Run: func(ctx context.Context, s *session.Session) {
			id := adding.start(ctx, s, s.UnknownSIM()).RequestID
			s.AwaitResult(ctx, id)
			const readings = 20
			for n := range readings {
				Expect(s.Send(ctx, s.NewAsyncResult(id))).To(beAccepted(), "query %d of %d after the end", n+1, readings)
			}
		},
	}, {
		ID: "RID-010", Clause: "request-id/finds-its-own-result", Does: reports.Write, Operations: []string{"asyncResult", "addSims", "listBundles"},
		Requirement: "a request_id that was returned to the second partner finds its result for the second partner",
		Run: func(ctx context.Context, s *session.Session) {
			partner, group, sim := s.SecondPartner(), s.SecondPartnersGroup(ctx), s.UnknownSIM()
			answer := s.Send(ctx, s.NewAddSims(group, sim).As(partner))
			s.RequireAccepted(answer)
			ids := requestIDs(s, answer)
			Expect(ids).NotTo(BeEmpty(), "response headers named "+s.Target().RequestIDHeader)
			Expect(distinct(simsOf(s.AwaitResultAs(ctx, partner, ids[0])))).To(ConsistOf(sim), "the SIM cards in the result")
		},
	}},
)

// refusedIDChecks are about request_ids that find nothing for who asks.
var refusedIDChecks = []Check{{
	ID: "RID-020", Clause: "request-id/unknown-refused", Does: reports.Read, Operations: []string{"asyncResult", "listGroupSims"},
	Requirement: "a request_id of the printed form that nothing returned is refused",
	Run: func(ctx context.Context, s *session.Session) {
		s.ListGroupSims(ctx, s.Group()) // accepted, so a refusal is not about partner and sign
		Expect(s.Send(ctx, s.NewAsyncResult("RQ-99999999999999"))).To(beRefused(), "the query for RQ-99999999999999")
	},
}, {
	ID: "RID-021", Clause: "request-id/unknown-refused", Does: reports.Write, Operations: []string{"asyncResult", "addSims"},
	Requirement: "a request_id that nothing returned is refused, although it has the form of one that was",
	Run: func(ctx context.Context, s *session.Session) {
		id := adding.start(ctx, s, s.UnknownSIM()).RequestID
		s.AwaitResult(ctx, id)
		other := sameForm(id)
		Expect(s.Send(ctx, s.NewAsyncResult(other))).To(beRefused(), "the query for %s, while %s was returned", other, id)
	},
}, {
	ID: "RID-030", Clause: "request-id/partner-isolation", Does: reports.Write, Operations: []string{"asyncResult", "addSims", "listBundles"},
	Requirement: "a request_id that was returned to another partner is refused",
	Run: func(ctx context.Context, s *session.Session) {
		second := acceptedSecondPartner(ctx, s)
		id := adding.start(ctx, s, s.UnknownSIM()).RequestID
		s.AwaitResult(ctx, id)
		Expect(s.Send(ctx, s.NewAsyncResult(id).As(second))).To(beRefused(), "the query of the second partner")
	},
}}

// malformedIDs are ids of a form that no request returns. None has a character
// that is special to the path of a URL: what such a one names is another path.
var malformedIDs = casesOf(Check{
	ID: "RID-022", Clause: "request-id/malformed-refused", Does: reports.Read, Operations: []string{"asyncResult", "listGroupSims"},
	Requirement: "a request_id of a form that no request returns is refused: one {case}",
}, []named[string]{
	{"markup", "with angle brackets", "<RQ-20231001123456>"},
	{"nonASCII", "with full-width digits", "RQ-２０２３１００１１２３４５６"},
	{"quotes", "with quotes", "RQ-' OR '1'='1"},
	{"space", "with a space", "RQ 20231001123456"},
	{"template", "that is the placeholder of the documentation", "{request_id}"},
	{"tooLong", "of 512 characters", "RQ-" + strings.Repeat("9", 509)},
}, func(ctx context.Context, s *session.Session, id string) {
	s.ListGroupSims(ctx, s.Group()) // accepted, so a refusal is not about partner and sign
	Expect(s.Send(ctx, s.NewAsyncResult(id))).To(beRefused(), "the query for the request_id %.80q", id)
})

// alteredIDs are ids that a careless look-up takes for the one they are made of.
var alteredIDs = casesOf(Check{
	ID: "RID-023", Clause: "request-id/malformed-refused", Does: reports.Write, Operations: []string{"asyncResult", "addSims"},
	Requirement: "a request_id that resembles one that was returned is refused and not taken for it: {case}",
}, []named[func(id string) string]{
	{"quotesBehind", "quotes and a condition behind it", func(id string) string { return id + "' OR '1'='1" }},
	{"asterisk", "an asterisk in place of its last character", func(id string) string { return id[:len(id)-1] + "*" }},
	{"underscore", "an underscore in place of its last character", func(id string) string { return id[:len(id)-1] + "_" }},
	{"textBefore", "text in front of it", func(id string) string { return "x-" + id }},
	{"textBehind", "text behind it", func(id string) string { return id + "-x" }},
}, func(ctx context.Context, s *session.Session, alter func(id string) string) {
	id := adding.start(ctx, s, s.UnknownSIM()).RequestID
	s.AwaitResult(ctx, id)
	Expect(s.Send(ctx, s.NewAsyncResult(alter(id)))).To(beRefused(), "the query for %q, while %s was returned", alter(id), id)
})

// sameForm returns another id of the form of a given one: its digits become 9, or 0
// when they are; without a digit, a 9 is added.
func sameForm(id string) string {
	for _, digit := range "90" {
		other := strings.Map(func(c rune) rune {
			if '0' <= c && c <= '9' {
				return digit
			}
			return c
		}, id)
		if other != id {
			return other
		}
	}
	return id + "9"
}

// repeated returns the values that stand more than once, each once.
func repeated(values []string) []string {
	var again []string
	for i, value := range values {
		if slices.Contains(values[:i], value) && !slices.Contains(again, value) {
			again = append(again, value)
		}
	}
	return again
}

// idUnderAnotherName returns the name of a response header whose value finds a
// result, "" when there is none.
func idUnderAnotherName(ctx context.Context, s *session.Session, answer *session.Answer) string {
	for _, name := range slices.Sorted(maps.Keys(answer.Header)) {
		id := answer.Header.Get(name)
		if strings.ContainsAny(id, " /;,") || id == "" || name == "Content-Length" {
			continue
		}
		if s.Send(ctx, s.NewAsyncResult(id)).Accepted() {
			return name
		}
	}
	return ""
}
