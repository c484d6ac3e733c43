package faults

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"slices"
	"sync"

	"github.com/mallcheck/mallcheck/sandbox"
	"github.com/mallcheck/mallcheck/signing"
)

// requestIDHeader is the header in which the sandbox returns a request_id.
const requestIDHeader = "request_id"

// fixtures is the initial content of every sandbox.
var fixtures = sync.OnceValue(sandbox.NewFixtures)

// newInterceptor creates an interceptor for one sandbox.
type newInterceptor = func() sandbox.Interceptor

// always returns the same stateless interceptor each time.
func always(i sandbox.Interceptor) newInterceptor {
	return func() sandbox.Interceptor { return i }
}

// onAnswer changes the answers of the given operations, or of all if none is given.
func onAnswer(change func(c *sandbox.Call, a *sandbox.Answer), operations ...string) newInterceptor {
	return always(sandbox.Interceptor{Answer: func(c *sandbox.Call, a *sandbox.Answer) {
		if len(operations) == 0 && c.Operation != "" || slices.Contains(operations, c.Operation) {
			change(c, a)
		}
	}})
}

// onSuccess is onAnswer for successes.
func onSuccess(change func(c *sandbox.Call, a *sandbox.Answer), operations ...string) newInterceptor {
	return onAnswer(func(c *sandbox.Call, a *sandbox.Answer) {
		if a.Refused == nil {
			change(c, a)
		}
	}, operations...)
}

// onRefusal changes the refusals that applies selects.
func onRefusal(applies func(*sandbox.Refusal) bool, change func(a *sandbox.Answer)) newInterceptor {
	return always(sandbox.Interceptor{Answer: func(_ *sandbox.Call, a *sandbox.Answer) {
		if a.Refused != nil && applies(a.Refused) {
			change(a)
		}
	}})
}

// because selects refusals with one of the reasons.
func because(reasons ...sandbox.Reason) func(*sandbox.Refusal) bool {
	return func(r *sandbox.Refusal) bool { return slices.Contains(reasons, r.Reason) }
}

// onData changes the data of successes of the given operations.
func onData[T any](change func(c *sandbox.Call, data T) T, operations ...string) newInterceptor {
	return onSuccess(func(c *sandbox.Call, a *sandbox.Answer) {
		var whole map[string]json.RawMessage
		var data T
		if json.Unmarshal(a.Body, &whole) != nil || json.Unmarshal(whole["data"], &data) != nil {
			return
		}
		changed, err := json.Marshal(change(c, data))
		if err != nil {
			return
		}
		whole["data"] = changed
		if body, err := json.Marshal(whole); err == nil {
			a.Body = body
		}
	}, operations...)
}

// replaceText replaces every occurrence of a text in the body of an answer.
func replaceText(from, to string) func(*sandbox.Call, *sandbox.Answer) {
	return func(_ *sandbox.Call, a *sandbox.Answer) {
		a.Body = bytes.ReplaceAll(a.Body, []byte(from), []byte(to))
	}
}

// setBody replaces the body of an answer.
func setBody(body string) func(*sandbox.Answer) {
	return func(a *sandbox.Answer) { a.Body = []byte(body) }
}

// setBodyOf is setBody as a change of an answer to a call.
func setBodyOf(body string) func(*sandbox.Call, *sandbox.Answer) {
	return func(_ *sandbox.Call, a *sandbox.Answer) { setBody(body)(a) }
}

// bareSuccess is the envelope of a success without data.
const bareSuccess = `{"operateCode":"` + sandbox.CodeSuccess + `","message":"success"}`

// success returns the envelope of a success with data, a JSON text.
func success(data string) string { return `{"data":` + data + `,` + bareSuccess[1:] }

// succeed turns an answer into a success with this body.
func succeed(a *sandbox.Answer, body string) {
	a.Status, a.Refused, a.Body = http.StatusOK, nil, []byte(body)
}

// onBody changes the bodies of requests before any processing.
func onBody(change func(r *http.Request, body []byte) []byte) newInterceptor {
	return always(sandbox.Interceptor{Incoming: func(r *http.Request) *sandbox.Answer {
		if r.ContentLength == 0 {
			return nil
		}
		// One byte over the limit is enough for the sandbox to refuse the body.
		body, err := io.ReadAll(io.LimitReader(r.Body, sandbox.DefaultBody+1))
		if err == nil {
			body = change(r, body)
		}
		r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
		return nil
	}})
}

// permit accepts a refused parameter if may says so.
func permit(name string, may func(c *sandbox.Call) bool) newInterceptor {
	return always(sandbox.Interceptor{Constraint: func(c *sandbox.Call, r *sandbox.Refusal) *sandbox.Refusal {
		if r != nil && r.Name == name && r.Reason == sandbox.BrokenConstraint && may(c) {
			return nil
		}
		return r
	}})
}

// demand refuses valid calls that do not meet another condition.
func demand(what string, holds func(c *sandbox.Call) bool) newInterceptor {
	return always(sandbox.Interceptor{Constraint: func(c *sandbox.Call, r *sandbox.Refusal) *sandbox.Refusal {
		if r == nil && !holds(c) {
			return &sandbox.Refusal{Reason: sandbox.BrokenConstraint, Message: what}
		}
		return r
	}})
}

func onLookup(kind sandbox.LookupKind, change func(c *sandbox.Call, l *sandbox.Lookup)) newInterceptor {
	return always(sandbox.Interceptor{Lookup: func(_ *sandbox.State, c *sandbox.Call, l *sandbox.Lookup) {
		if l.Kind == kind {
			change(c, l)
		}
	}})
}

// parameters returns the parameters of a call in the order query, path, body.
func parameters(c *sandbox.Call) []signing.Member {
	return slices.Concat(c.Query, c.Path, c.Members)
}

// valueOf returns the JSON text of a parameter, nil if it is missing.
func valueOf(c *sandbox.Call, name string) []byte {
	for _, m := range parameters(c) {
		if m.Name == name {
			return m.Value
		}
	}
	return nil
}

// stringOf returns the string value of a parameter, "" if it is missing or not a string.
func stringOf(c *sandbox.Call, name string) string {
	text, _ := signing.Member{Value: valueOf(c, name)}.StringValue()
	return text
}

// simsOf returns the SIM cards of a call, and whether sim_ids is a list of strings.
func simsOf(c *sandbox.Call) ([]string, bool) {
	var sims []string
	err := json.Unmarshal(valueOf(c, "sim_ids"), &sims)
	return sims, err == nil
}

// fill adds a missing query parameter for the handler. Handlers treat missing body members as empty.
func fill(c *sandbox.Call, name, value string) {
	if c.Request.Method == http.MethodGet && valueOf(c, name) == nil {
		c.Request.URL.RawQuery += "&" + url.Values{name: {value}}.Encode()
	}
}

// counter counts by key. It is safe for concurrent use.
type counter struct {
	mu    sync.Mutex
	times map[string]int
}

// next increments the count of a key and returns it.
func (c *counter) next(key string) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.times == nil {
		c.times = map[string]int{}
	}
	c.times[key]++
	return c.times[key]
}

// delayedRefusal is the key of a refusal that is sent only after the call was executed.
type delayedRefusal struct{}

// refuseAtEnd answers a call with its delayed refusal, after it was executed.
func refuseAtEnd(c *sandbox.Call, a *sandbox.Answer) {
	if refusal, noted := c.Noted(delayedRefusal{}).(*sandbox.Refusal); noted {
		*a = *refusal.Answer()
	}
}
