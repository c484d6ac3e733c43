package session

import (
	"crypto/tls"
	"net"
	"net/http"
	"time"

	"github.com/mallcheck/mallcheck/conformance/target"
)

// newClient returns a client that calls a target in the way its settings say. It
// follows no redirect, so that a signed request never reaches a host that nobody named.
func newClient(t *target.Target) *http.Client {
	transport := &http.Transport{
		Proxy:                 http.ProxyFromEnvironment,
		DialContext:           (&net.Dialer{Timeout: 10 * time.Second}).DialContext,
		TLSClientConfig:       &tls.Config{MinVersion: tls.VersionTLS12},
		TLSHandshakeTimeout:   10 * time.Second,
		MaxIdleConnsPerHost:   64,
		IdleConnTimeout:       30 * time.Second,
		ExpectContinueTimeout: time.Second,
		Protocols:             protocols(t.HTTP2),
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
	return &http.Client{
		Transport:     transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// protocols returns the versions of HTTP that a setting of HTTP/2 allows. Only
// HTTP/2 means it without TLS, too.
func protocols(http2 string) *http.Protocols {
	var allowed http.Protocols
	allowed.SetHTTP1(http2 != "only")
	allowed.SetHTTP2(http2 != "off")
	allowed.SetUnencryptedHTTP2(http2 == "only")
	return &allowed
}
