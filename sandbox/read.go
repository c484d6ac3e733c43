package sandbox

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"

	"github.com/mallcheck/mallcheck/sandbox/store"
	"github.com/mallcheck/mallcheck/signing"
)

// readQuery reads the query of any request.
func (s *Sandbox) readQuery(c *store.Call) *store.Refusal {
	if c.Request.URL.RawQuery == "" {
		return nil
	}
	query, err := signing.MembersOf(http.MethodGet, &url.URL{RawQuery: c.Request.URL.RawQuery}, nil, nil, signing.Query)
	if err != nil {
		return &store.Refusal{Reason: store.BrokenConstraint, In: store.InQuery, Message: err.Error()}
	}
	c.Query = query
	return nil
}

// readBody reads the body and, unless the request is a GET, parses its members.
func (s *Sandbox) readBody(c *store.Call) *store.Refusal {
	if c.ParametersIn() == store.InBody {
		if refusal := media(c.Request.Header); refusal != nil {
			return refusal
		}
	}
	body, refusal := s.takeBody(c.Request)
	if refusal != nil {
		return refusal
	}
	c.Body = body
	if c.ParametersIn() == store.InQuery {
		if len(body) > 0 {
			return store.BadParameter(store.InBody, "", "a %s has its parameters in the query: send no body (got %d bytes)", operationOf(c).method, len(body))
		}
		return nil
	}
	c.Members, refusal = parse(body)
	return refusal
}

// media refuses a body whose headers do not declare JSON in UTF-8.
func media(h http.Header) *store.Refusal {
	const wanted = "send Content-Type: " + store.MediaType
	refused := func(format string, args ...any) *store.Refusal {
		return &store.Refusal{Reason: store.WrongMediaType, Status: http.StatusUnsupportedMediaType, In: store.InHeader,
			Name: "Content-Type", Message: fmt.Sprintf(format, args...)}
	}
	if coding := h.Get("Content-Encoding"); coding != "" && !strings.EqualFold(coding, "identity") {
		return refused("Content-Encoding %s: the body must not be encoded", store.Shown(coding))
	}
	sent := h["Content-Type"]
	switch {
	case len(sent) == 1 && sent[0] == store.MediaType:
		return nil
	case len(sent) == 0:
		return refused("the header Content-Type is missing: %s", wanted)
	case len(sent) > 1:
		return refused("the header Content-Type appears %d times: send one", len(sent))
	}
	media, params, err := mime.ParseMediaType(sent[0])
	if err != nil || media != store.MediaType {
		return refused("Content-Type %s: %s", store.Shown(sent[0]), wanted)
	}
	for name, value := range params {
		if name != "charset" || !strings.EqualFold(value, "utf-8") {
			return refused("Content-Type %s: the only parameter allowed is charset=utf-8", store.Shown(sent[0]))
		}
	}
	return nil
}

// takeBody reads a body up to the bound.
func (s *Sandbox) takeBody(r *http.Request) ([]byte, *store.Refusal) {
	limit := s.cfg.Bounds.Body
	tooLarge := func(size string) *store.Refusal {
		return &store.Refusal{Reason: store.TooLarge, Status: http.StatusRequestEntityTooLarge, In: store.InBody,
			Message: fmt.Sprintf("the body has %s bytes: the limit is %d", size, limit)}
	}
	if r.Body == nil || r.ContentLength == 0 {
		return nil, nil
	}
	if r.ContentLength > limit {
		return nil, tooLarge(fmt.Sprint(r.ContentLength))
	}
	var body []byte
	var err error
	if r.ContentLength > 0 {
		body = make([]byte, r.ContentLength)
		_, err = io.ReadFull(r.Body, body)
	} else {
		body, err = io.ReadAll(io.LimitReader(r.Body, limit+1))
	}
	if err != nil {
		return nil, &store.Refusal{Reason: store.Malformed, Status: http.StatusBadRequest, In: store.InBody,
			Message: fmt.Sprintf("the body could not be read: %v", err)}
	}
	if int64(len(body)) > limit {
		return nil, tooLarge(fmt.Sprintf("more than %d", limit))
	}
	return body, nil
}

// parse parses a body as one JSON object.
func parse(body []byte) ([]signing.Member, *store.Refusal) {
	members, err := signing.ParseMembers(body)
	if err == nil {
		return members, nil
	}
	refusal := &store.Refusal{Reason: store.Malformed, Status: http.StatusBadRequest, In: store.InBody}
	var syntax *signing.SyntaxError
	switch trimmed := bytes.Trim(body, " \t\r\n"); {
	case len(trimmed) == 0:
		refusal.Message = "the body is empty: send the parameters as one JSON object"
	case trimmed[0] != '{' && json.Valid(trimmed):
		return nil, store.BadParameter(store.InBody, "", "the body must be one JSON object: it is %s", kindOf(trimmed))
	case errors.As(err, &syntax):
		line, column := position(body, syntax.Offset)
		refusal.Message = fmt.Sprintf("the body is not one JSON object in UTF-8: %s in line %d, byte %d of it (offset %d)",
			syntax.Reason, line, column, syntax.Offset)
	default:
		refusal.Message = fmt.Sprintf("the body is not one JSON object in UTF-8: %v", err)
	}
	return nil, refusal
}

// position turns an offset into the line and the byte in it, both counted from 1.
func position(text []byte, offset int) (line, column int) {
	before := string(text[:min(offset, len(text))])
	return strings.Count(before, "\n") + 1, len(before) - strings.LastIndexByte(before, '\n')
}

// boundBody is the validated body that generated handlers read. They take its values from
// ValidatedValue, by exact names, and do not parse it again.
type boundBody struct {
	io.Reader
	call *store.Call
}

// Close does nothing: the body is already read.
func (b *boundBody) Close() error { return nil }

// ValidatedValue returns the members by name. A value that is not a string, which only an interceptor
// can let pass, is returned as its JSON text.
func (b *boundBody) ValidatedValue() any {
	values := make(map[string]any, len(b.call.Members))
	for i := range b.call.Members {
		m := &b.call.Members[i]
		items, ok := elements(m.Value)
		if !ok {
			values[m.Name] = stringOrJSON(m)
			continue
		}
		list := make([]any, len(items))
		for i := range items {
			list[i] = stringOrJSON(&items[i])
		}
		values[m.Name] = list
	}
	return values
}

func stringOrJSON(m *signing.Member) string {
	if text, ok := m.StringValue(); ok {
		return text
	}
	return strings.TrimPrefix(string(m.Value), "null")
}

// elements returns the items of a JSON array and whether value is an array.
func elements(value []byte) ([]signing.Member, bool) {
	if len(value) == 0 || value[0] != '[' {
		return nil, false
	}
	var raw []json.RawMessage
	if err := json.Unmarshal(value, &raw); err != nil {
		return nil, false
	}
	items := make([]signing.Member, len(raw))
	for i := range raw {
		items[i].Value = raw[i]
	}
	return items, true
}
