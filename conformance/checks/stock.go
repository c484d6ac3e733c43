package checks

import (
	"context"

	"github.com/mallcheck/mallcheck/conformance/internal/session"
	"github.com/mallcheck/mallcheck/conformance/internal/wire"
)

// The functions of the stock files create an object once for all checks of a run that only look at it,
// because orders cost money. A check that changes an object creates its own.

// sharedOrder is an order that several checks look at.
type sharedOrder struct {
	session.Purchase
	// answer is the answer of the operation that created it.
	answer *wire.Answer
	// state is the answer of resultQuery right after the order; nil if payments cannot be queried.
	state *wire.Answer
	// told is the answer that started its payment; nil unless a quick run paid the order.
	told *wire.Answer
	// alone means that no other order of the run is for its SIM. Only then is before set: the listing of
	// the SIM before the order.
	alone  bool
	before counts
}

// counts are the numbers of orders that singleQueryOrder lists for a SIM.
type counts struct{ all, active int }

// countOf counts the orders in an answer of singleQueryOrder.
func countOf(answer *wire.Answer) counts {
	orders, _ := listedIn(answer)
	count := counts{all: len(orders)}
	for _, order := range orders {
		if order["orderStatus"] == orderActive {
			count.active++
		}
	}
	return count
}

// createOrder creates an order for a SIM without another order of the run, if the target names enough
// SIMs.
func createOrder(ctx context.Context, s *session.Session, draft func(p *session.Purchase) *session.Draft) sharedOrder {
	order := sharedOrder{Purchase: s.NewPurchase()}
	order.reserve(ctx, s)
	order.answer = s.Send(ctx, draft(&order.Purchase))
	s.RequireAccepted(order.answer)
	return order
}

// reserve gives an order its own SIM, if there are enough, and counts the orders listed for it. The SIMs
// without which the others are of no use come first.
func (o *sharedOrder) reserve(ctx context.Context, s *session.Session) {
	lastSIM(ctx, s)
	failedSIM(ctx, s)
	o.reserveNext(ctx, s)
}

func (o *sharedOrder) reserveNext(ctx context.Context, s *session.Session) {
	if s.Quick() { // its checks count no orders
		return
	}
	listed := map[string]counts{}
	sim, alone := s.ReserveSIM(func(sim string) bool { // if possible without a plan, because a second order may wait
		listed[sim] = countOf(s.Send(ctx, s.NewSingleQueryOrder(sim)))
		return listed[sim].all == 0
	})
	if alone {
		o.SIM, o.alone, o.before = sim, true, listed[sim]
		remember(s, sim, o.before.all)
	}
}

// failedSIM returns the SIM of orders whose payments fail, and its listing before them.
func failedSIM(ctx context.Context, s *session.Session) sharedOrder {
	return session.Share(s, "SIM of failed payments", func(s *session.Session) sharedOrder { return reservation(ctx, s) })
}

// lastSIM returns the SIM of the last order, and its listing before it.
func lastSIM(ctx context.Context, s *session.Session) sharedOrder {
	return session.Share(s, "SIM of the last order", func(s *session.Session) sharedOrder { return reservation(ctx, s) })
}

// reservation returns an order that was not sent yet, for its own SIM if there are enough.
func reservation(ctx context.Context, s *session.Session) sharedOrder {
	order := sharedOrder{Purchase: s.NewPurchase()}
	order.reserveNext(ctx, s)
	return order
}

// another returns an order that was not sent yet, for the same SIM.
func (o sharedOrder) another(s *session.Session) sharedOrder {
	next := sharedOrder{Purchase: s.NewPurchase(), alone: o.alone, before: o.before}
	next.SIM = o.SIM
	return next
}

// once creates an object that a check only looks at: in a quick run once for all checks, otherwise once
// per check.
func once[T any](s *session.Session, name string, create func(s *session.Session) T) T {
	if s.Quick() {
		return session.Share(s, name, create)
	}
	return create(s)
}

