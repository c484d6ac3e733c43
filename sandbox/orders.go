package sandbox

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Order is an order of a data plan for a SIM card, with its payment and its auto-renewal. Texts are
// kept exactly as they were sent.
type Order struct {
	// Partner is whose order it is.
	Partner string
	// OrderNo is the number that the partner gave it, which queryOrder calls order_id.
	OrderNo string
	// PayID is the id that the partner gave its payment.
	PayID string
	// PurchaseID is requestOrderId or orgOrderId, which queryOrder calls purchase_order_id; it may be
	// empty, and several orders may bear it.
	PurchaseID string
	// SIM is the ICCID of the card that the plan is for.
	SIM string
	// PackageCode is the package that was ordered.
	PackageCode string
	// PlanCode is the servicePlanCode that the order named; it may be empty.
	PlanCode string
	// PlanName is the servicePlanShowName that the order named or else that of the package.
	PlanName string
	// Amount and Currency are what is to be paid.
	Amount, Currency string
	// Period is how many times the plan's month was ordered, in digits.
	Period string
	// ThirdParty says that the partner was paid by means of its own.
	ThirdParty bool
	// Payment is what became of its payment.
	Payment Payment
	// Renewal is its auto-renewal, without a SubID when there is none.
	Renewal Renewal
	// Effects is how often its top-up took effect: 0 or, of a mall that keeps the contract, 1.
	Effects int
	// Tag is for the interceptor that changes the order.
	Tag any

	number  uint64    // of acceptance
	weight  int       // what it counts against Bounds.OrderBytes
	due     time.Time // when its top-up takes effect, or took it
	planned string    // the servicePlanCode of the package
}

// The keys by which orders are found.
const (
	ByPurchaseID = "purchase_order_id" // of queryOrder
	ByOrderNo    = "order_id"          // of queryOrder, and orderNo of the others
	BySIM        = "sim_id"            // of queryOrder, and deviceCode of the others
	ByPayID      = "payId"
)

// key returns the value of an order under one of the keys.
func (o *Order) key(by string) string {
	switch by {
	case ByPurchaseID:
		return o.PurchaseID
	case ByOrderNo:
		return o.OrderNo
	case BySIM:
		return o.SIM
	}
	return o.PayID
}

// orderBook holds the orders: all in the order of their acceptance, and by each key.
type orderBook struct {
	all      []*Order
	by       map[string]map[string][]*Order
	accepted uint64
	weight   int
}

func newOrderBook() orderBook {
	b := orderBook{by: map[string]map[string][]*Order{}}
	for _, by := range []string{ByPurchaseID, ByOrderNo, BySIM, ByPayID} {
		b.by[by] = map[string][]*Order{}
	}
	return b
}

// orderWeight is what an order takes in memory beside its texts, about.
const orderWeight = 1 << 10

// weigh returns what an order counts against Bounds.OrderBytes.
func (o *Order) weigh() int {
	weight := orderWeight
	for _, text := range []string{o.OrderNo, o.PayID, o.PurchaseID, o.SIM, o.PackageCode, o.PlanCode,
		o.PlanName, o.Amount, o.Currency, o.Period, o.Payment.Ended} {
		weight += len(text)
	}
	return weight
}

// put files an order.
func (b *orderBook) put(o *Order) {
	b.accepted++
	o.number = b.accepted
	b.weight += o.weight
	b.all = append(b.all, o)
	for by, index := range b.by {
		if key := o.key(by); key != "" {
			index[key] = append(index[key], o)
		}
	}
}

// dropOldest forgets the order that was accepted first, which is the first under each of its keys.
func (b *orderBook) dropOldest() *Order {
	o := b.all[0]
	b.all = dropFirst(b.all)
	b.weight -= o.weight
	for by, index := range b.by {
		key := o.key(by)
		if list := index[key]; len(list) > 1 {
			index[key] = dropFirst(list)
		} else {
			delete(index, key)
		}
	}
	return o
}

// dropFirst returns the list without its first order, which the list no longer holds in memory.
func dropFirst(list []*Order) []*Order {
	list[0] = nil
	return list[1:]
}

// makeRoom forgets the oldest orders until one more of this weight fits, and reports whether it does.
func (st *State) makeRoom(weight int) bool {
	b := &st.orders
	for len(b.all) > 0 && (len(b.all)+1 > st.bounds.Orders || b.weight+weight > st.bounds.OrderBytes) {
		st.forgetTopUp(b.dropOldest())
	}
	return weight <= st.bounds.OrderBytes
}

// order takes on an order of the caller's. One that a third party was paid for has the outcome of its
// payment at once; any other is open.
func (st *State) order(c *Call, o *Order, outcome string) *Refusal {
	defer st.lock()()
	if refusal := st.findSIM(c, o.SIM); refusal != nil {
		return refusal
	}
	p, refusal := st.findPackage(c, o.PackageCode)
	if refusal != nil {
		return refusal
	}
	o.Partner, o.planned = c.Partner, p.planCode
	if o.PlanName == "" {
		o.PlanName = p.name
	}
	o.Payment.Status = PayOpen
	if refusal := st.hooks.Conflict(st, c, st.taken(o)); refusal != nil {
		return refusal
	}
	st.hooks.Order(st, c, o)
	o.weight = o.weigh()
	if !st.makeRoom(o.weight) {
		return refuse(Full, "the order takes %d bytes: all orders of this sandbox together may take %d", o.weight, st.bounds.OrderBytes)
	}
	st.orders.put(o)
	if o.ThirdParty {
		st.settle(c, o, outcome)
	}
	return nil
}

