package sandbox

import (
	"context"
	"net/http"

	"github.com/mallcheck/mallcheck/signing"
)

// Call is one request on its way through the sandbox. It belongs to the goroutine that serves the
// request.
type Call struct {
	// Request is the request as it was received. Its body has been read, into Body.
	Request *http.Request
	// Operation is the id of the operation ("addSims"); empty until its path and method were found.
	Operation string
	// Service is "vshop", "payment" or "topup"; empty until the path was found to be below one of them.
	Service string
	// Body is the body as it was sent.
	Body []byte
	// Path, Query and Members are the parameters of the path, of the query and of the body, in the
	// order in which they were sent.
	Path, Query, Members []signing.Member
	// Partner is the value of partnerCode; empty until it was found.
	Partner string

	op    *operation
	notes map[any]any
}

// Note keeps a value for later hooks of the same call. Keys are best of a type of the interceptor's
// own.
func (c *Call) Note(key, value any) {
	if c.notes == nil {
		c.notes = map[any]any{}
	}
	c.notes[key] = value
}

// Noted returns the value that was noted under key, or nil.
func (c *Call) Noted(key any) any { return c.notes[key] }

// find returns the parameter of a name in one part of the request, or nil.
func (c *Call) find(in, name string) *signing.Member {
	members := c.Members
	switch in {
	case inQuery:
		members = c.Query
	case inPath:
		members = c.Path
	}
	for i := range members {
		if members[i].Name == name {
			return &members[i]
		}
	}
	return nil
}

type callKey struct{}

// callOf returns the call that a generated handler's context belongs to.
func callOf(ctx context.Context) *Call {
	c, _ := ctx.Value(callKey{}).(*Call)
	return c
}