// asked returns the answer to a valid request. In a quick run, it may be the answer to an equally valid
// earlier request.
func asked(ctx context.Context, s *session.Session, draft *session.Draft) *wire.Answer {
	if s.Quick() {
		return s.SendValid(ctx, draft.Operation.ID)
	}
	return s.Send(ctx, draft)
}

// unpaid returns an unpaid order. A quick run pays it later; that changes nothing that its checks look
// at.
func unpaid(ctx context.Context, s *session.Session) sharedOrder {
	return session.Share(s, "unpaid order", func(s *session.Session) sharedOrder {
		order := createOrder(ctx, s, func(p *session.Purchase) *session.Draft { return s.NewSingleOrder(*p) })
		if s.Reaches("resultQuery") {
			order.state = s.Send(ctx, s.NewResultQuery(order.PayID))
			if s.Quick() && order.state.Accepted() {
				s.Proves(order.state)
			}
		}
		return order
	})
}

// queried returns what resultQuery shows for the payment of an unpaid order.
func (o *sharedOrder) queried(ctx context.Context, s *session.Session) record {
	if s.Quick() && o.state != nil {
		return acceptedRecord(s, o.state)
	}
	return accepted(ctx, s, s.NewResultQuery(o.PayID))
}

// unpaidLater returns a second, later unpaid order for the SIM of the first.
func unpaidLater(ctx context.Context, s *session.Session) sharedOrder {
	first := unpaid(ctx, s)
	return session.Share(s, "later unpaid order", func(s *session.Session) sharedOrder {
		order := first.another(s)
		order.answer = s.Send(ctx, s.NewSingleOrder(order.Purchase))
		s.RequireAccepted(order.answer)
		return order
	})
}

// attacked returns an order for requests that must be refused.
func attacked(ctx context.Context, s *session.Session, operation string) sharedOrder {
	if operation == "synOrderInfo" {
		return topUps(ctx, s)[2]
	}
	if lettered := letteredOrder(ctx, s); recordOf(lettered.answer)["orderNo"] == lettered.OrderNo {
		return lettered
	}
	return session.Share(s, "attacked order", func(s *session.Session) sharedOrder {
		order := sharedOrder{Purchase: s.NewPurchase()}
		order.answer = s.Send(ctx, s.NewSingleOrder(order.Purchase))
		s.RequireAccepted(order.answer)
		return order
	})
}

// letteredOrder returns an order whose orderNo has upper-case and lower-case letters. The target may
// have refused it.
func letteredOrder(ctx context.Context, s *session.Session) sharedOrder {
	return session.Share(s, "order with letters", func(s *session.Session) sharedOrder {
		order := sharedOrder{Purchase: s.NewPurchase()}
		order.OrderNo = "mC" + s.UniqueID() + "aB"
		order.answer = s.Send(ctx, s.NewSingleOrder(order.Purchase))
		return order
	})
}

// racedOrders are concurrent orders with the same orderNo.
func racedOrders(ctx context.Context, s *session.Session) []sent {
	return session.Share(s, "orders that raced", func(s *session.Session) []sent {
		orders, orderNo := make([]sent, 4), s.NewPurchase().OrderNo
		sim := s.ExistingSIM()
		for i := range orders { // different payIds, so that none is a repetition of another
			p := s.NewPurchase()
			p.SIM, p.OrderNo, p.AutoRenewal = sim, orderNo, "1"
			orders[i].Purchase = p
		}
		parallel(len(orders), func(i int) { orders[i].answer = s.Send(ctx, s.NewSingleOrder(orders[i].Purchase)) })
		return orders
	})
}

// unknownSIMOrder sends a third-party order for an unknown SIM.
func unknownSIMOrder(ctx context.Context, s *session.Session) sent {
	return session.Share(s, "order for an unknown SIM", func(s *session.Session) sent {
		p := s.NewPurchase()
		p.SIM = s.UnknownSIM()
		return sent{p, s.Send(ctx, s.NewSynOrderInfo(p))}
	})
}

