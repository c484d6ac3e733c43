package session

import (
	"context"
	"slices"

	"github.com/mallcheck/mallcheck/conformance/internal/wire"
)

// ListGroupSims lists a group. It ends the check if the request is refused, or if the
// answer has no list of SIMs: an entry that cannot be read is not a missing entry.
func (s *Session) ListGroupSims(ctx context.Context, group string) wire.Listing {
	answer := s.Send(ctx, s.NewListGroupSims(group))
	s.RequireAccepted(answer)
	listing, known := wire.ListingOf(answer)
	if !known {
		s.UnknownForm(answer, "a list sim_ids")
	}
	return listing
}

// ListBundles lists the partner's groups; that it is accepted is required.
func (s *Session) ListBundles(ctx context.Context) []wire.Bundle {
	return s.ListBundlesAs(ctx, s.Target().PartnerCode)
}

// ListBundlesAs is ListBundles, asked by another partner.
func (s *Session) ListBundlesAs(ctx context.Context, partner string) []wire.Bundle {
	answer := s.Send(ctx, s.NewListBundles().As(partner))
	s.RequireAccepted(answer)
	bundles, known := wire.BundlesOf(answer)
	if !known {
		s.UnknownForm(answer, "a list of groups")
	}
	return bundles
}

// UnknownForm ends the check because data of an answer does not have the form that the
// contract describes: nothing can be said of its content.
func (s *Session) UnknownForm(answer *wire.Answer, expected string) {
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
func (s *Session) Terminal(result wire.Result) bool {
	return slices.Contains(s.Target().TerminalStatus, result.Status)
}
