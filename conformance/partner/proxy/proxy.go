// Package proxy is a signing reverse proxy to a target, through which any HTTP tool can test the mall.
// It fills in version, partnerCode and sign, enforces the permissions, budget and rate of the target,
// and has each answer judged by the oracle.
//
// It serves each service below a prefix: /vshop, /payment and /topup. It forwards only operations of the
// contract, because nobody knows what others would do.
package proxy

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/mallcheck/mallcheck/conformance/internal/session"
	"github.com/mallcheck/mallcheck/conformance/internal/wire"
	"github.com/mallcheck/mallcheck/conformance/target"
	"github.com/mallcheck/mallcheck/openapi"
	"github.com/mallcheck/mallcheck/reports"
	"github.com/mallcheck/mallcheck/signing"
)

// Config configures a proxy. The zero value signs.
type Config struct {
	// KeepSign forwards requests as received and judges their signs.
	KeepSign bool
	// KeepChanges leaves the effects of the traffic on the target.
	KeepChanges bool
	// Hosts are the names under which the proxy may be called, besides localhost and IP addresses.
	Hosts []string
	// Ready is called once the settings are valid, before the first request; it may be nil.
	Ready func()
	// Log gets one line per request; nil logs nothing.
	Log *slog.Logger
}

// hostName matches a host name without scheme and port.
var hostName = regexp.MustCompile(`^[A-Za-z0-9_]([A-Za-z0-9._-]*[A-Za-z0-9_])?$`)

// Check returns an error for the first name that cannot be a host name.
func (c *Config) Check() error {
	for _, name := range c.Hosts {
		if !hostName.MatchString(name) {
			return &target.Error{Origin: "--allow-host", Value: name, Problem: "is not a host name",
				Instead: "write it without scheme and port, such as mall.example"}
		}
	}
	return nil
}

// Proxy forwards requests to one target. It is safe for concurrent use.
type Proxy struct {
	config     Config
	target     *target.Target
	connection *session.Connection
	routes     map[string][]route // by service
	policy     reports.Policy
	seen       *recorder
	large      turns
}

// New returns a proxy over a connection to a target.
func New(t *target.Target, contract *openapi.Contract, connection *session.Connection, config Config) *Proxy {
	return &Proxy{config: config, target: t, connection: connection, routes: routesOf(t, contract), policy: t.Policy(),
		seen: newRecorder(t.Limits.OrDefault().Kept), large: make(turns, mostLarge)}
}

// call is one request on its way through the proxy.
type call struct {
	route   route
	method  string
	address *url.URL // on the target
	body    []byte
	request *http.Request // as forwarded
	note    string        // why it is not signed; "" if it is
	done    func()        // to be called at its end
}

// ServeHTTP implements http.Handler.
func (p *Proxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	started := time.Now()
	if refused := p.admit(r); refused != nil {
		p.refuse(w, r, refused)
		return
	}
	c, refused := p.read(w, r)
	if refused == nil {
		defer c.done()
		refused = p.permit(c)
	}
	if refused == nil {
		refused = p.prepare(r, c)
	}
	if refused != nil {
		p.refuse(w, r, refused)
		return
	}
	// The caller may disconnect; the exchange is recorded nevertheless.
	exchange, deviations, err := p.connection.Forward(context.WithoutCancel(r.Context()), c.route.operation, c.request)
	if err != nil {
		p.refuse(w, r, notSent(c, err))
		return
	}
	if p.config.KeepSign {
		deviations = append(p.judgeSign(c), deviations...)
	}
	for i := range deviations {
		deviations[i].Severity = reports.Severity(openapi.SeverityOf(deviations[i].Clause))
	}
	judged := reports.Result{Verdict: reports.Passed, Deviations: deviations}
	if problemOf(exchange) != "" {
		judged.Verdict = reports.Inconclusive
	}
	p.policy.Judge(&judged)
	p.seen.add(exchange, judged.Deviations)
	p.answer(w, c, exchange, judged)
	p.log(r, c, exchange, judged, started)
}

