package client

// Success is the operateCode of a success, the only one that is documented.
// Every other one is a refusal.
const Success = "S"

// The action codes of tasks (documented).
const (
	ActionAddSIMs    = "70"
	ActionRemoveSIMs = "71"
)

// The results of one SIM card in a task (documented). Others exist.
const (
	ResultSuccess    = "10"
	ResultUnknownSIM = "31"
)

// StatusCompleted is the status of a task that has ended, the only one that is
// documented.
const StatusCompleted = "completed"

// The states of a payment. Only PaymentSucceeded is printed on a page; the others are assumed.
const (
	PaymentOpen      = "0"
	PaymentSucceeded = "1"
	PaymentFailed    = "2"
)

// The states of an order of a SIM card. Both are printed without their meaning, which is assumed.
const (
	OrderPending = "1"
	OrderActive  = "2"
)

// Environment is one of the two sets of addresses that the provider documents.
type Environment string

// The documented environments.
const (
	Test       Environment = "test"
	Production Environment = "production"
)

// Addresses are the base addresses of the three services, for example
// https://wx.linksfield.net/vshop_uat.
type Addresses struct {
	Vshop   string
	Payment string
	Topup   string
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
