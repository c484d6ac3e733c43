// Package conformance tests whether a target conforms to the contract of the mall API.
//
// Run is the entry point for the command line, go test and other projects. It asks
// each service once, runs the selected checks and returns the run as data; ExitCode
// turns it into an exit code. Its callers start a sandbox and write reports.
//
// Nothing that a server sends is printed through package log. net/http may log there that a
// server broke HTTP/2, without bytes of the server. From behind an HTTP proxy, it also logs bytes
// that arrive in the same TLS record as an answer, after it; log.SetOutput(io.Discard) prevents that.
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
	"github.com/mallcheck/mallcheck/conformance/internal/baseline"
	"github.com/mallcheck/mallcheck/conformance/internal/coverage"
	"github.com/mallcheck/mallcheck/conformance/internal/habits"
	"github.com/mallcheck/mallcheck/conformance/internal/infer"
	"github.com/mallcheck/mallcheck/conformance/internal/observe"
	"github.com/mallcheck/mallcheck/conformance/internal/pool"
	"github.com/mallcheck/mallcheck/conformance/internal/selection"
	"github.com/mallcheck/mallcheck/conformance/internal/session"
	"github.com/mallcheck/mallcheck/conformance/target"
	"github.com/mallcheck/mallcheck/openapi"
	"github.com/mallcheck/mallcheck/reports"
)

// Observer follows a run. Its methods are called one at a time.
type Observer interface {
	// Begin is called once, after the services were asked and before the first
	// check; run has no results yet.
	Begin(run *reports.Run, checks int)
	// Done is called after each check.
	Done(result reports.Result)
}

// running keeps two runs of one process apart: Ginkgo has one suite a process.
var running sync.Mutex

// manner is how checks are selected and awaited, beside the settings.
type manner struct {
	// awaitAll awaits each of the checks in the given order.
	awaitAll func([]checks.Check, func(checks.Check) (reports.Result, bool))
	// also says which of the checks that the settings select to keep; nil keeps all.
	also func(checks.Check) bool
	// named is set when also goes by ids: the checks of every depth are meant.
	named bool
	// failFast stops the run at the first result that fails it.
	failFast bool
}

// selectedBy returns the checks that the settings and the manner select.
func selectedBy(t *target.Target, how manner) ([]checks.Check, error) {
	selected, err := selection.Select(append(checks.All(), checks.Fuzz(t.Fuzz)...), t.Only, t.Skip)
	if err != nil {
		return nil, err
	}
	if len(t.Only) == 0 && !how.named {
		selected = checks.AtDepth(selected, checks.Depth(t.Depth))
	}
	if how.also != nil {
		selected = slices.DeleteFunc(slices.Clone(selected), func(check checks.Check) bool { return !how.also(check) })
		if len(selected) == 0 {
			return nil, errors.New("-run, -skip and the switches of Ginkgo select no check; mallcheck list shows them")
		}
	}
	return selection.Divide(selected, t.Shard)
}

func runWith(ctx context.Context, t *target.Target, observer Observer, how manner) (*reports.Run, error) {
	contract, err := t.Contract()
	if err != nil {
		return nil, fmt.Errorf("reading the contract: %w", err)
	}
	selected, err := selectedBy(t, how)
	if err != nil {
		return nil, err
	}
	waivers, err := waiversOf(t, append(checks.All(), checks.Fuzz(t.Fuzz)...), time.Now())
	if err != nil {
		return nil, err
	}
	if err := checkExpectations(t); err != nil {
		return nil, err
	}
	running.Lock()
	defer running.Unlock()
	own := *t // the run may leave out SIM cards
	t = &own

	limited, cancel := context.WithTimeoutCause(ctx, t.Timeout, errTimeLimit)
	defer cancel()
	limited, stop := context.WithCancelCause(limited)
	defer stop(nil)
	r, err := newRunner(t, contract, observer)
	if err != nil {
		return nil, err
	}
	defer r.connection.Close()
	r.run.Waivers, r.awaitAll = waivers, how.awaitAll
	if how.failFast {
		r.failed = func() { stop(errFirstFailure) }
	}
	if err := r.openJournal(); err != nil {
		return nil, err
	}
	r.connection.Within(limited)
	r.connection.Arrange(checks.Arranger())
	r.run.Services = r.connection.Preflight(limited, t.Services())
	if observer != nil {
		observer.Begin(&r.run, len(selected))
	}
	grouped := checks.Grouped(selected)
	if err := r.askBaseline(limited, grouped); err != nil {
		return nil, err
	}
	r.all(limited, grouped)
	r.run.Left = append(r.run.Left, r.connection.Undo()...)
	r.finish(context.Cause(limited))
	return &r.run, nil
}

