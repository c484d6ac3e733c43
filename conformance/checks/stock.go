package checks

import (
	"context"
	"strconv"

	"github.com/mallcheck/mallcheck/conformance/internal/session"
	"github.com/mallcheck/mallcheck/conformance/internal/wire"
)

// What follows is made once for all checks of a run that only look at it: orders cost
// money. A check that changes what it looks at makes its own.

// sharedOrder is an order that several checks look at.
type sharedOrder struct {
	session.Purchase
	// answer is that of the operation that created it.
	answer *wire.Answer
	// state is what resultQuery answered right after; nil where payments cannot be queried.
	state *wire.Answer
	// alone says that no other order of the run is for its SIM. before then has what was
	// listed for the SIM before it.
	alone  bool
	before counts
}

// counts are how many orders singleQueryOrder lists for a SIM.
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

// createOrder creates an order for a SIM that no other order of the run is for, if the
// target names enough of them.
func createOrder(ctx context.Context, s *session.Session, draft func(p *session.Purchase) *session.Draft) sharedOrder {
	order := sharedOrder{Purchase: s.NewPurchase()}
	order.reserve(ctx, s)
	order.answer = s.Send(ctx, draft(&order.Purchase))
	s.RequireAccepted(order.answer)
	return order
}

// reserve gives an order a SIM of its own, if there are enough, and counts what is listed for it.
func (o *sharedOrder) reserve(ctx context.Context, s *session.Session) {
	if !s.Roomy() {
		return
	}
	for range mostLooks { // a SIM without a plan, if one is found: a further order may wait
		o.alone, o.SIM = true, s.ReservedSIM()
		if o.before = countOf(s.Send(ctx, s.NewSingleQueryOrder(o.SIM))); o.before.all == 0 || !s.Roomy() {
			remember(s, o.SIM, o.before.all)
			return
		}
	}
}

// unpaid returns an order that nobody pays.
func unpaid(ctx context.Context, s *session.Session) sharedOrder {
	return session.Share(s, "unpaid order", func(s *session.Session) sharedOrder {
		order := createOrder(ctx, s, func(p *session.Purchase) *session.Draft { return s.NewSingleOrder(*p) })
		if s.Reaches("resultQuery") {
			order.state = s.Send(ctx, s.NewResultQuery(order.PayID))
		}
		return order
	})
}

// unpaidLater returns a later unpaid order for the SIM of the first.
func unpaidLater(ctx context.Context, s *session.Session) sharedOrder {
	first := unpaid(ctx, s)
	return session.Share(s, "later unpaid order", func(s *session.Session) sharedOrder {
		order := sharedOrder{Purchase: s.NewPurchase(), alone: first.alone}
		order.SIM = first.SIM
		order.answer = s.Send(ctx, s.NewSingleOrder(order.Purchase))
		s.RequireAccepted(order.answer)
		return order
	})
}

// attacked returns an order of which requests that must be refused make use.
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

// letteredOrder returns an order whose orderNo has letters of both cases. The target may
// have refused it.
func letteredOrder(ctx context.Context, s *session.Session) sharedOrder {
	return session.Share(s, "order with letters", func(s *session.Session) sharedOrder {
		order := sharedOrder{Purchase: s.NewPurchase()}
		order.OrderNo = "mC" + s.UniqueID() + "aB"
		order.answer = s.Send(ctx, s.NewSingleOrder(order.Purchase))
		return order
	})
}

// racedOrders are orders with one orderNo that arrived at once.
func racedOrders(ctx context.Context, s *session.Session) []sent {
	return session.Share(s, "orders that raced", func(s *session.Session) []sent {
		orders, orderNo := make([]sent, 4), s.NewPurchase().OrderNo
		sim := s.ExistingSIM()
		for i := range orders { // a payId of its own makes each an order of its own, and none a repetition
			p := s.NewPurchase()
			p.SIM, p.OrderNo, p.AutoRenewal = sim, orderNo, "1"
			orders[i].Purchase = p
		}
		parallel(len(orders), func(i int) { orders[i].answer = s.Send(ctx, s.NewSingleOrder(orders[i].Purchase)) })
		return orders
	})
}

