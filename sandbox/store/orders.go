package store

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Order is an order of a data plan for a SIM card, with its payment and auto-renewal. Strings are kept
// exactly as sent.
type Order struct {
	// Partner is the partner that owns the order.
	Partner string
	// OrderNo is the partner's number of the order; queryOrder calls it order_id.
	OrderNo string
	// PayID is the partner's id of the payment.
	PayID string
	// PurchaseID is requestOrderId or orgOrderId; queryOrder calls it purchase_order_id. It may be empty,
	// and several orders may share it.
	PurchaseID string
	// SIM is the ICCID of the SIM card.
	SIM string
	// PackageCode is the ordered package.
	PackageCode string
	// PlanCode is the servicePlanCode of the request; it may be empty.
	PlanCode string
	// PlanName is the servicePlanShowName of the request or, without one, of the package.
	PlanName string
	// Amount and Currency are the price to pay.
	Amount, Currency string
	// Period is the number of 30-day periods ordered, in digits.
	Period string
	// ThirdParty is set for orders of synOrderInfo, which were paid to the partner.
	ThirdParty bool
	// Payment is the state of the payment.
	Payment Payment
	// Renewal is the auto-renewal; its SubID is empty if there is none.
	Renewal Renewal
	// Effects is how often the top-up took effect: 0 or 1 without an interceptor.
	Effects int

	weight  int       // counts against Bounds.OrderBytes
	Due     time.Time // when the top-up takes or took effect
	planned string    // the servicePlanCode of the package
}

// The keys of orders.
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

// orderBook stores the orders, all in order of acceptance and by each key.
type orderBook struct {
	All    []*Order
	By     map[string]map[string][]*Order
	weight int
}

func newOrderBook() orderBook {
	b := orderBook{By: map[string]map[string][]*Order{}}
	for _, by := range []string{ByPurchaseID, ByOrderNo, BySIM, ByPayID} {
		b.By[by] = map[string][]*Order{}
	}
	return b
}

// orderWeight is the approximate memory of an order without its strings.
const orderWeight = 1 << 10

// weigh returns how much an order counts against Bounds.OrderBytes.
func (o *Order) weigh() int {
	weight := orderWeight
	for _, text := range []string{o.OrderNo, o.PayID, o.PurchaseID, o.SIM, o.PackageCode, o.PlanCode,
		o.PlanName, o.Amount, o.Currency, o.Period, o.Payment.Ended} {
		weight += len(text)
	}
	return weight
}

func (b *orderBook) put(o *Order) {
	b.weight += o.weight
	b.All = append(b.All, o)
	for by, index := range b.By {
		if key := o.key(by); key != "" {
			index[key] = append(index[key], o)
		}
	}
}

// dropOldest removes the oldest order, which is the first under each of its keys.
func (b *orderBook) dropOldest() *Order {
	o := b.All[0]
	b.All = dropFirst(b.All)
	b.weight -= o.weight
	for by, index := range b.By {
		key := o.key(by)
		if list := index[key]; len(list) > 1 {
			index[key] = dropFirst(list)
		} else {
			delete(index, key)
		}
	}
	return o
}

// dropFirst returns the list without its first order and releases that order's memory.
func dropFirst(list []*Order) []*Order {
	list[0] = nil
	return list[1:]
}

// makeRoom evicts the oldest orders until one more of this weight fits, and reports whether it fits.
func (st *State) makeRoom(weight int) bool {
	b := &st.OrderBook
	for len(b.All) > 0 && (len(b.All)+1 > st.Bounds.Orders || b.weight+weight > st.Bounds.OrderBytes) {
		st.forgetTopUp(b.dropOldest())
	}
	return weight <= st.Bounds.OrderBytes
}