// taken refuses an order under an id that another order of the partner bears.
func (st *State) taken(o *Order) *Refusal {
	for _, key := range []struct{ by, name string }{{ByOrderNo, "orderNo"}, {ByPayID, "payId"}} {
		for _, other := range st.orders.by[key.by][o.key(key.by)] {
			if other.Partner == o.Partner {
				return &Refusal{Reason: Conflict, In: inBody, Name: key.name, Message: fmt.Sprintf(
					"%s %s: partner %s has another order with it; give each order a new one",
					key.name, shown(o.key(key.by)), shown(o.Partner))}
			}
		}
	}
	return nil
}

// findPackage returns the plan that a packageCode names.
func (st *State) findPackage(c *Call, code string) (plan, *Refusal) {
	l := Lookup{Kind: LookupPackage, Key: code}
	find := func(key string) int {
		return slices.IndexFunc(catalogue, func(p plan) bool { return p.packageCode == key })
	}
	l.Found = find(code) >= 0
	st.hooks.Lookup(st, c, &l)
	if !l.Found {
		return plan{}, &Refusal{Reason: NotFound, In: inBody, Name: "packageCode", Message: fmt.Sprintf(
			"packageCode %s: no such package; POST %s lists those there are", shown(code), vshopBase+plansPath)}
	}
	if i := find(l.Key); i >= 0 {
		return catalogue[i], nil
	}
	return plan{packageCode: l.Key, planCode: l.Key, name: l.Key}, nil
}

// Orders returns the orders of all partners that bear a key, the oldest first: by is ByPurchaseID,
// ByOrderNo, BySIM or ByPayID. The list must not be changed.
func (st *State) Orders(by, key string) []*Order { return st.orders.by[by][key] }

// choose returns the order that a partner is told of when it asks by a key: of several with one
// purchase_order_id the most recent one that is paid (documented), or the most recent one when none
// is; of several under another key the most recent one. An order of another partner is returned when
// the partner has none.
func (st *State) choose(partner, by, key string) *Order {
	var own, paid, other *Order
	for _, o := range st.orders.by[by][key] {
		switch {
		case o.Partner != partner:
			other = o
		case o.Payment.Status == PayPaid:
			own, paid = o, o
		default:
			own = o
		}
	}
	switch {
	case by == ByPurchaseID && paid != nil:
		return paid
	case own != nil:
		return own
	}
	return other
}

// findOrder has the hooks see what was found under a key and returns what they leave, nil for nothing.
func (st *State) findOrder(c *Call, kind LookupKind, by, key string, o *Order) *Order {
	l := Lookup{Kind: kind, By: by, Key: key, Order: o}
	if o != nil {
		l.Owner, l.Found = o.Partner, o.Partner == c.Partner
	}
	st.hooks.Lookup(st, c, &l)
	if !l.Found {
		return nil
	}
	return l.Order
}

// lookUp returns the order that the first key that is not empty finds.
func (st *State) lookUp(c *Call, purchaseID, orderNo, sim string) (Order, *Refusal) {
	defer st.lock()()
	by, key := ByPurchaseID, purchaseID
	if key == "" {
		by, key = ByOrderNo, orderNo
	}
	if key == "" {
		by, key = BySIM, sim
	}
	o := st.findOrder(c, LookupOrder, by, key, st.choose(c.Partner, by, key))
	switch {
	case o != nil:
		return st.show(c, o), nil
	case key == "":
		return Order{}, broken(inQuery, "", "%s, %s and %s are all missing or empty: one of them must name an order",
			ByPurchaseID, ByOrderNo, BySIM)
	}
	return Order{}, &Refusal{Reason: NotFound, In: inQuery, Name: by, Message: fmt.Sprintf(
		"%s %s: partner %s has no such order%s", by, shown(key), shown(c.Partner), beside(by, orderNo, sim))}
}

// beside says that other keys were sent, which are not looked at.
func beside(by, orderNo, sim string) string {
	var others []string
	if by == ByPurchaseID && orderNo != "" {
		others = append(others, ByOrderNo)
	}
	if by != BySIM && sim != "" {
		others = append(others, BySIM)
	}
	if others == nil {
		return ""
	}
	verb := "was"
	if len(others) > 1 {
		verb = "were"
	}
	return fmt.Sprintf("; the first key that is not empty decides, so %s %s not looked at", strings.Join(others, " and "), verb)
}

// show returns a copy of an order for an answer, as the hooks leave it.
func (st *State) show(c *Call, o *Order) Order {
	told := *o
	st.hooks.Show(st, c, &told)
	return told
}