func (p *Proxy) read(w http.ResponseWriter, r *http.Request) (*call, *refusal) {
	path := r.URL.EscapedPath()
	service, rest, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	if !slices.Contains(target.Services, service) {
		return nil, &refusal{status: http.StatusNotFound, reason: unknownPath, message: fmt.Sprintf(
			"%q is not below /%s", path, strings.Join(target.Services, ", /"))}
	}
	base := p.target.URLs[service]
	if base == "" {
		return nil, &refusal{status: http.StatusForbidden, reason: unknownPath, message: fmt.Sprintf(
			"the target has no address for the %s service; set it with --%s-url", service, service)}
	}
	found, known := match(p.routes[service], r.Method, "/"+rest)
	if !known {
		return nil, &refusal{status: http.StatusNotFound, reason: unknownPath, message: fmt.Sprintf(
			"%q is not the path of an operation of the %s service; the proxy forwards only those", "/"+rest, service)}
	}
	address, err := url.Parse(base + "/" + rest)
	if err != nil {
		return nil, &refusal{status: http.StatusBadRequest, reason: unknownPath, message: "the path cannot be read: " + err.Error()}
	}
	address.RawQuery = r.URL.RawQuery
	body, done, err := p.large.read(r.Context(), w, r)
	if err != nil {
		done()
	}
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return nil, &refusal{status: http.StatusRequestEntityTooLarge, operation: found.operation.ID, reason: tooLarge,
			message: fmt.Sprintf("the body is larger than %d MiB", maxBody>>20)}
	}
	if err != nil {
		return nil, &refusal{status: http.StatusBadRequest, operation: found.operation.ID, reason: tooLarge,
			message: "the body ended early: " + err.Error()}
	}
	return &call{route: found, method: r.Method, address: address, body: body, done: done}, nil
}

// permit refuses requests that the target's settings do not allow.
func (p *Proxy) permit(c *call) *refusal {
	operation := c.route.operation
	does := reports.Does(c.route.does)
	var problem string
	switch {
	case !operation.PathKnown && p.target.Paths[operation.ID] == "" && !p.target.Sandbox:
		problem = fmt.Sprintf("the path of %s is undocumented; set it with --path %s=/…", operation.ID, operation.ID)
	case does != reports.Read && p.target.Production && !p.target.YesProduction:
		problem = fmt.Sprintf("%s does a %s, and %s is a production target; if you mean it, start the proxy with --yes-production",
			operation.ID, does, p.target.Name)
	case !p.target.Allow.Allows(does):
		problem = fmt.Sprintf("%s does a %s, which the settings do not allow; start the proxy with --allow %s", operation.ID, does,
			strings.Join(append(words(p.target.Allow.List()), string(does)), ","))
	default:
		return nil
	}
	return &refusal{status: http.StatusForbidden, operation: operation.ID, reason: notAllowed, message: problem}
}

func words(list []reports.Does) (texts []string) {
	for _, does := range list {
		texts = append(texts, string(does))
	}
	return texts
}

// prepare builds the request to forward, and signs it.
func (p *Proxy) prepare(r *http.Request, c *call) *refusal {
	request, err := http.NewRequestWithContext(context.WithoutCancel(r.Context()), c.method, c.address.String(), bytes.NewReader(c.body))
	if err != nil {
		return &refusal{status: http.StatusBadRequest, operation: c.route.operation.ID, reason: unknownPath,
			message: "the request cannot be forwarded: " + err.Error()}
	}
	request.URL = c.address // as received, including escapes
	request.Header = forwarded(r.Header)
	c.request = request
	if p.config.KeepSign {
		p.addHeader(request)
		return nil
	}
	signer := signing.Signer{PartnerCode: p.target.PartnerCode, Rules: p.target.Sign, Templates: []string{c.route.operation.Path}}
	if err := signer.Sign(r.Context(), request); err != nil {
		c.note = "not signed: " + cmp.Or(errors.Unwrap(err), err).Error()
	}
	p.addHeader(request)
	return nil
}

// addHeader sets the configured header fields of the target.
func (p *Proxy) addHeader(request *http.Request) {
	maps.Copy(request.Header, p.target.Header)
}

// notSent says why a request was not forwarded.
func notSent(c *call, err error) *refusal {
	refused := &refusal{status: http.StatusBadGateway, operation: c.route.operation.ID, reason: noAnswer, message: err.Error()}
	var end session.End
	if errors.As(err, &end) && end.Verdict == reports.Skipped {
		refused.status, refused.reason = http.StatusForbidden, overBudget
	}
	return refused
}

// problemOf says why an answer does not show whether the contract is kept; "" if it does.
func problemOf(exchange reports.Exchange) string {
	if exchange.Problem == "" && exchange.Response != nil && wire.Unavailable(exchange.Response) {
		return fmt.Sprintf("the target answers HTTP %d without an envelope", exchange.Response.Status)
	}
	return exchange.Problem
}

// Tell logs the services that were not reached when the proxy started.
func (p *Proxy) Tell(services []reports.Service) {
	for _, service := range services {
		if p.config.Log != nil && !service.Reached {
			p.config.Log.Warn("not reached", "service", service.Name, "problem", service.Problem)
		}
	}
}
