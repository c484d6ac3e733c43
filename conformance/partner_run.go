package conformance

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/mallcheck/mallcheck/conformance/checks"
	"github.com/mallcheck/mallcheck/conformance/internal/selection"
	"github.com/mallcheck/mallcheck/conformance/partner"
	"github.com/mallcheck/mallcheck/conformance/partner/client/trial"
	"github.com/mallcheck/mallcheck/conformance/partner/proxy"
	"github.com/mallcheck/mallcheck/conformance/partner/receiver"
	"github.com/mallcheck/mallcheck/conformance/partner/signer"
	"github.com/mallcheck/mallcheck/conformance/target"
	"github.com/mallcheck/mallcheck/openapi"
	"github.com/mallcheck/mallcheck/reports"
)

// AllChecks returns the checks of the server and those of the partner's side, sorted by id.
// Checks of the partner's side have no Run: JudgeClient, JudgeReceiver, JudgeSigner and
// Proxy run them.
func AllChecks() []checks.Check { return slices.Clone(everyCheck()) }

var everyCheck = sync.OnceValue(func() []checks.Check {
	all := checks.All()
	client := trial.New(nil, trial.Catalogue())
	partners := slices.Concat(client.Checks(), receiver.Checks(receiver.Catalogue()), signer.Checks(signer.Catalogue()))
	if contract, err := openapi.Mall(); err == nil { // the contract is built in and tested
		partners = append(partners, proxy.Catalogue(contract)...)
	}
	for _, check := range partners {
		all = append(all, check.Described())
	}
	slices.SortFunc(all, func(a, b checks.Check) int { return strings.Compare(a.ID, b.ID) })
	return all
})

// JudgeReceiver tests a partner's push receiver under the policy, selection and waivers of t.
// An error is about the settings, as with Run. observer may be nil.
func JudgeReceiver(ctx context.Context, t *target.Target, config receiver.Config, observer Observer) (*reports.Run, error) {
	service := reports.Service{Name: "receiver", URL: config.URL.Redacted()}
	reach := func() string { return receiver.Reach(ctx, config) }
	return judgePartner(ctx, t, openapi.Push, receiver.Checks(config), service, reach, observer)
}

// JudgeSigner tests a partner's signer under the policy, selection and waivers of t. An error is
// about the settings, as with Run. observer may be nil.
func JudgeSigner(ctx context.Context, t *target.Target, config signer.Config, observer Observer) (*reports.Run, error) {
	service := reports.Service{Name: "signer", URL: "command:" + config.Name()}
	reach := func() string { return "" }
	return judgePartner(ctx, t, openapi.Push, signer.Checks(config), service, reach, observer)
}

// judgePartner runs the selected checks one after the other.
func judgePartner(
	ctx context.Context, t *target.Target, document func() (*openapi.Contract, error), all []partner.Check, service reports.Service,
	reach func() string, observer Observer,
) (*reports.Run, error) {
	contract, err := document()
	if err != nil {
		return nil, fmt.Errorf("reading the contract: %w", err)
	}
	r := &runner{target: t, observer: observer, run: reports.Run{
		Schema: reports.SchemaVersion, Tool: toolOf(contract),
		Target: reports.Target{Name: t.Name, PartnerCode: t.PartnerCode, Allow: []reports.Does{reports.Write}},
		Policy: t.Policy(), Selection: reports.Selection{Only: t.Only, Skip: t.Skip},
		Seed: t.Seed, Started: time.Now().UTC(),
	}}
	selected, err := r.selectPartner(all)
	if err != nil {
		return nil, err
	}
	service.Problem = reach()
	service.Reached = service.Problem == ""
	r.run.Services = []reports.Service{service}
	if observer != nil {
		observer.Begin(&r.run, len(selected))
	}
	limited, cancel := context.WithTimeoutCause(ctx, t.Timeout, errTimeLimit)
	defer cancel()
	for _, check := range selected {
		r.done(r.partnerResult(limited, check, service))
	}
	r.endPartner(context.Cause(limited))
	return &r.run, nil
}

// selectPartner selects checks of a partner's side as the settings say, and reads the waivers.
func (r *runner) selectPartner(all []partner.Check) ([]partner.Check, error) {
	described := make([]checks.Check, len(all))
	for i, check := range all {
		described[i] = check.Described()
	}
	selected, err := selection.Select(described, r.target.Only, r.target.Skip)
	if err != nil {
		return nil, err
	}
	r.run.Waivers, err = waiversOf(r.target, described, time.Now())
	return slices.DeleteFunc(slices.Clone(all), func(check partner.Check) bool {
		return !slices.ContainsFunc(selected, func(c checks.Check) bool { return c.ID == check.ID })
	}), err
}

// partnerResult runs one check, unless the run has ended or the service is down.
func (r *runner) partnerResult(ctx context.Context, check partner.Check, service reports.Service) reports.Result {
	result := r.describe(check.Described())
	result.Started = time.Now().UTC()
	switch {
	case ctx.Err() != nil:
		result.Verdict, result.Reason = reports.Skipped, "the run was stopped before this check"
		return result
	case !service.Reached:
		result.Verdict, result.Reason = reports.Skipped, "the "+service.Name+" was not reached"
		return result
	}
	record := &partner.Record{}
	check.Run(ctx, record)
	result.Duration = time.Since(result.Started)
	result.Exchanges = record.Exchanges
	result.Reason = record.Reason
	if record.Verdict != "" {
		result.Verdict = record.Verdict
	}
	for _, d := range record.Deviations {
		if d.Clause == "" {
			d.Clause, d.Level, d.Grade, d.Source = result.Clause, result.Level, result.Grade, result.Source
		}
		result.Deviations = append(result.Deviations, d)
	}
	r.conclude(&result)
	return result
}

// endPartner orders the results and says why the run ended.
func (r *runner) endPartner(cause error) {
	slices.SortFunc(r.run.Results, func(a, b reports.Result) int { return strings.Compare(a.ID, b.ID) })
	r.countWaivers()
	switch {
	case cause == nil:
	case errors.Is(cause, errTimeLimit):
		r.run.Stopped = reports.TimedOut
	default:
		r.run.Stopped = reports.Interrupted
	}
	r.run.Ended = time.Now().UTC()
}
