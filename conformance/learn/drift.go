package learn

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/mallcheck/mallcheck/conformance"
	"github.com/mallcheck/mallcheck/conformance/internal/drift"
	"github.com/mallcheck/mallcheck/openapi"
	"github.com/mallcheck/mallcheck/reports"
)

// Change is one difference between two learnings.
type Change = drift.Change

// Drift returns the differences between two learnings of one target, or between two targets. Changes
// that break clients come first.
func Drift(before, after *Learned) []Change { return drift.Between(before, after) }

// Unlearnt returns why nothing can be said about changes: one side learnt nothing from any answer. It is
// "" otherwise.
func Unlearnt(before, after *Learned) string {
	for _, side := range []struct {
		name    string
		learned *Learned
	}{{"earlier", before}, {"later", after}} {
		isRefusal := func(f Fact) bool { return f.Kind == "refusal" }
		if len(side.learned.Members) == 0 && !slices.ContainsFunc(side.learned.Facts, isRefusal) {
			return fmt.Sprintf("nothing was learnt of the %s state: its %d exchanges have too few answers that can be read",
				side.name, side.learned.Exchanges)
		}
	}
	return ""
}

// Area is the area of the results that DriftRun makes.
const Area = "DRIFT"

// wholeTarget is the name of the result for changes that belong to no single operation.
const wholeTarget = "target"

// DriftRun returns the changes as a run, for the writers of reports: a result for each operation, and
// one for the whole target. seen is the run in which the target was called: its target, services, times
// and end. With failing, changes fail the run. What did not change is inconclusive for the reason
// unlearnt, unless that is "".
func DriftRun(changes []Change, unlearnt string, seen reports.Run, failing bool) (*reports.Run, error) {
	contract, err := openapi.Mall()
	if err != nil {
		return nil, fmt.Errorf("reading the contract: %w", err)
	}
	run := seen
	run.Schema = reports.SchemaVersion
	run.Tool = reports.Tool{Name: "mallcheck", Version: conformance.Version(), Contract: contract.Digest()}
	run.Policy = reports.Policy{Strict: reports.Documented}
	if failing {
		run.Policy.Strict = reports.Observed
	}
	run.Results, run.Causes, run.Habits, run.Coverage, run.Waivers = nil, nil, nil, nil, nil
	names := []string{wholeTarget}
	for _, operation := range contract.Operations() {
		names = append(names, operation.ID)
	}
	slices.Sort(names)
	for _, name := range names {
		result := driftResult(name, changes, run.Policy)
		if unlearnt != "" && result.Verdict == reports.Passed {
			result.Verdict, result.Reason = reports.Inconclusive, unlearnt
		}
		run.Results = append(run.Results, result)
	}
	if run.Started.IsZero() {
		run.Started, run.Ended = time.Now().UTC(), time.Now().UTC()
	}
	return &run, nil
}

// driftResult is the result of one operation, or of the whole target.
func driftResult(name string, changes []Change, policy reports.Policy) reports.Result {
	result := reports.Result{
		ID: Area + "/" + name, Area: Area, Requirement: name + " does what the overlay says", Level: reports.Must, Clause: "observed",
		Grade: reports.Observed, Does: reports.Read, Operations: []string{name}, Verdict: reports.Passed,
	}
	if name == wholeTarget {
		result.Operations, result.Requirement = nil, "The target does what the overlay says"
	}
	for _, change := range changes {
		if !slices.Contains(change.Operations, name) && (len(change.Operations) > 0 || name != wholeTarget) {
			continue
		}
		severity := reports.Minor
		if change.Breaking() {
			severity = reports.Major
		}
		result.Deviations = append(result.Deviations, reports.Deviation{
			Clause: change.Clause, Grade: reports.Observed, Severity: severity, Level: reports.Must, Summary: change.Summary,
			Expected: change.Before, Actual: change.After, Exchange: -1,
		})
	}
	policy.Judge(&result)
	return result
}

// WriteChanges writes changes as text: first those that break clients. Without changes, it writes the
// reason unlearnt, if there is one.
func WriteChanges(w io.Writer, changes []Change, unlearnt string) error {
	var out strings.Builder
	breaking := 0
	for breaking < len(changes) && changes[breaking].Breaking() {
		breaking++
	}
	switch {
	case len(changes) == 0 && unlearnt != "":
		out.WriteString("inconclusive: " + unlearnt + "\n")
	case len(changes) == 0:
		out.WriteString("No change.\n")
	default:
		fmt.Fprintf(&out, "%d %s, %d breaking.\n", len(changes), plural("change", len(changes)), breaking)
	}
	for i := range changes {
		if i == 0 && breaking > 0 {
			out.WriteString("\nBreaks clients\n")
		}
		if i == breaking {
			out.WriteString("\nOther changes\n")
		}
		out.WriteString("  " + sentence(&changes[i]) + "\n")
	}
	if _, err := io.WriteString(w, out.String()); err != nil {
		return fmt.Errorf("writing the changes: %w", err)
	}
	return nil
}

// sentence describes a change in one line.
func sentence(c *Change) string {
	text := c.Kind + ": " + c.Summary
	switch {
	case c.Before != "" && c.After != "":
		text += ": " + c.Before + " → " + c.After
	case c.After != "":
		text += ": " + c.After
	}
	if n := len(c.Operations); n > 4 {
		return fmt.Sprintf("%s (%d operations)", text, n)
	}
	if len(c.Operations) > 0 {
		text += " (" + strings.Join(c.Operations, ", ") + ")"
	}
	return text
}

func plural(word string, n int) string {
	if n == 1 {
		return word
	}
	return word + "s"
}
