package checks

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"

	. "github.com/mallcheck/mallcheck/conformance/internal/expect"
	"github.com/mallcheck/mallcheck/conformance/internal/session"
	"github.com/mallcheck/mallcheck/conformance/internal/wire"
	"github.com/mallcheck/mallcheck/reports"
	"github.com/mallcheck/mallcheck/signing"
)

// errorChecks are about requests with wrong parameters, and about the effects of a refusal. Each request
// differs from an accepted one in a single thing and is correctly signed.
var errorChecks = slices.Concat(globalErrors, requiredErrors, typeErrors, afterRefusal)

// globalErrors are about the global parameters.
var globalErrors = slices.Concat(
	onEach(Check{
		ID: "ERR-001", Clause: "globals/version-default",
		Requirement: "{operation} refuses a correctly signed request without version",
	}, func(ctx context.Context, s *session.Session, operation string) {
		refusesValid(ctx, s, operation, "a request without version", wire.Drop("version"))
	}),
	onEach(Check{
		ID: "ERR-002", Clause: "globals/empty-partner-code-refused",
		Requirement: "{operation} refuses a request with an empty partnerCode",
	}, func(ctx context.Context, s *session.Session, operation string) {
		refusesValid(ctx, s, operation, "a request with an empty partnerCode", wire.Set("partnerCode", ""))
	}),
	onEach(Check{
		ID: "ERR-003", Clause: "globals/unknown-partner-refused",
		Requirement: "{operation} refuses a request with an unknown partnerCode",
	}, func(ctx context.Context, s *session.Session, operation string) {
		refusesValid(ctx, s, operation, "a request with an unknown partnerCode", wire.Set("partnerCode", "PNOSUCHPARTNER"))
	}),
	onEach(Check{
		ID: "ERR-004", Clause: "globals/place-of-parameters",
		Requirement: "{operation} refuses a request whose global parameters are in the query instead of the body, or vice versa",
	}, func(ctx context.Context, s *session.Session, operation string) {
		refusesTwin(ctx, s, operation, "a request with its global parameters in the wrong place", misplaced)
	}),
)

// misplaced moves the global parameters to the wrong place: into the query of a
// request with a body, into the body of one without. The signed text stays the same.
func misplaced(w *wire.Request) {
	if w.Method == http.MethodGet {
		w.Body = []byte(object(w.Members, ":", ","))
		w.Members = nil
		w.Header.Set("Content-Type", "application/json")
		return
	}
	query := url.Values{}
	for _, name := range []string{"version", "partnerCode", "sign"} {
		query.Set(name, memberValue(w, name))
		wire.Drop(name)(w)
	}
	address := *w.URL
	address.RawQuery = query.Encode()
	w.URL = &address
}

// requiredErrors each leave out one member.
var requiredErrors = slices.Concat(
	requiredMember("ERR-010", "deviceCode"),
	requiredMember("ERR-011", "languageCode"),
	requiredMember("ERR-012", "mark"),
	requiredMember("ERR-013", "terminal"),
	requiredMember("ERR-014", "tradeTime"),
	requiredMember("ERR-015", "tradeType"),
	requiredMember("ERR-016", "sim_ids"),
	requiredMember("ERR-050", "orderNo"),
	requiredMember("ERR-051", "payId"),
	requiredMember("ERR-052", "packageCode"),
	requiredMember("ERR-053", "payAmount"),
	requiredMember("ERR-054", "payCurrency"),
	requiredMember("ERR-055", "orderPeriod"),
	requiredMember("ERR-056", "autoRenewal"),
	requiredMember("ERR-057", "email"),
	requiredMember("ERR-058", "plan_id"),
	requiredMember("ERR-059", "pm_id"),
	requiredMember("ERR-060", "payAccount"),
	requiredMember("ERR-061", "payResultDate"),
	requiredMember("ERR-062", "payRst"),
	requiredMember("ERR-063", "payStatus"),
	requiredMember("ERR-064", "payType"),
)

// requiredMember makes the check that a member is required, with a case for every operation whose body
// has it. It does not test null, because it is only assumed that null counts as missing.
func requiredMember(id, name string) []Check {
	check := Check{ID: id, Requirement: "{operation} refuses a correctly signed request without " + name}
	return inBody("/required/"+name, having(name, onEach(check, func(ctx context.Context, s *session.Session, operation string) {
		refusesValid(ctx, s, operation, "a request without "+name, wire.Drop(name))
	})))
}

// typeErrors each send one member with a JSON type that no printed value has.
var typeErrors = slices.Concat(
	stringMember("ERR-020", "version"),
	stringMember("ERR-021", "partnerCode"),
	stringMember("ERR-022", "deviceCode"),
	stringMember("ERR-023", "languageCode"),
	stringMember("ERR-024", "mark"),
	stringMember("ERR-025", "terminal"),
	stringMember("ERR-026", "tradeTime"),
	stringMember("ERR-027", "tradeType"),
	stringMember("ERR-070", "orderNo"),
	stringMember("ERR-071", "payId"),
	stringMember("ERR-072", "packageCode"),
	stringMember("ERR-073", "payAmount"),
	stringMember("ERR-074", "payCurrency"),
	stringMember("ERR-075", "orderPeriod"),
	stringMember("ERR-076", "autoRenewal"),
	stringMember("ERR-077", "email"),
	stringMember("ERR-078", "plan_id"),
	stringMember("ERR-079", "pm_id"),
	stringMember("ERR-080", "payAccount"),
	stringMember("ERR-081", "payResultDate"),
	stringMember("ERR-082", "payRst"),
	stringMember("ERR-083", "payStatus"),
	stringMember("ERR-084", "payType"),
	inBody("/properties/sim_ids/type", having("sim_ids", onEach(Check{
		ID: "ERR-028", Requirement: "{operation} refuses sim_ids that is a string instead of a list",
	}, func(ctx context.Context, s *session.Session, operation string) {
		refusesValid(ctx, s, operation, "sim_ids that is a string", wire.Set("sim_ids", s.UnknownSIM()))
	}))),
	inBody("/properties/sim_ids/items/type", having("sim_ids", onEach(Check{
		ID: "ERR-029", Requirement: "{operation} refuses sim_ids with a number instead of a string in its list",
	}, func(ctx context.Context, s *session.Session, operation string) {
		refusesValid(ctx, s, operation, "sim_ids that is a list of numbers", wire.SetRaw("sim_ids", "["+s.UnknownSIM()+"]"))
	}))),
)

