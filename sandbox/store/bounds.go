package store

import "cmp"

// Bounds limit what a sandbox keeps in memory. A zero field takes its default. The provider documents
// no limits; these are the sandbox's own.
type Bounds struct {
	// Body is the largest request body in bytes. A larger one is refused with HTTP 413.
	Body int64
	// SIMs is the largest number of SIM cards in one addSims or removeSims.
	SIMs int
	// Tasks is the largest number of asynchronous tasks kept. A new task evicts the oldest finished ones;
	// if all are unfinished, the request is refused.
	Tasks int
	// TaskSIMs is the largest number of SIM cards in all kept tasks, enforced like Tasks.
	TaskSIMs int
	// GroupSIMs is the largest number of SIM cards in a group, each counted as often as it was added. A
	// request that could exceed it is refused.
	GroupSIMs int
	// Groups is the largest number of groups. Only the control path and interceptors create groups.
	Groups int
	// Orders is the largest number of orders kept, each with its payment and auto-renewal. A new order
	// evicts the oldest.
	Orders int
	// OrderBytes is the approximate memory of all kept orders in bytes, enforced like Orders. An order
	// that alone exceeds it is refused.
	OrderBytes int
	// Pushes is the largest number of remembered pushes. A new push evicts the oldest finished ones; if
	// none has finished, the new push is not sent.
	Pushes int
	// PushBytes is the approximate memory of all remembered pushes in bytes, enforced like Pushes.
	PushBytes int
	// Requests is how many of the newest requests the control path remembers.
	Requests int
}

// The defaults of Bounds. A request with DefaultSIMs stays well below DefaultBody, and all defaults
// together stay below 96 MiB.
const (
	DefaultBody      = 1 << 20
	DefaultSIMs      = 10_000
	DefaultTasks     = 10_000
	DefaultTaskSIMs  = 200_000
	DefaultGroupSIMs = 100_000
	DefaultGroups    = 100

	DefaultOrders     = 10_000
	DefaultOrderBytes = 16 << 20
	DefaultPushes     = 1_000
	DefaultPushBytes  = 16 << 20
	DefaultRequests   = 1_000
)

// WithDefaults returns the bounds with the default of each zero field.
func (b Bounds) WithDefaults() Bounds {
	fill := func(field *int, value int) {
		if *field == 0 {
			*field = value
		}
	}
	b.Body = cmp.Or(b.Body, DefaultBody)
	fill(&b.SIMs, DefaultSIMs)
	fill(&b.Tasks, DefaultTasks)
	fill(&b.TaskSIMs, DefaultTaskSIMs)
	fill(&b.GroupSIMs, DefaultGroupSIMs)
	fill(&b.Groups, DefaultGroups)
	fill(&b.Orders, DefaultOrders)
	fill(&b.OrderBytes, DefaultOrderBytes)
	fill(&b.Pushes, DefaultPushes)
	fill(&b.PushBytes, DefaultPushBytes)
	fill(&b.Requests, DefaultRequests)
	return b
}

// Negative reports whether a bound is below 0.
func (b Bounds) Negative() bool {
	return b.Body < 0 || min(b.SIMs, b.Tasks, b.TaskSIMs, b.GroupSIMs, b.Groups,
		b.Orders, b.OrderBytes, b.Pushes, b.PushBytes, b.Requests) < 0
}
