// Package tap records the requests to the sandbox with their responses and with the ruling of the
// sandbox's own rules, in the form that package client judges.
package tap

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/mallcheck/mallcheck/conformance/partner/client"
	"github.com/mallcheck/mallcheck/reports"
	"github.com/mallcheck/mallcheck/sandbox"
)

// MaxBody limits the recorded bodies of a request and of a response.
const MaxBody = 4 << 20

// Handler returns a handler that passes requests to next and then reports each to see, before the client
// has read the whole response. Requests to the health and control paths of the sandbox are not reported.
func Handler(next http.Handler, see func(client.Exchange)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == sandbox.HealthPath || strings.HasPrefix(r.URL.Path, strings.TrimSuffix(sandbox.ControlPath, "/")) {
			next.ServeHTTP(w, r)
			return
		}
		e := client.Exchange{Exchange: reports.Exchange{Started: time.Now().UTC(), Request: reports.Request{
			Method: r.Method, URL: "http://" + r.Host + r.URL.RequestURI(), Header: client.HeaderOf(r.Header)}}, RawQuery: r.URL.RawQuery}
		e.Service, e.Path = client.Split(r.URL)
		e.Request.Body = take(r)
		n := &note{}
		r = r.WithContext(context.WithValue(r.Context(), noteKey{}, n))
		rec := &recorder{ResponseWriter: w, status: http.StatusOK}
		defer func() { // an outage ends the handler by a panic
			if rec.wrote.IsZero() {
				rec.wrote = time.Now()
			}
			// The client may go on as soon as the response is written, before this handler ends.
			e.Duration = rec.wrote.Sub(e.Started)
			e.Response, e.Problem, e.Ruling = rec.response(), rec.problem, n.ruling
			if cause := recover(); cause != nil {
				e.Response, e.Problem = nil, "the connection was closed before the response"
				see(e)
				panic(cause)
			}
			see(e)
		}()
		next.ServeHTTP(rec, r)
	})
}

// take reads the body of a request and replaces it by an equal one.
func take(r *http.Request) []byte {
	if r.Body == nil || r.Body == http.NoBody {
		return nil
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, MaxBody))
	rest := r.Body
	if err != nil {
		rest = io.NopCloser(failing{err})
	}
	r.Body = struct {
		io.Reader
		io.Closer
	}{io.MultiReader(bytes.NewReader(body), rest), rest}
	return body
}

// failing is a reader that fails like the body of the request did.
type failing struct{ err error }

// Read implements io.Reader.
func (f failing) Read([]byte) (int, error) { return 0, f.err }

type noteKey struct{}

// note carries the ruling from the interceptor to the handler.
type note struct{ ruling *client.Ruling }

// Interceptor records how the sandbox's own rules judge each request. It must be the first interceptor
// of the sandbox.
func Interceptor() sandbox.Interceptor {
	return sandbox.Interceptor{Answer: func(c *sandbox.Call, a *sandbox.Answer) {
		n, ok := c.Request.Context().Value(noteKey{}).(*note)
		if !ok {
			return
		}
		n.ruling = rulingOf(a.Refused)
	}}
}

// rulingOf returns what a refusal says about the form of a request; nil if the sandbox did not judge it.
func rulingOf(refused *sandbox.Refusal) *client.Ruling {
	if refused == nil {
		return &client.Ruling{}
	}
	ruling := &client.Ruling{Message: refused.Message, Reason: string(refused.Reason), Parameter: refused.Name, Clause: refused.Clause}
	switch refused.Reason {
	case sandbox.TooLarge, sandbox.Full, sandbox.Failed:
		return nil
	case sandbox.UnknownPartner, sandbox.NotFound, sandbox.Conflict, sandbox.Declined, sandbox.Forbidden:
	default:
		ruling.Refused = true
	}
	return ruling
}

// recorder records the response as it is written.
type recorder struct {
	http.ResponseWriter
	status   int
	header   http.Header // as sent
	body     bytes.Buffer
	cut      int64
	problem  string
	hijacked bool
	wrote    time.Time // start of the response
}

// begin records the start of the response.
func (r *recorder) begin() {
	if r.wrote.IsZero() {
		r.wrote = time.Now()
	}
}

// WriteHeader implements http.ResponseWriter.
func (r *recorder) WriteHeader(status int) {
	r.begin()
	if r.header == nil && status >= 200 {
		r.status, r.header = status, r.Header().Clone()
	}
	r.ResponseWriter.WriteHeader(status)
}

// Write implements http.ResponseWriter.
func (r *recorder) Write(p []byte) (int, error) {
	r.begin()
	if r.header == nil {
		r.header = r.Header().Clone()
	}
	kept := p[:min(len(p), max(0, MaxBody-r.body.Len()))]
	r.body.Write(kept)
	r.cut += int64(len(p) - len(kept))
	n, err := r.ResponseWriter.Write(p)
	if err != nil {
		r.problem = "the client closed the connection before it had read the response"
	}
	return n, err
}

// Flush implements http.Flusher.
func (r *recorder) Flush() {
	if flusher, ok := r.ResponseWriter.(http.Flusher); ok {
		flusher.Flush()
	}
}

// Hijack implements http.Hijacker.
func (r *recorder) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	hijacker, ok := r.ResponseWriter.(http.Hijacker)
	if !ok {
		return nil, nil, errors.New("the connection cannot be taken over")
	}
	r.hijacked = true
	r.problem = "the connection was cut"
	return hijacker.Hijack()
}

// Unwrap serves http.ResponseController.
func (r *recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }

// response returns what was sent; nil if the connection was taken over.
func (r *recorder) response() *reports.Response {
	if r.hijacked {
		return nil
	}
	return &reports.Response{Status: r.status, Header: client.HeaderOf(r.header), Body: r.body.Bytes(), Cut: r.cut, Announced: -1}
}