// errTimeLimit is the cause of a run that was stopped by its time limit.
var errTimeLimit = errors.New("the time limit of the run was reached")

// errFirstFailure is the cause of a run that was stopped by its first failure.
var errFirstFailure = errors.New("a check failed, and the run stops at the first failure")

// runner is one run in progress.
type runner struct {
	awaitAll   func([]checks.Check, func(checks.Check) (reports.Result, bool))
	baseline   baseline.Report
	target     *target.Target
	observed   *observe.Judge // nil without an overlay
	connection *session.Connection
	coverage   *coverage.Counter
	observer   Observer

	mu  sync.Mutex // guards what follows while checks run
	run reports.Run
	// undocumented is what checks saw that no page names, by check id: it is
	// told once per value, at the end, so that the order of checks does not matter.
	undocumented map[string][]reports.Deviation
	repeats      int // failed checks that were run once more
	// failed is called with each result that fails the run; nil when nothing follows from one.
	failed func()
}

func newRunner(t *target.Target, contract *openapi.Contract, observer Observer) (*runner, error) {
	push, err := openapi.Push()
	if err != nil {
		return nil, fmt.Errorf("reading the contract of the push: %w", err)
	}
	counter, err := coverage.New(contract, push)
	if err != nil {
		return nil, err
	}
	connection, err := session.Connect(t, contract)
	if err != nil {
		return nil, err
	}
	observed, err := observedOf(t)
	if err != nil {
		connection.Close()
		return nil, err
	}
	var shard *reports.Shard
	if t.Shard.Count > 0 {
		shard = &t.Shard
	}
	return &runner{
		target: t, observer: observer,
		connection:   connection,
		coverage:     counter,
		observed:     observed,
		undocumented: map[string][]reports.Deviation{},
		run: reports.Run{
			Schema: reports.SchemaVersion,
			Tool:   toolOf(contract),
			Target: reports.Target{Name: t.Name, PartnerCode: t.PartnerCode, Allow: t.Allow.List(), Faults: t.Faults,
				Variants: t.Variants},
			Policy:   t.Policy(),
			Settings: t.Digest(), Selection: reports.Selection{Only: t.Only, Skip: t.Skip, Depth: t.Depth},
			Shard: shard,
			Seed:  t.Seed, Started: time.Now().UTC(),
		},
	}, nil
}

// askBaseline asks the target for one valid request of each operation that the checks
// call. The embedded sandbox needs none: its settings are its own.
func (r *runner) askBaseline(ctx context.Context, selected []checks.Check) error {
	if r.target.Sandbox {
		return nil
	}
	called := map[string]bool{}
	for _, check := range selected {
		if r.unable(check) == "" {
			for _, id := range check.Operations {
				called[id] = true
			}
		}
	}
	operations, err := baseline.Operations(r.target, r.run.Services, called)
	if err != nil {
		return err
	}
	r.baseline = baseline.Ask(ctx, r.connection, r.target, operations)
	if len(operations) > 0 {
		r.run.LeftOut = baseline.Cards(ctx, r.connection, r.target, r.run.Services)
	}
	r.connection.ForgetLarge()
	r.run.Left = append(r.run.Left, r.baseline.Left...)
	return nil
}

// openJournal has a run that may change a target other than the embedded sandbox
// write a journal into the folder of its reports.
func (r *runner) openJournal() error {
	t := r.target
	if t.Sandbox || t.ReportDir == "" || !t.Allow.Write && !t.Allow.Purchase {
		return nil
	}
	return r.connection.OpenJournal(t.ReportDir)
}

// all runs the checks that can be run and notes why the others cannot.
func (r *runner) all(ctx context.Context, selected []checks.Check) {
	var runnable []checks.Check
	for _, check := range selected {
		if reason := r.unable(check); reason != "" {
			r.done(r.skipped(check, reason))
			continue
		}
		reason, unfit := r.baseline.Result(check.Operations)
		if !unfit {
			reason, unfit = r.down(check, selected)
		}
		if unfit {
			result := r.describe(check)
			result.Verdict, result.Reason, result.Started = reports.Inconclusive, reason, time.Now().UTC()
			r.done(result)
			continue
		}
		runnable = append(runnable, check)
	}
	ordered := pool.InOrder(runnable, r.target.Seed)
	r.run.Results = slices.Grow(r.run.Results, len(ordered))
	at := pool.New(r.target, r.connection.Subscribers(), r.connection.Slowed, func(check checks.Check) reports.Result {
		result := r.one(ctx, check)
		r.done(result)
		return result
	})
	wait := at.Start(ctx, ordered)
	r.awaitAll(ordered, at.Await)
	wait()
	ran := map[string]bool{} // Ginkgo awaits no check any more once it was interrupted
	for i := range r.run.Results {
		ran[r.run.Results[i].ID] = true
	}
	for _, check := range ordered {
		if !ran[check.ID] {
			r.done(r.skipped(check, reasonStopped))
		}
	}
}

