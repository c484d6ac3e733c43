package sandbox

import (
	"fmt"
	"net/http"
	"strings"
	"unicode/utf8"
)

// CodeRefused is the operateCode of every refusal. No page of the provider names one; "S" is the
// only documented value.
const CodeRefused = "F"

// CodeSuccess is the operateCode of every success (documented).
const CodeSuccess = "S"

// Reason says at which point of its way through the sandbox a request was refused.
type Reason string

// The reasons, in the order in which a request meets them.
const (
	// NoSuchPath means that no operation has the path: HTTP 404.
	NoSuchPath Reason = "path"
	// WrongMethod means that the path exists and has no such method: HTTP 405.
	WrongMethod Reason = "method"
	// WrongMediaType means a body that is not announced as JSON in UTF-8: HTTP 415.
	WrongMediaType Reason = "media type"
	// TooLarge means a body over Bounds.Body: HTTP 413.
	TooLarge Reason = "size"
	// Malformed means a body that is not one JSON object in UTF-8 without duplicate members: HTTP 400.
	Malformed Reason = "json"
	// BrokenConstraint means a parameter that is missing, of the wrong type or not of its form.
	BrokenConstraint Reason = "constraint"
	// SignMissing means that there is no sign.
	SignMissing Reason = "sign missing"
	// SignEmpty means a sign that is "".
	SignEmpty Reason = "sign empty"
	// SignCase means a sign that is right but for the case of its letters.
	SignCase Reason = "sign case"
	// SignWrong means any other sign that is not the right one.
	SignWrong Reason = "sign wrong"
	// UnknownPartner means a partnerCode that the mall does not know.
	UnknownPartner Reason = "partner"
	// NotFound means a group, request_id, SIM, package, order, payment or auto-renewal that does not
	// exist or is another partner's.
	NotFound Reason = "not found"
	// Conflict means a purchase that does not fit what the state already has: an orderNo or payId that
	// is taken, an order that is paid already, an amount, currency or plan that is not the order's.
	Conflict Reason = "conflict"
	// Declined means a payment that was declined, as the payment method wants it.
	Declined Reason = "declined"
	// Full means that a bound of the sandbox would be passed.
	Full Reason = "full"
	// Forbidden means a caller who may not use the control path: HTTP 403.
	Forbidden Reason = "forbidden"
	// Failed means a defect of the sandbox or of an interceptor: HTTP 500.
	Failed Reason = "failed"
)

// Refusal is why a request is not carried out. It is an error, so that handlers return it as one.
type Refusal struct {
	// Reason is the point of refusal.
	Reason Reason
	// Status is the HTTP status; 0 means 200.
	Status int
	// In is where the mistake is: "query", "path", "body" or "header"; empty when it is in no parameter.
	In string
	// Name is the parameter's name; empty when the mistake is in no parameter.
	Name string
	// Message tells the mistake in words: what, where and what is wanted instead.
	Message string
	// Allow are the methods of a path, for WrongMethod.
	Allow string
}

// Error returns the message.
func (r *Refusal) Error() string { return r.Message }

// Answer returns the refusal in the envelope.
func (r *Refusal) Answer() *Answer {
	status := r.Status
	if status == 0 {
		status = http.StatusOK
	}
	a := &Answer{Status: status, Header: http.Header{"Content-Type": {mediaType}}, Refused: r}
	if r.Allow != "" {
		a.Header["Allow"] = []string{r.Allow}
	}
	a.Body = envelope(CodeRefused, r.Message)
	return a
}

// refuse makes a refusal at HTTP 200, where the sandbox refuses whatever is no mistake of HTTP or
// JSON itself.
func refuse(reason Reason, format string, args ...any) *Refusal {
	return &Refusal{Reason: reason, Message: fmt.Sprintf(format, args...)}
}

// broken makes the refusal of one parameter.
func broken(in, name, format string, args ...any) *Refusal {
	return &Refusal{Reason: BrokenConstraint, In: in, Name: name, Message: fmt.Sprintf(format, args...)}
}

// shown quotes text of a request for a message, which it must not flood.
func shown(text string) string {
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

// joined makes one refusal of several, whose messages it lists.
func joined(refusals []*Refusal) *Refusal {
	const most = 5
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
