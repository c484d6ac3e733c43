package checks

import (
	"context"
	"slices"
	"strings"

	. "github.com/mallcheck/mallcheck/conformance/internal/expect"
	"github.com/mallcheck/mallcheck/conformance/internal/session"
	"github.com/mallcheck/mallcheck/conformance/internal/wire"
	"github.com/mallcheck/mallcheck/reports"
	"github.com/mallcheck/mallcheck/signing"
)

// signatureWireChecks compare the signed text with the request as sent: which differences do not matter,
// which do, and that a wrong sign is detected before anything happens.
var signatureWireChecks = slices.Concat(
	onEach(Check{
		ID: "SIG-040", Clause: "signature/order-on-the-wire-does-not-matter",
		Requirement: "{operation} accepts its parameters in ascending and in descending order",
	}, acceptsAnyOrder),
	onBodies(Check{
		ID: "SIG-041", Clause: "signature/compact-json",
		Requirement: "{operation} accepts a body with white space between its members, which is not signed",
	}, acceptsWhiteSpace),
	onBoth(Check{
		ID: "SIG-042", Clause: "signature/text-as-sent",
		Requirement: "{operation} accepts a list with white space between its elements, which is not signed",
	}, acceptsWhiteSpaceInList),
	spellingChecks, emptyChecks, valueChecks, pathChecks, nothingHappened,
)

func acceptsAnyOrder(ctx context.Context, s *session.Session, operation string) {
	draft := s.NewValid(ctx, operation)
	Expect(s.Send(ctx, draft.Before(descending))).To(beAccepted(), "a request with its parameters in descending order")
	ascending := again(ctx, s, draft).Before(descending, wire.Reverse)
	Expect(s.Send(ctx, ascending)).To(beAccepted(), "a request with its parameters in ascending order")
}

func acceptsWhiteSpace(ctx context.Context, s *session.Session, operation string) {
	draft := s.NewValid(ctx, operation)
	s.RequireAccepted(s.Send(ctx, draft))
	Expect(s.Send(ctx, again(ctx, s, draft).After(wire.RawBody(spread)))).To(beAccepted(),
		"a request with white space between its members")
}

// spread puts white space of every kind between the members of a body, but not inside
// their values.
func spread(body []byte) []byte {
	members, err := signing.ParseMembers(body)
	if err != nil {
		return body // the body of a draft always parses
	}
	return []byte(" " + object(members, " :\t", "\r\n\t, ") + "\n")
}

func acceptsWhiteSpaceInList(ctx context.Context, s *session.Session, do action) {
	s.RequireAccepted(s.Send(ctx, do.draft(s, s.Group(), s.UnknownSIM())))
	spaced := wire.SetRaw("sim_ids", "[ \""+s.UnknownSIM()+"\"\n\t]")
	Expect(s.Send(ctx, do.draft(s, s.Group(), s.UnknownSIM()).Before(spaced))).To(beAccepted(), "a request with white space in its list")
}