// stringMember makes the check that a member is a string, with a case for every operation whose body has
// it. The request is sent twice: signed as sent, and signed as if the value were the string that a
// lenient target may convert it to.
func stringMember(id, name string) []Check {
	check := Check{ID: id, Requirement: "{operation} refuses a request whose " + name + " is a number or a list instead of a string"}
	return inBody("/properties/"+name+"/type", having(name, onEach(check, func(ctx context.Context, s *session.Session, operation string) {
		draft, wrong := s.NewValid(ctx, operation), inAnotherType(name)
		s.Controlled(ctx, draft, func() {
			Expect(s.Send(ctx, draft.Twin().Before(wrong))).To(beRefused(), "a request whose "+name+" is not a string, signed as sent")
			Expect(s.Send(ctx, draft.Twin().After(wrong))).To(beRefused(), "a request whose "+name+" is not a string, signed as the string")
		})
	})))
}

// inAnotherType sends a string as a number if it is numeric, otherwise in a list.
func inAnotherType(name string) wire.Edit {
	return func(w *wire.Request) {
		text := memberValue(w, name)
		if strings.Trim(text, "0123456789.") == "" {
			wire.SetRaw(name, text)(w)
			return
		}
		wire.SetRaw(name, "["+string(signing.StringMember(name, text).Value)+"]")(w)
	}
}

// afterRefusal is about the effects of a refusal.
var afterRefusal = slices.Concat(
	onEach(Check{
		ID: "ERR-040", Clause: "errors/same-mistake-same-code",
		Requirement: "{operation} refuses the same mistake with the same operateCode each time",
	}, func(ctx context.Context, s *session.Session, operation string) {
		draft := s.NewValid(ctx, operation)
		first, second := refusedUnsigned(ctx, s, draft), refusedUnsigned(ctx, s, draft)
		Expect(first).To(sayWhyRefused(), "the refusal of an unsigned request gives no operateCode or no message")
		Expect(second.OperateCode).To(Equal(first.OperateCode), "the same mistake was refused with a different operateCode the second time")
	}),
	onEach(Check{
		ID: "ERR-041", Clause: "requests/valid-accepted",
		Requirement: "{operation} accepts a valid request after refusing an empty and a wrong sign",
	}, acceptsAfterRefusals),
	onBoth(Check{
		ID: "ERR-042", Clause: "request-id/none-on-refusal",
		Requirement: "{operation} returns no request_id when it refuses a request",
	}, func(ctx context.Context, s *session.Session, do action) {
		refusal := refusedUnsigned(ctx, s, do.draft(s, s.Group(), s.UnknownSIM()))
		Expect(requestIDs(s, refusal)).To(BeEmpty(), "%s refused a request and returned a request_id", do.operation)
	}),
	[]Check{{
		ID: "ERR-043", Clause: "groups/refused-request-changes-nothing", Does: reports.Write,
		Operations:  []string{"addSims", "asyncResult", "listGroupSims"},
		Requirement: "addSims adds no SIM of a batch that it refuses because of one malformed ICCID",
		Run: func(ctx context.Context, s *session.Session) {
			sim := s.ExistingSIM()
			refusedForMalformed(ctx, s, adding)
			changesNothing(ctx, s, sim, "async/malformed-sim-refused", s.NewAddSims(s.Group(), sim, malformedSIM))
		},
	}, {
		ID: "ERR-044", Clause: "groups/refused-request-changes-nothing", Does: reports.Write,
		Operations:  []string{"addSims", "removeSims", "asyncResult", "listGroupSims"},
		Requirement: "removeSims removes no SIM of a batch that it refuses because of one malformed ICCID",
		Run: func(ctx context.Context, s *session.Session) {
			sim := s.ExistingSIM()
			refusedForMalformed(ctx, s, removing)
			addedAndListed(ctx, s, sim)
			changesNothing(ctx, s, sim, "async/malformed-sim-refused", s.NewRemoveSims(s.Group(), sim, malformedSIM))
		},
	}},
)

// malformedSIM is not an ICCID.
const malformedSIM = "not-an-iccid"

// refusedForMalformed skips a check if the target does not refuse a batch for a malformed ICCID, because
// there is no refusal whose effects could be tested.
func refusedForMalformed(ctx context.Context, s *session.Session, do action) {
	if !s.Send(ctx, do.draft(s, s.Group(), s.UnknownSIM(), malformedSIM)).Refused() {
		s.Skip("the target does not refuse a batch because of a malformed ICCID")
	}
}

func acceptsAfterRefusals(ctx context.Context, s *session.Session, operation string) {
	draft := s.NewValid(ctx, operation)
	if !draft.Operation.UsesUp() {
		s.RequireAccepted(s.Send(ctx, draft))
	}
	for _, sign := range []string{"", strings.Repeat("0", 32)} {
		s.Send(ctx, draft.Twin().SignedBy(fixed(sign)))
	}
	Expect(s.Send(ctx, draft)).To(beAccepted(), "a valid request after it had refused wrong signs")
}
