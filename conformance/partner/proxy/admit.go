package proxy

import (
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// The reasons of a refusal, in the header ReasonHeader.
const (
	foreignPage = "browser"
	unknownPath = "path"
	notAllowed  = "permission"
	overBudget  = "budget"
	tooLarge    = "size"
	noAnswer    = "no-answer"
)

// The headers that the proxy adds to its responses.
const (
	// ReasonHeader marks a response of the proxy itself and says why it did not forward the request.
	ReasonHeader = "Mallcheck-Refused"
	// VerdictHeader has the verdict on an exchange: passed, finding, failed or inconclusive.
	VerdictHeader = "Mallcheck-Verdict"
	// DeviationsHeader has the deviations of an exchange as a JSON list.
	DeviationsHeader = "Mallcheck-Deviations"
	// NoteHeader says why a request was not signed.
	NoteHeader = "Mallcheck-Note"
)

// refusal is a response of the proxy itself.
type refusal struct {
	status    int
	operation string // "" if unknown
	reason    string
	message   string
}

// admit refuses requests of web pages. A page in a browser on this machine could otherwise have orders
// signed and sent by the proxy. Browsers mark requests of other pages with Origin or Sec-Fetch-Site, and
// a page whose name resolves to this machine calls the proxy by that name.
func (p *Proxy) admit(r *http.Request) *refusal {
	from := r.Header.Get("Sec-Fetch-Site")
	if r.Header.Get("Origin") != "" || from != "" && from != "none" {
		return &refusal{http.StatusForbidden, "", foreignPage, "the request comes from a web page (Origin or Sec-Fetch-Site is set); the proxy serves programs only"}
	}
	host := r.Host
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	_, err := netip.ParseAddr(strings.Trim(host, "[]"))
	known := func(name string) bool { return strings.EqualFold(name, host) }
	if err == nil || known("localhost") || slices.ContainsFunc(p.config.Hosts, known) {
		return nil
	}
	return &refusal{http.StatusForbidden, "", foreignPage, fmt.Sprintf("the proxy is not known as %q; if it is yours, start the proxy with --allow-host %s", host, host)}
}

// refuse answers a request that is not forwarded.
func (p *Proxy) refuse(w http.ResponseWriter, r *http.Request, refused *refusal) {
	p.seen.refused(refused)
	body, err := json.Marshal(map[string]string{"refusedBy": "mallcheck proxy", "operation": refused.operation, "reason": refused.reason, "message": refused.message})
	if err != nil {
		body = []byte(`{"refusedBy":"mallcheck proxy"}`) // strings always marshal
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set(ReasonHeader, refused.reason)
	w.WriteHeader(refused.status)
	_, _ = w.Write(append(body, '\n')) // the caller may have disconnected
	if p.config.Log != nil {
		p.config.Log.WarnContext(r.Context(), "not forwarded", "method", r.Method, "path", r.URL.EscapedPath(), "reason", refused.message)
	}
}
