package session

import (
	"context"
	"net/http"

	"github.com/mallcheck/mallcheck/conformance/internal/pace"
	"github.com/mallcheck/mallcheck/conformance/internal/transport"
	"github.com/mallcheck/mallcheck/conformance/internal/wire"
	"github.com/mallcheck/mallcheck/reports"
)

// Preflight asks each service once, with a request that reads, and says whether
// it can be asked at all. A refusal in the envelope is an answer, too.
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

// probe returns why a service cannot be asked, "" when it can.
func (c *Connection) probe(ctx context.Context, service string) string {
	s := c.Session(ctx)
	draft := map[string]func() *Draft{
		"topup": s.NewListBundles,
		"vshop": func() *Draft { return s.NewSingleVerify(c.probeSIM()) },
		// Any HTTP answer will do: a GET where only POST is known does nothing, and many
		// a server refuses it by a page.
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

// probeSIM is a SIM card to ask for: which one does not matter for reaching a service.
func (c *Connection) probeSIM() string {
	if len(c.target.SIMs) > 0 {
		return c.target.SIMs[0]
	}
	return "89000000000000000000"
}
