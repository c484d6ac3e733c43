package session

import (
	"context"
	"encoding/json"
	"slices"
	"strconv"
)

// Listing is what listGroupSims says of a group.
type Listing struct {
	// SIMs are the ICCIDs listed, as often as they are listed.
	SIMs []string
	// Count is the number of SIM cards that the answer states, -1 when it states none.
	Count int
	// Answer is the whole answer.
	Answer *Answer
}

// Times returns how often a SIM card is listed.
func (l Listing) Times(sim string) int {
	n := 0
	for _, listed := range l.SIMs {
		if listed == sim {
			n++
		}
	}
	return n
}

// Bundle is one group of listBundles.
type Bundle struct {
	GroupID, PackageCode string
	// Count is the number of SIM cards that the answer states, -1 when it states none.
	Count int
}

// ListGroupSims lists a group. It ends the check if the request is refused, or if the
// answer has no list of SIMs: an entry that cannot be read is not a missing entry.
func (s *Session) ListGroupSims(ctx context.Context, group string) Listing {
	answer := s.Send(ctx, s.NewListGroupSims(group))
	s.RequireAccepted(answer)
	listing, known := newListing(answer)
	if !known {
		s.UnknownForm(answer, "a list sim_ids")
	}
	return listing
}

// newListing reads a listing, and reports whether it has a list of SIMs.
func newListing(answer *Answer) (listing Listing, known bool) {
	var data struct {
		SimCount looseText    `json:"sim_count"`
		SimIDs   *[]looseText `json:"sim_ids"`
	}
	if err := json.Unmarshal(answer.Data, &data); err != nil || data.SimIDs == nil {
		return Listing{Count: -1, Answer: answer}, false
	}
	listing = Listing{Count: count(data.SimCount), Answer: answer}
	for _, sim := range *data.SimIDs {
		listing.SIMs = append(listing.SIMs, string(sim))
	}
	return listing, true
}

// count reads a number of SIM cards, -1 when it is none.
func count(number looseText) int {
	n, err := strconv.Atoi(string(number))
	if err != nil {
		return -1
	}
	return n
}

// ListBundles lists the partner's groups; that it is accepted is required.
func (s *Session) ListBundles(ctx context.Context) []Bundle {
	return s.ListBundlesAs(ctx, s.Target().PartnerCode)
}

// ListBundlesAs is ListBundles, asked by another partner.
func (s *Session) ListBundlesAs(ctx context.Context, partner string) []Bundle {
	answer := s.Send(ctx, s.NewListBundles().As(partner))
	s.RequireAccepted(answer)
	var data []struct {
		GroupID     looseText `json:"group_id"`
		PackageCode looseText `json:"package_code"`
		SimCount    looseText `json:"sim_count"`
	}
	if err := json.Unmarshal(answer.Data, &data); err != nil || data == nil {
		s.UnknownForm(answer, "a list of groups")
	}
	bundles := make([]Bundle, len(data))
	for i, b := range data {
		bundles[i] = Bundle{string(b.GroupID), string(b.PackageCode), count(b.SimCount)}
	}
	return bundles
}

// UnknownForm ends the check because data of an answer does not have the form that the
// contract describes: nothing can be said of its content.
func (s *Session) UnknownForm(answer *Answer, expected string) {
	operation, _ := s.Contract().Operation(answer.Operation)
	s.Prevents(operation.Pointer+"/responses/200/content/application~1json/schema/properties/data", answer.Exchange,
		"precondition failed: data of the "+answer.Operation+" answer has an unknown form", expected, answer.String())
}

// OtherGroup returns a bundle group of the partner beside Group, or skips the check.
func (s *Session) OtherGroup(ctx context.Context) string {
	for _, bundle := range s.ListBundles(ctx) {
		if bundle.GroupID != "" && bundle.GroupID != s.Group() {
			return bundle.GroupID
		}
	}
	s.missing("the partner has one bundle group only, the check needs two")
	return ""
}

// SecondPartnersGroup returns a bundle group of SecondPartner, or skips the check.
func (s *Session) SecondPartnersGroup(ctx context.Context) string {
	for _, bundle := range s.ListBundlesAs(ctx, s.SecondPartner()) {
		if bundle.GroupID != "" {
			return bundle.GroupID
		}
	}
	s.missing("the second partner has no bundle group")
	return ""
}

// Terminal reports whether a result will not change any more.
func (s *Session) Terminal(result Result) bool {
	return slices.Contains(s.Target().TerminalStatus, result.Status)
}
