// Package loopback says whether a request belongs to this machine alone.
package loopback

import (
	"net"
	"net/http"
	"net/netip"
	"strings"
)

// Caller reports whether a request comes from this machine.
func Caller(r *http.Request) bool {
	caller, err := netip.ParseAddrPort(r.RemoteAddr)
	return err == nil && caller.Addr().Unmap().IsLoopback()
}

// Host returns the Host of a request without its port, and whether it is localhost or a loopback address. A
// page that reached this machine under a name of its own has another Host.
func Host(r *http.Request) (host string, local bool) {
	host = r.Host
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	at, err := netip.ParseAddr(strings.Trim(host, "[]"))
	return host, host == "localhost" || err == nil && at.Unmap().IsLoopback()
}
