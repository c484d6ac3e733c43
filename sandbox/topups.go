package sandbox

import (
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"
)

// The states of an order in the list of singleQueryOrder: their meaning is assumed.
const (
	OrderPending = "1" // paid, and waiting to take effect
	OrderActive  = "2" // in effect
)

// unitMonth is the printed unit of a plan of 30 days.
const unitMonth = "2"

// month is how long a plan lasts for each period that was ordered.
const month = 30 * 24 * time.Hour

// maxPeriods bounds how many periods are counted: a hundred years.
const maxPeriods = 1200

// OrderEntry is one entry in the list of singleQueryOrder.
type OrderEntry struct {
	// Status is OrderPending or OrderActive.
	Status string
	// PlanName is the name of the plan.
	PlanName string
	// Time is how long the plan lasts, in Unit.
	Time, Unit string
	// ExpireDate is the last day of an active order, in UTC; empty for a pending one.
	ExpireDate string
	// RemainingDays is how many days it has left.
	RemainingDays string
}

// OrderList is what singleQueryOrder answers, before it is written.
type OrderList struct {
	// SIM is the ICCID that was asked for.
	SIM string
	// Entries are the orders in effect and those that wait to take effect, the oldest first.
	Entries []OrderEntry
}

// planTopUp has the top-up of an order take effect after a delay; never after a negative one.
func (st *State) planTopUp(o *Order, delay time.Duration) {
	if delay < 0 {
		return
	}
	st.forgetTopUp(o)
	o.due = st.now().Add(delay)
	if delay == 0 {
		st.TopUp(o)
		return
	}
	at := len(st.topUps)
	for at > 0 && st.topUps[at-1].due.After(o.due) {
		at--
	}
	st.topUps = slices.Insert(st.topUps, at, o)
	st.setAlarm()
}

// forgetTopUp forgets a top-up that has not taken effect.
func (st *State) forgetTopUp(o *Order) {
	if o.due.IsZero() || o.Effects > 0 || len(st.topUps) == 0 {
		return
	}
	at, _ := slices.BinarySearchFunc(st.topUps, o.due, func(o *Order, due time.Time) int { return o.due.Compare(due) })
	for ; at < len(st.topUps) && st.topUps[at].due.Equal(o.due); at++ {
		if st.topUps[at] == o {
			st.topUps = slices.Delete(st.topUps, at, at+1)
			return
		}
	}
}

// finishTopUps has the top-ups take effect whose time has come.
func (st *State) finishTopUps(now time.Time) {
	for len(st.topUps) > 0 && !st.topUps[0].due.After(now) {
		o := st.topUps[0]
		st.topUps = dropFirst(st.topUps)
		st.TopUp(o)
	}
}

// TopUp has the top-up of an order take effect, and tells the partner. The sandbox calls it once for
// each order that is paid.
func (st *State) TopUp(o *Order) {
	if o.due.IsZero() {
		o.due = st.now()
	}
	o.Effects++
	st.Notify(o)
}

// setAlarm sees to it that a top-up takes effect, and is told of, while no request comes.
func (st *State) setAlarm() {
	if st.push == nil || st.alarm != nil || st.closed || len(st.topUps) == 0 {
		return
	}
	const soonest = time.Millisecond // a clock may stand still
	wait := max(st.topUps[0].due.Sub(st.now()), soonest)
	st.alarm = time.AfterFunc(wait, func() {
		defer st.lock()()
		st.alarm = nil
		st.setAlarm()
	})
}

// setPusher has another one deliver pushes, or none, and ends the one before.
func (st *State) setPusher(fresh *pusher) error {
	st.mu.Lock()
	if st.closed && fresh != nil {
		st.mu.Unlock()
		return errors.New("the sandbox is closed")
	}
	before := st.push
	st.push = fresh
	st.setAlarm()
	st.mu.Unlock()
	if before != nil {
		before.close()
	}
	return nil
}

// close ends what setAlarm and setPusher began, for good.
func (st *State) close() {
	st.mu.Lock()
	st.closed = true
	if st.alarm != nil {
		st.alarm.Stop()
	}
	push := st.push
	st.mu.Unlock()
	if push != nil {
		push.close()
	}
}

// orderList returns the caller's orders of a SIM card that are in effect or wait for it.
func (st *State) orderList(c *Call, sim string) (OrderList, *Refusal) {
	defer st.lock()()
	if refusal := st.findSIM(c, sim); refusal != nil {
		return OrderList{}, refusal
	}
	l := OrderList{SIM: sim}
	for _, o := range st.orders.by[BySIM][sim] {
		if o.Partner == c.Partner {
			l.Entries = append(l.Entries, st.Entries(o)...)
		}
	}
	st.hooks.OrderList(st, c, &l)
	return l, nil
}

// Entries returns the entries of an order in the list of its SIM card: none while nobody paid it and
// once it has expired, otherwise one, or one for each time that its top-up took effect.
func (st *State) Entries(o *Order) []OrderEntry {
	if o.Payment.Status != PayPaid {
		return nil
	}
	entry := OrderEntry{Status: OrderPending, PlanName: o.PlanName, Time: o.Period, Unit: unitMonth,
		RemainingDays: strconv.Itoa(o.periods() * 30)}
	if o.Effects == 0 {
		return []OrderEntry{entry}
	}
	now := st.now()
	last := day(o.expires(now))
	left := int(last.Sub(day(now)) / (24 * time.Hour))
	if left < 0 {
		return nil
	}
	entry.Status, entry.ExpireDate, entry.RemainingDays = OrderActive, last.Format(time.DateOnly), strconv.Itoa(left)
	return slices.Repeat([]OrderEntry{entry}, o.Effects)
}

// day returns the beginning of the day of a time, in UTC.
func day(t time.Time) time.Time { return t.UTC().Truncate(24 * time.Hour) }

// periods returns how many periods were ordered.
func (o *Order) periods() int {
	n, err := strconv.Atoi(strings.TrimLeft(o.Period, "0"))
	switch {
	case o.Period == strings.Repeat("0", len(o.Period)):
		return 0
	case err != nil, n > maxPeriods:
		return maxPeriods
	}
	return n
}

// expires returns when an order that took effect ends: after the periods that were ordered or, while
// it is renewed, after as many times of them as reach over now.
func (o *Order) expires(now time.Time) time.Time {
	length := time.Duration(o.periods()) * month
	end := o.due.Add(length)
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