// mineBefore returns the third-party order whose purchase id foreignOrder repeats.
func mineBefore(ctx context.Context, s *session.Session) session.Purchase {
	visibleKeys(ctx, s, 2)
	return topUps(ctx, s)[1].Purchase
}

// mineOnSecondSIM returns a third-party order for the SIM of foreignOrder. It skips the check if the
// target refuses it because SIMs have owners there.
func mineOnSecondSIM(ctx context.Context, s *session.Session) session.Purchase {
	if len(s.Target().SecondSIMs) == 0 {
		return mineBefore(ctx, s)
	}
	return session.Share(s, "order for the SIM of the second partner", func(s *session.Session) session.Purchase {
		p := s.NewPurchase()
		p.SIM = s.SecondSIM()
		answer := s.Send(ctx, s.NewSynOrderInfo(p))
		if answer.Refused() {
			s.Skip("the target refuses an order of the first partner for a SIM of the second, so they never have orders for the same SIM")
		}
		s.RequireAccepted(answer)
		awaitVisible(ctx, s, p)
		return p
	})
}

// foreignOrder returns a third-party order of the second partner. It has the purchase id of an earlier
// order of the first partner and, if the target allows that, a SIM for which the first partner ordered
// earlier.
func foreignOrder(ctx context.Context, s *session.Session) session.Purchase {
	second, mine := s.SecondPartner(), mineBefore(ctx, s)
	s.Try(func() { mineOnSecondSIM(ctx, s) })
	return session.Share(s, "order of the second partner", func(s *session.Session) session.Purchase {
		theirs := duplicateOf(s, mine)
		if theirs.SIM = mine.SIM; len(s.Target().SecondSIMs) > 0 {
			theirs.SIM = s.SecondSIM()
		}
		orderAs(ctx, s, second, s.NewSynOrderInfo(theirs))
		s.Await(func() bool {
			return s.LookUp(ctx, s.NewQueryOrder(session.OrderKeys{PurchaseID: theirs.PurchaseID}).As(second)).Answer.Accepted()
		})
		return theirs
	})
}

// sent is a purchase and the answer to its order.
type sent struct {
	session.Purchase
	answer *wire.Answer
}

// duplicates are orders with the same purchase id: an unpaid one, a paid one, a later paid one and
// another unpaid one.
type duplicates struct {
	unpaid, paid, later, last sent
	// afterPaid, afterLater and afterLast are what queryOrder found by the purchase id.
	afterPaid, afterLater, afterLast wire.FoundOrder
}

// sameOrderID places orders with one purchase id.
func sameOrderID(ctx context.Context, s *session.Session) duplicates {
	return session.Share(s, "orders with one purchase id", func(s *session.Session) duplicates {
		first := s.NewPurchase()
		look := func() wire.FoundOrder {
			return s.LookUp(ctx, s.NewQueryOrder(session.OrderKeys{PurchaseID: first.PurchaseID}))
		}
		send := func(p session.Purchase, operation string, edits ...wire.Edit) sent {
			return sent{p, s.Send(ctx, newOrder(s, operation, p).Before(edits...))}
		}
		var d duplicates
		d.unpaid = send(first, "singleOrder")
		d.paid = send(duplicateOf(s, first), "synOrderInfo", wire.Set("payResultDate", "2022-06-07 15:10:35"))
		if d.afterPaid = look(); d.paid.answer.Accepted() {
			s.Await(func() bool { d.afterPaid = look(); return d.afterPaid.PayID == d.paid.PayID })
		}
		d.later = send(duplicateOf(s, first), "synOrderInfo", wire.Set("payResultDate", "2022-06-08 15:10:35"))
		if d.afterLater = look(); d.later.answer.Accepted() {
			s.Await(func() bool { d.afterLater = look(); return d.afterLater.OrderID != d.afterPaid.OrderID })
		}
		d.last = send(duplicateOf(s, first), "singleOrder")
		d.afterLast = look()
		return d
	})
}
