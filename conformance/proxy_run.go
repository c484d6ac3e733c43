package conformance

import (
	"context"
	"fmt"
	"net"

	"github.com/mallcheck/mallcheck/conformance/internal/habits"
	"github.com/mallcheck/mallcheck/conformance/partner/proxy"
	"github.com/mallcheck/mallcheck/conformance/target"
	"github.com/mallcheck/mallcheck/openapi"
	"github.com/mallcheck/mallcheck/reports"
)

// Proxy serves a signing proxy to a target on a listener until ctx ends. It then undoes what the requests
// created, unless the settings keep it, and returns a run with its findings, under the policy, selection
// and waivers of t. An error is about the settings, or says that serving failed. observer may be nil.
func Proxy(ctx context.Context, t *target.Target, listener net.Listener, config proxy.Config, observer Observer) (*reports.Run, error) {
	defer func() { _ = listener.Close() }() // it may be closed already
	contract, err := openapi.Mall()
	if err != nil {
		return nil, fmt.Errorf("reading the contract: %w", err)
	}
	quiet := *t
	quiet.PushListen, quiet.PushListener = "", nil // the proxy awaits no push
	r, err := newRunner(&quiet, contract, observer)
	if err != nil {
		return nil, err
	}
	defer r.connection.Close()
	if err := r.openJournal(); err != nil {
		return nil, err
	}
	p := proxy.New(&quiet, contract, r.connection, config)
	selected, err := r.selectPartner(p.Checks(contract))
	if err != nil {
		return nil, err
	}
	if config.Ready != nil {
		config.Ready()
	}
	r.connection.Within(ctx)
	r.run.Services = r.connection.Preflight(ctx, quiet.Services())
	p.Tell(r.run.Services)
	if err := p.Serve(ctx, listener); err != nil {
		return nil, err
	}
	for i := range r.run.Services {
		if service := &r.run.Services[i]; p.Reached(service.Name) {
			service.Reached, service.Problem = true, ""
		}
	}
	if observer != nil {
		observer.Begin(&r.run, len(selected))
	}
	service := reports.Service{Name: "target", Reached: true} // each check says itself whether it was
	for _, check := range selected {
		r.done(r.partnerResult(context.Background(), check, service))
	}
	r.finishProxy(config)
	return &r.run, nil
}

// finishProxy undoes what the proxied requests created, and completes the run.
func (r *runner) finishProxy(config proxy.Config) {
	if config.KeepChanges {
		r.run.Left = r.connection.KeepForwarded()
	} else {
		r.run.Left = distinct(r.connection.EndForwarding())
	}
	for i := range r.run.Results {
		r.coverage.Add(r.run.Results[i])
	}
	r.run.Coverage = r.coverage.Coverage()
	habits.Take(&r.run)
	if r.connection.OverBudget() {
		r.run.Stopped = reports.OverBudget
	}
	r.run.Codes, r.run.Limited = r.connection.Codes(), r.connection.Limited()
	r.endPartner(nil)
}
