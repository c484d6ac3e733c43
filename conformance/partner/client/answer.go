package client

import (
	"encoding/json"
	"strings"

	"github.com/mallcheck/mallcheck/reports"
)

// answer is a response as the flow reads it.
type answer struct {
	// lost is set if the client got no readable answer: none, a partial one, or a server error. The
	// client does not know whether the request was executed.
	lost bool
	// later is set if the server asked the client to come back later: 429 or 503.
	later bool
	// refused is set if the request was refused; code is its operateCode.
	refused bool
	code    string
	// status is the HTTP status.
	status int
	// data is the data of a success.
	data map[string]any
	// header is the header of the response.
	header []reports.Header
}

// answerOf reads a response. A success is operateCode "S", or a bare object with HTTP 200.
func answerOf(e *Exchange) answer {
	response := e.Response
	if response == nil || e.Problem != "" {
		return answer{lost: true}
	}
	a := answer{status: response.Status, header: response.Header}
	switch {
	case a.status == 429, a.status == 503:
		a.later = true
		return a
	case a.status >= 500:
		a.lost = true
		return a
	}
	var body map[string]any
	if json.Unmarshal(inflated(response), &body) != nil {
		a.lost, a.refused = a.status == 200, a.status != 200
		return a
	}
	code, enveloped := body["operateCode"].(string)
	a.code = code
	switch {
	case code == reports.CodeSuccess:
		a.data, _ = body["data"].(map[string]any)
	case enveloped || a.status != 200:
		a.refused = true
	default:
		a.data = body
	}
	return a
}

// accepted reports whether the client knows that the request was executed.
func (a *answer) accepted() bool { return !a.lost && !a.later && !a.refused }

// value returns a member of the data as text.
func (a *answer) value(name string) string { return stringOf(a.data, name) }

func stringOf(object map[string]any, name string) string {
	text, _ := object[name].(string)
	return text
}

// list returns a member of the data that is a list of objects.
func (a *answer) list(name string) []map[string]any {
	items, _ := a.data[name].([]any)
	var objects []map[string]any
	for _, item := range items {
		if object, ok := item.(map[string]any); ok {
			objects = append(objects, object)
		}
	}
	return objects
}

// get returns the first header field of a name in any case.
func (a *answer) get(name string) string {
	for _, field := range a.header {
		if strings.EqualFold(field.Name, name) {
			return field.Value
		}
	}
	return ""
}
