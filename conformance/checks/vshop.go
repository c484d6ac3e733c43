package checks

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	. "github.com/mallcheck/mallcheck/conformance/internal/expect"
	"github.com/mallcheck/mallcheck/conformance/internal/session"
	"github.com/mallcheck/mallcheck/reports"
)

// vshopChecks are about singleVerify and singleServicePlanPage: which SIM cards
// they know, and that what they say is about the card they were asked for.
var vshopChecks = append([]Check{{
	ID: "VSH-001", Clause: "vshop/verify-known-sim", Does: reports.Read, Operations: []string{"singleVerify"},
	Requirement: "singleVerify accepts a SIM card that exists",
	Run: func(ctx context.Context, s *session.Session) {
		Expect(s.Send(ctx, s.NewSingleVerify(s.ExistingSIM()))).To(beAccepted(), "a SIM card that exists")
	},
}, {
	ID: "VSH-002", Clause: "vshop/answer-names-the-sim", Does: reports.Read, Operations: []string{"singleVerify"},
	Requirement: "the answer of singleVerify names the SIM card and the partner of its request",
	Run: func(ctx context.Context, s *session.Session) {
		namesWhoAsked(ctx, s, (*session.Session).NewSingleVerify)
	},
}, {
	ID: "VSH-003", Clause: "vshop/plans-for-a-sim", Does: reports.Read, Operations: []string{"singleServicePlanPage"},
	Requirement: "singleServicePlanPage lists the plans for a SIM card that exists, each with its codes, its name and its price",
	Run:         listsWholePlans,
}, {
	ID: "VSH-004", Clause: "vshop/answer-names-the-sim", Does: reports.Read, Operations: []string{"singleServicePlanPage"},
	Requirement: "the answer of singleServicePlanPage names the SIM card and the partner of its request",
	Run: func(ctx context.Context, s *session.Session) {
		namesWhoAsked(ctx, s, (*session.Session).NewSingleServicePlanPage)
	},
}, {
	ID: "VSH-005", Clause: "vshop/area-narrows-the-plans", Does: reports.Read, Operations: []string{"singleServicePlanPage"},
	Requirement: "every plan that is listed for an area is listed without one, too",
	Run: func(ctx context.Context, s *session.Session) {
		sim := s.ExistingSIM()
		all := plansOf(ctx, s, s.NewSingleServicePlanPage(sim))
		listed := func(one record) bool {
			return slices.ContainsFunc(all, func(other record) bool { return maps.Equal(one, other) })
		}
		others := slices.DeleteFunc(plansOf(ctx, s, s.NewSingleServicePlanPage(sim).Before(printedArea)), listed)
		Expect(others).To(BeEmpty(), "plans that are listed for the area 欧洲 only")
	},
}, {
	ID: "VSH-006", Clause: "vshop/answer-names-the-sim", Does: reports.Read, Operations: []string{"singleVerify"},
	Requirement: "singleVerify answers eight requests at once each with the SIM card that it was asked for",
	Run:         doesNotMixAnswers,
}, {
	ID: "VSH-020", Clause: "vshop/unknown-sim-refused", Does: reports.Read, Operations: []string{"singleVerify"},
	Requirement: "singleVerify refuses a SIM card that does not exist",
	Run: func(ctx context.Context, s *session.Session) {
		refusesSIM(ctx, s, (*session.Session).NewSingleVerify, s.UnknownSIM())
	},
}, {
	ID: "VSH-021", Clause: "vshop/unknown-sim-refused", Does: reports.Read, Operations: []string{"singleServicePlanPage"},
	Requirement: "singleServicePlanPage refuses a SIM card that does not exist",
	Run: func(ctx context.Context, s *session.Session) {
		refusesSIM(ctx, s, (*session.Session).NewSingleServicePlanPage, s.UnknownSIM())
	},
}, {
	ID: "VSH-022", Clause: "vshop/unknown-sim-refused", Does: reports.Read, Operations: []string{"singleVerify"},
	Requirement: "singleVerify refuses the beginning of the number of a SIM card that exists, and that number with letters behind it",
	Run: func(ctx context.Context, s *session.Session) {
		sim := s.ExistingSIM()
		refusesSIM(ctx, s, (*session.Session).NewSingleVerify, sim[:len(sim)/2], sim+"abc")
	},
}}, onShop(Check{
	ID: "VSH-010", Clause: "requests/valid-accepted",
	Requirement: "{operation} accepts every languageCode and every terminal that a page prints",
}, acceptsPrintedCodes)...)

