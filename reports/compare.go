package reports

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"time"
)

// Comparison is what changed from one run to another, or what differs between two targets.
type Comparison struct {
	// Before and After identify the runs.
	Before RunIdentity `json:"before"`
	After  RunIdentity `json:"after"`
	// New are the violations that only the later run has, Gone those that only the earlier one has,
	// ordered by check and clause.
	New  []Violation `json:"new"`
	Gone []Violation `json:"gone"`
	// Incomplete says, in sentences, why the later run shows less than the earlier one: it then proves
	// nothing unless it has a new violation.
	Incomplete []string `json:"incomplete,omitempty"`
	// Verdicts are the checks whose verdict changed, in the order of their ids.
	Verdicts []VerdictChange `json:"verdicts"`
	// Shapes are the operations whose answers have different members, by kind.
	Shapes []ShapeChange `json:"shapes"`
	// Codes are the kinds of answer that only one of the runs saw.
	Codes []CodeChange `json:"codes"`
	// Latencies are those of the operations that answered in both runs.
	Latencies []LatencyChange `json:"latencies"`
}

// RunIdentity identifies the run on one side of a Comparison.
type RunIdentity struct {
	Target  string    `json:"target"`
	Started time.Time `json:"started"`
	Tool    string    `json:"tool"`
	// Contract is the digest of the contract: runs with different contracts differ for that reason
	// alone.
	Contract string `json:"contract"`
	Strict   Grade  `json:"strict"`
	Checks   int    `json:"checks"`
}

// Violation is a violated clause, with the check that found it.
type Violation struct {
	Check    string `json:"check"`
	Clause   string `json:"clause"`
	Summary  string `json:"summary"`
	Expected string `json:"expected,omitempty"`
	Actual   string `json:"actual,omitempty"`
}

// VerdictChange is a check whose verdict changed; a verdict is empty if the check was not part of that
// run.
type VerdictChange struct {
	Check       string  `json:"check"`
	Requirement string  `json:"requirement"`
	Before      Verdict `json:"before,omitempty"`
	After       Verdict `json:"after,omitempty"`
	// Reason is the reason in the later run.
	Reason string `json:"reason,omitempty"`
}

// ShapeChange is how the answers of an operation differ.
type ShapeChange struct {
	Operation string `json:"operation"`
	// Kind is "success" for operateCode "S", "refusal" for any other, or "no envelope".
	Kind string `json:"kind"`
	// Added and Removed are members as "pointer type", with * for the elements of a list.
	Added   []string `json:"added,omitempty"`
	Removed []string `json:"removed,omitempty"`
}

// CodeChange is a kind of answer that only one of the runs saw.
type CodeChange struct {
	Operation   string `json:"operation"`
	Status      int    `json:"status"`
	OperateCode string `json:"operateCode"`
	Before      int    `json:"before"` // times seen
	After       int    `json:"after"`
}

// LatencyChange is the latency of an operation in both runs.
type LatencyChange struct {
	Operation string  `json:"operation"`
	Before    Latency `json:"before"`
	After     Latency `json:"after"`
}

// Factor is how many times slower the later median is.
func (l LatencyChange) Factor() float64 {
	return float64(max(l.After.Median, 1)) / float64(max(l.Before.Median, 1))
}

// Compare returns what changed from one run to a later one. A check that was not judged before and now
// violates a clause is a new violation.
func Compare(before, after *Run) *Comparison {
	return CompareOutlines(NewOutline(before), NewOutline(after))
}

// CompareOutlines is Compare for runs that are not completely in memory.
func CompareOutlines(earlier, later *Outline) *Comparison {
	before, after := earlier.run, later.run
	was, is := violationsOf(before), violationsOf(after)
	return &Comparison{
		Before: identityOf(before), After: identityOf(after),
		New: missingFrom(was, is), Gone: missingFrom(is, was), Incomplete: incomplete(before, after),
		Verdicts: compareVerdicts(before, after), Shapes: compareShapes(earlier.answered(), later.answered()),
		Codes: compareCodes(before, after), Latencies: compareLatencies(earlier.latencies(), later.latencies()),
	}
}

