package sandbox

import (
	"fmt"
	"strings"
	"time"
)

// The states of a payment, as payStatus tells them. "1" is printed beside payRst "SUCCESS"; the
// others are assumed.
const (
	PayOpen   = "0"
	PayPaid   = "1"
	PayFailed = "2"
)

// The test values: payment methods (pm_id) that decide how a payment ends. They are this sandbox's
// own convention, spelt like test methods that Stripe itself has; see the package's documentation.
const (
	// MethodPays is one of the many payment methods that pay: every one does that is none of the others.
	MethodPays = "pm_card_visa"
	// MethodFails is declined.
	MethodFails = "pm_card_chargeDeclined"
	// MethodStaysOpen wants the buyer to do something more, which never happens.
	MethodStaysOpen = "pm_card_authenticationRequired"
)

// paidThirdParty is the payRst of an order that the partner was paid for.
const paidThirdParty = "SUCCESS"

// Payment is the state of the payment of an order.
type Payment struct {
	// Status is PayOpen, PayPaid or PayFailed.
	Status string
	// Method is the payment method of the buyer; while it is empty, nobody has paid.
	Method string
	// Ended is when it was paid or failed, as payResultDate tells it, in UTC; empty while it is open.
	Ended string
}

// dateTime is the form of payResultDate.
const dateTime = "2006-01-02 15:04:05"

// Decision is what a payment is about to become.
type Decision struct {
	// Order is whose payment it is; its Payment.Status is what it was before.
	Order *Order
	// Status is what it becomes.
	Status string
	// Delay is how long the top-up takes to take effect when the payment succeeds; a negative one
	// never does.
	Delay time.Duration
}

// outcome is how a payment with the method ends.
func outcome(method string) string {
	switch method {
	case MethodStaysOpen:
		return PayOpen
	case MethodFails:
		return PayFailed
	}
	return PayPaid
}

// nextOutcome is how a payment ends: open while it has no method, then as the method wants it but for
// what the control path wants of the next payment.
func (st *State) nextOutcome(method string) string {
	if method == "" {
		return PayOpen // nobody pays yet
	}
	next := st.next.payment
	st.next.payment = ""
	switch next {
	case nextHold:
		return PayOpen
	case nextFail:
		return PayFailed
	}
	return outcome(method)
}

// settle makes a payment what it has become and, when it is paid, starts the top-up and the
// auto-renewal that was subscribed to.
func (st *State) settle(c *Call, o *Order, status string) {
	d := Decision{Order: o, Status: status, Delay: st.delay}
	st.hooks.Decide(st, c, &d)
	if d.Status == o.Payment.Status {
		return
	}
	o.Payment.Status = d.Status
	switch {
	case d.Status == PayOpen:
		o.Payment.Ended = ""
	case o.Payment.Ended == "":
		o.Payment.Ended = st.now().UTC().Format(dateTime)
	}
	if d.Status != PayPaid {
		return
	}
	st.planTopUp(o, d.Delay)
	if o.Renewal.SubID != "" {
		st.startRenewal(c, o)
	}
}

// findPayment returns the caller's order that a payId names.
func (st *State) findPayment(c *Call, payID string) (*Order, *Refusal) {
	o := st.findOrder(c, LookupPayment, ByPayID, payID, st.choose(c.Partner, ByPayID, payID))
	if o == nil {
		return nil, &Refusal{Reason: NotFound, In: inBody, Name: "payId", Message: fmt.Sprintf(
			"payId %s: partner %s has no order with it", shown(payID), shown(c.Partner))}
	}
	return o, nil
}

// payable returns the caller's order that a payId names, if it can still be paid. The amount and the
// currency of the request must be those of the order; empty ones are not compared.
func (st *State) payable(c *Call, payID, amount, currency string) (*Order, *Refusal) {
	o, refusal := st.findPayment(c, payID)
	if refusal != nil {
		return nil, refusal
	}
	conflict := func(name, format string, args ...any) *Refusal {
		return &Refusal{Reason: Conflict, In: inBody, Name: name, Message: fmt.Sprintf(format, args...)}
	}
	switch {
	case o.Payment.Status == PayPaid:
		refusal = conflict("payId", "payId %s: its order is paid already, and an order is paid once", shown(payID))
	case amount != "" && !sameAmount(amount, o.Amount):
		refusal = conflict("payAmount", "payAmount %s: the order of payId %s is for %s", shown(amount), shown(payID), shown(o.Amount))
	case currency != "" && !strings.EqualFold(currency, o.Currency):
		refusal = conflict("payCurrency", "payCurrency %s: the order of payId %s is in %s", shown(currency), shown(payID), shown(o.Currency))
	}
	return o, st.hooks.Conflict(st, c, refusal)
}

// sameAmount reports whether two decimal numbers are equal, however many zeros they are written with.
func sameAmount(a, b string) bool { return plainAmount(a) == plainAmount(b) }

func plainAmount(text string) string {
	if strings.Contains(text, ".") {
		text = strings.TrimRight(strings.TrimRight(text, "0"), ".")
	}
	return strings.TrimLeft(text, "0")
}

// authorization is what an authorization answers.
type authorization struct {
	order            Order
	secret, customer string
}

// authorize begins a single payment with a method, or with none when the buyer has yet to choose
// one, and never ends it: confirm does.
func (st *State) authorize(c *Call, payID, amount, currency, method, email string) (authorization, *Refusal) {
	defer st.lock()()
	o, refusal := st.payable(c, payID, amount, currency)
	if refusal != nil {
		return authorization{}, refusal
	}
	st.reopen(o, method)
	o.Renewal = Renewal{}
	return authorization{st.show(c, o), st.stripe.secret("pi"), customerID(c.Partner, email)}, nil
}

// authorizeSubscription begins a subscription: its payment method comes with subscribe.
func (st *State) authorizeSubscription(c *Call, payID, email string) (authorization, *Refusal) {
	defer st.lock()()
	o, refusal := st.payable(c, payID, "", "")
	if refusal != nil {
		return authorization{}, refusal
	}
	return authorization{st.show(c, o), st.stripe.secret("seti"), customerID(c.Partner, email)}, nil
}

// reopen begins another attempt to pay an order.
func (st *State) reopen(o *Order, method string) {
	if o.Payment.Status == PayFailed {
		o.Payment.Status, o.Payment.Ended = PayOpen, ""
	}
	o.Payment.Method = method
}

// confirm ends an open payment as its method wants it, and returns the outcome. What has ended stays
// as it is.
func (st *State) confirm(c *Call, payID string) (Order, *Refusal) {
	defer st.lock()()
	o, refusal := st.findPayment(c, payID)
	if refusal != nil {
		return Order{}, refusal
	}
	status := o.Payment.Status
	if status == PayOpen {
		status = st.nextOutcome(o.Payment.Method)
	}
	st.settle(c, o, status)
	return st.show(c, o), nil
}

// payment returns the state of a payment. It changes nothing.
func (st *State) payment(c *Call, payID string) (Order, *Refusal) {
	defer st.lock()()
	o, refusal := st.findPayment(c, payID)
	if refusal != nil {
		return Order{}, refusal
	}
	return st.show(c, o), nil
}
