package checks

import (
	"context"
	"sync"

	"github.com/mallcheck/mallcheck/conformance/internal/session"
	"github.com/mallcheck/mallcheck/conformance/internal/wire"
)

// listGroupSims lists a group. It ends the check if the request is refused or the answer has no list of
// SIMs, because an unreadable entry is not a missing entry.
func listGroupSims(ctx context.Context, s *session.Session, group string) wire.Listing {
	return listingIn(s, s.Send(ctx, s.NewListGroupSims(group)))
}

// listingIn returns the listing in an answer of listGroupSims.
func listingIn(s *session.Session, answer *wire.Answer) wire.Listing {
	s.RequireAccepted(answer)
	listing, known := wire.ListingOf(answer)
	if !known {
		s.UnknownForm(answer, "a list sim_ids")
	}
	return listing
}

// listBundles lists the partner's groups and requires that the request is accepted.
func listBundles(ctx context.Context, s *session.Session) []wire.Bundle {
	return listBundlesAs(ctx, s, s.Target().PartnerCode)
}

// ownBundles returns the partner's groups, for a check that does not depend on the time of the request.
func ownBundles(ctx context.Context, s *session.Session) []wire.Bundle {
	return bundlesIn(s, asked(ctx, s, s.NewListBundles()))
}

// othersBundles returns the groups of the second partner.
func othersBundles(ctx context.Context, s *session.Session) []wire.Bundle {
	return bundlesIn(s, answerToSecondPartner(ctx, s))
}

// answerToSecondPartner returns the answer to a listBundles of the second partner.
func answerToSecondPartner(ctx context.Context, s *session.Session) *wire.Answer {
	second := s.SecondPartner()
	return s.Own(once(s, "groups of the second partner", func(s *session.Session) *wire.Answer {
		return s.Send(ctx, s.NewListBundles().As(second))
	}))
}

// listBundlesAs is listBundles, asked by another partner.
func listBundlesAs(ctx context.Context, s *session.Session, partner string) []wire.Bundle {
	return bundlesIn(s, s.Send(ctx, s.NewListBundles().As(partner)))
}

// bundlesIn returns the groups in an answer of listBundles and requires that it is a success.
func bundlesIn(s *session.Session, answer *wire.Answer) []wire.Bundle {
	s.RequireAccepted(answer)
	bundles, known := wire.BundlesOf(answer)
	if !known {
		s.UnknownForm(answer, "a list of groups")
	}
	return bundles
}

// otherGroup returns a bundle group of the partner other than Group, or skips the check.
func otherGroup(ctx context.Context, s *session.Session) string {
	for _, bundle := range listBundles(ctx, s) {
		if bundle.GroupID != "" && bundle.GroupID != s.Group() {
			return bundle.GroupID
		}
	}
	s.Missing("the partner has only one bundle group; the check needs two")
	return ""
}

// secondPartnersGroup returns a bundle group of SecondPartner, or skips the check.
func secondPartnersGroup(ctx context.Context, s *session.Session) string {
	for _, bundle := range othersBundles(ctx, s) {
		if bundle.GroupID != "" {
			return bundle.GroupID
		}
	}
	s.Missing("the second partner has no bundle group")
	return ""
}

// otherSIM returns the ICCID of a SIM card other than the given one, or skips the check.
func otherSIM(s *session.Session, sim string) string {
	for _, other := range s.DistinctSIMs(2) {
		if other != sim {
			return other
		}
	}
	s.Missing("the check needs 2 SIM cards, but the target names the same one twice (--sim)")
	return ""
}

// parallel calls work n times concurrently, with 0 to n-1, and returns when all calls have returned. If
// one of them ends the check, the check ends after all have returned.
func parallel(n int, work func(i int)) {
	ends := make([]any, n)
	var group sync.WaitGroup
	for i := range n {
		group.Go(func() {
			defer func() { ends[i] = recover() }()
			work(i)
		})
	}
	group.Wait()
	for _, end := range ends {
		if end != nil {
			panic(end)
		}
	}
}

// keysOf looks up an order of the run by its purchase id and returns its three keys. It ends the check
// if the order is not found or has no order_id: which member of an order is which key is assumed, and a
// check about the keys must not fail for that.
func keysOf(ctx context.Context, s *session.Session, p session.Purchase) session.OrderKeys {
	return keysIn(s, lookedUp(ctx, s, session.OrderKeys{PurchaseID: p.PurchaseID}), p)
}

// keysIn returns the keys of an order that was looked up by its purchase id.
func keysIn(s *session.Session, found wire.FoundOrder, p session.Purchase) session.OrderKeys {
	switch {
	case !found.Answer.Accepted():
		s.Prevents("order-lookup/purchase-id-of-the-order", found.Answer.Exchange,
			"precondition failed: queryOrder does not find an order by the partner's own id", "the order "+p.PurchaseID, found.Answer.String())
	case found.OrderID == "":
		s.Prevents("order-lookup/order-id-of-the-order", found.Answer.Exchange,
			"precondition failed: queryOrder returned an order without order_id", "an order_id", found.Answer.String())
	}
	return session.OrderKeys{PurchaseID: p.PurchaseID, OrderID: found.OrderID, SIM: p.SIM}
}

// thirdPartyPaid creates an order that the partner was already paid for, and requires that it is
// accepted.
func thirdPartyPaid(ctx context.Context, s *session.Session, p session.Purchase) {
	s.RequireAccepted(s.Send(ctx, s.NewSynOrderInfo(p)))
}
