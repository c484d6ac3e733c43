package quiet

import (
	"bytes"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"sync/atomic"
)

var (
	errEarly   = errors.New("the server sent data before it received a request")
	errSurplus = errors.New("the server sent data after its answer")
)

// conn is a connection on which nothing arrives between two requests. Requests are numbered from 1: lent
// is the last that was given the connection, written the last that wrote to it, and returned the last
// after which the connection became idle.
type conn struct {
	net.Conn
	secure *tls.Conn // nil without TLS

	lent, written, returned atomic.Int64
	begun                   atomic.Bool // whether anything was written, if only by the dialer, as CONNECT is
	bodiless                atomic.Bool // whether the method is HEAD
	surplus                 atomic.Bool // whether rest is not empty

	// Only Read uses these.
	number int64 // the request that answer belongs to
	answer answer
	rest   []byte // received after the end of an answer
}

// idle reports whether no request is under way. A request begins when it is written, because net/http
// expects an answer only from then on.
func (c *conn) idle() bool {
	written := c.written.Load()
	return !c.begun.Load() || written > 0 && c.returned.Load() >= written
}

// Write begins or continues a request. It fails if data arrived that the request did not ask for.
func (c *conn) Write(p []byte) (int, error) {
	if c.surplus.Load() {
		return 0, errSurplus
	}
	if number := c.lent.Load(); c.written.Load() != number {
		c.bodiless.Store(bytes.HasPrefix(p, []byte(http.MethodHead+" ")))
		c.written.Store(number)
	}
	c.begun.Store(true)
	return c.Conn.Write(p)
}

// Read returns at most the rest of an answer, so that net/http's buffer never contains what follows it.
// On an idle connection, the first byte ends the connection.
func (c *conn) Read(p []byte) (int, error) {
	if len(c.rest) > 0 {
		if c.idle() {
			return 0, io.EOF
		}
		n := copy(p, c.rest)
		c.keep(c.rest[n:])
		return c.divide(p, n, nil)
	}
	n, err := c.Conn.Read(p)
	switch {
	case n > 0 && !c.begun.Load():
		return 0, errEarly
	case n > 0 && c.idle():
		return 0, io.EOF
	}
	return c.divide(p, n, err)
}

// divide keeps what follows the end of an answer among the first n bytes of p, and returns the rest.
func (c *conn) divide(p []byte, n int, err error) (int, error) {
	number := c.written.Load()
	if number == 0 {
		return n, err // an answer to the dialer
	}
	if number != c.number {
		c.number = number
		c.answer = answer{line: c.answer.line[:0], bodiless: c.bodiless.Load()}
	}
	if end := c.answer.read(p[:n]); end < n {
		c.keep(append(bytes.Clone(p[end:n]), c.rest...))
		return end, nil // an error will be returned again
	}
	return n, err
}

func (c *conn) keep(rest []byte) {
	c.rest = rest
	c.surplus.Store(len(rest) > 0)
}