// authorized is an order whose payment was begun, with what was answered about it.
type authorized struct {
	session.Purchase
	// told is the authorization, open what resultQuery then answered, confirmed what
	// confirmPaymentResult did.
	told, open, confirmed *wire.Answer
}

// subscriptionBegun returns an order whose subscription was begun and not completed, with
// what was answered. number is 0 or 1.
func subscriptionBegun(ctx context.Context, s *session.Session, number int) authorized {
	order, name := unpaidLater(ctx, s).Purchase, "begun subscription"
	if number > 0 {
		order, name = attacked(ctx, s, "singleOrder").Purchase, "second begun subscription"
	}
	return session.Share(s, name, func(s *session.Session) authorized {
		answer := s.Send(ctx, s.NewStripeSubscriptionAuthorization(order))
		s.RequireAccepted(answer)
		return authorized{Purchase: order, told: answer}
	})
}

// authorizedWith returns an order whose payment was begun and not made. The first has no
// payment method, the second one that stays open, if the target names one.
func authorizedWith(ctx context.Context, s *session.Session, open bool) authorized {
	name, method := "authorized order", ""
	if open {
		name, method = "open payment", s.Target().OpenMethod
	}
	return session.Share(s, name, func(s *session.Session) authorized {
		order := authorized{Purchase: s.Order(ctx)}
		order.told = s.Authorize(ctx, order.Purchase, method)
		order.open = s.Send(ctx, s.NewResultQuery(order.PayID))
		if s.Reaches("confirmPaymentResult") {
			order.confirmed = s.Send(ctx, s.NewConfirmPaymentResult(order.PayID))
		}
		return order
	})
}

// topUp returns an order by third-party payment.
func topUp(ctx context.Context, s *session.Session) sharedOrder {
	return session.Share(s, "top-up", func(s *session.Session) sharedOrder {
		return createOrder(ctx, s, func(p *session.Purchase) *session.Draft {
			if !s.Roomy() {
				p.SIM, _ = idleSIM(ctx, s)
			}
			return s.NewSynOrderInfo(*p)
		})
	})
}

// topUps returns three orders by third-party payment that arrived at once, for
// different SIMs if the target names enough of them.
func topUps(ctx context.Context, s *session.Session) []sharedOrder {
	return session.Share(s, "concurrent top-ups", func(s *session.Session) []sharedOrder {
		several := make([]sharedOrder, 3)
		sims := s.ExistingSIMs(len(several))
		for i := range several {
			several[i].Purchase = s.NewPurchase()
			several[i].SIM = sims[i]
			look(ctx, s, sims[i])
		}
		parallel(len(several), func(i int) { several[i].answer = s.Send(ctx, s.NewSynOrderInfo(several[i].Purchase)) })
		for i := range several {
			s.RequireAccepted(several[i].answer)
		}
		return several
	})
}

// visibleKeys returns the keys of an order by third-party payment once queryOrder shows it.
// number is 0 for the first and at most 3; all have different SIMs if the target names enough.
func visibleKeys(ctx context.Context, s *session.Session, number int) session.OrderKeys {
	order := topUp(ctx, s).Purchase
	name := "keys of the top-up"
	if number > 0 {
		order = topUps(ctx, s)[number-1].Purchase
		name = "keys of concurrent top-up " + strconv.Itoa(number)
	}
	return session.Share(s, name, func(s *session.Session) session.OrderKeys {
		awaitVisible(ctx, s, order)
		return keysOf(ctx, s, order)
	})
}

// paidSingly returns an order that was paid by a single payment. Its payment was
// confirmed and queried repeatedly.
func paidSingly(ctx context.Context, s *session.Session) sharedOrder {
	return session.Share(s, "paid order", func(s *session.Session) sharedOrder {
		order := createOrder(ctx, s, func(p *session.Purchase) *session.Draft { return s.NewSingleOrder(*p) })
		s.Authorize(ctx, order.Purchase, s.PayingMethod())
		s.RequireAccepted(s.Send(ctx, s.NewConfirmPaymentResult(order.PayID)))
		for range 2 {
			s.Send(ctx, s.NewResultQuery(order.PayID))
			s.Send(ctx, s.NewConfirmPaymentResult(order.PayID))
		}
		awaitPaid(ctx, s, order.Purchase)
		return order
	})
}

