package checks

import (
	"context"

	"github.com/mallcheck/mallcheck/conformance/internal/session"
	"github.com/mallcheck/mallcheck/conformance/internal/wire"
)

// renewal is a purchase with an active auto-renewal, and the renewal that is shown.
type renewal struct {
	session.Purchase
	shown record
}

// active returns an auto-renewal that no check cancels. If no SIMs can be set aside for it, each check
// creates its own.
func active(ctx context.Context, s *session.Session) renewal {
	create := func(s *session.Session) renewal {
		p := renewable(ctx, s)
		look(ctx, s, p.SIM)
		return renewal{p, subscribed(ctx, s, p)}
	}
	if !s.Keeps(1) {
		return create(s)
	}
	return session.Share(s, "auto-renewal", create)
}

// listedOrder returns an order of a plan that is listed for its SIM, to be paid by a subscription. The
// target may have refused it.
func listedOrder(ctx context.Context, s *session.Session) sent {
	create := func(s *session.Session) sent {
		sim := s.ExistingSIM()
		if s.Reaches("queryAutoRenewalRecord") {
			sim = renewable(ctx, s).SIM
		}
		p := listedPurchase(ctx, s, sim)
		p.AutoRenewal = "1"
		return sent{p, s.Send(ctx, s.NewSingleOrder(p))}
	}
	if !s.Keeps(2) {
		return create(s)
	}
	return session.Share(s, "order of a listed plan", create)
}

// listedRenewal returns an auto-renewal of a plan that is listed for the SIM.
func listedRenewal(ctx context.Context, s *session.Session) renewal {
	order := listedOrder(ctx, s)
	create := func(s *session.Session) renewal {
		s.RequireAccepted(s.Own(order.answer))
		s.SubscribeTo(ctx, order.Purchase)
		return renewal{order.Purchase, shownAfter(ctx, s, order.Purchase)}
	}
	if !s.Keeps(2) {
		return create(s)
	}
	return session.Share(s, "auto-renewal of a listed plan", create)
}

// cancellation is a cancelled auto-renewal with the answers about it.
type cancellation struct {
	session.Purchase
	// kept is another auto-renewal, which was not cancelled. keptAfter is the answer to a query for it
	// after the cancellation.
	kept      renewal
	keptAfter *wire.Answer
	// after is the answer to a query after the cancellation, again the answer to a second cancellation.
	after, again *wire.Answer
	// listed and left are the numbers of orders of the SIM before and after the cancellation.
	listed, left int
}

// cancelled returns a cancelled auto-renewal.
func cancelled(ctx context.Context, s *session.Session) cancellation {
	create := func(s *session.Session) cancellation {
		var c cancellation
		if s.RenewableSIMs() > 1 {
			c.kept = active(ctx, s)
		}
		p := renewable(ctx, s, c.kept.SIM)
		before := countOf(s.Send(ctx, s.NewSingleQueryOrder(p.SIM))).all
		subscribed(ctx, s, p)
		c.Purchase = p
		s.Await(func() bool {
			c.listed = countOf(s.Send(ctx, s.NewSingleQueryOrder(p.SIM))).all
			return c.listed > before
		})
		draft := s.NewCancelAutoRenewalRecord(p)
		s.RequireAccepted(s.Send(ctx, draft))
		c.after = s.Send(ctx, s.NewQueryAutoRenewalRecord(p.SIM))
		c.again = s.Send(ctx, draft)
		c.left = countOf(s.Send(ctx, s.NewSingleQueryOrder(p.SIM))).all
		if c.kept.SIM != "" {
			c.keptAfter = s.Send(ctx, s.NewQueryAutoRenewalRecord(c.kept.SIM))
		}
		s.EndRenewals() // other checks need the SIMs
		return c
	}
	return session.Share(s, "cancelled auto-renewal", create)
}