// down says why a check proves nothing that calls an operation of a service that is down. The check
// that shows it, and those of operations for which none is selected, are run.
func (r *runner) down(check checks.Check, selected []checks.Check) (reason string, is bool) {
	for _, id := range check.Operations {
		shows := "ENV-001/" + id
		if reason = r.baseline.Down[id]; reason != "" && check.ID != shows &&
			slices.ContainsFunc(selected, func(c checks.Check) bool { return c.ID == shows }) {
			return reason, !strings.HasPrefix(check.ID, "ENV-001/")
		}
	}
	return "", false
}

func (r *runner) session(ctx context.Context, check checks.Check) *session.Session {
	if part, divided := pool.Part(r.target, check); divided {
		return r.connection.SessionWith(ctx, part)
	}
	return r.connection.Session(ctx)
}

// done keeps a result and tells the observer.
func (r *runner) done(result reports.Result) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.run.Results = append(r.run.Results, result)
	if r.observer != nil {
		r.observer.Done(result)
	}
	if r.failed != nil && (result.Verdict == reports.Inconclusive || r.run.Policy.Fails(result.Verdict)) {
		r.failed()
	}
}

// notification is the service in which the run is the server.
const notification = "notification"

// unable says why a check cannot be run against the target, "" when it can.
func (r *runner) unable(check checks.Check) string {
	for _, id := range check.Operations {
		operation, _ := openapi.OperationOf(id)
		if operation.Service == notification {
			if r.target.PushListen == "" && r.target.PushListener == nil && !r.target.Sandbox {
				return "nothing listens for the pushes of the target (--push-listen HOST:PORT)"
			}
			continue
		}
		if !operation.PathKnown && r.target.Paths[id] == "" && !r.target.Sandbox {
			return fmt.Sprintf("the path of %s is undocumented; set it with --path %s=/…", id, id)
		}
		if r.target.URLs[operation.Service] == "" {
			return fmt.Sprintf("the target has no address for the %s service (--%s-url)", operation.Service, operation.Service)
		}
		for _, service := range r.run.Services {
			if service.Name == operation.Service && !service.Reached {
				return "the " + service.Name + " " + reasonUntested
			}
		}
	}
	if !r.target.Allow.Allows(check.Does) {
		return fmt.Sprintf("the target allows no %ss (--allow %s)", check.Does, check.Does)
	}
	return ""
}

// finish orders the results, tells what is undocumented once per value, counts
// what was exercised, and says why the run ended.
func (r *runner) finish(cause error) {
	slices.SortFunc(r.run.Results, func(a, b reports.Result) int { return strings.Compare(a.ID, b.ID) })
	told := map[string]bool{}
	for i := range r.run.Results {
		result := &r.run.Results[i]
		for _, d := range r.undocumented[result.ID] {
			if key := d.Clause + "\n" + d.Actual; !told[key] {
				told[key] = true
				result.Deviations = append(result.Deviations, d)
			}
		}
		r.conclude(result)
		r.coverage.Add(*result)
	}
	habits.Take(&r.run)
	r.run.Causes = infer.Causes(&r.run)
	r.countWaivers()
	r.run.Coverage = r.coverage.Coverage()
	switch {
	case errors.Is(cause, errTimeLimit):
		r.run.Stopped = reports.TimedOut
	case errors.Is(cause, errFirstFailure):
		r.run.Stopped = reports.FirstFailure
	case cause != nil:
		r.run.Stopped = reports.Interrupted
	case r.connection.OverBudget():
		r.run.Stopped = reports.OverBudget
	}
	r.run.Left = append(r.run.Left, r.connection.Finish(len(r.run.Left) == 0)...)
	r.run.Codes, r.run.Limited, r.run.Cost = r.connection.Codes(), r.connection.Limited(), r.connection.Cost()
	r.run.Left = distinct(r.run.Left)
	r.run.Ended = time.Now().UTC()
}

// distinct returns sentences in their order, each once, with how often it was said.
func distinct(said []string) []string {
	times := map[string]int{}
	var once []string
	for _, sentence := range said {
		if times[sentence]++; times[sentence] == 1 {
			once = append(once, sentence)
		}
	}
	for i, sentence := range once {
		if n := times[sentence]; n > 1 {
			once[i] = fmt.Sprintf("%s (%d times)", sentence, n)
		}
	}
	return once
}
