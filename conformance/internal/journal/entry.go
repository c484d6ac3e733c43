package journal

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/mallcheck/mallcheck/conformance/internal/wire"
)

// The operations that the journal distinguishes.
const (
	AddSIMs       = "addSims"
	RemoveSIMs    = "removeSims"
	Subscribe     = "stripeSubDirectly"
	CancelRenewal = "cancelAutoRenewalRecord"
)

// Changes reports whether an operation adds something to the target or removes it.
func Changes(operation string) bool {
	switch operation {
	case AddSIMs, RemoveSIMs, CancelRenewal:
		return true
	}
	return PlacesOrder(operation) || BeginsPayment(operation)
}

// PlacesOrder reports whether an operation places an order.
func PlacesOrder(operation string) bool {
	return operation == "singleOrder" || operation == "synOrderInfo"
}

// BeginsPayment reports whether an operation starts or makes a payment.
func BeginsPayment(operation string) bool {
	return operation == "stripeSingleAuthorization" || operation == "stripeSubscriptionAuthorization" || operation == Subscribe
}

// Outcome is the outcome of a request; "" without an answer.
type Outcome string

// The outcomes of a request.
const (
	Accepted Outcome = "accepted"
	Refused  Outcome = "refused"
)

// Request is what a request that changes the target names.
type Request struct {
	Operation string   `json:"operation,omitempty"`
	Partner   string   `json:"partner,omitempty"`
	Group     string   `json:"group,omitempty"`
	SIMs      []string `json:"sims,omitempty"`
	// Before is how often the group held the SIMs before the run; absent if unknown.
	Before Holdings `json:"before,omitzero"`
	Order  string   `json:"order,omitempty"`
	// Payment is the payment id of a subscription or of its cancellation.
	Payment string `json:"payment,omitempty"`
	// PayID is the payment id of an order. It is not written to the file.
	PayID string `json:"-"`
	// Paid is set if the request pays for its order when accepted. It is not written to the file.
	Paid bool `json:"-"`
}

func (r Request) in() Group { return Group{r.Group, r.Partner} }

// Result is the target's result for one SIM card of a request.
type Result struct{ SIM, Code string }

// The known codes of a Result.
const (
	done    = "10"
	unknown = "31" // the SIM card does not exist
)

// Entry is a request that changes the target, with its outcome. Request, Number and Time do not change;
// the rest is safe for concurrent use.
type Entry struct {
	Request
	// Number counts the entries of a journal from 1.
	Number int
	// Time is when it was entered.
	Time time.Time

	mu        sync.Mutex
	outcome   Outcome
	requestID string
	results   []Result // nil until known
	undone    bool
	hidden    bool
}

func (e *Entry) setOutcome(outcome Outcome, requestID string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.outcome, e.requestID = outcome, requestID
}

// markUndone reports false for a hidden entry, which stays as it is.
func (e *Entry) markUndone() bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.undone = e.undone || !e.hidden
	return !e.hidden
}

func (e *Entry) hide(hidden bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.hidden = hidden
}

func (e *Entry) isHidden() bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.hidden
}

// In is the group of an entry.
func (e *Entry) In() Group { return e.in() }

// Outcome is the outcome of the request; "" while no answer is known.
func (e *Entry) Outcome() Outcome {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.outcome
}

// RequestID is the id under which the result of an asynchronous request is found.
func (e *Entry) RequestID() string {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.requestID
}

// Undone reports whether the effect of the request was undone.
func (e *Entry) Undone() bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.undone
}

// ChangesGroup reports whether the request adds SIM cards to a group or removes them.
func (e *Entry) ChangesGroup() bool { return e.Operation == AddSIMs || e.Operation == RemoveSIMs }

// Pending reports whether the request was accepted and its results are unknown.
func (e *Entry) Pending() bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.outcome == Accepted && e.requestID != "" && e.results == nil
}

// SetResults stores the target's result for each SIM card.
func (e *Entry) SetResults(results []Result) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.results = results
	if results == nil {
		e.results = []Result{}
	}
}

// Carried returns the SIM cards for which the request succeeded and, for an addition, those with an
// unknown code. If the result lacks a SIM card, its addition counts as done unless the card does not
// exist, and its removal counts as not done.
func (e *Entry) Carried(notExisting []string) (succeeded, doubtful []string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	told := map[string][]string{} // codes by SIM card
	for _, result := range e.results {
		told[result.SIM] = append(told[result.SIM], result.Code)
	}
	adds := e.Operation == AddSIMs
	for _, sim := range e.SIMs {
		code := ""
		if codes := told[sim]; len(codes) > 0 {
			code, told[sim] = codes[0], codes[1:]
		}
		switch {
		case code == done, code == "" && adds && !slices.Contains(notExisting, sim):
			succeeded = append(succeeded, sim)
		case code != unknown && code != "" && adds:
			doubtful = append(doubtful, sim)
		}
	}
	return succeeded, doubtful
}

// Did describes what an entry of a sweep did.
func (e *Entry) Did() string {
	switch e.Operation {
	case AddSIMs:
		return fmt.Sprintf("put back into %s: %s", e.in(), strings.Join(e.SIMs, ", "))
	case RemoveSIMs:
		return fmt.Sprintf("took out of %s: %s", e.in(), strings.Join(e.SIMs, ", "))
	}
	return fmt.Sprintf("cancelled the auto-renewal of order %s of partner %s", e.Order, e.Partner)
}

// Summary lists the first few of many names.
func Summary(names []string) string {
	if len(names) > 3 {
		return fmt.Sprintf("%s and %d more", strings.Join(names[:3], ", "), len(names)-3)
	}
	return strings.Join(names, ", ")
}

// ResultsOf returns the outcome of a task for each SIM card.
func ResultsOf(r wire.Result) []Result {
	results := make([]Result, len(r.Details))
	for i, detail := range r.Details {
		results[i] = Result{SIM: detail.SimID, Code: detail.Result}
	}
	return results
}
