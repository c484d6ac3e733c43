package checks

import (
	"context"

	"github.com/mallcheck/mallcheck/conformance/internal/session"
	"github.com/mallcheck/mallcheck/conformance/internal/wire"
)

// lastEffect is a third-party order that took effect after the shared orders were placed and paid, so
// their effects have happened too.
type lastEffect struct {
	sharedOrder
	// other is the SIM of failed payments, otherBefore its earlier listing.
	other       string
	otherBefore counts
	// seenBefore is the SIM's earlier listing for the second partner.
	seenBefore counts
}

// awaitEffects waits until all shared orders have taken effect. It returns false if the target names too
// few SIMs to tell.
func awaitEffects(ctx context.Context, s *session.Session) (lastEffect, bool) {
	if !lastSIM(ctx, s).alone || !failedSIM(ctx, s).alone {
		return lastEffect{}, false
	}
	return session.Share(s, "last effect", func(s *session.Session) lastEffect {
		all := []func(context.Context, *session.Session) sharedOrder{unpaid, paidSingly, paidAtOnce, notPaid, notPaidElsewhere}
		for _, create := range all {
			s.Try(func() { create(ctx, s) })
		}
		last := lastEffect{other: failedSIM(ctx, s).SIM}
		last.otherBefore = countOf(s.Send(ctx, s.NewSingleQueryOrder(last.other)))
		last.sharedOrder = lastSIM(ctx, s)
		last.before = countOf(s.Send(ctx, s.NewSingleQueryOrder(last.SIM)))
		if second := s.Target().SecondPartnerCode; second != "" {
			last.seenBefore = countOf(s.Send(ctx, s.NewSingleQueryOrder(last.SIM).As(second)))
		}
		last.answer = s.Send(ctx, s.NewSynOrderInfo(last.Purchase))
		s.RequireAccepted(last.answer)
		s.Await(func() bool { return countOf(s.Send(ctx, s.NewSingleQueryOrder(last.SIM))).active > last.before.active })
		return last
	}), true
}

// lastEffective returns the order that took effect last. The target must have enough SIMs (Roomy).
func lastEffective(ctx context.Context, s *session.Session) sharedOrder {
	last, _ := awaitEffects(ctx, s)
	return last.sharedOrder
}

// grownBy returns by how many orders the listing of a shared order's SIM has grown, or false if that is
// unknown.
func grownBy(ctx context.Context, s *session.Session, shared func(context.Context, *session.Session) sharedOrder) (counts, bool) {
	if _, roomy := awaitEffects(ctx, s); !roomy {
		return counts{}, false
	}
	order := shared(ctx, s)
	if !order.alone {
		return counts{}, false
	}
	now := countOf(s.Send(ctx, s.NewSingleQueryOrder(order.SIM)))
	return counts{now.all - order.before.all, now.active - order.before.active}, true
}

// pushedAgain is a third-party order whose first pushes were refused.
type pushedAgain struct {
	session.Purchase
	// shown is the order as queryOrder showed it when the first push arrived.
	shown wire.FoundOrder
	// pushes are the pushes that arrived: one more than were refused, if the target repeated them all.
	pushes []*session.Push
}

// repeatedPush answers the first three pushes of an order with the statuses of notTaken, in order.
func repeatedPush(ctx context.Context, s *session.Session) pushedAgain {
	first := topUp(ctx, s) // an earlier order, whose push is accepted
	awaitPush(ctx, s, first.Purchase)
	return session.Share(s, "repeated push", func(s *session.Session) pushedAgain {
		orderUnpushed(ctx, s)
		order := pushedAgain{Purchase: s.NewPurchase()}
		order.SIM, _ = idleSIM(ctx, s)
		s.AnswerPushes(order.Purchase, notTaken...)
		thirdPartyPaid(ctx, s, order.Purchase)
		awaitPush(ctx, s, order.Purchase)
		if s.Reaches("queryOrder") {
			order.shown = s.LookUp(ctx, s.NewQueryOrder(session.OrderKeys{PurchaseID: order.PurchaseID}))
		}
		for n := 2; n <= len(notTaken)+1; n++ {
			if order.pushes = s.ArrivedPushes(order.Purchase, n); len(order.pushes) < n {
				break
			}
		}
		return order
	})
}

// orderUnpushed places orders that the target must not push, if possible.
func orderUnpushed(ctx context.Context, s *session.Session) {
	for _, create := range []func(){
		func() { unpaid(ctx, s) }, func() { authorizedWith(ctx, s, false) },
		func() { unknownSIMOrder(ctx, s) }, func() { foreignOrder(ctx, s) },
	} {
		s.Try(create)
	}
}
