package client

import (
	"fmt"
	"log/slog"
	"net/http"
	"regexp"
	"strings"
)

// Refused is a request that the mall refused: an answer in the API's own form
// whose operateCode is not Success. The mall did nothing.
type Refused struct {
	// Operation is the name of the operation in the contract, for example singleOrder.
	Operation string
	// Status is the HTTP status, Code the operateCode. No page lists the codes.
	Status int
	Code   string
	// Header is the header of the answer.
	Header http.Header
	// Message says why, for a human reader.
	Message string
	// Body is the raw answer. It may contain data that must not be logged.
	Body []byte
}

// Error says what was refused and why. It redacts payment data.
func (r *Refused) Error() string {
	return fmt.Sprintf("%s was refused: %s (code %q, HTTP %d)", r.Operation, redact(r.Message), r.Code, r.Status)
}

// LogValue is the text of Error, so that no logger prints the raw answer.
func (r *Refused) LogValue() slog.Value { return slog.StringValue(r.Error()) }

// Malformed is an answer that the contract does not allow: another form, an HTTP
// status of 500 or more, data that is missing or belongs to another request.
// Whether the mall carried out the request is not known.
type Malformed struct {
	// Operation is the name of the operation in the contract.
	Operation string
	// Status is the HTTP status and Header the header of the answer.
	Status int
	Header http.Header
	// Reason says what is wrong with the answer.
	Reason string
	// Body is the raw answer. It may contain data that must not be logged.
	Body []byte
}

// Error says what is wrong with the answer, and quotes its beginning with payment data redacted.
func (m *Malformed) Error() string {
	const shown = 200
	text := redact(string(m.Body[:min(len(m.Body), 4*shown)]))
	if len(text) > shown {
		text = strings.ToValidUTF8(text[:shown], "") + "..."
	}
	return fmt.Sprintf("the answer to %s is malformed: %s (HTTP %d, body %q)", m.Operation, m.Reason, m.Status, text)
}

// LogValue is the text of Error, so that no logger prints the raw answer.
func (m *Malformed) LogValue() slog.Value { return slog.StringValue(m.Error()) }

// Uncertain is an order that may or may not exist: it was sent, but no answer
// could be read. Call Order again with the same OrderNo and with MayExist.
type Uncertain struct {
	// OrderNo and PayID name the order.
	OrderNo, PayID string
	// Err is the last error.
	Err error
}

// Error names the order and the last error.
func (u *Uncertain) Error() string {
	return fmt.Sprintf("order %s may or may not exist: %v", u.OrderNo, u.Err)
}

// Unwrap returns the last error.
func (u *Uncertain) Unwrap() error { return u.Err }

// FailedSIMs are the SIM cards for which a task failed.
type FailedSIMs struct {
	// RequestID names the task.
	RequestID string
	// SIMs are the cards that failed, in the order of the answer.
	SIMs []SIMResult
}

// Error counts the SIM cards and gives the results of the first ones.
func (f *FailedSIMs) Error() string {
	const shown = 3
	parts := make([]string, 0, shown)
	for _, sim := range f.SIMs[:min(len(f.SIMs), shown)] {
		parts = append(parts, fmt.Sprintf("%s: %s (%s)", sim.SIM, redact(sim.Message), sim.Result))
	}
	if len(f.SIMs) > shown {
		parts = append(parts, fmt.Sprintf("and %d more", len(f.SIMs)-shown))
	}
	return fmt.Sprintf("task %s failed for %d SIM cards: %s", f.RequestID, len(f.SIMs), strings.Join(parts, "; "))
}

// Unfinished is a task that did not end in time. Store its RequestID; Client.Task resumes it.
type Unfinished struct {
	// RequestID names the task.
	RequestID string
	// Status is the last status seen, or empty.
	Status string
	// Err says why Wait gave up.
	Err error
}

// Error names the task, its last status and why Wait gave up.
func (u *Unfinished) Error() string {
	return fmt.Sprintf("task %s has not ended (last status %q): %v", u.RequestID, u.Status, u.Err)
}

// Unwrap returns why Wait gave up.
func (u *Unfinished) Unwrap() error { return u.Err }

var (
	sensitiveMember = regexp.MustCompile(
		`("(?i:pay_?id|client_secret|customer_id|pm_id|pay_method|sub_id|product_id|email|sign|payaccount)"\s*:\s*)("(?:[^"\\]|\\.)*"?|[^,}\s]+)`)
	sensitiveText = regexp.MustCompile(`\b(?:pi|seti|cs|pm|cus|sub|card|src|tok|prod)_\w+|[\w.+-]+@[\w.-]+`)
)

// redact hides data of payments and payers.
func redact(text string) string {
	text = sensitiveMember.ReplaceAllString(text, `$1"[redacted]"`)
	return sensitiveText.ReplaceAllString(text, "[redacted]")
}
