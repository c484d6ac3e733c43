package embedded

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"strconv"

	"github.com/mallcheck/mallcheck/conformance"
	"github.com/mallcheck/mallcheck/conformance/target"
	"github.com/mallcheck/mallcheck/reports"
)

// ErrUnfinished means that a plan was interrupted.
var ErrUnfinished = errors.New("the plan was not finished")

// Plan returns what a run with these settings would do. Nothing is sent to the
// target: the same checks run against a sandbox, and their calls are counted.
func Plan(ctx context.Context, layers ...target.Layer) (*conformance.Plan, error) {
	t, dry, err := DryRun(ctx, layers...)
	if err != nil {
		return nil, err
	}
	if dry.Stopped != "" {
		return nil, fmt.Errorf("%w (%s)", ErrUnfinished, dry.Stopped)
	}
	return conformance.NewPlan(t, dry), nil
}

// DryRun runs the checks of a target against a sandbox. It also returns the target: the
// sandbox, if the layers name no other.
func DryRun(ctx context.Context, layers ...target.Layer) (*target.Target, *reports.Run, error) {
	t, err := target.Resolve(layers...)
	if err != nil {
		return nil, nil, err
	}
	if !target.HasAddress(layers...) {
		s, err := start(layers, t, nil)
		if err != nil {
			return nil, nil, err
		}
		defer s.Close()
		run, err := conformance.Run(ctx, s.Target, nil)
		return s.Target, run, err
	}
	s, err := startLike(t)
	if err != nil {
		return nil, nil, err
	}
	defer s.Close()
	imitate(s.Target, t)
	run, err := conformance.Run(ctx, s.Target, nil)
	return t, run, err
}

// startLike starts a sandbox for the dry run of a target. With an overlay, it accepts and refuses what the
// target does, at its own pace.
func startLike(t *target.Target) (*Sandbox, error) {
	settings := target.Settings{Seed: strconv.FormatInt(t.Seed, 10)}
	if t.Overlay == nil {
		return Start(target.Flags(settings))
	}
	settings.Overlay, settings.Strict = t.Overlay.Path, t.Strict
	learned := *t.Overlay.Learned
	learned.Latencies = nil
	return StartAs(&learned, target.Flags(settings))
}

// imitate removes from the sandbox's settings whatever the target lacks, so that the same
// checks run and the same are skipped.
func imitate(dry, t *target.Target) {
	dry.Sandbox, dry.ReportDir = false, ""
	dry.Only, dry.Skip, dry.Depth, dry.Allow, dry.Fuzz, dry.Shard = t.Only, t.Skip, t.Depth, t.Allow, t.Fuzz, t.Shard
	dry.Concurrency = t.Concurrency
	dry.FailOnFinding, dry.FailOnCritical, dry.FailOnHabit = t.FailOnFinding, t.FailOnCritical, t.FailOnHabit
	dry.Expectations = t.Expectations
	for _, service := range target.Services {
		if t.URLs[service] == "" {
			delete(dry.URLs, service)
		}
	}
	maps.DeleteFunc(dry.Paths, func(operation, _ string) bool { return t.Paths[operation] == "" })
	dry.SIMs = dry.SIMs[:min(len(dry.SIMs), len(t.SIMs))]
	dry.SecondSIMs = dry.SecondSIMs[:min(len(dry.SecondSIMs), len(t.SecondSIMs))]
	dry.UnknownSIMs = dry.UnknownSIMs[:min(len(dry.UnknownSIMs), len(t.UnknownSIMs))]
	for _, fixture := range []struct{ dry, has *string }{
		{&dry.SecondPartnerCode, &t.SecondPartnerCode}, {&dry.Group, &t.Group}, {&dry.Package, &t.Package},
		{&dry.PayingMethod, &t.PayingMethod}, {&dry.FailingMethod, &t.FailingMethod}, {&dry.OpenMethod, &t.OpenMethod},
	} {
		if *fixture.has == "" {
			*fixture.dry = ""
		}
	}
	if t.PushListen == "" {
		_ = dry.PushListener.Close()
		dry.PushListener, dry.PushListen = nil, ""
	}
}