// stages are what was answered about an order that was paid in stages.
type stages struct {
	sharedOrder
	// early is the confirmation of a payment that nobody began, earlyState what resultQuery showed then.
	early, earlyState *wire.Answer
	// untimed is an authorization without tradeTime, untimedState what resultQuery showed when
	// it was confirmed.
	untimed, untimedState *wire.Answer
	// begun is the authorization, begunState what resultQuery showed then.
	begun, begunState *wire.Answer
	// unconfirmed is a confirmation without tradeTime, unconfirmedState what resultQuery showed then.
	unconfirmed, unconfirmedState *wire.Answer
}

// paidInStages returns an order that is paid in stages, as far as the target went along.
// It is not confirmed at the end.
func paidInStages(ctx context.Context, s *session.Session) stages {
	return session.Share(s, "order paid in stages", func(s *session.Session) stages {
		method := s.PayingMethod()
		order := stages{sharedOrder: createOrder(ctx, s, func(p *session.Purchase) *session.Draft { return s.NewSingleOrder(*p) })}
		state := func() *wire.Answer { return s.Send(ctx, s.NewResultQuery(order.PayID)) }
		begin, confirm := s.NewStripeSingleAuthorization(order.Purchase, method), s.NewConfirmPaymentResult(order.PayID)
		order.early, order.earlyState = s.Send(ctx, confirm), state()
		order.untimed = s.Send(ctx, begin.Twin().Before(wire.Drop("tradeTime")))
		s.Send(ctx, confirm)
		order.untimedState = state()
		order.begun, order.begunState = s.Send(ctx, begin), state()
		order.unconfirmed, order.unconfirmedState = s.Send(ctx, confirm.Twin().Before(wire.Drop("tradeTime"))), state()
		return order
	})
}

// inOrder reports whether the target refused what it must and accepted the authorization.
func (o stages) inOrder() bool {
	return o.untimed.Refused() && o.begun.Accepted() && o.unconfirmed.Refused()
}

// paidAtOnce returns an order whose payment was confirmed four times at once.
func paidAtOnce(ctx context.Context, s *session.Session) sharedOrder {
	staged := paidInStages(ctx, s)
	return session.Share(s, "order confirmed at once", func(s *session.Session) sharedOrder {
		order := staged.sharedOrder
		if !staged.inOrder() {
			order = createOrder(ctx, s, func(p *session.Purchase) *session.Draft { return s.NewSingleOrder(*p) })
			s.Authorize(ctx, order.Purchase, s.PayingMethod())
		}
		parallel(4, func(int) { s.Send(ctx, s.NewConfirmPaymentResult(order.PayID)) })
		return order
	})
}

// notPaid returns an order whose payment failed.
func notPaid(ctx context.Context, s *session.Session) sharedOrder {
	return session.Share(s, "failed payment", func(s *session.Session) sharedOrder {
		method := s.FailingMethod()
		order := createOrder(ctx, s, func(p *session.Purchase) *session.Draft { return s.NewSingleOrder(*p) })
		endFailing(ctx, s, order.Purchase, method)
		return order
	})
}

// notPaidElsewhere returns an order whose third-party payment failed. The target may have
// refused it.
func notPaidElsewhere(ctx context.Context, s *session.Session) sharedOrder {
	return session.Share(s, "failed third-party payment", func(s *session.Session) sharedOrder {
		order := sharedOrder{Purchase: s.NewPurchase()}
		order.reserve(ctx, s)
		order.answer = s.Send(ctx, s.NewSynOrderInfo(order.Purchase).Before(failedElsewhere))
		return order
	})
}

// renewal is a purchase with an active auto-renewal, and the renewal that is shown.
type renewal struct {
	session.Purchase
	shown record
}

