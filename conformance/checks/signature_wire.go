package checks

import (
	"context"
	"slices"
	"strings"

	. "github.com/mallcheck/mallcheck/conformance/internal/expect"
	"github.com/mallcheck/mallcheck/conformance/internal/session"
	"github.com/mallcheck/mallcheck/reports"
	"github.com/mallcheck/mallcheck/signing"
)

// signatureWireChecks are about how what is signed and what is on the wire
// belong together: what leaves no trace in the sign, what does, and that a wrong
// sign is found before anything happens.
var signatureWireChecks = slices.Concat(
	onEach(Check{
		ID: "SIG-040", Clause: "signature/order-on-the-wire-does-not-matter",
		Requirement: "{operation} accepts its parameters in ascending and in descending order of their names",
	}, acceptsAnyOrder),
	onBodies(Check{
		ID: "SIG-041", Clause: "signature/compact-json",
		Requirement: "{operation} accepts a body with white space between its members, which leaves no trace in the sign",
	}, acceptsWhiteSpace),
	onBoth(Check{
		ID: "SIG-042", Clause: "signature/text-as-sent",
		Requirement: "{operation} accepts a list with white space between its elements, which leaves no trace in the sign",
	}, acceptsWhiteSpaceInList),
	textChecks, emptyChecks, valueChecks, pathChecks, nothingHappened,
)

func acceptsAnyOrder(ctx context.Context, s *session.Session, operation string) {
	draft := s.NewValid(ctx, operation)
	Expect(s.Send(ctx, draft.Before(descending))).To(beAccepted(), "a request with its parameters in descending order")
	ascending := again(ctx, s, draft).Before(descending, session.Reverse)
	Expect(s.Send(ctx, ascending)).To(beAccepted(), "a request with its parameters in ascending order")
}

func acceptsWhiteSpace(ctx context.Context, s *session.Session, operation string) {
	draft := s.NewValid(ctx, operation)
	s.RequireAccepted(s.Send(ctx, draft))
	Expect(s.Send(ctx, again(ctx, s, draft).After(session.RawBody(spread)))).To(beAccepted(), "a request with white space between its members")
}

// spread puts white space of every kind between the members of a body, and none
// inside their values.
func spread(body []byte) []byte {
	members, err := signing.ParseMembers(body)
	if err != nil {
		return body // a draft's body always parses
	}
	return []byte(" " + object(members, " :\t", "\r\n\t, ") + "\n")
}

func acceptsWhiteSpaceInList(ctx context.Context, s *session.Session, do action) {
	s.RequireAccepted(s.Send(ctx, do.draft(s, s.Group(), s.UnknownSIM())))
	spaced := session.SetRaw("sim_ids", "[ \""+s.UnknownSIM()+"\"\n\t]")
	Expect(s.Send(ctx, do.draft(s, s.Group(), s.UnknownSIM()).Before(spaced))).To(beAccepted(), "a request with white space in its list")
}

