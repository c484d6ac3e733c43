package client

import (
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/mallcheck/mallcheck/conformance/partner/client/observe"
	"github.com/mallcheck/mallcheck/openapi"
	"github.com/mallcheck/mallcheck/signing"
)

// The checks that need several requests.
const (
	ListedPlan     = "CLI-020" // the ordered package was listed
	ListedPrice    = "CLI-021" // it is ordered at the listed price
	SamePrice      = "CLI-022" // the price is the same in the payment
	OwnOrderNo     = "CLI-023" // an orderNo names one order
	OwnPayID       = "CLI-024" // a payId names one payment
	OwnPayment     = "CLI-025" // the client pays its own orders
	PaymentEnd     = "CLI-026" // a payment is queried until it has ended
	KnownTask      = "CLI-030" // the request_id comes from a response header
	ResultRead     = "CLI-031" // the result of each task is read
	ResultEnd      = "CLI-032" // and read until the task has ended
	PollPause      = "CLI-033" // with a pause between two queries
	PollStop       = "CLI-034" // and not queried after the end
	NoRepetition   = "CLI-040" // a refused request is not sent again unchanged
	NoEmptyKey     = "CLI-041" // a lookup sends no empty key
	RefusalHeeded  = "CLI-042" // a refused order is not paid
	OwnRenewal     = "CLI-050" // an auto-renewal is cancelled under its own ids
	NoSecondOrder  = "CLI-072" // an order without an answer is not placed again under another number
	NoSecondAdding = "CLI-073" // SIM cards are not added again after the answer was lost
)

// The flows that Outcome.Flows counts and that --require can name.
const (
	FlowPurchase     = "purchase"     // an order whose payment was seen to succeed
	FlowSubscription = "subscription" // an order that was paid by a subscription
	FlowCancellation = "cancellation" // an auto-renewal that was cancelled
	FlowThirdParty   = "third-party"  // a third-party order
	FlowAdd          = "add"          // SIM cards that were added, with the result read until the end
	FlowRemove       = "remove"       // SIM cards that were removed, likewise
	FlowLookup       = "look-up"      // an order that was looked up and found
)

// Flows returns the names of all flows.
func Flows() []string {
	return []string{FlowPurchase, FlowSubscription, FlowCancellation, FlowThirdParty, FlowAdd, FlowRemove, FlowLookup}
}

// mostKept limits the orders, tasks and refusals that are remembered. A client under test has few; a
// server that is watched for a week has many.
const mostKept = 10_000

// counts are numbers by name.
type counts map[string]int

func (c counts) copy() map[string]int { return maps.Clone(c) }

// event is one request with its answer.
type event struct {
	number    int
	observed  *observe.Observed
	answer    answer
	at, ended time.Time
	flow      string
	mistakes  []observe.Mistake
}

func (e *event) value(name string) string { return e.observed.Value(name) }

// add records a mistake. Mistakes of one check with the same key count as one.
func (e *event) add(check, key, part, summary, expected, actual string) {
	e.mistakes = append(e.mistakes, observe.Mistake{
		Check: check, Key: check + " " + key, Part: part, Summary: summary, Expected: expected, Actual: actual,
	})
}

// flow is the state that the requests so far have led to.
type flow struct {
	options   Options
	accepted  counts
	refused   counts
	completed counts
	plans     map[string][]Price // listed plans by SIM card
	orders    []*order
	tasks     map[string]*task
	renewals  map[string][]renewal // renewals shown, by SIM card
	refusals  map[string]refusal   // by operation and parameters
	additions map[string]int       // numbers of unanswered additions and removals, by operation and parameters
	last      int                  // the number of the last request that may have changed something
}

func newFlow(options Options) flow {
	return flow{options: options, accepted: counts{}, refused: counts{}, completed: counts{}, plans: map[string][]Price{},
		tasks: map[string]*task{}, renewals: map[string][]renewal{}, refusals: map[string]refusal{}, additions: map[string]int{}}
}

// refusal is a refused request.
type refusal struct {
	number int
	ended  time.Time
}

// see takes the next request and returns the mistakes that it shows.
func (f *flow) see(e *event) []observe.Mistake {
	id := e.observed.Operation
	if id == "" || e.observed.Body == nil && e.observed.Query == nil {
		return nil
	}
	f.repetition(e)
	switch id {
	case "singleVerify", "singleQueryOrder":
		e.flow = simFlow(e.value("deviceCode"))
	case "singleServicePlanPage":
		f.listing(e)
	case "singleOrder", "synOrderInfo":
		f.order(e)
	case "stripeSingleAuthorization", "stripeSubscriptionAuthorization", "stripeSubDirectly":
		f.payment(e)
	case "resultQuery", "confirmPaymentResult":
		f.outcome(e)
	case "queryOrder":
		f.lookup(e)
	case "queryAutoRenewalRecord":
		f.renewal(e)
	case "cancelAutoRenewalRecord":
		f.cancellation(e)
	case "addSims", "removeSims":
		f.change(e)
	case "asyncResult":
		f.result(e)
	case "listGroupSims", "listBundles":
		clear(f.additions) // the client has looked at the group since
	}
	f.count(e)
	return e.mistakes
}

func simFlow(sim string) string {
	if sim == "" {
		return ""
	}
	return "SIM " + sim
}

// changing reports whether a later answer may differ after an operation.
func changing(id string) bool {
	operation, _ := openapi.OperationOf(id)
	return operation.Does != openapi.Read
}

// count counts the outcome of a request.
func (f *flow) count(e *event) {
	id := e.observed.Operation
	switch {
	case e.answer.refused:
		f.refused[id]++
		if len(f.refusals) < mostKept {
			f.refusals[content(e)] = refusal{e.number, e.ended}
		}
	case e.answer.accepted():
		f.accepted[id]++
		delete(f.refusals, content(e))
	}
	if changing(id) && !e.answer.refused {
		f.last = e.number
	}
}

// content is the operation with all parameters that matter, without sign and time.
func content(e *event) string {
	var parts []string
	for _, members := range [][]signing.Member{e.observed.Path, e.observed.Query, e.observed.Body} {
		for i := range members {
			if name := members[i].Name; name != "sign" && name != "tradeTime" {
				parts = append(parts, name+"="+string(members[i].Value))
			}
		}
	}
	slices.Sort(parts)
	return e.observed.Operation + " " + strings.Join(parts, "\n")
}

// repetition finds a refused request that is sent again unchanged. A read may be repeated after a pause,
// or after something has changed.
func (f *flow) repetition(e *event) {
	before, refused := f.refusals[content(e)]
	if !refused || f.last > before.number {
		return
	}
	id := e.observed.Operation
	pause := e.at.Sub(before.ended)
	if !changing(id) && pause >= f.pause() {
		return
	}
	actual := "the same request again"
	if !changing(id) {
		actual += " after " + rounded(pause)
	}
	e.add(NoRepetition, id, "request", id+" was sent again unchanged after it was refused", "the refusal is reported, or the request corrected", actual)
}

// pause is the shortest pause between two queries, with a margin for clocks and scheduling.
func (f *flow) pause() time.Duration { return f.options.MinPoll * 9 / 10 }

func rounded(d time.Duration) string { return d.Round(time.Millisecond).String() }

// end returns the mistakes that only the end shows.
func (f *flow) end() []Mistake { return slices.Concat(f.openPayments(), f.openTasks()) }