// active returns an auto-renewal that no check cancels. Without SIMs to set aside, each
// check makes its own.
func active(ctx context.Context, s *session.Session) renewal {
	create := func(s *session.Session) renewal {
		p := renewable(ctx, s)
		look(ctx, s, p.SIM)
		return renewal{p, subscribed(ctx, s, p)}
	}
	if !s.Roomy() {
		return create(s)
	}
	return session.Share(s, "auto-renewal", create)
}

// listedOrder returns an order of a plan that is listed for its SIM, to be paid by
// subscription. The target may have refused it.
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
	if !s.Roomy() {
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
	if !s.Roomy() {
		return create(s)
	}
	return session.Share(s, "auto-renewal of a listed plan", create)
}

// cancellation is an auto-renewal that was cancelled, and what was answered.
type cancellation struct {
	session.Purchase
	// kept was active beside it, and was not cancelled. keptAfter is the answer to a query for it
	// after the cancellation.
	kept      renewal
	keptAfter *wire.Answer
	// after is the answer to a query, again that to a second cancellation.
	after, again *wire.Answer
	// listed are the orders of the SIM before, left those after the cancellation.
	listed, left int
}

// cancelled returns a cancelled auto-renewal.
func cancelled(ctx context.Context, s *session.Session) cancellation {
	create := func(s *session.Session) cancellation {
		var c cancellation
		if s.RenewableSIMs() > 1 {
			c.kept = active(ctx, s)
		}
		p := renewable(ctx, s)
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
		if !s.Roomy() { // other checks need the SIMs
			s.EndRenewals()
		}
		return c
	}
	return session.Share(s, "cancelled auto-renewal", create)
}

// lastEffect is an order by third-party payment that took effect after the shared orders were
// placed and paid: what they led to has taken effect, too.
type lastEffect struct {
	sharedOrder
	// other is a SIM that nothing was ordered for, with what was listed for it before.
	other       string
	otherBefore counts
	// seenBefore is what was listed for the SIM to the second partner before.
	seenBefore counts
}

// awaitEffects waits until everything that shared orders lead to has taken effect. It returns
// false if the target names too few SIMs.
func awaitEffects(ctx context.Context, s *session.Session) (lastEffect, bool) {
	if !s.Roomy() {
		return lastEffect{}, false
	}
	return session.Share(s, "last effect", func(s *session.Session) lastEffect {
		all := []func(context.Context, *session.Session) sharedOrder{unpaid, paidSingly, paidAtOnce, notPaid, notPaidElsewhere}
		for _, create := range all {
			s.Try(func() { create(ctx, s) })
		}
		last := lastEffect{other: s.ReservedSIM()}
		last.otherBefore = countOf(s.Send(ctx, s.NewSingleQueryOrder(last.other)))
		last.sharedOrder = createOrder(ctx, s, func(p *session.Purchase) *session.Draft {
			if second := s.Target().SecondPartnerCode; second != "" {
				last.seenBefore = countOf(s.Send(ctx, s.NewSingleQueryOrder(p.SIM).As(second)))
			}
			return s.NewSynOrderInfo(*p)
		})
		s.Await(func() bool { return countOf(s.Send(ctx, s.NewSingleQueryOrder(last.SIM))).active > last.before.active })
		return last
	}), true
}

// lastEffective returns the order that took effect last. The target must be roomy.
func lastEffective(ctx context.Context, s *session.Session) sharedOrder {
	last, _ := awaitEffects(ctx, s)
	return last.sharedOrder
}

// grownBy returns by how many orders the list of a shared order's SIM has grown since
// before it, and false when that cannot be told.
func grownBy(ctx context.Context, s *session.Session, shared func(context.Context, *session.Session) sharedOrder) (counts, bool) {
	if _, roomy := awaitEffects(ctx, s); !roomy {
		return counts{}, false
	}
	order := shared(ctx, s)
	now := countOf(s.Send(ctx, s.NewSingleQueryOrder(order.SIM)))
	return counts{now.all - order.before.all, now.active - order.before.active}, true
}

