package sandbox

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/mallcheck/mallcheck/sandbox/store"
)

// ServeHTTP answers every request in the envelope. The generated handlers and net/http answer a wrong
// path, method or body with plain text or a redirect, so ServeHTTP checks these first.
func (s *Sandbox) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	line := s.startLine()
	c := &store.Call{Request: r}
	if s.control != nil && under(r) {
		a := s.control.answer(r)
		a.Send(w)
		s.logLine(line, c, a)
		return
	}
	a := s.hooks.Incoming(r)
	if a == nil {
		a = s.respond(c)
	}
	s.hooks.Answer(c, a)
	if s.control != nil {
		s.control.seen.add(s.clock.Now(), c, a)
	}
	if !s.hooks.Wire(c, a, w) {
		a.Send(w)
	}
	s.logLine(line, c, a)
}

// respond runs a call through all stages.
func (s *Sandbox) respond(c *store.Call) *store.Answer {
	if c.Request.URL.Path == HealthPath {
		return health(c.Request)
	}
	for _, stage := range s.stages {
		if refusal := stage(c); refusal != nil {
			return refusal.Answer()
		}
	}
	return s.carryOut(c)
}

func health(r *http.Request) *store.Answer {
	if r.Method != http.MethodGet {
		return wrongMethod(r, http.MethodGet).Answer()
	}
	return &store.Answer{Status: http.StatusOK, Header: http.Header{"Content-Type": {store.MediaType}},
		Body: store.Envelope(store.CodeSuccess, store.MessageSuccess)}
}

// carryOut passes a valid call to its generated handler.
func (s *Sandbox) carryOut(c *store.Call) *store.Answer {
	r := c.Request.WithContext(context.WithValue(c.Request.Context(), store.CallKey{}, c))
	r.Body = &boundBody{Reader: bytes.NewReader(c.Body), call: c}
	for _, m := range c.Path {
		value, _ := m.StringValue()
		r.SetPathValue(m.Name, value)
	}
	w := &store.Recorder{Answer: store.Answer{Status: http.StatusOK, Header: make(http.Header, 3)}}
	operationOf(c).handle(w, r)
	if ids, ok := w.Answer.Header[canonicalRequestID]; ok {
		delete(w.Answer.Header, canonicalRequestID)
		w.Answer.Header[store.RequestIDHeader] = ids
	}
	return &w.Answer
}

// failed turns an error of a generated handler into an answer: a refusal stays a refusal, anything else
// is a defect with HTTP 500.
func failed(w http.ResponseWriter, _ *http.Request, err error) {
	var refusal *store.Refusal
	if !errors.As(err, &refusal) {
		refusal = &store.Refusal{Reason: store.Failed, Status: http.StatusInternalServerError,
			Message: fmt.Sprintf("the sandbox failed: %v", err)}
	}
	if r, ok := w.(*store.Recorder); ok {
		r.Answer = *refusal.Answer()
		return
	}
	refusal.Answer().Send(w)
}

// unreadable answers a request that an interceptor accepted but a generated handler cannot read.
func unreadable(w http.ResponseWriter, r *http.Request, err error) {
	failed(w, r, store.Refuse(store.BrokenConstraint, "a parameter cannot be read: %v", err))
}
