package conformance

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/mallcheck/mallcheck/conformance/checks"
	"github.com/mallcheck/mallcheck/conformance/internal/causes"
	"github.com/mallcheck/mallcheck/conformance/internal/expect"
	"github.com/mallcheck/mallcheck/conformance/internal/observe"
	"github.com/mallcheck/mallcheck/conformance/internal/session"
	"github.com/mallcheck/mallcheck/conformance/target"
	"github.com/mallcheck/mallcheck/openapi"
	"github.com/mallcheck/mallcheck/reports"
)

// one runs a check, undoes its effects and decides its verdict.
func (r *runner) one(ctx context.Context, check checks.Check) reports.Result {
	result := r.describe(check)
	result.Started = time.Now().UTC()
	r.carryOut(ctx, check, &result, func(d reports.Deviation) {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.undocumented[check.ID] = append(r.undocumented[check.ID], d)
	})
	result.Duration = time.Since(result.Started)
	result.Flaky = result.Verdict == reports.Failed && r.holdsNow(ctx, check)
	return result
}

// maxRepeats is how many failed checks of a run are repeated. A target that fails more
// checks is not flaky.
const maxRepeats = 20

// holdsNow repeats a failed check and reports whether it passes now. It does not repeat
// checks against the embedded sandbox, which always answers the same, nor checks that buy
// something, because that would cost twice.
func (r *runner) holdsNow(ctx context.Context, check checks.Check) bool {
	if r.target.Sandbox || check.Does == reports.Purchase || ctx.Err() != nil || !r.mayRepeat() {
		return false
	}
	again := r.describe(check)
	r.carryOut(ctx, check, &again, func(reports.Deviation) {})
	return again.Verdict == reports.Passed || again.Verdict == reports.Finding
}

// mayRepeat counts a repetition. It reports false once the limit is reached.
func (r *runner) mayRepeat() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.repeats == maxRepeats {
		return false
	}
	r.repeats++
	return true
}

// carryOut runs a check, undoes its effects and decides the verdict of its result.
// It collects undocumented members in undocumented instead.
func (r *runner) carryOut(ctx context.Context, check checks.Check, result *reports.Result, undocumented func(reports.Deviation)) {
	s := r.session(ctx, check)
	end := perform(ctx, check, s, limitOf(r.target))
	last := len(s.Exchanges()) - 1
	left := s.Undo()
	r.mu.Lock()
	r.run.Left = append(r.run.Left, left...)
	r.mu.Unlock()
	result.Exchanges = s.Exchanges()
	for _, d := range s.Deviations() {
		d.Level = check.Level
		if d.Undocumented {
			undocumented(d)
			continue
		}
		result.Deviations = append(result.Deviations, d)
	}
	switch end := end.(type) {
	case nil:
	case expect.Failure:
		tell(result, unmet(s, check, end, last))
	case session.End:
		result.Reason = end.Reason
		if end.Deviation != nil {
			end.Deviation.Level = check.Level
			tell(result, *end.Deviation)
			r.untested(result, end)
		} else {
			result.Verdict = end.Verdict
		}
	case crash:
		result.Verdict = reports.Inconclusive
		result.Reason = fmt.Sprintf("the check itself failed: %v. Please report this as a bug of mallcheck %s, with: %s", end.value, r.run.Tool.Version, end.where)
	}
	r.holdToOverlay(result)
	r.conclude(result)
}

// untested marks a check inconclusive that was stopped before it tested its subject, so
// that it does not count as passed. A violation takes precedence, as does a finding that
// fails the run.
func (r *runner) untested(result *reports.Result, end session.End) {
	if end.Untested && end.Deviation.Clause != result.Clause && !r.run.Policy.FailOnFinding {
		result.Verdict, result.Reason = reports.Inconclusive, end.Deviation.Summary
	}
}

// conclude sets the verdict of a result and, after a deviation, the explanation.
func (r *runner) conclude(result *reports.Result) {
	for i := range result.Deviations {
		result.Deviations[i].Severity = reports.Severity(openapi.SeverityOf(result.Deviations[i].Clause))
	}
	r.run.Policy.Judge(result)
	r.run.Policy.Waive(result, r.covering(result))
	if len(result.Deviations) > 0 {
		explainSigns(result, r.target.Sign)
		result.Cause = causes.Of(result)
	}
	for i := range result.Deviations {
		d := &result.Deviations[i]
		at, _ := openapi.LocationOf(d.Clause)
		d.File, d.Line = at.File, at.Line
	}
}

// tell adds the failure that ended a check to its deviations, unless the oracle has
// reported the same failure for the same exchange.
func tell(result *reports.Result, d reports.Deviation) {
	if !slices.ContainsFunc(result.Deviations, func(said reports.Deviation) bool {
		return said.Clause == d.Clause && said.Exchange == d.Exchange
	}) {
		result.Deviations = append(result.Deviations, d)
	}
}

// crash is a panic that came from neither an assertion nor the session.
type crash struct {
	value any
	where string
}

// ownFrames names the functions of this module in a stack, innermost first,
// without the paths of the building machine.
func ownFrames(stack []byte) string {
	var frames []string
	for line := range strings.SplitSeq(string(stack), "\n") {
		name, isOwn := strings.CutPrefix(line, "github.com/mallcheck/mallcheck/")
		if i := strings.LastIndexByte(name, '('); isOwn && i > 0 && len(frames) < 6 {
			frames = append(frames, name[:i])
		}
	}
	return strings.Join(frames, " < ")
}

// unmet turns a failed assertion into a deviation from the check's clause. If the
// assertion names no exchange, the deviation gets the last one.
func unmet(s *session.Session, check checks.Check, failure expect.Failure, last int) reports.Deviation {
	d := s.Deviation(cmp.Or(failure.Clause, check.Clause), check.Subject(), failure.Summary)
	d.Level, d.Exchange, d.Expected, d.Actual = check.Level, failure.Exchange, failure.Expected, failure.Actual
	if d.Exchange < 0 {
		d.Exchange = last
	}
	return d
}

// describe returns a result with the static description of a check.
func (r *runner) describe(check checks.Check) reports.Result {
	clause, _ := openapi.ClauseFor(check.Clause, check.Subject())
	if check.Grade != "" {
		clause.Enforced.Grade, clause.Enforced.Source = string(check.Grade), check.Source
	}
	return reports.Result{
		ID: check.ID, Area: check.Area(), Requirement: check.Requirement, Level: check.Level,
		Clause: check.Clause, Grade: reports.Grade(clause.Enforced.Grade), Source: clause.Enforced.Source,
		Does: check.Does, Operations: check.Operations, Verdict: reports.Passed,
	}
}

func (r *runner) skipped(check checks.Check, reason string) reports.Result {
	result := r.describe(check)
	result.Verdict, result.Reason, result.Started = reports.Skipped, reason, time.Now().UTC()
	return result
}

// observedOf returns the judge of those claims of a target's overlay that no schema expresses, nil without an overlay.
func observedOf(t *target.Target) (*observe.Judge, error) {
	if t.Overlay == nil {
		return nil, nil
	}
	contract, err := openapi.Mall()
	if err != nil {
		return nil, err
	}
	return observe.NewJudge(contract, t.Overlay.Learned)
}

// holdToOverlay compares the exchanges of a result with the overlay of the target.
func (r *runner) holdToOverlay(result *reports.Result) {
	if r.observed == nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.observed.Result(result)
}
