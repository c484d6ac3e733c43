package wire

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/mallcheck/mallcheck/openapi"
	"github.com/mallcheck/mallcheck/reports"
)

// Answer is the target's answer to one request, read leniently: a member of the wrong type does not hide
// the others. The oracle has already judged it.
type Answer struct {
	// Exchange is its index in the recorded exchanges.
	Exchange int
	// Operation is the operation that was called.
	Operation string
	// Status is the HTTP status.
	Status int
	// Header are the header fields.
	Header http.Header
	// Body is the body as received.
	Body []byte
	// OperateCode and Message are the envelope's members, "" if missing; a value that is not a string is
	// given as its JSON text.
	OperateCode, Message string
	// Data is the envelope's data as JSON text, nil if missing; for a bare success, the whole body.
	Data json.RawMessage

	bare    bool      // a success without an envelope, as the pages of 2022 print it
	started time.Time // when its request was sent
}

// envelope is the form of every answer.
type envelope struct {
	OperateCode LooseString     `json:"operateCode"`
	Message     LooseString     `json:"message"`
	Data        json.RawMessage `json:"data"`
}

// LooseString is a JSON string, or the JSON text of any other value.
type LooseString string

// UnmarshalJSON never fails on well-formed JSON.
func (t *LooseString) UnmarshalJSON(raw []byte) error {
	if string(raw) != "null" {
		*t = LooseString(Unquote(raw))
	}
	return nil
}

// ReadAnswer reads the response of a recorded exchange, which must have one; index is its index in the
// recorded exchanges.
func ReadAnswer(index int, exchange reports.Exchange) *Answer {
	answer := &Answer{
		Exchange: index, Operation: exchange.Operation, Status: exchange.Response.Status,
		Header: http.Header{}, Body: exchange.Response.Body, started: exchange.Started,
	}
	for _, field := range exchange.Response.Header {
		answer.Header.Add(field.Name, field.Value)
	}
	var e envelope
	// A byte order mark before the JSON text, or text after it, does not hide it.
	body := bytes.TrimPrefix(answer.Body, []byte("\ufeff"))
	err := json.Unmarshal(body, &e)
	if err != nil {
		e = envelope{}
		err = json.NewDecoder(bytes.NewReader(body)).Decode(&e)
	}
	if err == nil {
		answer.OperateCode, answer.Message, answer.Data = string(e.OperateCode), string(e.Message), e.Data
	}
	if answer.bare = isBare(answer, body); answer.bare {
		answer.Data = body
	}
	return answer
}

// isBare reports whether an answer is a success without an envelope for an operation for which a page
// prints one: an object with HTTP 200 that has none of the envelope's members and two of the printed
// ones, or that is empty if none are printed. An object of another form may as well be a refusal. The
// oracle reports the missing envelope; it is still a success, because the run must know what was bought.
func isBare(answer *Answer, body []byte) bool {
	if answer.OperateCode != "" || answer.Status != http.StatusOK {
		return false
	}
	operation, _ := openapi.OperationOf(answer.Operation)
	if !operation.BareSuccess {
		return false
	}
	var members map[string]json.RawMessage
	if json.Unmarshal(body, &members) != nil || members == nil {
		return false
	}
	for _, name := range []string{"operateCode", "message", "data"} {
		if _, enveloped := members[name]; enveloped {
			return false
		}
	}
	if len(operation.BareMembers) == 0 {
		return len(members) == 0
	}
	printed := 0
	for _, name := range operation.BareMembers {
		if _, has := members[name]; has {
			printed++
		}
	}
	return printed >= 2
}

// In returns the answer with its index in another list of recorded exchanges, such as those of another
// check.
func (a *Answer) In(exchanges []reports.Exchange) *Answer {
	same := *a
	for i := range exchanges {
		if exchanges[i].Operation == a.Operation && exchanges[i].Started.Equal(a.started) {
			same.Exchange = i
		}
	}
	return &same
}

// Accepted reports whether the operation succeeded: operateCode "S", or a bare object if a page prints
// successes without an envelope.
func (a *Answer) Accepted() bool { return a.OperateCode == reports.CodeSuccess || a.bare }

// Refused reports whether the operation was refused: an envelope with an operateCode other than "S", or
// an HTTP status from 400 to 499. A server error is never a refusal, even in the envelope, because
// nobody knows what was executed.
func (a *Answer) Refused() bool {
	return !a.Accepted() && a.Status < 500 && (a.OperateCode != "" || a.Status >= 400)
}

// Redirected reports whether the request was not executed, but is to be sent again to another address: HTTP 307 or 308.
// After another redirect nobody knows: a server also answers 302 or 303 to a request that it has executed.
func (a *Answer) Redirected() bool {
	return !a.Accepted() && (a.Status == http.StatusTemporaryRedirect || a.Status == http.StatusPermanentRedirect)
}

// Told returns the status and the operateCode of an answer, which are the same for each refusal of a kind. The code is cut
// to 40 bytes.
func (a *Answer) Told() string {
	if a.OperateCode == "" {
		return fmt.Sprintf("HTTP %d without the envelope", a.Status)
	}
	code := a.OperateCode
	if len(code) > 40 {
		code = strings.ToValidUTF8(code[:40], "") + "…"
	}
	return fmt.Sprintf("HTTP %d, operateCode %q", a.Status, code)
}

// String returns the answer in one line, for messages.
func (a *Answer) String() string {
	body := strings.Join(strings.Fields(string(a.Body)), " ")
	if len(body) > 300 {
		body = body[:300] + "…"
	}
	return fmt.Sprintf("HTTP %d %s", a.Status, body)
}
