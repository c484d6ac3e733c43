package checks

import (
	"context"
	"maps"
	"slices"
	"strings"

	. "github.com/mallcheck/mallcheck/conformance/internal/expect"
	"github.com/mallcheck/mallcheck/conformance/internal/session"
	"github.com/mallcheck/mallcheck/conformance/internal/wire"
	"github.com/mallcheck/mallcheck/reports"
)

// requestIDChecks are about the request_id that addSims and removeSims return and that
// asyncResult takes.
var requestIDChecks = slices.Concat(
	returnedIDChecks, foundIDChecks, refusedIDChecks,
	malformedIDs, alteredIDs,
)

// returnedIDChecks are about the answer that returns a request_id. They submit an unknown SIM, so
// nothing changes.
var returnedIDChecks = slices.Concat(
	onBoth(Check{
		ID: "RID-001", Clause: "request-id/header-present",
		Requirement: "{operation} returns the request_id in a response header when it accepts a request",
	}, func(ctx context.Context, s *session.Session, do action) {
		answer := s.Own(begunTask(ctx, s, do).started)
		Expect(requestIDs(s, answer)).NotTo(BeEmpty(),
			"%s accepted a request without returning the header %s", do.operation, s.Target().RequestIDHeader)
	}),
	onBoth(Check{
		ID: "RID-002", Clause: "request-id/non-empty",
		Requirement: "{operation} returns a request_id that is not empty",
	}, func(ctx context.Context, s *session.Session, do action) {
		answer := s.Own(begunTask(ctx, s, do).started)
		for _, id := range requestIDs(s, answer) {
			Expect(strings.TrimSpace(id)).NotTo(BeEmpty(), "%s returned an empty request_id", do.operation)
		}
	}),
	onBoth(Check{
		ID: "RID-011", Clause: "request-id/header-name",
		Requirement: "{operation} returns its request_id in a header named request_id",
	}, func(ctx context.Context, s *session.Session, do action) {
		if name := s.Target().RequestIDHeader; !strings.EqualFold(name, "request_id") {
			s.Skip("the target uses another header name (--request-id-header)")
		}
		answer := s.Own(begunTask(ctx, s, do).started)
		if len(requestIDs(s, answer)) == 0 {
			Expect(idUnderAnotherName(ctx, s, answer)).To(BeEmpty(), "%s returned the request_id in a header with a different name", do.operation)
		}
	}),
	[]Check{{
		ID: "RID-003", Clause: "request-id/unique", Does: reports.Write, Operations: []string{"addSims"},
		Requirement: "50 identical addSims requests in a row get 50 different request_ids",
		Run: func(ctx context.Context, s *session.Session) {
			ids := make([]string, 50)
			for i := range ids {
				ids[i] = adding.start(ctx, s, s.UnknownSIM()).RequestID
			}
			Expect(repeated(ids)).To(BeEmpty(), "the target returned the same request_id more than once")
		},
	}, {
		ID: "RID-004", Clause: "request-id/unique", Does: reports.Write, Operations: []string{"addSims", "removeSims"},
		Requirement: "addSims and removeSims never return the same request_id",
		Run: func(ctx context.Context, s *session.Session) {
			var ids []string
			for range 10 {
				ids = append(ids, adding.start(ctx, s, s.UnknownSIM()).RequestID, removing.start(ctx, s, s.UnknownSIM()).RequestID)
			}
			Expect(repeated(ids)).To(BeEmpty(), "the target returned the same request_id more than once")
		},
	}, {
		ID: "RID-005", Clause: "request-id/unique", Does: reports.Write, Operations: []string{"addSims", "removeSims"},
		Requirement: "16 concurrent addSims and removeSims requests get 16 different request_ids",
		Run: func(ctx context.Context, s *session.Session) {
			ids, actions := make([]string, 16), []action{adding, removing}
			parallel(len(ids), func(i int) {
				ids[i] = actions[i%2].start(ctx, s, s.UnknownSIM()).RequestID
			})
			Expect(repeated(ids)).To(BeEmpty(), "the target returned the same request_id more than once")
		},
	}},
)

