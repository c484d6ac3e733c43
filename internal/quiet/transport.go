package quiet

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"net/http/httptrace"
	"sync/atomic"
)

// errHandshakeTime is returned when the TLS handshake exceeds the transport's time limit.
var errHandshakeTime = errors.New("TLS handshake timeout")

// Transport makes t drop what servers send without being asked. Afterwards t may be used only through the
// result. Dialers for TLS that t has already are replaced.
func Transport(t *http.Transport) http.RoundTripper {
	dial := t.DialContext
	if dial == nil {
		dial = (&net.Dialer{}).DialContext
	}
	t.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
		raw, err := dial(ctx, network, address)
		if err != nil {
			return nil, err
		}
		return &conn{Conn: raw}, nil
	}
	t.DialTLSContext = func(ctx context.Context, network, address string) (net.Conn, error) {
		raw, err := dial(ctx, network, address)
		if err != nil {
			return nil, err
		}
		return handshake(ctx, t, raw, address)
	}
	return transport{t}
}

// handshake begins TLS as t would. The connection is a *tls.Conn for HTTP/2, as net/http requires.
func handshake(ctx context.Context, t *http.Transport, raw net.Conn, address string) (net.Conn, error) {
	config := &tls.Config{MinVersion: tls.VersionTLS12}
	if t.TLSClientConfig != nil {
		config = t.TLSClientConfig.Clone()
	}
	if host, _, err := net.SplitHostPort(address); err == nil && config.ServerName == "" {
		config.ServerName = host
	}
	if t.TLSHandshakeTimeout > 0 {
		limited, cancel := context.WithTimeoutCause(ctx, t.TLSHandshakeTimeout, errHandshakeTime)
		defer cancel()
		ctx = limited
	}
	secure := tls.Client(raw, config)
	if err := secure.HandshakeContext(ctx); err != nil {
		_ = raw.Close() // the handshake's error is the one to tell
		if cause := context.Cause(ctx); errors.Is(cause, errHandshakeTime) {
			return nil, cause
		}
		return nil, err
	}
	if secure.ConnectionState().NegotiatedProtocol == "h2" {
		return secure, nil
	}
	return &conn{Conn: secure, secure: secure}, nil
}

// transport tells each connection when a request begins and ends.
type transport struct{ *http.Transport }

func (t transport) RoundTrip(request *http.Request) (*http.Response, error) {
	var current atomic.Pointer[use]
	trace := &httptrace.ClientTrace{
		GotConn: func(info httptrace.GotConnInfo) {
			if c := guardOf(info.Conn); c != nil {
				current.Store(&use{conn: c, number: c.lent.Add(1)})
			}
		},
		PutIdleConn: func(err error) {
			if u := current.Load(); u != nil && err == nil {
				u.conn.returned.Store(u.number)
			}
		},
	}
	response, err := t.Transport.RoundTrip(request.WithContext(httptrace.WithClientTrace(request.Context(), trace)))
	if response == nil {
		return nil, err
	}
	response.Request = request
	if u := current.Load(); u != nil && response.TLS == nil && u.conn.secure != nil {
		state := u.conn.secure.ConnectionState()
		response.TLS = &state
	}
	return response, err
}

// use is one request's use of a connection.
type use struct {
	conn   *conn
	number int64
}

// guardOf returns the connection of this package beneath the one that a request uses; nil if there is
// none.
func guardOf(used net.Conn) *conn {
	if secure, ok := used.(*tls.Conn); ok {
		used = secure.NetConn()
	}
	guard, _ := used.(*conn)
	return guard
}