// pushedAgain is an order by third-party payment whose first pushes were not taken.
type pushedAgain struct {
	session.Purchase
	// shown is the order as queryOrder showed it when the first push arrived.
	shown wire.FoundOrder
	// pushes are those that arrived, one more than was not taken when all was repeated.
	pushes []*session.Push
}

// repeatedPush answers the first three pushes of an order with the statuses of
// notTaken, in their order.
func repeatedPush(ctx context.Context, s *session.Session) pushedAgain {
	first := topUp(ctx, s) // an earlier one, whose push is taken
	awaitPush(ctx, s, first.Purchase)
	return session.Share(s, "repeated push", func(s *session.Session) pushedAgain {
		placeUntold(ctx, s)
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

// placeUntold places orders that the target must not push, as far as it can.
func placeUntold(ctx context.Context, s *session.Session) {
	for _, create := range []func(){
		func() { unpaid(ctx, s) }, func() { authorizedWith(ctx, s, false) },
		func() { unknownSIMOrder(ctx, s) }, func() { foreignOrder(ctx, s) },
	} {
		s.Try(create)
	}
}

// unknownSIMOrder sends an order by third-party payment for an unknown SIM.
func unknownSIMOrder(ctx context.Context, s *session.Session) sent {
	return session.Share(s, "order for an unknown SIM", func(s *session.Session) sent {
		p := s.NewPurchase()
		p.SIM = s.UnknownSIM()
		return sent{p, s.Send(ctx, s.NewSynOrderInfo(p))}
	})
}

// mineBefore returns the order by third-party payment of which foreignOrder has the purchase id.
func mineBefore(ctx context.Context, s *session.Session) session.Purchase {
	visibleKeys(ctx, s, 2)
	return topUps(ctx, s)[1].Purchase
}

// mineOnSecondSIM returns an order by third-party payment for the SIM of foreignOrder. It skips the
// check if the target refuses it, because SIMs have owners there.
func mineOnSecondSIM(ctx context.Context, s *session.Session) session.Purchase {
	if len(s.Target().SecondSIMs) == 0 {
		return mineBefore(ctx, s)
	}
	return session.Share(s, "order for the SIM of the second partner", func(s *session.Session) session.Purchase {
		p := s.NewPurchase()
		p.SIM = s.SecondSIM()
		answer := s.Send(ctx, s.NewSynOrderInfo(p))
		if answer.Refused() {
			s.Skip("the target refuses an order of the first partner for a SIM of the second: both never have orders of one SIM")
		}
		s.RequireAccepted(answer)
		awaitVisible(ctx, s, p)
		return p
	})
}

// foreignOrder returns an order of the second partner by third-party payment, with the purchase id
// of an earlier one of the first partner, and for a SIM for which the first partner ordered
// earlier if the target allows that.
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

// duplicates are orders with one purchase id: an unpaid one, a paid, a later paid and an
// unpaid one again.
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

// Arranger returns what makes the objects of valid requests.
func Arranger() session.Arranger { return arranger{} }

type arranger struct{}

// Accept implements session.Arranger.
func (arranger) Accept(ctx context.Context, s *session.Session, operation string) {
	switch operation {
	case "singleOrder":
		unpaid(ctx, s)
	case "synOrderInfo":
		topUp(ctx, s)
	case "stripeSingleAuthorization", "confirmPaymentResult":
		authorizedWith(ctx, s, false)
	case "stripeSubscriptionAuthorization":
		subscriptionBegun(ctx, s, 0)
	case "stripeSubDirectly":
		if s.Roomy() {
			active(ctx, s)
		}
	case "cancelAutoRenewalRecord":
		cancelled(ctx, s)
	}
}

// Order implements session.Arranger.
func (arranger) Order(ctx context.Context, s *session.Session) session.Purchase {
	return unpaid(ctx, s).Purchase
}

// Renewal implements session.Arranger.
func (arranger) Renewal(ctx context.Context, s *session.Session) session.Purchase {
	return active(ctx, s).Purchase
}