// incomplete says why the later run shows less than the earlier one.
func incomplete(before, after *Run) []string {
	var reasons []string
	reached := map[string]bool{}
	for _, service := range before.Services {
		reached[service.Name] = service.Reached
	}
	for _, service := range after.Services {
		if !service.Reached && reached[service.Name] {
			reasons = append(reasons, fmt.Sprintf("the later run did not reach the service %s", service.Name))
		}
	}
	if after.Stopped != "" && before.Stopped == "" {
		reasons = append(reasons, fmt.Sprintf("the later run ended early (%s)", after.Stopped))
	}
	judged := map[string]bool{}
	for i := range before.Results {
		verdict := before.Results[i].Verdict
		judged[before.Results[i].ID] = verdict != Skipped && verdict != Inconclusive
	}
	lost := 0
	for i := range after.Results {
		if result := &after.Results[i]; result.Verdict == Inconclusive && judged[result.ID] {
			lost++
		}
	}
	if lost > 0 {
		reasons = append(reasons, fmt.Sprintf("checks that the earlier run judged and the later run did not: %d", lost))
	}
	return reasons
}

func identityOf(run *Run) RunIdentity {
	return RunIdentity{
		Target: run.Target.Name, Started: run.Started, Tool: run.Tool.Name + " " + run.Tool.Version,
		Contract: run.Tool.Contract, Strict: run.Policy.Strict, Checks: len(run.Results),
	}
}

// violationKey identifies a violation.
type violationKey struct{ check, clause string }

func violationsOf(run *Run) map[violationKey]Violation {
	found := map[violationKey]Violation{}
	for i := range run.Results {
		result := &run.Results[i]
		if result.Verdict != Failed {
			continue
		}
		for j := range result.Deviations {
			d := &result.Deviations[j]
			key := violationKey{result.ID, d.Clause}
			if _, known := found[key]; d.Verdict == Failed && !known {
				found[key] = Violation{result.ID, d.Clause, d.Summary, d.Expected, d.Actual}
			}
		}
	}
	return found
}

// missingFrom returns the items of all that some lacks, in order.
func missingFrom(some, all map[violationKey]Violation) []Violation {
	missing := []Violation{}
	for key, violation := range all {
		if _, known := some[key]; !known {
			missing = append(missing, violation)
		}
	}
	slices.SortFunc(missing, func(a, b Violation) int {
		return cmp.Or(cmp.Compare(a.Check, b.Check), cmp.Compare(a.Clause, b.Clause))
	})
	return missing
}

func compareVerdicts(before, after *Run) []VerdictChange {
	changes := map[string]VerdictChange{}
	for i := range before.Results {
		result := &before.Results[i]
		changes[result.ID] = VerdictChange{Check: result.ID, Requirement: result.Requirement, Before: result.Verdict}
	}
	for i := range after.Results {
		result := &after.Results[i]
		change := changes[result.ID]
		change.Check, change.Requirement, change.After, change.Reason = result.ID, result.Requirement, result.Verdict, result.Reason
		changes[result.ID] = change
	}
	list := []VerdictChange{}
	for _, id := range slices.Sorted(maps.Keys(changes)) {
		if change := changes[id]; change.Before != change.After {
			list = append(list, change)
		}
	}
	return list
}

func compareCodes(before, after *Run) []CodeChange {
	changes := map[CodeChange]CodeChange{}
	note := func(run *Run, add func(change *CodeChange, times int)) {
		for _, code := range run.Codes {
			key := CodeChange{Operation: code.Operation, Status: code.Status, OperateCode: code.OperateCode}
			change, known := changes[key]
			if !known {
				change = key
			}
			add(&change, code.Times)
			changes[key] = change
		}
	}
	note(before, func(change *CodeChange, times int) { change.Before += times })
	note(after, func(change *CodeChange, times int) { change.After += times })
	list := []CodeChange{}
	for _, change := range changes {
		if change.Before == 0 || change.After == 0 {
			list = append(list, change)
		}
	}
	slices.SortFunc(list, func(a, b CodeChange) int {
		return cmp.Or(cmp.Compare(a.Operation, b.Operation), cmp.Compare(a.Status, b.Status), cmp.Compare(a.OperateCode, b.OperateCode))
	})
	return list
}

func compareLatencies(before, after []Latency) []LatencyChange {
	was := map[string]Latency{}
	for _, latency := range before {
		was[latency.Operation] = latency
	}
	list := []LatencyChange{}
	for _, latency := range after {
		if earlier, known := was[latency.Operation]; known {
			list = append(list, LatencyChange{latency.Operation, earlier, latency})
		}
	}
	return list
}