// spellingChecks are about text that JSON can write in several ways. A check fails only if the target
// accepts another sign instead, or the same value in another spelling. This distinguishes a refused
// value from a refused sign.
var spellingChecks = []Check{{
	ID: "SIG-043", Clause: "signature/non-ascii-values-as-utf8", Does: reports.Read, Operations: []string{"singleServicePlanPage"},
	Requirement: "singleServicePlanPage accepts a non-ASCII value whose sign is computed over its UTF-8",
	Run: func(ctx context.Context, s *session.Session) {
		if s.Quick() && areaAsPrinted(ctx, s).Accepted() {
			return
		}
		acceptsRightSpelling(ctx, s, s.NewSingleServicePlanPage(s.ExistingSIM()).Before(printedArea),
			replaced("欧洲", `\u6b27\u6d32`), inGBK, inLatin1, cutToLatin1)
	},
}, {
	ID: "SIG-044", Clause: "signature/strings-as-json-stringify", Does: reports.Read, Operations: []string{"singleServicePlanPage"},
	Requirement: `singleServicePlanPage accepts a value sent in \u escapes whose sign is computed over its UTF-8`,
	Run: func(ctx context.Context, s *session.Session) {
		draft := s.NewSingleServicePlanPage(s.ExistingSIM()).Before(printedArea)
		requireAreaAccepted(ctx, s, draft)
		answer := s.Send(ctx, draft.After(wire.SetRaw("area", `"\u6b27\u6D32"`)))
		Expect(answer).To(beAccepted(), `a request for the area \u6b27\u6D32, although it accepted 欧洲`)
	},
}, {
	ID: "SIG-045", Clause: "signature/non-ascii-values-as-utf8", Does: reports.Read, Operations: []string{"singleServicePlanPage"},
	Requirement: `singleServicePlanPage refuses a sign computed over \u escapes instead of UTF-8`,
	Run: func(ctx context.Context, s *session.Session) {
		refusesSign(ctx, s, s.Quick() && areaAsPrinted(ctx, s).Accepted(), s.NewSingleServicePlanPage(s.ExistingSIM()).Before(printedArea),
			wrongSign{`a sign computed over \u6b27\u6d32`, replaced("欧洲", `\u6b27\u6d32`)})
	},
}, {
	ID: "SIG-046", Clause: "signature/slash-not-escaped", Does: reports.Read, Operations: []string{"singleVerify"},
	Requirement: "singleVerify accepts a value with slashes whose sign is computed over unescaped slashes",
	Run: func(ctx context.Context, s *session.Session) {
		if !marksAccepted(ctx, s) {
			acceptsRightSpelling(ctx, s, s.NewSingleVerify(s.ExistingSIM()).Before(printedURL), replaced("/", `\/`))
		}
	},
}, {
	ID: "SIG-047", Clause: "signature/strings-as-json-stringify", Does: reports.Read, Operations: []string{"singleVerify"},
	Requirement: `singleVerify accepts slashes sent as \/ with a sign computed over unescaped slashes`,
	Run: func(ctx context.Context, s *session.Session) {
		draft := s.NewSingleVerify(s.ExistingSIM()).Before(printedURL)
		if !marksAccepted(ctx, s) {
			s.RequireAccepted(s.Send(ctx, draft))
		}
		answer := s.Send(ctx, draft.After(wire.SetRaw("url", `"https:\/\/dist.linksfield.net\/login"`)))
		Expect(answer).To(beAccepted(), `a request with the url https:\/\/dist.linksfield.net\/login, although it accepted unescaped slashes`)
	},
}, {
	ID: "SIG-048", Clause: "signature/slash-not-escaped", Does: reports.Read, Operations: []string{"singleVerify"},
	Requirement: `singleVerify refuses a sign computed over slashes written as \/`,
	Run: func(ctx context.Context, s *session.Session) {
		refusesSign(ctx, s, marksAccepted(ctx, s), s.NewSingleVerify(s.ExistingSIM()).Before(printedURL),
			wrongSign{`a sign computed over \/`, replaced("/", `\/`)})
	},
}, {
	ID: "SIG-049", Clause: "signature/strings-as-json-stringify", Does: reports.Read, Operations: []string{"singleVerify"},
	Requirement: "singleVerify accepts a url with & whose sign is computed over the unescaped &",
	Run: func(ctx context.Context, s *session.Session) {
		s.RequireAccepted(s.Send(ctx, s.NewSingleVerify(s.ExistingSIM()).Before(wire.Set("url", printedLogin+"?a=1"))))
		answer := s.Send(ctx, s.NewSingleVerify(s.ExistingSIM()).Before(wire.Set("url", printedLogin+"?a=1&b=2")))
		Expect(answer).To(beAccepted(), "a request with the url "+printedLogin+"?a=1&b=2")
	},
}, {
	ID: "SIG-050", Clause: "signature/strings-as-json-stringify", Does: reports.Read, Operations: []string{"singleVerify"},
	Requirement: "singleVerify signs < and > in a value unescaped",
	Run: func(ctx context.Context, s *session.Session) {
		if marksAccepted(ctx, s) {
			return
		}
		draft := s.NewSingleVerify(s.ExistingSIM()).Before(wire.Set("url", printedLogin+"?a=<1>"))
		acceptsRightSpelling(ctx, s, draft, rewritten(strings.NewReplacer("<", `\u003c`, ">", `\u003e`).Replace))
	},
}, {
	ID: "SIG-051", Clause: "signature/strings-as-json-stringify", Does: reports.Read, Operations: []string{"singleVerify"},
	Requirement: "singleVerify signs a quotation mark and a backslash in a value as \\\" and \\\\",
	Run: func(ctx context.Context, s *session.Session) {
		if marksAccepted(ctx, s) {
			return
		}
		draft := s.NewSingleVerify(s.ExistingSIM()).Before(wire.Set("url", printedLogin+`?a="b"\c`))
		acceptsRightSpelling(ctx, s, draft,
			rewritten(strings.NewReplacer(`\"`, `"`, `\\`, `\`).Replace),
			rewritten(strings.NewReplacer(`\"`, `\u0022`, `\\`, `\u005c`).Replace))
	},
}}

// marksAccepted reports whether the target accepts a url with all characters that libraries write in
// several ways, so that none of them needs its own request. Only a quick run sends it.
func marksAccepted(ctx context.Context, s *session.Session) bool {
	return s.Quick() && session.Share(s, "url with marks", func(s *session.Session) *wire.Answer {
		return s.Send(ctx, s.NewSingleVerify(s.ExistingSIM()).Before(wire.Set("url", printedLogin+`?a=<1>&b="2"\c`)))
	}).Accepted()
}

// areaAsPrinted returns the answer to a request for the printed Chinese area and the SIM of the valid
// request. A quick run sends it once.
func areaAsPrinted(ctx context.Context, s *session.Session) *wire.Answer {
	return s.Own(session.Share(s, "printed area", func(s *session.Session) *wire.Answer {
		sim := simAsked(s, s.SendValid(ctx, "singleServicePlanPage"))
		return s.Send(ctx, s.NewSingleServicePlanPage(sim).Before(printedArea))
	}))
}

// refusesSign is refusesSigns with one wrong sign. known means that the target is known to accept the
// right one.
func refusesSign(ctx context.Context, s *session.Session, known bool, draft *session.Draft, wrong wrongSign) {
	if !known {
		refusesSigns(ctx, s, draft, wrong)
		return
	}
	Expect(s.Send(ctx, draft.SignedBy(wrong.sign))).To(beRefused(), "a request with "+wrong.what)
}

// requireAreaAccepted requires that the target accepts the request for the printed area.
func requireAreaAccepted(ctx context.Context, s *session.Session, draft *session.Draft) {
	if s.Quick() {
		s.RequireAccepted(areaAsPrinted(ctx, s))
		return
	}
	s.RequireAccepted(s.Send(ctx, draft))
}

// acceptsRightSpelling asserts that a request is accepted with its correct sign. It fails only if the target
// accepts one of the other signs instead. If it accepts none, the target may refuse the value, and the
// requirement cannot be tested.
func acceptsRightSpelling(ctx context.Context, s *session.Session, draft *session.Draft, others ...session.Signer) {
	answer := s.Send(ctx, draft)
	if answer.Accepted() {
		return
	}
	for _, other := range others {
		if s.Send(ctx, draft.SignedBy(other)).Accepted() {
			Expect(answer).To(beAccepted(), "a correctly signed request and accepted it with a sign computed over another text")
		}
	}
	s.RequireAccepted(answer)
}

// inGBK signs the printed area in GBK.
var inGBK = replaced("欧洲", "\xc5\xb7\xd6\xde")

// inLatin1 and cutToLatin1 sign it in Latin-1, which lacks these characters: Java and PHP write ? for
// each, Node.js the low byte of its code.
var (
	inLatin1    = replaced("欧洲", "??")
	cutToLatin1 = replaced("欧洲", "\x27\x32")
)

// replaced signs the text with a part of it replaced.
func replaced(old, with string) session.Signer {
	return rewritten(func(content string) string { return strings.ReplaceAll(content, old, with) })
}

var emptyChecks = []Check{{
	ID: "SIG-055", Clause: "signature/empty-values-left-out", Does: reports.Read, Operations: []string{"singleServicePlanPage"},
	Requirement: "singleServicePlanPage accepts an empty value that is left out of the sign",
	Run: func(ctx context.Context, s *session.Session) {
		acceptsRightSpelling(ctx, s, emptyArea(s), keepingEmpty)
	},
}, {
	ID: "SIG-056", Clause: "signature/empty-values-left-out", Does: reports.Read, Operations: []string{"singleServicePlanPage"},
	Requirement: "singleServicePlanPage refuses a sign that includes an empty value",
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

// emptyArea drafts a request with an empty value. It skips targets that sign such values.
func emptyArea(s *session.Session) *session.Draft {
	if s.Target().Sign.Empty == signing.EmptyNothing {
		s.Skip("the target signs empty values (--sign-empty)")
	}
	return s.NewSingleServicePlanPage(s.ExistingSIM()).Before(wire.Set("area", ""))
}

// keepingEmpty signs empty values as well.
func keepingEmpty(members []signing.Member, rules signing.Rules) (string, error) {
	rules.Empty = signing.EmptyNothing
	return signing.Sign(members, rules)
}

var nothingHappened = []Check{{
	ID: "SIG-070", Clause: "signature/refused-before-anything-happened", Does: reports.Write,
	Operations:  []string{"addSims", "asyncResult", "listGroupSims"},
	Requirement: "addSims adds nothing when it refuses a request because of its sign",
	Run: func(ctx context.Context, s *session.Session) {
		sim := s.ExistingSIM()
		changesNothing(ctx, s, sim, "signature/wrong-sign-refused", s.NewAddSims(s.Group(), sim).SignedBy(digitChanged(-1)))
	},
}, {
	ID: "SIG-071", Clause: "signature/refused-before-anything-happened", Does: reports.Write,
	Operations:  []string{"addSims", "removeSims", "asyncResult", "listGroupSims"},
	Requirement: "removeSims removes nothing when it refuses a request because of its sign",
	Run: func(ctx context.Context, s *session.Session) {
		sim := s.ExistingSIM()
		addedAndListed(ctx, s, sim)
		changesNothing(ctx, s, sim, "signature/wrong-sign-refused", s.NewRemoveSims(s.Group(), sim).SignedBy(digitChanged(-1)))
	},
}}

// changesNothing asserts that a request is refused and that the group lists a SIM as often as before. It
// waits for a task that was started later: by then, any work that the refused request started has ended
// too.
func changesNothing(ctx context.Context, s *session.Session, sim, clause string, draft *session.Draft) {
	before := listed(ctx, s, sim)
	refusedFirst(ctx, s, draft, clause, "a request that must be refused")
	adding.carryOut(ctx, s, s.UnknownSIM())
	Expect(listed(ctx, s, sim)).To(Equal(before), "a refused %s changed how often the group lists %s", draft.Operation.ID, sim)
}

// addedAndListed adds a SIM to the group. It ends the check if the group does not list the SIM, because
// its removal could not be observed.
func addedAndListed(ctx context.Context, s *session.Session, sim string) {
	result := adding.carryOut(ctx, s, sim)
	if listed(ctx, s, sim) == 0 {
		s.Prevents("groups/listing-reflects-add", result.Answer.Exchange,
			"precondition failed: listGroupSims does not list a SIM that addSims added", sim, "no such entry")
	}
}
