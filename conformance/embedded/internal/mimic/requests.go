package mimic

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/mallcheck/mallcheck/conformance/internal/provoke"
	"github.com/mallcheck/mallcheck/reports"
	"github.com/mallcheck/mallcheck/sandbox"
	"github.com/mallcheck/mallcheck/signing"
)

// constraint ignores a mistake that the target accepts, and makes the request legible for the sandbox.
func (m *mimic) constraint(c *sandbox.Call, refused *sandbox.Refusal) *sandbox.Refusal {
	if refused == nil { // the signature is verified
		m.legible(c)
		return nil
	}
	mistake := m.mistake(c)
	if !m.lenient[c.Operation][mistake] {
		return refused
	}
	if mistake == (provoke.Provocation{Kind: provoke.MissingParameters, Parameter: "version"}) && c.Request.Method == http.MethodGet {
		c.Request.URL.RawQuery += "&version=" + signing.DefaultVersion // the query is read again
	}
	return nil
}

// legible turns values of another type into strings if the target accepts them, and trims spaces around others.
func (m *mimic) legible(c *sandbox.Call) {
	for i := range c.Members {
		member := &c.Members[i]
		accepts := func(kind string) bool {
			return m.lenient[c.Operation][provoke.Provocation{Kind: kind, Parameter: member.Name}]
		}
		if text, is := member.StringValue(); is && accepts(provoke.SpacesAround) {
			if quoted, err := json.Marshal(strings.TrimSpace(text)); err == nil {
				member.Value = quoted
			}
			continue
		}
		if accepts(provoke.OtherTypes) && bytes.IndexByte([]byte("[{tf"), member.Value[0]) >= 0 {
			member.Value = []byte(`""`)
		}
	}
}

// incoming rewrites requests that the target accepts and the sandbox could not read. Of repeated parameters it keeps
// the last: which one counts is not learnt, and most parsers use the last.
func (m *mimic) incoming(r *http.Request) *sandbox.Answer {
	operation := m.operationOf(r)
	if m.accepts(operation, provoke.OtherMediaTypes) {
		r.Header.Set("Content-Type", "application/json")
	}
	switch large := m.accepts(operation, provoke.OversizedBodies); {
	case r.ContentLength > sandbox.DefaultBody && !large:
		return tooLarge(r)
	case large && r.ContentLength > maxRead:
		return nil
	}
	if m.accepts(operation, provoke.TrailingData) {
		rewrite(r, first)
	}
	if !m.accepts(operation, provoke.RepeatedParameters) {
		return nil
	}
	query, changed := r.URL.Query(), false
	for name, values := range query {
		if last := len(values) - 1; last > 0 {
			query[name], changed = values[last:], true
		}
	}
	if changed {
		r.URL.RawQuery = query.Encode()
	}
	rewrite(r, once)
	return nil
}

// largest bounds bodies if the target accepts very large ones.
const largest = 16 << 20

// maxRead bounds the bodies that are searched for mistakes which the target overlooks.
const maxRead = 1 << 20

// accepts reports whether an operation accepts a mistake that concerns no single parameter.
func (m *mimic) accepts(operation, kind string) bool {
	return m.lenient[operation][provoke.Provocation{Kind: kind}]
}

// acceptsLarge reports whether some operation accepts very large bodies.
func (m *mimic) acceptsLarge() bool {
	for operation := range m.lenient {
		if m.accepts(operation, provoke.OversizedBodies) {
			return true
		}
	}
	return false
}

// tooLarge refuses large bodies unless some operation accepts them.
func tooLarge(r *http.Request) *sandbox.Answer {
	return (&sandbox.Refusal{
		Reason: sandbox.TooLarge, Status: http.StatusRequestEntityTooLarge, In: "body",
		Message: fmt.Sprintf("the body has %d bytes: the limit is %d", r.ContentLength, sandbox.DefaultBody),
	}).Answer()
}

// rewrite changes the body of a request.
func rewrite(r *http.Request, change func([]byte) []byte) {
	if r.Body == nil || r.ContentLength <= 0 || r.ContentLength > maxRead {
		return
	}
	body, err := io.ReadAll(r.Body)
	if err == nil {
		body = change(body)
	}
	r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
}

// first returns the JSON object at the beginning of a text, and any other text unchanged.
func first(body []byte) []byte {
	var object map[string]json.RawMessage
	decoder := json.NewDecoder(bytes.NewReader(body))
	if decoder.Decode(&object) != nil {
		return body
	}
	return body[:decoder.InputOffset()]
}

// once returns a JSON object with only the last of repeated members, and any other text unchanged.
func once(body []byte) []byte {
	decoder := json.NewDecoder(bytes.NewReader(body))
	if token, err := decoder.Token(); err != nil || token != json.Delim('{') {
		return body
	}
	members := map[string]string{}
	names, repeated := []string{}, false
	for decoder.More() {
		var value json.RawMessage
		token, err := decoder.Token()
		name, is := token.(string)
		if err != nil || !is || decoder.Decode(&value) != nil {
			return body
		}
		if _, twice := members[name]; twice {
			repeated = true
		} else {
			names = append(names, name)
		}
		quoted, err := json.Marshal(name)
		if err != nil {
			return body
		}
		members[name] = string(quoted) + ":" + string(value)
	}
	if _, err := decoder.Token(); err != nil || !repeated || decoder.More() {
		return body
	}
	for i, name := range names {
		names[i] = members[name]
	}
	return []byte("{" + strings.Join(names, ",") + "}")
}

// operationOf finds the operation of a request by its path, and by its method if several have the path; "" for none.
func (m *mimic) operationOf(r *http.Request) string {
	found := ""
	for _, id := range slices.Sorted(maps.Keys(m.forms)) {
		op := &m.forms[id].Operation
		if m.forms[id].Has(r.URL.EscapedPath()) && (found == "" || op.Method == r.Method) {
			found = id
		}
	}
	return found
}

// mistake finds what is wrong with a request.
func (m *mimic) mistake(c *sandbox.Call) provoke.Provocation {
	form := m.forms[c.Operation]
	if form == nil {
		return provoke.Provocation{}
	}
	request := reports.Request{
		Method: c.Request.Method, URL: c.Request.URL.String(), Header: reports.Headers(c.Request.Header), Body: c.Body,
	}
	return form.Judge(&request, provoke.NewCache()).Provocation
}
