package store

import (
	"cmp"
	"fmt"
	"net/http"
	"strings"
	"unicode/utf8"
)

// CodeRefused is the operateCode of every refusal. It is the sandbox's own choice: "S" is the only
// documented value.
const CodeRefused = "F"

// CodeSuccess is the operateCode of every success (documented).
const CodeSuccess = "S"

// Reason is the stage at which a request was refused.
type Reason string

// The reasons, in the order of the stages.
const (
	// NoSuchPath means that no operation has the path: HTTP 404.
	NoSuchPath Reason = "path"
	// WrongMethod means that the path does not take the method: HTTP 405.
	WrongMethod Reason = "method"
	// WrongMediaType means that the headers do not declare JSON in UTF-8: HTTP 415.
	WrongMediaType Reason = "media type"
	// TooLarge means a body over Bounds.Body: HTTP 413.
	TooLarge Reason = "size"
	// Malformed means that the body is not one JSON object in UTF-8 without duplicate members: HTTP 400.
	Malformed Reason = "json"
	// BrokenConstraint means a parameter that is missing, of the wrong type or malformed.
	BrokenConstraint Reason = "constraint"
	// SignMissing means that there is no sign.
	SignMissing Reason = "sign missing"
	// SignEmpty means a sign that is "".
	SignEmpty Reason = "sign empty"
	// SignCase means a sign that is right except for the case of its letters.
	SignCase Reason = "sign case"
	// SignWrong means any other wrong sign.
	SignWrong Reason = "sign wrong"
	// UnknownPartner means an unknown partnerCode.
	UnknownPartner Reason = "partner"
	// NotFound means a group, request_id, SIM card, package, order, payment or auto-renewal that does not
	// exist or belongs to another partner.
	NotFound Reason = "not found"
	// Conflict means a purchase that conflicts with the state: a duplicate orderNo or payId, a paid order,
	// another amount, currency or plan than the order's.
	Conflict Reason = "conflict"
	// Declined means a payment that its payment method declines.
	Declined Reason = "declined"
	// Full means that the request would exceed a bound of the sandbox.
	Full Reason = "full"
	// Forbidden means a caller who may not use the control path: HTTP 403.
	Forbidden Reason = "forbidden"
	// Failed means a defect of the sandbox or of an interceptor: HTTP 500.
	Failed Reason = "failed"
)

// Refusal explains why a request is refused. It is an error, so that handlers can return it.
type Refusal struct {
	// Reason is the stage of the refusal.
	Reason Reason
	// Status is the HTTP status; 0 means 200.
	Status int
	// In is where the mistake is: "query", "path", "body" or "header"; empty if it is in no parameter.
	In string
	// Name is the name of the parameter; empty if the mistake is in no parameter.
	Name string
	// Clause is the rule of the contract behind a refusal that depends on the state of the mall, such as
	// "orders/duplicate-refused"; empty for other refusals.
	Clause string
	// Message says what is wrong, where, and what to send instead.
	Message string
	// Allow lists the methods of the path, for WrongMethod.
	Allow string
}

// Error returns the message.
func (r *Refusal) Error() string { return r.Message }

// Answer returns the refusal in the envelope.
func (r *Refusal) Answer() *Answer {
	status := cmp.Or(r.Status, http.StatusOK)
	a := &Answer{Status: status, Header: http.Header{"Content-Type": {MediaType}}, Refused: r}
	if r.Allow != "" {
		a.Header["Allow"] = []string{r.Allow}
	}
	a.Body = Envelope(CodeRefused, r.Message)
	return a
}

// Refuse returns a refusal with HTTP 200, which the sandbox uses for every mistake beyond HTTP and JSON.
func Refuse(reason Reason, format string, args ...any) *Refusal {
	return &Refusal{Reason: reason, Message: fmt.Sprintf(format, args...)}
}

// BadParameter returns the refusal of one parameter.
func BadParameter(in, name, format string, args ...any) *Refusal {
	return &Refusal{Reason: BrokenConstraint, In: in, Name: name, Message: fmt.Sprintf(format, args...)}
}

// Shown quotes text of a request for a message, shortened.
func Shown(text string) string {
	const limit = 64
	if len(text) <= limit {
		return fmt.Sprintf("%q", text)
	}
	cut := limit
	for cut > 0 && !utf8.RuneStart(text[cut]) {
		cut--
	}
	return fmt.Sprintf("%q... (%d bytes)", text[:cut], len(text))
}

// Joined combines several refusals into one that lists their messages.
func Joined(refusals []*Refusal) *Refusal {
	const most = 20
	if len(refusals) == 1 {
		return refusals[0]
	}
	var text strings.Builder
	for i, r := range refusals {
		if i == most {
			fmt.Fprintf(&text, "; and %d more mistakes", len(refusals)-most)
			break
		}
		if i > 0 {
			text.WriteString("; ")
		}
		text.WriteString(r.Message)
	}
	all := *refusals[0]
	all.Message = text.String()
	return &all
}
