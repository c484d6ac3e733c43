package store

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/textproto"
	"strconv"

	"github.com/mallcheck/mallcheck/gen/mall"
)

// MediaType is the media type of requests and responses.
const MediaType = "application/json"

// RequestIDHeader is the header in which addSims and removeSims return the request_id, spelled as in the
// contract (the name is assumed).
const RequestIDHeader = "request_id"

// Answer is a response before it is sent. An interceptor may change all of it.
type Answer struct {
	// Status is the HTTP status.
	Status int
	// Header is sent with its names as spelled here, not canonicalized.
	Header http.Header
	// Body is the exact text of the body.
	Body []byte
	// Refused is the refusal that this answer carries; nil for a success.
	Refused *Refusal
}

// Get returns the first value of a header field whose name equals name in any case, or "".
func (a *Answer) Get(name string) string {
	for key, values := range a.Header {
		if len(values) > 0 && equalName(key, name) {
			return values[0]
		}
	}
	return ""
}

// Set gives a header field one value under the given spelling of its name.
func (a *Answer) Set(name, value string) {
	a.Del(name)
	a.Header[name] = []string{value}
}

// Del removes a header field, however its name is spelt.
func (a *Answer) Del(name string) {
	for key := range a.Header {
		if equalName(key, name) {
			delete(a.Header, key)
		}
	}
}

func equalName(a, b string) bool {
	return a == b || textproto.CanonicalMIMEHeaderKey(a) == textproto.CanonicalMIMEHeaderKey(b)
}

// WriteHead sends status and header without a Content-Length. It serves interceptors that write the
// body themselves; a body flushed in pieces is sent chunked.
func (a *Answer) WriteHead(w http.ResponseWriter) {
	header := w.Header()
	for name, values := range a.Header {
		header[name] = values
		if canonical := textproto.CanonicalMIMEHeaderKey(name); canonical != name {
			if _, given := a.Header[canonical]; !given {
				header[canonical] = nil // net/http would add its own beside this one
			}
		}
	}
	if a.Get("Content-Type") == "" {
		header["Content-Type"] = nil // net/http would guess one
	}
	w.WriteHeader(a.Status)
}

// Send writes the whole answer with its Content-Length. It ignores connection errors: nobody is left to
// receive them.
func (a *Answer) Send(w http.ResponseWriter) {
	if a.Get("Content-Length") == "" {
		w.Header()["Content-Length"] = []string{strconv.Itoa(len(a.Body))}
	}
	a.WriteHead(w)
	_, _ = w.Write(a.Body)
}

// Envelope returns a body without data.
func Envelope(code, message string) []byte {
	var body bytes.Buffer
	encoder := json.NewEncoder(&body)
	encoder.SetEscapeHTML(false) // people read the message
	if err := encoder.Encode(mall.Refusal{OperateCode: code, Message: message}); err != nil {
		return []byte(`{"operateCode":"F","message":"the answer could not be written"}`)
	}
	return body.Bytes()
}

// Recorder keeps what a generated handler writes until the interceptors have seen it.
type Recorder struct {
	Answer Answer
}

// Header returns the header that will be sent.
func (w *Recorder) Header() http.Header { return w.Answer.Header }

// WriteHeader notes the status.
func (w *Recorder) WriteHeader(status int) { w.Answer.Status = status }

// Write appends to the body.
func (w *Recorder) Write(p []byte) (int, error) {
	w.Answer.Body = append(w.Answer.Body, p...)
	return len(p), nil
}
