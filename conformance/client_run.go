package conformance

import (
	"context"
	"fmt"

	"github.com/mallcheck/mallcheck/conformance/internal/coverage"
	"github.com/mallcheck/mallcheck/conformance/partner/client/trial"
	"github.com/mallcheck/mallcheck/conformance/target"
	"github.com/mallcheck/mallcheck/openapi"
	"github.com/mallcheck/mallcheck/reports"
)

// JudgeClient tests a partner's client under the policy, selection and waivers of t. Without a command
// it serves until ctx ends, and then runs the checks. An error is about the settings, as with Run.
// observer may be nil.
func JudgeClient(ctx context.Context, t *target.Target, config trial.Config, observer Observer) (*reports.Run, error) {
	contract, err := openapi.Mall()
	if err != nil {
		return nil, fmt.Errorf("reading the contract of the mall: %w", err)
	}
	if len(config.Command) == 0 {
		config.Until = ctx.Done()
		ctx = context.WithoutCancel(ctx)
	}
	client := trial.New(contract, config)
	service := reports.Service{Name: "client", URL: "command:" + config.Name()}
	if len(config.Command) == 0 {
		service.URL = "started by hand"
	}
	run, err := judgePartner(ctx, t, openapi.Mall, client.Checks(), service, func() string { return "" }, observer)
	if err != nil {
		return nil, err
	}
	run.Client = client.Report()
	run.Coverage, err = exercised(contract, run.Results)
	return run, err
}

// exercised counts which parts of the contract the exchanges of the results exercised.
func exercised(mall *openapi.Contract, results []reports.Result) (*reports.Coverage, error) {
	push, err := openapi.Push()
	if err != nil {
		return nil, fmt.Errorf("reading the contract of the push: %w", err)
	}
	counter, err := coverage.New(mall, push)
	if err != nil {
		return nil, err
	}
	for _, result := range results {
		if len(result.Exchanges) > 0 {
			counter.Add(result)
		}
	}
	return counter.Coverage(), nil
}
