// Package transport sends the requests of a run and records the answers as received, within limits: a
// server that answers without end exhausts neither memory nor time. It does not judge answers.
package transport

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"net/http"
	"net/url"
	"sync"
	"time"

	"github.com/mallcheck/mallcheck/conformance/target"
	"github.com/mallcheck/mallcheck/internal/quiet"
)

// Client calls one target. It is safe for concurrent use.
type Client struct {
	target *target.Target
	limits target.Limits
	http   *http.Client

	mu    sync.Mutex
	links map[string]Link // by host
}

// New returns a client that calls a target as its settings say. It follows no redirects, so that a
// signed request never reaches another host.
func New(t *target.Target) *Client {
	limits := t.Limits.OrDefault()
	transport := &http.Transport{
		Proxy:                  http.ProxyFromEnvironment,
		DialContext:            (&net.Dialer{Timeout: 10 * time.Second}).DialContext,
		TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12},
		TLSHandshakeTimeout:    10 * time.Second,
		MaxIdleConnsPerHost:    64,
		IdleConnTimeout:        30 * time.Second,
		ExpectContinueTimeout:  time.Second,
		Protocols:              protocols(t.HTTP2),
		MaxResponseHeaderBytes: limits.Headers,
	}
	if t.TLS != nil {
		transport.TLSClientConfig = t.TLS.Clone()
	}
	switch {
	case t.NoProxy:
		transport.Proxy = nil
	case t.Proxy != nil:
		transport.Proxy = http.ProxyURL(t.Proxy)
	}
	return &Client{target: t, limits: limits, links: map[string]Link{}, http: &http.Client{
		Transport:     quiet.Transport(transport),
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// Close releases idle connections.
func (c *Client) Close() { c.http.CloseIdleConnections() }

// protocols returns the HTTP versions that an http2 setting allows. Only "only" uses HTTP/2 without TLS
// too.
func protocols(http2 string) *http.Protocols {
	var allowed http.Protocols
	allowed.SetHTTP1(http2 != "only")
	allowed.SetHTTP2(http2 != "off")
	allowed.SetUnencryptedHTTP2(http2 == "only")
	return &allowed
}

// advice says what to do about an error of TLS or of the connection; "" if unknown.
func advice(err error) string {
	var unknown x509.UnknownAuthorityError
	var named x509.HostnameError
	var dial *net.OpError
	switch {
	case errors.As(err, &unknown):
		return "; --tls-ca-file FILE trusts the certificates of a file"
	case errors.As(err, &named):
		return "; is the address the one that the certificate is for?"
	case errors.As(err, &dial) && dial.Op == "dial":
		return "; is the address right, and does a firewall or a proxy (--proxy) stand between?"
	}
	return ""
}

// Link describes the last connection to a host of the target.
type Link struct {
	// Protocol is the version of HTTP: "HTTP/1.1", "HTTP/2.0".
	Protocol string
	// TLS is the version of TLS, such as "TLS 1.3"; "" without TLS.
	TLS string
	// Expires is the earliest expiry of the host's certificates.
	Expires time.Time
}

// keepLink records the connection to a host.
func (c *Client) keepLink(request *http.Request, response *http.Response) {
	link := Link{Protocol: response.Proto}
	if state := response.TLS; state != nil {
		link.TLS = tls.VersionName(state.Version)
		for i, certificate := range state.PeerCertificates {
			if i == 0 || certificate.NotAfter.Before(link.Expires) {
				link.Expires = certificate.NotAfter
			}
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.links[request.URL.Host] = link
}

// Link returns how the host of a service was last reached; it is zero if it was not.
func (c *Client) Link(service string) Link {
	address, err := url.Parse(c.target.URLs[service])
	if err != nil {
		return Link{}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.links[address.Host]
}