// foundIDChecks are about the result that a returned request_id finds.
var foundIDChecks = slices.Concat(
	onBoth(Check{
		ID: "RID-006", Clause: "request-id/finds-its-own-result", Operations: []string{"asyncResult", "addSims"},
		Requirement: "each of two {operation} requests for different SIMs finds its own result",
	}, func(ctx context.Context, s *session.Session, do action) {
		sim, unknown := s.ExistingSIM(), s.UnknownSIM()
		do.prepare(ctx, s, sim)
		first, second := do.start(ctx, s, sim), do.start(ctx, s, unknown)
		Expect(distinct(simsOf(s.AwaitResult(ctx, first.RequestID)))).To(ConsistOf(sim),
			"the request_id of the first %s found the wrong result", do.operation)
		Expect(distinct(simsOf(s.AwaitResult(ctx, second.RequestID)))).To(ConsistOf(unknown),
			"the request_id of the second %s found the wrong result", do.operation)
	}),
	onBoth(Check{
		ID: "RID-007", Clause: "request-id/echoed", Operations: []string{"asyncResult"},
		Requirement: "data.request_id is always the request_id that {operation} returned, byte for byte",
	}, func(ctx context.Context, s *session.Session, do action) {
		one := endedTask(ctx, s, do)
		var echoed []string
		for _, look := range one.looks {
			if look.RequestID != "" || s.Terminal(look) { // no page shows the members of an unfinished task
				echoed = append(echoed, look.RequestID)
			}
		}
		Expect(echoed).To(HaveEach(one.id), "asyncResult returned a request_id other than the requested one")
	}),
	onBoth(Check{
		ID: "RID-008", Clause: "request-id/known-at-once", Operations: []string{"asyncResult"},
		Requirement: "the next query finds the request_id that {operation} returned",
	}, func(ctx context.Context, s *session.Session, do action) {
		one := begunTask(ctx, s, do)
		if one.first == nil {
			one.first = s.Send(ctx, s.NewAsyncResult(s.Identified(one.started).RequestID))
		}
		Expect(s.Own(one.first)).To(beAccepted(),
			"the first query for a request_id that %s had just returned", do.operation)
	}),
	[]Check{{
		ID: "RID-009", Clause: "request-id/repeated-reading", Does: reports.Write, Operations: []string{"asyncResult", "addSims"},
		Requirement: "the result of a completed task can be queried repeatedly with the same request_id",
		Run: func(ctx context.Context, s *session.Session) {
			id := completedTask(ctx, s)
			const readings = 20
			for n := range readings {
				Expect(s.Send(ctx, s.NewAsyncResult(id))).To(beAccepted(), "query %d of %d for a completed task", n+1, readings)
			}
		},
	}, {
		ID: "RID-010", Clause: "request-id/finds-its-own-result", Does: reports.Write,
		Operations:  []string{"asyncResult", "addSims", "listBundles"},
		Requirement: "a request_id returned to the second partner finds its result for that partner",
		Run: func(ctx context.Context, s *session.Session) {
			partner, group, sim := s.SecondPartner(), secondPartnersGroup(ctx, s), s.UnknownSIM()
			answer := s.Send(ctx, s.NewAddSims(group, sim).As(partner))
			s.RequireAccepted(answer)
			ids := requestIDs(s, answer)
			Expect(ids).NotTo(BeEmpty(),
				"addSims accepted a request of the second partner without returning the header "+s.Target().RequestIDHeader)
			Expect(distinct(simsOf(s.AwaitResultAs(ctx, partner, ids[0])))).To(ConsistOf(sim),
				"the request_id of the second partner found the wrong result")
		},
	}},
)

