package transport

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/mallcheck/mallcheck/conformance/target"
	"github.com/mallcheck/mallcheck/openapi"
	"github.com/mallcheck/mallcheck/reports"
)

// No memory is reserved for an answer whose Content-Length exceeds largeAnswer. Of an answer above the
// limit, the first keptOfLarger bytes are recorded.
const (
	largeAnswer  = 1 << 20
	keptOfLarger = 64 << 10
)

// Do sends a request, within the time limit of a call and until within is done, and records the answer.
func (c *Client) Do(within context.Context, operation string, request *http.Request) reports.Exchange {
	ctx, cancel := context.WithTimeout(within, c.target.CallTimeout)
	defer cancel()
	recorded := reports.Exchange{Operation: operation, Request: Record(request), Started: time.Now().UTC()}
	response, err := c.http.Do(repeatable(operation, request.WithContext(ctx)))
	if err != nil {
		recorded.Duration = time.Since(recorded.Started)
		recorded.Problem = c.problem(err)
		return recorded
	}
	defer response.Body.Close()
	c.keepLink(request, response)
	body, err := c.read(response.Body, response.ContentLength)
	recorded.Duration = time.Since(recorded.Started)
	recorded.Response = &reports.Response{
		Status: response.StatusCode, Header: reports.Headers(response.Header), Body: body, Announced: response.ContentLength,
	}
	switch {
	case err != nil:
		recorded.Problem = c.problem(err)
	case int64(len(body)) > c.limits.Answer:
		recorded.Problem = tooLarge + target.Size(c.limits.Answer) + " (--max-answer)"
	case len(body) > c.maxValues() && valuesIn(body) > c.maxValues():
		recorded.Problem = fmt.Sprintf("%s%d JSON values", tooLarge, c.maxValues())
	}
	if TooLarge(recorded) {
		recorded.Response.Body = bytes.Clone(body[:min(len(body), keptOfLarger)])
		recorded.Response.Cut = int64(len(body) - len(recorded.Response.Body))
	}
	return recorded
}

// repeatable lets the transport repeat a read request if the target had closed the kept-alive
// connection, which a server may do at any time. A request that changes the target is never sent twice.
// The header is net/http's way to request this: a header without a value is not sent.
func repeatable(operation string, request *http.Request) *http.Request {
	if found, known := openapi.OperationOf(operation); known && found.Does == openapi.Read {
		request.Header = request.Header.Clone()
		request.Header["Idempotency-Key"] = nil
	}
	return request
}

// read reads a body. If its length is announced, it allocates no more than that, because a run keeps all
// bodies. A large body, which may never arrive, and one of unknown length grow as they arrive, at most
// to one byte above the limit.
func (c *Client) read(body io.Reader, announced int64) ([]byte, error) {
	if announced < 0 || announced > largeAnswer {
		return io.ReadAll(io.LimitReader(body, c.limits.Answer+1))
	}
	whole := make([]byte, announced)
	n, err := io.ReadFull(body, whole)
	if errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF // the announced body did not arrive
	}
	return whole[:n], err
}

// problem says why no complete answer arrived.
func (c *Client) problem(err error) string {
	switch {
	case errors.Is(err, context.Canceled):
		return stoppedCall
	case isTimeout(err):
		return fmt.Sprintf("%s %s", timedOut, c.target.CallTimeout)
	case errors.Is(err, io.ErrUnexpectedEOF):
		return brokeOff
	}
	text := err.Error()
	if i := strings.LastIndex(text, `": `); i >= 0 {
		text = text[i+3:] // the request already has the URL
	}
	return "no answer: " + text + advice(err)
}

const (
	timedOut    = "the call took longer than"
	stoppedCall = "the run was stopped before the answer was complete"
	brokeOff    = "the answer ended before its announced length"
	tooLarge    = "the answer is larger than "
)

// TimedOut reports whether no answer came within the time limit of a call.
func TimedOut(exchange reports.Exchange) bool { return strings.HasPrefix(exchange.Problem, timedOut) }

// TooLarge reports whether an answer was larger than the limit.
func TooLarge(exchange reports.Exchange) bool { return strings.HasPrefix(exchange.Problem, tooLarge) }

// Stopped reports whether the run was stopped during the call.
func Stopped(exchange reports.Exchange) bool { return exchange.Problem == stoppedCall }

func isTimeout(err error) bool {
	return errors.Is(err, context.DeadlineExceeded) || errors.Is(err, os.ErrDeadlineExceeded)
}

// Record returns a request as it is sent.
func Record(request *http.Request) reports.Request {
	recorded := reports.Request{Method: request.Method, URL: request.URL.String(), Header: reports.Headers(request.Header)}
	if request.GetBody != nil {
		if body, err := request.GetBody(); err == nil {
			recorded.Body = make([]byte, max(0, request.ContentLength)) // GetBody belongs to a body of known length
			_, _ = io.ReadFull(body, recorded.Body)                     // a reader over bytes does not fail
		}
	}
	return recorded
}
