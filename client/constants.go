package client

// Success is the operateCode of a success, the only one that is documented.
// Every other one is a refusal.
const Success = "S"

// The action codes of tasks (documented).
const (
	ActionAddSIMs    = "70" // addSims
	ActionRemoveSIMs = "71" // removeSims
)

// The results of one SIM card in a task (documented). Others exist.
const (
	ResultSuccess    = "10" // the task succeeded for the card
	ResultUnknownSIM = "31" // no such card exists
)

// StatusCompleted is the status of a task that has ended, the only one that is
// documented.
const StatusCompleted = "completed"

// The states of a payment. Only PaymentSucceeded is printed on a page; the others are assumed.
const (
	PaymentOpen      = "0" // the buyer has not paid yet
	PaymentSucceeded = "1" // the order is paid
	PaymentFailed    = "2" // the payment was declined
)

// The states of an order of a SIM card. Both are printed without their meaning, which is assumed.
const (
	OrderPending = "1" // the plan is not in effect yet
	OrderActive  = "2" // the plan is in effect
)

// Environment is one of the two sets of addresses that the provider documents.
type Environment string

// The documented environments.
const (
	Test       Environment = "test"       // the provider's UAT
	Production Environment = "production" // orders and payments are real
)

// Addresses are the base addresses of the three services, for example
// https://wx.linksfield.net/vshop_uat.
type Addresses struct {
	// Vshop has orders and renewals, Payment has payments, Topup has bundle groups and lookups.
	Vshop, Payment, Topup string
}

// addresses are those of the provider's global specification (documented, page doc-1486828).
var addresses = map[Environment]Addresses{
	Test: {
		Vshop:   "https://wx.linksfield.net/vshop_uat",
		Payment: "https://wx.linksfield.net/payment_uat",
		Topup:   "https://wx.linksfield.net/topup_test",
	},
	Production: {
		Vshop:   "https://wx.linksfield.net/vshop",
		Payment: "https://wx.linksfield.net/payment",
		Topup:   "https://wx.linksfield.net/topup",
	},
}

// Addresses returns the documented base addresses of the environment.
func (e Environment) Addresses() Addresses { return addresses[e] }
