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

// fixtures are what every sandbox holds when it starts.
var fixtures = sync.OnceValue(sandbox.NewFixtures)

// newInterceptor makes an interceptor for one sandbox.
type newInterceptor = func() sandbox.Interceptor

// always makes the same interceptor each time: one that remembers nothing.
func always(i sandbox.Interceptor) newInterceptor {
	return func() sandbox.Interceptor { return i }
}

// onAnswer changes the answers of some operations, or of all when none is named.
func onAnswer(change func(c *sandbox.Call, a *sandbox.Answer), operations ...string) newInterceptor {
	return always(sandbox.Interceptor{Answer: func(c *sandbox.Call, a *sandbox.Answer) {
		if len(operations) == 0 && c.Operation != "" || slices.Contains(operations, c.Operation) {
			change(c, a)
		}
	}})
}

// onSuccess is onAnswer for what is no refusal.
func onSuccess(change func(c *sandbox.Call, a *sandbox.Answer), operations ...string) newInterceptor {
	return onAnswer(func(c *sandbox.Call, a *sandbox.Answer) {
		if a.Refused == nil {
			change(c, a)
		}
	}, operations...)
}

// onRefusal changes the refusals with a reason for which applies holds, whatever they refuse.
func onRefusal(applies func(*sandbox.Refusal) bool, change func(a *sandbox.Answer)) newInterceptor {
	return always(sandbox.Interceptor{Answer: func(_ *sandbox.Call, a *sandbox.Answer) {
		if a.Refused != nil && applies(a.Refused) {
			change(a)
		}
	}})
}

// because holds for refusals with one of the reasons.
func because(reasons ...sandbox.Reason) func(*sandbox.Refusal) bool {
	return func(r *sandbox.Refusal) bool { return slices.Contains(reasons, r.Reason) }
}

// onData changes the data of the successes of some operations.
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

// setBodyOf is setBody of the answer to a call.
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

// onBody changes the bodies of requests before anything looks at them.
func onBody(change func(r *http.Request, body []byte) []byte) newInterceptor {
	return always(sandbox.Interceptor{Incoming: func(r *http.Request) *sandbox.Answer {
		if r.ContentLength == 0 {
			return nil
		}
		// Whatever is over the bound is refused however much over it is.
		body, err := io.ReadAll(io.LimitReader(r.Body, sandbox.DefaultBody+1))
		if err == nil {
			body = change(r, body)
		}
		r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
		return nil
	}})
}

// permit lets pass what is refused for a parameter, when it may.
func permit(name string, may func(c *sandbox.Call) bool) newInterceptor {
	return always(sandbox.Interceptor{Constraint: func(c *sandbox.Call, r *sandbox.Refusal) *sandbox.Refusal {
		if r != nil && r.Name == name && r.Reason == sandbox.BrokenConstraint && may(c) {
			return nil
		}
		return r
	}})
}

// demand refuses, beyond what the contract refuses, whatever does not hold.
func demand(what string, holds func(c *sandbox.Call) bool) newInterceptor {
	return always(sandbox.Interceptor{Constraint: func(c *sandbox.Call, r *sandbox.Refusal) *sandbox.Refusal {
		if r == nil && !holds(c) {
			return &sandbox.Refusal{Reason: sandbox.BrokenConstraint, Message: what}
		}
		return r
	}})
}

// onLookup changes the lookups of one kind.
func onLookup(kind sandbox.LookupKind, change func(c *sandbox.Call, l *sandbox.Lookup)) newInterceptor {
	return always(sandbox.Interceptor{Lookup: func(_ *sandbox.State, c *sandbox.Call, l *sandbox.Lookup) {
		if l.Kind == kind {
			change(c, l)
		}
	}})
}

// parameters returns the parameters of a call that can be signed, in the order query, path, body.
func parameters(c *sandbox.Call) []signing.Member {
	return slices.Concat(c.Query, c.Path, c.Members)
}

// valueOf returns the JSON text of a parameter, nil when it was not sent.
func valueOf(c *sandbox.Call, name string) []byte {
	for _, m := range parameters(c) {
		if m.Name == name {
			return m.Value
		}
	}
	return nil
}

// textOf returns the text of a parameter, "" when it was not sent or is no string.
func textOf(c *sandbox.Call, name string) string {
	text, _ := signing.Member{Value: valueOf(c, name)}.Text()
	return text
}

// simsOf returns the SIM cards that a call submits, and whether they are a list of texts.
func simsOf(c *sandbox.Call) ([]string, bool) {
	var sims []string
	err := json.Unmarshal(valueOf(c, "sim_ids"), &sims)
	return sims, err == nil
}

// fill gives the handler of a call a parameter of the query that was not sent. Handlers take the
// members of a body that are not there for empty.
func fill(c *sandbox.Call, name, value string) {
	if c.Request.Method == http.MethodGet && valueOf(c, name) == nil {
		c.Request.URL.RawQuery += "&" + url.Values{name: {value}}.Encode()
	}
}

// counter counts how often something was asked for. It is safe for concurrent use.
type counter struct {
	mu    sync.Mutex
	times map[string]int
}

// next returns how often a key was asked for, this time included.
func (c *counter) next(key string) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.times == nil {
		c.times = map[string]int{}
	}
	c.times[key]++
	return c.times[key]
}

// belated is the key under which a refusal is noted that is told only at the end of a call.
type belated struct{}

// refuseAtEnd answers a call with the refusal that was noted for it, whatever was done.
func refuseAtEnd(c *sandbox.Call, a *sandbox.Answer) {
	if refusal, noted := c.Noted(belated{}).(*sandbox.Refusal); noted {
		*a = *refusal.Answer()
	}
}
