package checks

import (
	"context"
	"encoding/json"
	"maps"
	"slices"

	. "github.com/mallcheck/mallcheck/conformance/internal/expect"
	"github.com/mallcheck/mallcheck/conformance/internal/session"
	"github.com/mallcheck/mallcheck/conformance/internal/wire"
	"github.com/mallcheck/mallcheck/reports"
)

// vshopChecks are about singleVerify and singleServicePlanPage: which SIMs they know,
// and that their answers are about the requested SIM.
var vshopChecks = append([]Check{{
	ID: "VSH-001", Clause: "vshop/verify-known-sim", Does: reports.Read, Operations: []string{"singleVerify"},
	Requirement: "singleVerify accepts an existing SIM",
	Run: func(ctx context.Context, s *session.Session) {
		Expect(asked(ctx, s, s.NewSingleVerify(s.ExistingSIM()))).To(beAccepted(), "an existing SIM")
	},
}, {
	ID: "VSH-002", Clause: "vshop/answer-names-the-sim", Does: reports.Read, Operations: []string{"singleVerify"},
	Requirement: "singleVerify answers with the SIM and partner of its request",
	Run: func(ctx context.Context, s *session.Session) {
		namesWhoAsked(ctx, s, (*session.Session).NewSingleVerify)
	},
}, {
	ID: "VSH-003", Clause: "vshop/plans-for-a-sim", Does: reports.Read, Operations: []string{"singleServicePlanPage"},
	Requirement: "singleServicePlanPage lists plans for an existing SIM, each with codes, name and price",
	Run:         listsWholePlans,
}, {
	ID: "VSH-004", Clause: "vshop/answer-names-the-sim", Does: reports.Read, Operations: []string{"singleServicePlanPage"},
	Requirement: "singleServicePlanPage answers with the SIM and partner of its request",
	Run: func(ctx context.Context, s *session.Session) {
		namesWhoAsked(ctx, s, (*session.Session).NewSingleServicePlanPage)
	},
}, {
	ID: "VSH-005", Clause: "vshop/area-narrows-the-plans", Does: reports.Read, Operations: []string{"singleServicePlanPage"},
	Requirement: "singleServicePlanPage lists every plan of an area also when no area is given",
	Run: func(ctx context.Context, s *session.Session) {
		all, ofArea := plansWithArea(ctx, s)
		listed := func(one record) bool {
			return slices.ContainsFunc(all, func(other record) bool { return maps.Equal(one, other) })
		}
		others := slices.DeleteFunc(ofArea, listed)
		Expect(others).To(BeEmpty(), "singleServicePlanPage lists plans for the area 欧洲 that it does not list without an area")
	},
}, {
	ID: "VSH-006", Clause: "vshop/answer-names-the-sim", Does: reports.Read, Operations: []string{"singleVerify"},
	Requirement: "singleVerify answers each of eight concurrent requests with its own SIM",
	Run:         doesNotMixAnswers,
}, {
	ID: "VSH-020", Clause: "vshop/unknown-sim-refused", Does: reports.Read, Operations: []string{"singleVerify"},
	Requirement: "singleVerify refuses an unknown SIM",
	Run: func(ctx context.Context, s *session.Session) {
		refusesSIM(ctx, s, (*session.Session).NewSingleVerify, s.UnknownSIM())
	},
}, {
	ID: "VSH-021", Clause: "vshop/unknown-sim-refused", Does: reports.Read, Operations: []string{"singleServicePlanPage"},
	Requirement: "singleServicePlanPage refuses an unknown SIM",
	Run: func(ctx context.Context, s *session.Session) {
		refusesSIM(ctx, s, (*session.Session).NewSingleServicePlanPage, s.UnknownSIM())
	},
}, {
	ID: "VSH-022", Clause: "vshop/unknown-sim-refused", Does: reports.Read, Operations: []string{"singleVerify"},
	Requirement: "singleVerify refuses an existing ICCID that is cut short or has letters appended",
	Run: func(ctx context.Context, s *session.Session) {
		sim := s.ExistingSIM()
		refusesSIM(ctx, s, (*session.Session).NewSingleVerify, sim[:len(sim)/2], sim+"abc")
	},
}}, having("deviceCode", onEach(Check{
	ID: "VSH-010", Clause: "requests/valid-accepted",
	Requirement: "{operation} accepts every printed languageCode and terminal",
}, acceptsPrintedCodes))...)

// newShopRequest drafts a Vshop request for a SIM.
type newShopRequest func(s *session.Session, sim string) *session.Draft

// owner is the SIM and partner that an answer of Vshop names.
type owner struct {
	DeviceCode  string `json:"deviceCode"`
	PartnerCode string `json:"partnerCode"`
}

