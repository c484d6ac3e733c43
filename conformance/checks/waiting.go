package checks

import (
	"context"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/mallcheck/mallcheck/conformance/internal/session"
	"github.com/mallcheck/mallcheck/reports"
)

// A target may allow one active plan per SIM: the next paid order waits until that plan ends, which
// takes longer than a run. Checks of the effects of a top-up then need a SIM without a plan.

const (
	// orderPending is the orderStatus of a paid order that is not in effect yet.
	orderPending = "1"
	// waitsAfter is how long an order must be pending next to an active one to count as waiting,
	// provided that other orders of the target took effect.
	waitsAfter = 5 * time.Second
	// mostLooks limits the SIMs among which a check searches for one without a plan.
	mostLooks = 8
	// waitingReason is why a check is inconclusive on such a target.
	waitingReason = "the target lists a paid order as pending or not at all while another order of the SIM is active: it seems to activate " +
		"one order at a time, and every SIM has a plan; name more SIM cards (--sim)"
)

// waiting is set once the run has seen that orders wait for other orders of their SIM.
func waiting(s *session.Session) *atomic.Bool {
	return session.Share(s, "orders that wait", func(*session.Session) *atomic.Bool { return new(atomic.Bool) })
}

// endWaiting ends the check because the target makes orders wait.
func endWaiting(s *session.Session) {
	waiting(s).Store(true)
	panic(session.End{Verdict: reports.Inconclusive, Reason: waitingReason})
}

// look lists the orders of a SIM, if the run may, and remembers how many were listed before the run paid
// for one.
func look(ctx context.Context, s *session.Session, sim string) (orders []record, isList bool, before int) {
	if !s.Reaches("singleQueryOrder") || !s.Target().Allow.Read {
		return nil, false, 0
	}
	paid := s.PaidOrders(sim)
	orders, isList = listedIn(s.Send(ctx, s.NewSingleQueryOrder(sim)))
	return orders, isList, remember(s, sim, len(orders)-paid)
}

// remember returns how many orders of a SIM were listed before the run paid for one: the number in its
// first call.
func remember(s *session.Session, sim string, before int) int {
	first := session.Share(s, "orders before the run", func(*session.Session) *sync.Map { return new(sync.Map) })
	known, _ := first.LoadOrStore(sim, max(0, before))
	before, _ = known.(int)
	return before
}

// waits reports whether an order of a SIM waits for another one: it is listed as pending while another
// is active. A target that does not list waiting orders lists an active one but fewer than were paid.
func waits(ctx context.Context, s *session.Session, sim string) bool {
	paid := s.PaidOrders(sim) // counted first, because others may order for the SIM meanwhile
	orders, _, before := look(ctx, s, sim)
	states := map[string]bool{}
	for _, order := range orders {
		states[order["orderStatus"]] = true
	}
	return states[orderActive] && (states[orderPending] || len(orders) < before+paid)
}

// idleSIM returns a SIM for which no order is listed, or any SIM if the run finds none. It ends the
// check if the target is known to require one.
func idleSIM(ctx context.Context, s *session.Session) (sim string, idle bool) {
	for range min(len(s.Target().SIMs), mostLooks) {
		sim = s.ExistingSIM()
		if orders, isList, _ := look(ctx, s, sim); isList && len(orders) == 0 {
			return sim, true
		}
	}
	if waiting(s).Load() {
		endWaiting(s)
	}
	if sim == "" {
		sim = s.ExistingSIM()
	}
	return sim, false
}

// awaitPush returns the first push about a purchase. If the order waits for another one, no push is due
// and the check ends.
func awaitPush(ctx context.Context, s *session.Session, p session.Purchase) *session.Push {
	if len(s.Pushes(p)) == 0 && waiting(s).Load() && waits(ctx, s, p.SIM) {
		endWaiting(s)
	}
	soon := min(waitsAfter, s.Target().PushTimeout/2)
	if pushes := s.ArrivedWithin(p, 1, soon); len(pushes) == 0 && s.AnyPush() && waits(ctx, s, p.SIM) {
		endWaiting(s)
	}
	pushes := s.ArrivedPushes(p, 1)
	if len(pushes) == 0 {
		if waits(ctx, s, p.SIM) {
			endWaiting(s)
		}
		requirePaid(ctx, s, p)
		s.MissedPush(p, 1, "push/sent-after-recharge", pushes)
	}
	return pushes[0]
}

// requirePaid ends the check if an order is not shown as paid, because a missing push about it would say
// nothing about pushes. A target that cannot be asked is not blamed.
func requirePaid(ctx context.Context, s *session.Session, p session.Purchase) {
	if s.Target().URLs["topup"] == "" {
		return
	}
	found := s.LookUp(ctx, s.NewQueryOrder(session.OrderKeys{PurchaseID: p.PurchaseID}))
	switch {
	case !found.Answer.Accepted():
		s.Prevents("order-lookup/purchase-id-of-the-order", found.Answer.Exchange,
			"precondition failed: queryOrder does not find the order whose push is awaited", "the order "+p.PurchaseID, found.Answer.String())
	case found.Status != "" && found.Status != paid:
		s.Prevents("order-lookup/status-agrees-with-payment", found.Answer.Exchange,
			"precondition failed: queryOrder does not show the order whose push is awaited as paid", `"`+paid+`"`, strconv.Quote(found.Status))
	}
}

// awaitActive waits until more orders of a SIM are active than before, or until one waits for another.
func awaitActive(ctx context.Context, s *session.Session, sim string, before int) {
	started := time.Now()
	s.Await(func() bool {
		if activeOrders(ctx, s, sim) > before {
			return true
		}
		passed := time.Since(started)
		late := passed > min(waitsAfter, s.Target().TaskTimeout/2) || waiting(s).Load() && passed > aMoment(s)
		if before == 0 || !late || !waits(ctx, s, sim) {
			return false
		}
		waiting(s).Store(true)
		return true
	})
}
