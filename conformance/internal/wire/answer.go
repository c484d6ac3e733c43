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

// Answer is what the target answered to one request, read leniently: a member
// of the wrong type does not hide the others. The oracle has judged it already.
type Answer struct {
	// Exchange is its index in the recorded exchanges.
	Exchange int
	// Operation is the operation that was called.
	Operation string
	// Status is the HTTP status.
	Status int
	// Header are the header fields.
	Header http.Header
	// Body is the body as it came.
	Body []byte
	// OperateCode and Message are the envelope's members, "" when they are not
	// there; a value that is no string is given as its JSON text.
	OperateCode, Message string
	// Data is the envelope's data as JSON text, nil when it is not there; the whole
	// body of a bare success.
	Data json.RawMessage

	bare    bool      // a success as the pages of 2022 print it, without an envelope
	started time.Time // when its request was sent
}

// envelope is the form of every answer.
type envelope struct {
	OperateCode LooseString     `json:"operateCode"`
	Message     LooseString     `json:"message"`
	Data        json.RawMessage `json:"data"`
}

// LooseString is a string, read from a JSON string, or from any other value as its text.
type LooseString string

// UnmarshalJSON never fails on well-formed JSON.
func (t *LooseString) UnmarshalJSON(raw []byte) error {
	if string(raw) != "null" {
		*t = LooseString(Unquote(raw))
	}
	return nil
}

// ReadAnswer reads the response of a recorded exchange, which has one; index is its
// place among the recorded exchanges.
func ReadAnswer(index int, exchange reports.Exchange) *Answer {
	answer := &Answer{
		Exchange: index, Operation: exchange.Operation, Status: exchange.Response.Status,
		Header: http.Header{}, Body: exchange.Response.Body, started: exchange.Started,
	}
	for _, field := range exchange.Response.Header {
		answer.Header.Add(field.Name, field.Value)
	}
	var e envelope
	// Neither a byte order mark before the JSON text nor what follows it hides it.
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

// isBare reports whether an answer is a success without an envelope, where a page
// prints one so: an object, with HTTP 200, that has none of the envelope's members and two of
// those that are printed, or is empty where none are. An object of another form may as well be a refusal. The oracle tells that it lacks the envelope; it is a success all the same, of which
// what was bought has to be known.
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

// In returns the answer as that of the same exchange in a list of recorded ones, which may
// be those of another check.
func (a *Answer) In(exchanges []reports.Exchange) *Answer {
	same := *a
	for i := range exchanges {
		if exchanges[i].Operation == a.Operation && exchanges[i].Started.Equal(a.started) {
			same.Exchange = i
		}
	}
	return &same
}

// Accepted reports whether the operation succeeded: operateCode "S", or a bare
// object where a page prints a success so.
func (a *Answer) Accepted() bool { return a.OperateCode == reports.CodeSuccess || a.bare }

// Refused reports whether the operation was refused: an envelope whose operateCode is
// not "S", or an HTTP status from 400 to 499. A server error never is a refusal, even in
// the envelope: nobody knows what was executed.
func (a *Answer) Refused() bool {
	return !a.Accepted() && a.Status < 500 && (a.OperateCode != "" || a.Status >= 400)
}

// String returns the answer in one line, for messages.
func (a *Answer) String() string {
	body := strings.Join(strings.Fields(string(a.Body)), " ")
	if len(body) > 300 {
		body = body[:300] + "…"
	}
	return fmt.Sprintf("HTTP %d %s", a.Status, body)
}
