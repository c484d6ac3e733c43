package sandbox

// Bounds limit what a sandbox holds in memory. A field that is 0 takes the default of its name. All
// are our own: the provider's documentation names no limit.
type Bounds struct {
	// Body is the largest request body, in bytes: a larger one is refused with HTTP 413.
	Body int64
	// SIMs is how many SIMs one addSims or removeSims may name: more are refused.
	SIMs int
	// Tasks is how many asynchronous tasks are kept. For a new one the oldest finished ones are
	// forgotten; when all are unfinished, the request is refused.
	Tasks int
	// TaskSIMs is how many SIMs all kept tasks together may name; it is held like Tasks.
	TaskSIMs int
	// GroupSIMs is how many SIMs a group may hold, each counted as often as it was added: a request
	// that could pass it is refused.
	GroupSIMs int
	// Groups is how many groups there may be. The sandbox makes none itself; an interceptor can, by
	// accepting an unknown one.
	Groups int
	// Orders is how many orders are kept, each with its payment and its auto-renewal. For a new one
	// the oldest are forgotten.
	Orders int
	// OrderBytes is how much memory all kept orders together may take, about, in bytes; it is held
	// like Orders, and an order that alone would pass it is refused.
	OrderBytes int
	// Pushes is how many pushes are remembered. For a new one the oldest that have ended are
	// forgotten; when none has, the new one is never sent.
	Pushes int
	// PushBytes is how much memory all remembered pushes together may take, about, in bytes; it is held
	// like Pushes.
	PushBytes int
	// Requests is how many requests the control path remembers, the newest.
	Requests int
}

// The defaults of Bounds. A request at DefaultSIMs stays well below DefaultBody, and everything at
// its default at once stays below 96 MiB.
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

func (b Bounds) withDefaults() Bounds {
	fill := func(field *int, value int) {
		if *field == 0 {
			*field = value
		}
	}
	if b.Body == 0 {
		b.Body = DefaultBody
	}
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

// negative reports whether a bound is below 0, which nothing can keep.
func (b Bounds) negative() bool {
	return b.Body < 0 || min(b.SIMs, b.Tasks, b.TaskSIMs, b.GroupSIMs, b.Groups,
		b.Orders, b.OrderBytes, b.Pushes, b.PushBytes, b.Requests) < 0
}
