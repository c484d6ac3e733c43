package store

import (
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"
)

// The states of an order in singleQueryOrder; their meaning is assumed.
const (
	OrderPending = "1" // paid, not yet in effect
	OrderActive  = "2" // in effect
)

// unitMonth is the documented unit of a 30-day plan.
const unitMonth = "2"

// Month is the length of one ordered period.
const Month = 30 * 24 * time.Hour

// MaxPeriods is the largest number of periods counted: about a hundred years.
const MaxPeriods = 1200

// OrderEntry is one entry in the list of singleQueryOrder.
type OrderEntry struct {
	// Status is OrderPending or OrderActive.
	Status string
	// PlanName is the name of the plan.
	PlanName string
	// Time is the length of the plan in Unit.
	Time, Unit string
	// ExpireDate is the last day of an active order, in UTC; empty for a pending one.
	ExpireDate string
	// RemainingDays is the number of days left.
	RemainingDays string
}

// OrderList is the response of singleQueryOrder before it is written.
type OrderList struct {
	// SIM is the requested ICCID.
	SIM string
	// Entries are the active and pending orders, oldest first.
	Entries []OrderEntry
}

// planTopUp schedules the top-up of an order after a delay; a negative delay schedules none.
func (st *State) planTopUp(o *Order, delay time.Duration) {
	if delay < 0 {
		return
	}
	st.forgetTopUp(o)
	o.Due = st.Now().Add(delay)
	if delay == 0 {
		st.TopUp(o)
		return
	}
	at := len(st.topUps)
	for at > 0 && st.topUps[at-1].Due.After(o.Due) {
		at--
	}
	st.topUps = slices.Insert(st.topUps, at, o)
	st.setAlarm()
}

// forgetTopUp cancels a scheduled top-up.
func (st *State) forgetTopUp(o *Order) {
	if o.Due.IsZero() || o.Effects > 0 || len(st.topUps) == 0 {
		return
	}
	at, _ := slices.BinarySearchFunc(st.topUps, o.Due, func(o *Order, due time.Time) int { return o.Due.Compare(due) })
	for ; at < len(st.topUps) && st.topUps[at].Due.Equal(o.Due); at++ {
		if st.topUps[at] == o {
			st.topUps = slices.Delete(st.topUps, at, at+1)
			return
		}
	}
}

// finishTopUps applies the top-ups that are due.
func (st *State) finishTopUps(now time.Time) {
	for len(st.topUps) > 0 && !st.topUps[0].Due.After(now) {
		o := st.topUps[0]
		st.topUps = dropFirst(st.topUps)
		st.TopUp(o)
	}
}

// TopUp applies the top-up of an order and notifies the partner. The sandbox calls it once for each paid
// order.
func (st *State) TopUp(o *Order) {
	if o.Due.IsZero() {
		o.Due = st.Now()
	}
	o.Effects++
	st.Notify(o)
}

// setAlarm makes the next top-up take effect, with its push, even if no request comes.
func (st *State) setAlarm() {
	if st.Push == nil || st.alarm != nil || st.closed || len(st.topUps) == 0 {
		return
	}
	const soonest = time.Millisecond // the clock may stand still
	wait := max(st.topUps[0].Due.Sub(st.Now()), soonest)
	st.alarm = time.AfterFunc(wait, func() {
		defer st.Lock()()
		st.alarm = nil
		st.setAlarm()
	})
}

// SetPusher replaces the pusher, nil for none, and closes the previous one.
func (st *State) SetPusher(fresh *Pusher) error {
	st.Mu.Lock()
	if st.closed && fresh != nil {
		st.Mu.Unlock()
		return errors.New("the sandbox is closed")
	}
	before := st.Push
	st.Push = fresh
	st.setAlarm()
	st.Mu.Unlock()
	if before != nil {
		before.close()
	}
	return nil
}

// Close stops the alarm and the pusher for good.
func (st *State) Close() {
	st.Mu.Lock()
	st.closed = true
	if st.alarm != nil {
		st.alarm.Stop()
	}
	push := st.Push
	st.Mu.Unlock()
	if push != nil {
		push.close()
	}
}

// OrderList returns the caller's active and pending orders of a SIM card.
func (st *State) OrderList(c *Call, sim string) (OrderList, *Refusal) {
	defer st.Lock()()
	if refusal := st.findSIM(c, sim); refusal != nil {
		return OrderList{}, refusal
	}
	l := OrderList{SIM: sim}
	for _, o := range st.OrderBook.By[BySIM][sim] {
		if o.Partner == c.Partner {
			l.Entries = append(l.Entries, st.Entries(o)...)
		}
	}
	st.hooks.OrderList(st, c, &l)
	return l, nil
}

// Entries returns the entries of an order in singleQueryOrder: none if it is unpaid or expired, one if it
// is pending, otherwise one for each time its top-up took effect.
func (st *State) Entries(o *Order) []OrderEntry {
	if o.Payment.Status != PayPaid {
		return nil
	}
	entry := OrderEntry{Status: OrderPending, PlanName: o.PlanName, Time: o.Period, Unit: unitMonth,
		RemainingDays: strconv.Itoa(o.periods() * 30)}
	if o.Effects == 0 {
		return []OrderEntry{entry}
	}
	now := st.Now()
	last := day(o.Expires(now))
	left := int(last.Sub(day(now)) / (24 * time.Hour))
	if left < 0 {
		return nil
	}
	entry.Status, entry.ExpireDate, entry.RemainingDays = OrderActive, last.Format(time.DateOnly), strconv.Itoa(left)
	return slices.Repeat([]OrderEntry{entry}, o.Effects)
}

// day returns the start of a time's day in UTC.
func day(t time.Time) time.Time { return t.UTC().Truncate(24 * time.Hour) }

// periods returns the number of ordered periods.
func (o *Order) periods() int {
	n, err := strconv.Atoi(strings.TrimLeft(o.Period, "0"))
	switch {
	case o.Period == strings.Repeat("0", len(o.Period)):
		return 0
	case err != nil, n > MaxPeriods:
		return MaxPeriods
	}
	return n
}

// Expires returns when an active order ends: after the ordered periods or, with auto-renewal, after the
// first multiple of them beyond now or beyond the cancellation.
func (o *Order) Expires(now time.Time) time.Time {
	length := time.Duration(o.periods()) * Month
	end := o.Due.Add(length)
	if o.Renewal.SubID == "" || length == 0 {
		return end
	}
	until := now
	if !o.Renewal.Ended.IsZero() {
		until = o.Renewal.Ended
	}
	if late := until.Sub(end); late >= 0 {
		end = end.Add(length * (1 + late/length))
	}
	return end
}
