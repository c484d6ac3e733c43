package session

import (
	"context"
	"net/http"

	"github.com/mallcheck/mallcheck/conformance/internal/pace"
	"github.com/mallcheck/mallcheck/conformance/internal/transport"
	"github.com/mallcheck/mallcheck/conformance/internal/wire"
	"github.com/mallcheck/mallcheck/reports"
)

// Preflight sends each service one read request and says whether the service can be tested at all. A
// refusal in the envelope counts as an answer.
func (c *Connection) Preflight(ctx context.Context, services []string) []reports.Service {
	asked := make([]reports.Service, 0, len(services))
	for _, name := range services {
		service := reports.Service{Name: name, URL: c.target.URLs[name]}
		service.Problem = c.probe(ctx, name)
		service.Reached = service.Problem == ""
		asked = append(asked, service)
	}
	return asked
}

// probe returns why a service cannot be tested; "" if it can.
func (c *Connection) probe(ctx context.Context, service string) string {
	s := c.Session(ctx)
	draft := map[string]func() *Draft{
		"topup": s.NewListBundles,
		"vshop": func() *Draft { return s.NewSingleVerify(c.probeSIM()) },
		// Any HTTP answer will do. A GET where only POST is documented does nothing, and many servers
		// refuse it with an HTML page.
		"payment": func() *Draft { return s.NewResultQuery("0").After(wire.Method(http.MethodGet)) },
	}[service]
	err := attempt(func() { s.Send(ctx, draft()) })
	exchanges := s.Exchanges()
	if len(exchanges) > 0 {
		if wait, limited := pace.AsksToWait(exchanges[len(exchanges)-1].Response); limited {
			return pace.LimitedReason(exchanges[0].Response.Status, wait)
		}
	}
	switch {
	case err != nil && len(exchanges) == 0:
		return err.Error()
	case exchanges[0].Response == nil || transport.TimedOut(exchanges[0]):
		return exchanges[0].Problem
	}
	return wire.NotTheAPI(exchanges[0].Response)
}

// probeSIM is a SIM card for probes; any will do.
func (c *Connection) probeSIM() string {
	if len(c.target.SIMs) > 0 {
		return c.target.SIMs[0]
	}
	return "89000000000000000000"
}
