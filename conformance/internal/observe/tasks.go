package observe

import (
	"net/url"
	"strings"

	"github.com/mallcheck/mallcheck/conformance/internal/observe/textform"
	"github.com/mallcheck/mallcheck/conformance/internal/provoke"
	"github.com/mallcheck/mallcheck/reports"
)

// maxTasks limits the number of tasks followed at a time; the oldest is forgotten.
const maxTasks = 4096

// tasks follows asynchronous tasks: the header and form of their ids, and the states they go through.
type tasks struct {
	offered map[string][]string // header names by their value
	order   []string            // of the values, oldest first
	headers map[string]int      // how often a value found a result, by the header's name
	forms   textform.Set
	ids     int

	states map[string]string // the last state, by request id
	known  []string          // request ids, oldest first
	tasks  map[string]int    // tasks that were seen in a state
	left   map[string]int    // how often a state was left
}

func newTasks() *tasks {
	return &tasks{
		offered: map[string][]string{}, headers: map[string]int{}, forms: textform.All,
		states: map[string]string{}, tasks: map[string]int{}, left: map[string]int{},
	}
}

// usualHeaders are common headers that never contain a request id.
var usualHeaders = map[string]bool{
	"date": true, "server": true, "connection": true, "keep-alive": true, "vary": true, "etag": true, "expires": true, "cache-control": true,
	"pragma": true, "set-cookie": true, "allow": true, "via": true, "age": true, "transfer-encoding": true, "x-powered-by": true,
}

func (t *tasks) add(l *Learner, exchange *reports.Exchange, request provoke.Judged, answer answer) {
	switch exchange.Operation {
	case "addSims", "removeSims":
		t.offer(exchange.Response.Header)
	case "asyncResult":
		if request.Address == nil {
			return
		}
		path := request.Address.EscapedPath()
		id, err := url.PathUnescape(path[strings.LastIndexByte(path, '/')+1:])
		if err != nil {
			return
		}
		t.find(id)
		for _, fact := range [][2]string{{KindSetting, "request-id-header"}, {KindSetting, "terminal-status"}, {KindForm, "request-id"}} {
			l.see(fact[0], fact[1], "", exchange.Started)
		}
		if data, isObject := answer.object["data"].(map[string]any); isObject {
			if status, isText := data["status"].(string); isText && isCode(status) {
				t.look(id, status)
			}
		}
	}
}

// offer keeps the headers of an accepted request, one of which contains the request id.
func (t *tasks) offer(header []reports.Header) {
	for _, field := range header {
		name := strings.ToLower(field.Name)
		if field.Value == "" || len(field.Value) > 200 || usualHeaders[name] || strings.HasPrefix(name, "content-") ||
			strings.HasPrefix(name, "access-control-") || len(t.offered[field.Value]) > 8 {
			continue
		}
		if t.offered[field.Value] == nil {
			t.order = append(t.order, field.Value)
			if len(t.order) > maxTasks {
				delete(t.offered, t.order[0])
				t.order = t.order[1:]
			}
		}
		t.offered[field.Value] = append(t.offered[field.Value], field.Name)
	}
}

// find notes which header contained a request id that has a result.
func (t *tasks) find(id string) {
	names := t.offered[id]
	if len(names) == 0 {
		return
	}
	for _, name := range names {
		if len(t.headers) < maxValues || t.headers[name] > 0 {
			t.headers[name]++
		}
	}
	t.offered[id] = nil
	delete(t.offered, id)
	t.ids++
	t.forms &= textform.Of(id)
}

func (t *tasks) look(id, state string) {
	before, known := t.states[id]
	if !known {
		t.known = append(t.known, id)
		if len(t.known) > maxTasks {
			delete(t.states, t.known[0])
			t.known = t.known[1:]
		}
	}
	t.states[id] = state
	if len(t.tasks) >= 2*maxValues && t.tasks[state] == 0 || before == state {
		return
	}
	t.tasks[state]++
	if known {
		t.left[before]++
	}
}
