package store

import (
	"fmt"
	"strings"
	"time"
)

// The states of a payment in payStatus. "1" is printed beside payRst "SUCCESS"; the others are assumed.
const (
	PayOpen   = "0"
	PayPaid   = "1"
	PayFailed = "2"
)

// The test values: payment methods (pm_id) that decide how a payment ends. They are this sandbox's own
// convention and look like Stripe's test methods; see the package documentation.
const (
	// MethodPays pays, like every method that is none of the others.
	MethodPays = "pm_card_visa"
	// MethodFails is declined.
	MethodFails = "pm_card_chargeDeclined"
	// MethodStaysOpen waits for an action of the buyer that never happens.
	MethodStaysOpen = "pm_card_authenticationRequired"
)

// PaidThirdParty is the payRst of a paid third-party order.
const PaidThirdParty = "SUCCESS"

// Payment is the state of the payment of an order.
type Payment struct {
	// Status is PayOpen, PayPaid or PayFailed.
	Status string
	// Method is the buyer's payment method; empty until the buyer chooses one.
	Method string
	// Ended is when it was paid or failed, in UTC and in the form of payResultDate; empty while open.
	Ended string
}

// dateTime is the form of payResultDate.
const dateTime = "2006-01-02 15:04:05"

// Decision is the new state of a payment before it applies.
type Decision struct {
	// Order is the order; its Payment.Status is the state before.
	Order *Order
	// Status is the new state.
	Status string
	// Delay is the time from a successful payment until the top-up takes effect; never if negative.
	Delay time.Duration
}

// outcome returns how a payment with the method ends.
func outcome(method string) string {
	switch method {
	case MethodStaysOpen:
		return PayOpen
	case MethodFails:
		return PayFailed
	}
	return PayPaid
}

// nextOutcome returns how a payment ends: open without a method, as set by the control path for the next
// payment, otherwise by its method.
func (st *State) nextOutcome(method string) string {
	if method == "" {
		return PayOpen // nobody pays yet
	}
	next := st.Next.Payment
	st.Next.Payment = ""
	switch next {
	case NextHold:
		return PayOpen
	case NextFail:
		return PayFailed
	}
	return outcome(method)
}

// decidePayment applies the new state of a payment. If it is paid, it starts the top-up and, for a
// subscription, the auto-renewal.
func (st *State) decidePayment(c *Call, o *Order, status string) {
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
		o.Payment.Ended = st.Now().UTC().Format(dateTime)
	}
	if d.Status != PayPaid {
		return
	}
	st.planTopUp(o, d.Delay)
	if o.Renewal.SubID != "" {
		st.startRenewal(c, o)
	}
}

// findPayment returns the caller's order with a payId.
func (st *State) findPayment(c *Call, payID string) (*Order, *Refusal) {
	o := st.findOrder(c, LookupPayment, ByPayID, payID, st.choose(c.Partner, ByPayID, payID))
	if o == nil {
		return nil, &Refusal{Reason: NotFound, In: InBody, Name: "payId", Clause: "payments/unknown-pay-id-refused", Message: fmt.Sprintf(
			"payId %s: partner %s has no such order", Shown(payID), Shown(c.Partner))}
	}
	return o, nil
}

// payable returns the caller's order with a payId if it can still be paid. Amount and currency of the
// request must match the order; empty ones are not compared.
func (st *State) payable(c *Call, payID, amount, currency string) (*Order, *Refusal) {
	o, refusal := st.findPayment(c, payID)
	if refusal != nil {
		return nil, refusal
	}
	conflict := func(name, clause, format string, args ...any) *Refusal {
		return &Refusal{Reason: Conflict, In: InBody, Name: name, Clause: clause, Message: fmt.Sprintf(format, args...)}
	}
	switch {
	case o.Payment.Status == PayPaid:
		refusal = conflict("payId", "payments/paid-once", "payId %s: its order is already paid", Shown(payID))
	case amount != "" && !SameAmount(amount, o.Amount):
		refusal = conflict("payAmount", "payments/amount-of-the-order-required", "payAmount %s: the order of payId %s is for %s", Shown(amount), Shown(payID), Shown(o.Amount))
	case currency != "" && !strings.EqualFold(currency, o.Currency):
		refusal = conflict("payCurrency", "payments/currency-of-the-order-required", "payCurrency %s: the order of payId %s is in %s", Shown(currency), Shown(payID), Shown(o.Currency))
	}
	return o, st.hooks.Conflict(st, c, refusal)
}

// SameAmount reports whether two decimal numbers are equal, ignoring leading and trailing zeros.
func SameAmount(a, b string) bool { return plainAmount(a) == plainAmount(b) }

func plainAmount(text string) string {
	if strings.Contains(text, ".") {
		text = strings.TrimRight(strings.TrimRight(text, "0"), ".")
	}
	return strings.TrimLeft(text, "0")
}

// authorization is the result of an authorization.
type authorization struct {
	Order            Order
	Secret, Customer string
}

// Authorize starts a single payment, without a method if the buyer has yet to choose one. confirm ends it.
func (st *State) Authorize(c *Call, payID, amount, currency, method, email string) (authorization, *Refusal) {
	defer st.Lock()()
	o, refusal := st.payable(c, payID, amount, currency)
	if refusal != nil {
		return authorization{}, refusal
	}
	st.reopen(o, method)
	o.Renewal = Renewal{}
	return authorization{st.show(c, o), st.stripe.secret("pi"), customerID(c.Partner, email)}, nil
}

// AuthorizeSubscription starts a subscription; subscribe brings its payment method.
func (st *State) AuthorizeSubscription(c *Call, payID, email string) (authorization, *Refusal) {
	defer st.Lock()()
	o, refusal := st.payable(c, payID, "", "")
	if refusal != nil {
		return authorization{}, refusal
	}
	return authorization{st.show(c, o), st.stripe.secret("seti"), customerID(c.Partner, email)}, nil
}

// reopen starts another attempt to pay an order.
func (st *State) reopen(o *Order, method string) {
	if o.Payment.Status == PayFailed {
		o.Payment.Status, o.Payment.Ended = PayOpen, ""
	}
	o.Payment.Method = method
}

// Confirm ends an open payment by its method and returns the order. A payment that has ended stays as it
// is.
func (st *State) Confirm(c *Call, payID string) (Order, *Refusal) {
	defer st.Lock()()
	o, refusal := st.findPayment(c, payID)
	if refusal != nil {
		return Order{}, refusal
	}
	status := o.Payment.Status
	if status == PayOpen {
		status = st.nextOutcome(o.Payment.Method)
	}
	st.decidePayment(c, o, status)
	return st.show(c, o), nil
}

// Payment returns the state of a payment. It changes nothing.
func (st *State) Payment(c *Call, payID string) (Order, *Refusal) {
	defer st.Lock()()
	o, refusal := st.findPayment(c, payID)
	if refusal != nil {
		return Order{}, refusal
	}
	return st.show(c, o), nil
}
