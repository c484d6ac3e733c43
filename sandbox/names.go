package sandbox

import "github.com/mallcheck/mallcheck/sandbox/store"

// What interceptors see and change. Package store documents each.
type (
	// Answer is a response before it is sent.
	Answer = store.Answer
	// Attempt is one attempt to deliver a push.
	Attempt = store.Attempt
	// AttemptRecord is the outcome of one attempt to deliver a push.
	AttemptRecord = store.AttemptRecord
	// Bounds limit what a sandbox keeps in memory.
	Bounds = store.Bounds
	// Call is one request while the sandbox processes it.
	Call = store.Call
	// Decision is the new state of a payment before it applies.
	Decision = store.Decision
	// Detail is the result of one SIM card in a task.
	Detail = store.Detail
	// Effect is one change of the group at the end of a task.
	Effect = store.Effect
	// Fixtures is the initial content of every sandbox, whatever its seed.
	Fixtures = store.Fixtures
	// Interceptor changes the behavior of a sandbox at the points that its fields name, listed in the order in which a request passes them.
	Interceptor = store.Interceptor
	// Listing is the response of listGroupSims before it is written.
	Listing = store.Listing
	// Lookup is a search in the state on behalf of a request.
	Lookup = store.Lookup
	// LookupKind is the kind of object that a Lookup searches for.
	LookupKind = store.LookupKind
	// Notification is a push before it is queued.
	Notification = store.Notification
	// Order is an order of a data plan for a SIM card, with its payment and auto-renewal.
	Order = store.Order
	// OrderEntry is one entry in the list of singleQueryOrder.
	OrderEntry = store.OrderEntry
	// OrderList is the response of singleQueryOrder before it is written.
	OrderList = store.OrderList
	// Payment is the state of the payment of an order.
	Payment = store.Payment
	// Push configures the delivery of the rechargeSuccess push.
	Push = store.Push
	// PushLog is the state of all remembered pushes.
	PushLog = store.PushLog
	// PushRecord is the state of one push.
	PushRecord = store.PushRecord
	// Reason is the stage at which a request was refused.
	Reason = store.Reason
	// Refusal explains why a request is refused.
	Refusal = store.Refusal
	// Renewal is the auto-renewal of an order.
	Renewal = store.Renewal
	// Result is the response of asyncResult before it is written.
	Result = store.Result
	// State is the state of a sandbox: partners, SIM cards, groups, tasks and orders.
	State = store.State
	// Task is one accepted addSims or removeSims.
	Task = store.Task
)

// The values of operateCode.
const (
	CodeSuccess = store.CodeSuccess
	CodeRefused = store.CodeRefused
)

// The test values of pm_id.
const (
	MethodPays      = store.MethodPays
	MethodFails     = store.MethodFails
	MethodStaysOpen = store.MethodStaysOpen
)

// The states of payments, orders, tasks and their results.
const (
	PayOpen          = store.PayOpen
	PayPaid          = store.PayPaid
	PayFailed        = store.PayFailed
	OrderPending     = store.OrderPending
	OrderActive      = store.OrderActive
	StatusProcessing = store.StatusProcessing
	StatusCompleted  = store.StatusCompleted
	ResultSuccess    = store.ResultSuccess
	ResultNoSIM      = store.ResultNoSIM
	ActionAdd        = store.ActionAdd
	ActionRemove     = store.ActionRemove
)

// The keys of orders.
const (
	ByOrderNo    = store.ByOrderNo
	ByPayID      = store.ByPayID
	ByPurchaseID = store.ByPurchaseID
	BySIM        = store.BySIM
)

// What an interceptor looks up.
const (
	LookupGroup   = store.LookupGroup
	LookupOrder   = store.LookupOrder
	LookupPackage = store.LookupPackage
	LookupPartner = store.LookupPartner
	LookupPayment = store.LookupPayment
	LookupRenewal = store.LookupRenewal
	LookupSIM     = store.LookupSIM
	LookupTask    = store.LookupTask
)

// The reasons of refusals.
const (
	BrokenConstraint = store.BrokenConstraint
	Conflict         = store.Conflict
	Declined         = store.Declined
	Failed           = store.Failed
	Forbidden        = store.Forbidden
	Full             = store.Full
	Malformed        = store.Malformed
	NoSuchPath       = store.NoSuchPath
	NotFound         = store.NotFound
	SignCase         = store.SignCase
	SignEmpty        = store.SignEmpty
	SignMissing      = store.SignMissing
	SignWrong        = store.SignWrong
	TooLarge         = store.TooLarge
	UnknownPartner   = store.UnknownPartner
	WrongMediaType   = store.WrongMediaType
	WrongMethod      = store.WrongMethod
)

// DefaultBody is the default of Bounds.Body.
const DefaultBody = store.DefaultBody

// The states of a push.
const (
	PushDelivered = store.PushDelivered
	PushGivenUp   = store.PushGivenUp
	PushWaiting   = store.PushWaiting
)

// Chain returns one interceptor that runs several in their order.
func Chain(interceptors ...Interceptor) Interceptor { return store.Chain(interceptors...) }

// NewFixtures returns the initial content of any sandbox.
func NewFixtures() Fixtures { return store.NewFixtures() }