// refusedIDChecks are about request_ids that must find nothing.
var refusedIDChecks = []Check{{
	ID: "RID-020", Clause: "request-id/unknown-refused", Does: reports.Read, Operations: []string{"asyncResult", "listGroupSims"},
	Requirement: "asyncResult refuses a request_id of the printed form that was never returned",
	Run: func(ctx context.Context, s *session.Session) {
		listingIn(s, asked(ctx, s, s.NewListGroupSims(s.Group()))) // accepted, so neither partner nor sign can explain a refusal
		Expect(s.Send(ctx, s.NewAsyncResult("RQ-99999999999999"))).To(beRefused(), "the request_id RQ-99999999999999, which was never returned")
	},
}, {
	ID: "RID-021", Clause: "request-id/unknown-refused", Does: reports.Write, Operations: []string{"asyncResult", "addSims"},
	Requirement: "asyncResult refuses a request_id that was never returned but has the form of one that was",
	Run: func(ctx context.Context, s *session.Session) {
		id := endedTask(ctx, s, adding).id
		other := sameForm(id)
		Expect(s.Send(ctx, s.NewAsyncResult(other))).To(beRefused(), "the request_id %s, which was never returned; %s was", other, id)
	},
}, {
	ID: "RID-030", Clause: "request-id/partner-isolation", Does: reports.Write, Operations: []string{"asyncResult", "addSims", "listBundles"},
	Requirement: "asyncResult refuses a request_id that was returned to another partner",
	Run: func(ctx context.Context, s *session.Session) {
		second := acceptedSecondPartner(ctx, s)
		id := endedTask(ctx, s, adding).id
		Expect(s.Send(ctx, s.NewAsyncResult(id).As(second))).To(beRefused(), "the request_id of the first partner from the second partner")
	},
}}

// malformedIDs are ids of a form that is never returned. They contain no characters that are special in
// the path of a URL, because such an id would name another path.
var malformedIDs = casesOf(Check{
	ID: "RID-022", Clause: "request-id/malformed-refused", Does: reports.Read, Operations: []string{"asyncResult", "listGroupSims"},
	Requirement: "asyncResult refuses a malformed request_id: one {case}",
}, []named[string]{
	{"markup", "with angle brackets", "<RQ-20231001123456>"},
	{"nonASCII", "with full-width digits", "RQ-２０２３１００１１２３４５６"},
	{"quotes", "with quotes", "RQ-' OR '1'='1"},
	{"space", "with a space", "RQ 20231001123456"},
	{"template", "that is the placeholder in the documentation", "{request_id}"},
	{"tooLong", "of 512 characters", "RQ-" + strings.Repeat("9", 509)},
}, func(ctx context.Context, s *session.Session, id string) {
	listingIn(s, asked(ctx, s, s.NewListGroupSims(s.Group()))) // accepted, so neither partner nor sign can explain a refusal
	Expect(s.Send(ctx, s.NewAsyncResult(id))).To(beRefused(), "the malformed request_id %.80q", id)
})

// alteredIDs are changed ids that a careless lookup confuses with the original.
var alteredIDs = casesOf(Check{
	ID: "RID-023", Clause: "request-id/malformed-refused", Does: reports.Write, Operations: []string{"asyncResult", "addSims"},
	Requirement: "asyncResult refuses a request_id that resembles a returned one: {case}",
}, []named[func(id string) string]{
	{"quotesBehind", "quotes and a condition after it", func(id string) string { return id + "' OR '1'='1" }},
	{"asterisk", "an asterisk as its last character", func(id string) string { return id[:len(id)-1] + "*" }},
	{"underscore", "an underscore as its last character", func(id string) string { return id[:len(id)-1] + "_" }},
	{"textBefore", "text before it", func(id string) string { return "x-" + id }},
	{"textBehind", "text after it", func(id string) string { return id + "-x" }},
}, func(ctx context.Context, s *session.Session, alter func(id string) string) {
	id := endedTask(ctx, s, adding).id
	Expect(s.Send(ctx, s.NewAsyncResult(alter(id)))).To(beRefused(), "the request_id %q, which was never returned; %s was", alter(id), id)
})

// sameForm returns another id of the same form: each digit becomes 9, or 0 if all are 9.
// An id without digits gets a 9 appended.
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

// repeated returns the values that occur more than once, each once.
func repeated(values []string) []string {
	var again []string
	for i, value := range values {
		if slices.Contains(values[:i], value) && !slices.Contains(again, value) {
			again = append(again, value)
		}
	}
	return again
}

// idUnderAnotherName returns the name of a response header whose value finds a result; "" if there is
// none.
func idUnderAnotherName(ctx context.Context, s *session.Session, answer *wire.Answer) string {
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