// newShopRequest drafts a request of Vshop for a SIM card.
type newShopRequest func(s *session.Session, sim string) *session.Draft

// owner is whom an answer of Vshop is about.
type owner struct {
	DeviceCode  string `json:"deviceCode"`
	PartnerCode string `json:"partnerCode"`
}

// ownerOf reads whom an accepted answer is about; what is not as the contract says is empty.
func ownerOf(s *session.Session, answer *session.Answer) owner {
	s.RequireAccepted(answer)
	var named owner
	if json.Unmarshal(answer.Data, &named) != nil {
		return owner{}
	}
	return named
}

// namesWhoAsked asks for two SIM cards, so that an answer which is always about
// the same one is found.
func namesWhoAsked(ctx context.Context, s *session.Session, draft newShopRequest) {
	for _, sim := range s.ExistingSIMs(2) {
		named := ownerOf(s, s.Send(ctx, draft(s, sim)))
		Expect(named.DeviceCode).To(Equal(sim), "the deviceCode of the answer")
		Expect(named.PartnerCode).To(Equal(s.Target().PartnerCode), "the partnerCode of the answer")
	}
}

func doesNotMixAnswers(ctx context.Context, s *session.Session) {
	sims := s.ExistingSIMs(8)
	answers := make([]*session.Answer, len(sims))
	s.Parallel(len(sims), func(i int) { answers[i] = s.Send(ctx, s.NewSingleVerify(sims[i])) })
	named := make([]string, len(sims))
	for i, answer := range answers {
		named[i] = ownerOf(s, answer).DeviceCode
	}
	Expect(named).To(Equal(sims), "the deviceCode of each answer, in the order of the requests")
}

// plansOf returns the plans that an accepted singleServicePlanPage lists; that
// there is a list is required.
func plansOf(ctx context.Context, s *session.Session, draft *session.Draft) []record {
	answer := s.Send(ctx, draft)
	s.RequireAccepted(answer)
	var page struct {
		Plans *[]record `json:"servicePlanList"`
	}
	if err := json.Unmarshal(answer.Data, &page); err != nil || page.Plans == nil {
		s.Violates("vshop/plans-for-a-sim", answer.Exchange, "the answer has no list of plans", "a list servicePlanList in data", answer.String())
	}
	return *page.Plans
}

func listsWholePlans(ctx context.Context, s *session.Session) {
	plans := plansOf(ctx, s, s.NewSingleServicePlanPage(s.ExistingSIM()))
	Expect(plans).NotTo(BeEmpty(), "the plans that can be bought for a SIM card")
	for _, listed := range plans {
		lacking := slices.DeleteFunc([]string{"packageCode", "servicePlanCode", "servicePlanShowName", "payAmount", "payCurrency"},
			func(name string) bool { return listed[name] != "" })
		Expect(lacking).To(BeEmpty(), fmt.Sprintf("what the plan %v lacks", listed))
	}
}

// refusesSIM requires that a request for a SIM card that exists is accepted, and
// asserts that it is refused for others.
func refusesSIM(ctx context.Context, s *session.Session, draft newShopRequest, others ...string) {
	s.RequireAccepted(s.Send(ctx, draft(s, s.ExistingSIM())))
	for _, sim := range others {
		Expect(s.Send(ctx, draft(s, sim))).To(beRefused(), "the SIM card "+sim)
	}
}

func acceptsPrintedCodes(ctx context.Context, s *session.Session, operation string) {
	draft := s.NewValid(ctx, operation)
	for _, code := range []string{"0", "1"} {
		answer := s.Send(ctx, draft.Before(session.Set("languageCode", code), session.Set("terminal", code)))
		Expect(answer).To(beAccepted(), "a request with languageCode "+code+" and terminal "+code)
		if code == "0" {
			draft = again(ctx, s, draft)
		}
	}
}