// ownerOf reads the owner in an accepted answer. It ends the check if the answer names no SIM, because
// then its form is unknown rather than its content wrong.
func ownerOf(s *session.Session, answer *wire.Answer) owner {
	s.RequireAccepted(answer)
	var named owner
	if json.Unmarshal(answer.Data, &named) != nil || named.DeviceCode == "" {
		s.UnknownForm(answer, "a member deviceCode")
	}
	return named
}

// namesWhoAsked sends requests for two SIMs, to catch an answer that is always about the same one.
func namesWhoAsked(ctx context.Context, s *session.Session, draft newShopRequest) {
	for _, sim := range s.ExistingSIMs(2) {
		namesOwner(s, s.Send(ctx, draft(s, sim)), sim)
	}
}

func simAsked(s *session.Session, answer *wire.Answer) string {
	var asked owner
	_ = json.Unmarshal(s.Exchanges()[answer.Exchange].Request.Body, &asked) // the run wrote it
	return asked.DeviceCode
}

// namesOwner asserts that an answer names a SIM and the partner.
func namesOwner(s *session.Session, answer *wire.Answer, sim string) {
	named := ownerOf(s, answer)
	Expect(named.DeviceCode).To(Equal(sim), "the answer names a deviceCode other than the request's")
	Expect(named.PartnerCode).To(Equal(s.Target().PartnerCode), "the answer names a partnerCode other than the request's")
}

func doesNotMixAnswers(ctx context.Context, s *session.Session) {
	sims := s.ExistingSIMs(8)
	answers := make([]*wire.Answer, len(sims))
	parallel(len(sims), func(i int) { answers[i] = s.Send(ctx, s.NewSingleVerify(sims[i])) })
	named := make([]string, len(sims))
	for i, answer := range answers {
		named[i] = ownerOf(s, answer).DeviceCode
	}
	Expect(named).To(Equal(sims), "singleVerify mixed up the SIMs of concurrent requests")
}

// plansOf returns the plans that singleServicePlanPage lists. It ends the check if the
// request is refused or the answer has no list.
func plansOf(ctx context.Context, s *session.Session, draft *session.Draft) []record {
	return plansIn(s, s.Send(ctx, draft))
}

// plansWithArea returns the plans that singleServicePlanPage lists for a SIM, in total and for the
// printed area.
func plansWithArea(ctx context.Context, s *session.Session) (all, ofArea []record) {
	sim := s.ExistingSIM()
	all = plansIn(s, asked(ctx, s, s.NewSingleServicePlanPage(sim)))
	if s.Quick() {
		return all, plansIn(s, areaAsPrinted(ctx, s))
	}
	return all, plansOf(ctx, s, s.NewSingleServicePlanPage(sim).Before(printedArea))
}

// plansIn returns the plans in an answer of singleServicePlanPage.
func plansIn(s *session.Session, answer *wire.Answer) []record {
	s.RequireAccepted(answer)
	var page struct {
		Plans *[]record `json:"servicePlanList"`
	}
	if err := json.Unmarshal(answer.Data, &page); err != nil || page.Plans == nil {
		s.UnknownForm(answer, "a list servicePlanList")
	}
	return *page.Plans
}

func listsWholePlans(ctx context.Context, s *session.Session) {
	plans := plansIn(s, asked(ctx, s, s.NewSingleServicePlanPage(s.ExistingSIM())))
	Expect(plans).NotTo(BeEmpty(), "singleServicePlanPage lists no plan for an existing SIM")
	for _, listed := range plans {
		lacking := slices.DeleteFunc([]string{"packageCode", "servicePlanCode", "servicePlanShowName", "payAmount", "payCurrency"},
			func(name string) bool { return listed[name] != "" })
		Expect(lacking).To(BeEmpty(), "singleServicePlanPage lists a plan without required members: %s", Show(listed))
	}
}

// refusesSIM requires that the target accepts a request for an existing SIM, and asserts that it refuses
// the others.
func refusesSIM(ctx context.Context, s *session.Session, draft newShopRequest, others ...string) {
	s.RequireAccepted(asked(ctx, s, draft(s, s.ExistingSIM())))
	for _, sim := range others {
		Expect(s.Send(ctx, draft(s, sim))).To(beRefused(), "the unknown SIM "+sim)
	}
}

func acceptsPrintedCodes(ctx context.Context, s *session.Session, operation string) {
	if otherForm(ctx, s, operation) {
		return
	}
	draft := s.NewValid(ctx, operation)
	for _, code := range []string{"0", "1"} {
		if draft.Value("languageCode") == code && draft.Value("terminal") == code {
			Expect(s.SendValid(ctx, operation)).To(beAccepted(), "a request with languageCode "+code+" and terminal "+code)
			continue
		}
		answer := s.Send(ctx, draft.Twin().Before(wire.Set("languageCode", code), wire.Set("terminal", code)))
		Expect(answer).To(beAccepted(), "a request with languageCode "+code+" and terminal "+code)
		if code == "0" {
			draft = again(ctx, s, draft)
		}
	}
}