// textChecks are about text that can be written in several ways. Each tries a
// value that a page prints, or tells a value that is refused from a sign that is.
var textChecks = []Check{{
	ID: "SIG-043", Clause: "signature/non-ascii-values-as-utf8", Does: reports.Read, Operations: []string{"singleServicePlanPage"},
	Requirement: "a value outside ASCII that is sent as its UTF-8 stands is accepted with a sign made over that UTF-8",
	Run: func(ctx context.Context, s *session.Session) {
		answer := s.Send(ctx, s.NewSingleServicePlanPage(s.ExistingSIM()).Before(printedArea))
		Expect(answer).To(beAccepted(), "a request for the area 欧洲")
	},
}, {
	ID: "SIG-044", Clause: "signature/non-ascii-values-as-utf8", Does: reports.Read, Operations: []string{"singleServicePlanPage"},
	Requirement: `a value outside ASCII that is sent in \u escapes is accepted with the sign made over its UTF-8`,
	Run: func(ctx context.Context, s *session.Session) {
		draft := s.NewSingleServicePlanPage(s.ExistingSIM()).Before(printedArea)
		s.RequireAccepted(s.Send(ctx, draft))
		answer := s.Send(ctx, draft.After(session.SetRaw("area", `"\u6b27\u6D32"`)))
		Expect(answer).To(beAccepted(), `a request for the area \u6b27\u6D32`)
	},
}, {
	ID: "SIG-045", Clause: "signature/non-ascii-values-as-utf8", Does: reports.Read, Operations: []string{"singleServicePlanPage"},
	Requirement: `a sign made over the \u escapes of a value outside ASCII is refused`,
	Run: func(ctx context.Context, s *session.Session) {
		refusesSigns(ctx, s, s.NewSingleServicePlanPage(s.ExistingSIM()).Before(printedArea),
			wrongSign{`a sign made over \u6b27\u6d32`, replaced("欧洲", `\u6b27\u6d32`)})
	},
}, {
	ID: "SIG-046", Clause: "signature/slash-not-escaped", Does: reports.Read, Operations: []string{"singleVerify"},
	Requirement: "a value with slashes is accepted with a sign made over plain slashes",
	Run: func(ctx context.Context, s *session.Session) {
		answer := s.Send(ctx, s.NewSingleVerify(s.ExistingSIM()).Before(printedURL))
		Expect(answer).To(beAccepted(), "a request with the url https://dist.linksfield.net/login")
	},
}, {
	ID: "SIG-047", Clause: "signature/slash-not-escaped", Does: reports.Read, Operations: []string{"singleVerify"},
	Requirement: `slashes that are sent as \/ are accepted with the sign made over plain slashes`,
	Run: func(ctx context.Context, s *session.Session) {
		draft := s.NewSingleVerify(s.ExistingSIM()).Before(printedURL)
		s.RequireAccepted(s.Send(ctx, draft))
		answer := s.Send(ctx, draft.After(session.SetRaw("url", `"https:\/\/dist.linksfield.net\/login"`)))
		Expect(answer).To(beAccepted(), `a request with the url https:\/\/dist.linksfield.net\/login`)
	},
}, {
	ID: "SIG-048", Clause: "signature/slash-not-escaped", Does: reports.Read, Operations: []string{"singleVerify"},
	Requirement: `a sign made over slashes written as \/ is refused`,
	Run: func(ctx context.Context, s *session.Session) {
		refusesSigns(ctx, s, s.NewSingleVerify(s.ExistingSIM()).Before(printedURL),
			wrongSign{`a sign made over \/`, replaced("/", `\/`)})
	},
}, {
	ID: "SIG-049", Clause: "signature/strings-as-json-stringify", Does: reports.Read, Operations: []string{"singleVerify"},
	Requirement: "a url with & between two parameters is accepted with a sign made over the & as it stands",
	Run: func(ctx context.Context, s *session.Session) {
		s.RequireAccepted(s.Send(ctx, s.NewSingleVerify(s.ExistingSIM()).Before(session.Set("url", printedLogin+"?a=1"))))
		answer := s.Send(ctx, s.NewSingleVerify(s.ExistingSIM()).Before(session.Set("url", printedLogin+"?a=1&b=2")))
		Expect(answer).To(beAccepted(), "a request with the url "+printedLogin+"?a=1&b=2")
	},
}, {
	ID: "SIG-050", Clause: "signature/strings-as-json-stringify", Does: reports.Read, Operations: []string{"singleVerify"},
	Requirement: "< and > in a value are signed as they stand",
	Run: func(ctx context.Context, s *session.Session) {
		draft := s.NewSingleVerify(s.ExistingSIM()).Before(session.Set("url", printedLogin+"?a=<1>"))
		acceptsRightText(ctx, s, draft, rewritten(strings.NewReplacer("<", `\u003c`, ">", `\u003e`).Replace))
	},
}, {
	ID: "SIG-051", Clause: "signature/strings-as-json-stringify", Does: reports.Read, Operations: []string{"singleVerify"},
	Requirement: "a quotation mark and a backslash in a value are signed with a backslash before each",
	Run: func(ctx context.Context, s *session.Session) {
		draft := s.NewSingleVerify(s.ExistingSIM()).Before(session.Set("url", printedLogin+`?a="b"\c`))
		acceptsRightText(ctx, s, draft,
			rewritten(strings.NewReplacer(`\"`, `"`, `\\`, `\`).Replace),
			rewritten(strings.NewReplacer(`\"`, `\u0022`, `\\`, `\u005c`).Replace))
	},
}}

// acceptsRightText asserts that a request is accepted with its right sign, where
// one of the other signs is accepted instead. Where none is, it may be the value
// that the target refuses, and the requirement cannot be tested.
func acceptsRightText(ctx context.Context, s *session.Session, draft *session.Draft, others ...session.Signer) {
	answer := s.Send(ctx, draft)
	if answer.Accepted() {
		return
	}
	for _, other := range others {
		if s.Send(ctx, draft.SignedBy(other)).Accepted() {
			Expect(answer).To(beAccepted(), "a request whose sign is right, instead of one whose sign is made over another text")
		}
	}
	s.RequireAccepted(answer)
}

// replaced signs a text in which some text is replaced.
func replaced(old, with string) session.Signer {
	return rewritten(func(content string) string { return strings.ReplaceAll(content, old, with) })
}

var emptyChecks = []Check{{
	ID: "SIG-055", Clause: "signature/empty-values-left-out", Does: reports.Read, Operations: []string{"singleServicePlanPage"},
	Requirement: "a request with an empty value is accepted with a sign that leaves the empty value out",
	Run: func(ctx context.Context, s *session.Session) {
		acceptsRightText(ctx, s, emptyArea(s), keepingEmpty)
	},
}, {
	ID: "SIG-056", Clause: "signature/empty-values-left-out", Does: reports.Read, Operations: []string{"singleServicePlanPage"},
	Requirement: "a request with an empty value is refused with a sign that includes the empty value",
	Run: func(ctx context.Context, s *session.Session) {
		draft := emptyArea(s)
		answer := s.Send(ctx, draft)
		wrong := s.Send(ctx, draft.SignedBy(keepingEmpty))
		if !wrong.Accepted() {
			s.RequireAccepted(answer)
		}
		Expect(wrong).To(beRefused(), "a request with a sign that includes the empty area")
	},
}}

// emptyArea drafts a request with an empty value, which the target's rules must leave out of the sign.
func emptyArea(s *session.Session) *session.Draft {
	if s.Target().Sign.Empty == signing.EmptyNothing {
		s.Skip("the target signs empty values (--sign-empty)")
	}
	return s.NewSingleServicePlanPage(s.ExistingSIM()).Before(session.Set("area", ""))
}

// keepingEmpty signs empty values, too.
func keepingEmpty(members []signing.Member, rules signing.Rules) (string, error) {
	rules.Empty = signing.EmptyNothing
	return signing.Sign(members, rules)
}

var nothingHappened = []Check{{
	ID: "SIG-070", Clause: "signature/refused-before-anything-happened", Does: reports.Write,
	Operations:  []string{"addSims", "asyncResult", "listGroupSims"},
	Requirement: "an addSims that is refused on account of its sign adds nothing",
	Run: func(ctx context.Context, s *session.Session) {
		sim := s.ExistingSIM()
		changesNothing(ctx, s, sim, s.NewAddSims(s.Group(), sim).SignedBy(digitChanged(-1)))
	},
}, {
	ID: "SIG-071", Clause: "signature/refused-before-anything-happened", Does: reports.Write,
	Operations:  []string{"addSims", "removeSims", "asyncResult", "listGroupSims"},
	Requirement: "a removeSims that is refused on account of its sign removes nothing",
	Run: func(ctx context.Context, s *session.Session) {
		sim := s.ExistingSIM()
		addedAndListed(ctx, s, sim)
		changesNothing(ctx, s, sim, s.NewRemoveSims(s.Group(), sim).SignedBy(digitChanged(-1)))
	},
}}

// changesNothing asserts that a request is refused and that the target's group
// lists a SIM card as often afterwards as before. Work that was begun all the
// same is done once a task that was started later is.
func changesNothing(ctx context.Context, s *session.Session, sim string, draft *session.Draft) {
	before := listed(ctx, s, sim)
	Expect(s.Send(ctx, draft)).To(beRefused(), "a request that must be refused")
	adding.carryOut(ctx, s, s.UnknownSIM())
	Expect(listed(ctx, s, sim)).To(Equal(before), "how often the group lists "+sim)
}

// addedAndListed adds a SIM card to the target's group, and ends the check when
// the group does not list it: whether it is removed again could not be seen.
func addedAndListed(ctx context.Context, s *session.Session, sim string) {
	result := adding.carryOut(ctx, s, sim)
	if listed(ctx, s, sim) == 0 {
		s.Violates("groups/listing-reflects-add", result.Answer.Exchange,
			"a SIM card that was added is not listed, so the requirement could not be tested", sim, "no such entry")
	}
}
