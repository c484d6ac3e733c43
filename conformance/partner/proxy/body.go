package proxy

import (
	"context"
	"fmt"
	"io"
	"net/http"
)

// The limits of the bodies of requests. At most mostLarge requests whose body has smallBody bytes or more
// are served at once, because each takes memory until its answer was sent. Small ones wait for no other.
const (
	maxBody   = 32 << 20
	smallBody = 64 << 10
	mostLarge = 2
)

// turns limits how many requests with large bodies are served at once.
type turns chan struct{}

// read returns the body of a request. The caller calls done when the request was answered.
func (t turns) read(ctx context.Context, w http.ResponseWriter, r *http.Request) (body []byte, done func(), err error) {
	done = func() {}
	rest := http.MaxBytesReader(w, r.Body, maxBody)
	body, err = io.ReadAll(io.LimitReader(rest, smallBody))
	if err != nil || len(body) < smallBody {
		return body, done, err
	}
	select {
	case t <- struct{}{}:
		done = func() { <-t }
	case <-ctx.Done():
		return nil, done, fmt.Errorf("waiting for other large requests: %w", ctx.Err())
	}
	more, err := io.ReadAll(rest)
	return append(body, more...), done, err
}
