package store

import (
	"context"
	"net/http"

	"github.com/mallcheck/mallcheck/signing"
)

// Call is one request while the sandbox processes it. It belongs to the goroutine of the request.
type Call struct {
	// Request is the request as it was received. Its body has been read, into Body.
	Request *http.Request
	// Operation is the id of the operation ("addSims"); empty until path and method are matched.
	Operation string
	// Service is "vshop", "payment" or "topup"; empty if the path is below none of them.
	Service string
	// Body is the body as it was sent.
	Body []byte
	// Path, Query and Members are the parameters of the path, of the query and of the body, in the
	// order in which they were sent.
	Path, Query, Members []signing.Member
	// Partner is the value of partnerCode; empty until it is read.
	Partner string

	notes map[any]any
}

// Note stores a value for later hooks of the same call. Use a key type of your own.
func (c *Call) Note(key, value any) {
	if c.notes == nil {
		c.notes = map[any]any{}
	}
	c.notes[key] = value
}

// Noted returns the value stored under key, or nil.
func (c *Call) Noted(key any) any { return c.notes[key] }

// ParametersIn is where the parameters of the operation are: in the query of a GET and in the body of every
// other method (documented for the global parameters).
func (c *Call) ParametersIn() string {
	if c.Request.Method == http.MethodGet {
		return InQuery
	}
	return InBody
}

// Find returns the named parameter in one part of the request, or nil.
func (c *Call) Find(in, name string) *signing.Member {
	members := c.Members
	switch in {
	case InQuery:
		members = c.Query
	case InPath:
		members = c.Path
	}
	for i := range members {
		if members[i].Name == name {
			return &members[i]
		}
	}
	return nil
}

// CallKey is the key of the Call in the context of a request.
type CallKey struct{}

// CallOf returns the call in the context of a generated handler.
func CallOf(ctx context.Context) *Call {
	c, _ := ctx.Value(CallKey{}).(*Call)
	return c
}

// The parts of a request.
const (
	InQuery  = "query"
	InPath   = "path"
	InBody   = "body"
	InHeader = "header"
)
