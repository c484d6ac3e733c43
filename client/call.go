package client

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/mallcheck/mallcheck/gen/mall"
)

// operation describes an operation to call.
type operation struct {
	name string
	// reads is true if the operation changes nothing, so that it may be repeated.
	reads bool
	// bare is true if a page of 2022 prints the success as a bare object, without the envelope.
	bare bool
	// empty is true if a success may have no data.
	empty bool
}

// answer is one answer of the mall as it arrived.
type answer struct {
	status int
	header http.Header
	body   []byte
	// bare is true if the body is a success without the envelope.
	bare bool
}

// malformed is the error for an answer that the contract does not allow.
func (a *answer) malformed(op operation, reason string) *Malformed {
	return &Malformed{Operation: op.name, Status: a.status, Header: a.header, Reason: reason, Body: a.body}
}

// call sends a request and returns the data of the success. It tries at most Attempts times if the
// operation only reads, and once otherwise.
func call[T any](ctx context.Context, c *Client, op operation, send func(context.Context) (*http.Response, error)) (*T, *answer, error) {
	attempts := 1
	if op.reads {
		attempts = c.config.Attempts
	}
	for attempt := 1; ; attempt++ {
		data, got, err := once[T](ctx, c, op, attempt, send)
		if err == nil || attempt >= attempts || !worthRetrying(ctx, err) {
			return data, got, err
		}
		if !sleep(ctx, retryPause(attempt, got)) {
			return nil, got, err
		}
	}
}

// once sends a request once and reads the answer.
func once[T any](ctx context.Context, c *Client, op operation, attempt int,
	send func(context.Context) (*http.Response, error),
) (*T, *answer, error) {
	started := time.Now()
	response, err := send(ctx)
	if err != nil {
		c.log(ctx, op, attempt, started, 0, err)
		if outer := new(url.Error); errors.As(err, &outer) {
			err = outer.Err // without the URL, whose query names orders and SIM cards
		}
		return nil, nil, fmt.Errorf("calling %s: %w", op.name, err)
	}
	defer response.Body.Close()
	got := &answer{status: response.StatusCode, header: response.Header}
	got.body, err = io.ReadAll(io.LimitReader(response.Body, c.config.MaxAnswer+1))
	switch {
	case err != nil:
		err = fmt.Errorf("reading the answer to %s: %w", op.name, err)
	case int64(len(got.body)) > c.config.MaxAnswer:
		got.body = got.body[:c.config.MaxAnswer]
		err = got.malformed(op, fmt.Sprintf("it is longer than %d bytes", c.config.MaxAnswer))
	}
	if err != nil {
		c.log(ctx, op, attempt, started, got.status, err)
		return nil, got, err
	}
	data, err := decode[T](op, got)
	c.log(ctx, op, attempt, started, got.status, err)
	return data, got, err
}

// log logs one request, without its contents.
func (c *Client) log(ctx context.Context, op operation, attempt int, started time.Time, status int, err error) {
	if !c.config.Logger.Enabled(ctx, slog.LevelDebug) {
		return
	}
	outcome := "success"
	if refused := new(Refused); errors.As(err, &refused) {
		outcome = "refused " + refused.Code
	} else if err != nil {
		outcome = "failed"
	}
	c.config.Logger.LogAttrs(ctx, slog.LevelDebug, "mall call",
		slog.String("operation", op.name), slog.String("outcome", outcome), slog.Int("status", status),
		slog.Int("attempt", attempt), slog.Duration("duration", time.Since(started)))
}

// envelope is the form of every answer except bare ones.
type envelope struct {
	OperateCode *string         `json:"operateCode"`
	Message     string          `json:"message"`
	Data        json.RawMessage `json:"data"`
}

// decode returns the data of a success. A refusal or any other answer is an error.
func decode[T any](op operation, got *answer) (*T, error) {
	if got.status >= http.StatusInternalServerError {
		return nil, got.malformed(op, "the server failed")
	}
	if !utf8.Valid(got.body) {
		return nil, got.malformed(op, "it is not valid UTF-8")
	}
	var outer envelope
	if err := json.Unmarshal(got.body, &outer); err != nil {
		return nil, got.malformed(op, "it is not the envelope of the API: "+err.Error())
	}
	switch {
	case outer.OperateCode == nil && op.bare && got.status == http.StatusOK:
		outer.Data, got.bare = got.body, true
	case outer.OperateCode == nil || *outer.OperateCode == "":
		return nil, got.malformed(op, "it has no operateCode")
	case *outer.OperateCode != Success:
		return nil, &Refused{
			Operation: op.name, Status: got.status, Code: *outer.OperateCode, Message: outer.Message, Header: got.header, Body: got.body,
		}
	case got.status != http.StatusOK:
		return nil, got.malformed(op, "it is a success with a status other than 200")
	}
	data := new(T)
	if len(outer.Data) == 0 || bytes.Equal(outer.Data, []byte("null")) {
		if op.empty {
			return data, nil
		}
		return nil, got.malformed(op, "it is a success without data")
	}
	if err := json.Unmarshal(outer.Data, data); err != nil {
		return nil, got.malformed(op, "its data does not have the documented form: "+err.Error())
	}
	return data, nil
}

// worthRetrying reports whether the same request may succeed a moment later.
func worthRetrying(ctx context.Context, err error) bool {
	if ctx.Err() != nil {
		return false
	}
	if refused := new(Refused); errors.As(err, &refused) {
		return refused.Status == http.StatusTooManyRequests
	}
	if leaves := new(mall.PathParameterError); errors.As(err, &leaves) {
		return false // nothing was sent
	}
	malformed := new(Malformed)
	if !errors.As(err, &malformed) {
		return true // no answer, or an incomplete one
	}
	switch malformed.Status {
	case http.StatusTooManyRequests, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return true
	}
	return false
}

// The pauses between attempts, and between polls of a task.
const (
	firstPause  = 250 * time.Millisecond
	longestWait = 5 * time.Second
	longestHint = time.Minute // of Retry-After
)

// retryPause returns how long to wait after the given attempt: what the answer asks for, or twice the
// previous pause.
func retryPause(attempt int, got *answer) time.Duration {
	if got != nil {
		if hint, ok := retryAfter(got.header, time.Now()); ok {
			return hint
		}
	}
	return jitter(min(firstPause<<min(attempt-1, 10), longestWait))
}

// jitter shortens a pause by up to a fifth, so that clients do not retry in step.
func jitter(pause time.Duration) time.Duration {
	return pause - rand.N(pause/5+1)
}

// asked returns the pause that the answer behind an error asks for.
func asked(err error) (time.Duration, bool) {
	refused, malformed := new(Refused), new(Malformed)
	switch {
	case errors.As(err, &refused):
		return retryAfter(refused.Header, time.Now())
	case errors.As(err, &malformed):
		return retryAfter(malformed.Header, time.Now())
	}
	return 0, false
}

// retryAfter reads Retry-After, in seconds or as a date.
func retryAfter(header http.Header, now time.Time) (time.Duration, bool) {
	text := header.Get("Retry-After")
	if text == "" {
		return 0, false
	}
	if seconds, err := strconv.Atoi(text); err == nil && seconds >= 0 {
		return time.Duration(min(seconds, int(longestHint/time.Second))) * time.Second, true
	}
	if at, err := http.ParseTime(text); err == nil {
		return min(max(at.Sub(now), 0), longestHint), true
	}
	return 0, false
}

// sleep waits and reports whether the pause ended before ctx did.
func sleep(ctx context.Context, pause time.Duration) bool {
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}