// Order stores a new order of the caller. A third-party order has the outcome of its payment at once; any
// other is open.
func (st *State) Order(c *Call, o *Order, outcome string) *Refusal {
	defer st.Lock()()
	if refusal := st.findSIM(c, o.SIM); refusal != nil {
		return refusal
	}
	p, refusal := st.findPackage(c, o.PackageCode)
	if refusal != nil {
		return refusal
	}
	o.Partner, o.planned = c.Partner, p.PlanCode
	o.PlanName = cmp.Or(o.PlanName, p.Name)
	o.Payment.Status = PayOpen
	if refusal := st.hooks.Conflict(st, c, st.taken(o)); refusal != nil {
		return refusal
	}
	st.hooks.Order(st, c, o)
	o.weight = o.weigh()
	if !st.makeRoom(o.weight) {
		return Refuse(Full, "the order takes %d bytes: all orders of this sandbox together may take %d", o.weight, st.Bounds.OrderBytes)
	}
	st.OrderBook.put(o)
	if o.ThirdParty {
		st.decidePayment(c, o, outcome)
	}
	return nil
}

// taken refuses an order with the orderNo or payId of another order of the partner.
func (st *State) taken(o *Order) *Refusal {
	for _, key := range []struct{ by, name string }{{ByOrderNo, "orderNo"}, {ByPayID, "payId"}} {
		for _, other := range st.OrderBook.By[key.by][o.key(key.by)] {
			if other.Partner == o.Partner {
				return &Refusal{Reason: Conflict, In: InBody, Name: key.name, Clause: "orders/duplicate-refused", Message: fmt.Sprintf(
					"%s %s: partner %s already has an order with it; use a new one for each order",
					key.name, Shown(o.key(key.by)), Shown(o.Partner))}
			}
		}
	}
	return nil
}

func (st *State) findPackage(c *Call, code string) (Plan, *Refusal) {
	l := Lookup{Kind: LookupPackage, Key: code}
	find := func(key string) int {
		return slices.IndexFunc(Catalogue, func(p Plan) bool { return p.PackageCode == key })
	}
	l.Found = find(code) >= 0
	st.hooks.Lookup(st, c, &l)
	if !l.Found {
		return Plan{}, &Refusal{Reason: NotFound, In: InBody, Name: "packageCode", Clause: "orders/unknown-package-refused", Message: fmt.Sprintf(
			"packageCode %s: no such package; POST %s lists the packages", Shown(code), VshopBase+PlansPath)}
	}
	if i := find(l.Key); i >= 0 {
		return Catalogue[i], nil
	}
	return Plan{PackageCode: l.Key, PlanCode: l.Key, Name: l.Key}, nil
}

// Orders returns the orders of all partners with a key, oldest first. by is ByPurchaseID, ByOrderNo,
// BySIM or ByPayID. The caller must not change the list.
func (st *State) Orders(by, key string) []*Order { return st.OrderBook.By[by][key] }

// choose returns the order that a partner's key finds. Of several orders with one purchase_order_id it is
// the most recent paid one (documented) or, if none is paid, the most recent one; of several with
// another key it is the most recent one. If the partner has none, choose returns another partner's.
func (st *State) choose(partner, by, key string) *Order {
	var own, paid, other *Order
	for _, o := range st.OrderBook.By[by][key] {
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

// findOrder runs the Lookup hooks on the order found under a key and returns the result, nil for none.
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

// LookUp returns the order found by the first non-empty key.
func (st *State) LookUp(c *Call, purchaseID, orderNo, sim string) (Order, *Refusal) {
	defer st.Lock()()
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
		return Order{}, BadParameter(InQuery, "", "%s, %s and %s are all missing or empty: send one of them",
			ByPurchaseID, ByOrderNo, BySIM)
	}
	return Order{}, &Refusal{Reason: NotFound, In: InQuery, Name: by, Clause: "order-lookup/unknown-key-refused", Message: fmt.Sprintf(
		"%s %s: partner %s has no such order%s", by, Shown(key), Shown(c.Partner), beside(by, orderNo, sim))}
}

// beside explains that other keys were sent and ignored.
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
	return fmt.Sprintf("; the first non-empty key decides, so %s %s ignored", strings.Join(others, " and "), verb)
}

// show returns a copy of an order for a response after the Show hooks.
func (st *State) show(c *Call, o *Order) Order {
	shown := *o
	st.hooks.Show(st, c, &shown)
	return shown
}
