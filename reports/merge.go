package reports

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Shard says which part of a run's checks a run has; all shards together have all checks.
type Shard struct {
	Index int `json:"index"` // from 1
	Count int `json:"count"`
}

// String returns the shard as 2/4.
func (s Shard) String() string { return fmt.Sprintf("%d/%d", s.Index, s.Count) }

// Merge combines the shards of a run into one run with the verdicts that the undivided run would have.
// names identify the runs in errors, such as their files. A missing or duplicate shard, a run that is
// not a shard, and shards of different runs (target, contract, policy or seed) are errors.
func Merge(runs []*Run, names []string) (*Run, error) {
	if len(runs) == 0 {
		return nil, errors.New("there is no run to merge")
	}
	if err := shardsFit(runs, names); err != nil {
		return nil, err
	}
	merged := *runs[0]
	merged.Shard, merged.Results, merged.Codes, merged.Services = nil, nil, nil, nil
	merged.Causes, merged.Habits, merged.Cost = nil, nil, nil
	merged.LeftOut = nil
	merged.Left, merged.Limited, merged.Stopped, merged.Coverage = nil, nil, "", runs[0].Coverage
	for i, run := range runs {
		merged.Results = append(merged.Results, run.Results...)
		for _, one := range run.LeftOut {
			if !slices.Contains(merged.LeftOut, one) {
				merged.LeftOut = append(merged.LeftOut, one)
			}
		}
		merged.Left = append(merged.Left, run.Left...)
		merged.Causes = addCauses(merged.Causes, run.Causes)
		merged.Habits = addHabits(merged.Habits, run.Habits)
		merged.Codes = addCodes(merged.Codes, run.Codes)
		merged.Cost = addCost(merged.Cost, run.Cost)
		merged.Services = addServices(merged.Services, run.Services)
		merged.Stopped = worseStop(merged.Stopped, run.Stopped)
		if i > 0 {
			merged.Waivers = addWaivers(merged.Waivers, run.Waivers)
		}
		if run.Started.Before(merged.Started) {
			merged.Started = run.Started
		}
		if run.Ended.After(merged.Ended) {
			merged.Ended = run.Ended
		}
		if run.Limited != nil {
			if merged.Limited == nil {
				merged.Limited = &Limited{}
			}
			merged.Limited.Times += run.Limited.Times
			merged.Limited.Waited += run.Limited.Waited
		}
		if i > 0 {
			merged.Coverage = addCoverage(merged.Coverage, run.Coverage)
		}
	}
	slices.SortFunc(merged.Results, func(a, b Result) int { return strings.Compare(a.ID, b.ID) })
	for i := 1; i < len(merged.Results); i++ {
		if id := merged.Results[i].ID; id == merged.Results[i-1].ID {
			return nil, fmt.Errorf("two shards ran %s, so they are not shards of the same run", id)
		}
	}
	tellOnce(merged.Results)
	return &merged, nil
}

// shardsFit finds why runs cannot be the shards of one run.
func shardsFit(runs []*Run, names []string) error {
	by := map[int]string{}
	for i, run := range runs {
		first := runs[0]
		if run.Shard == nil {
			return fmt.Errorf("%s is not a shard: it was run without --shard, so there is nothing to merge", names[i])
		}
		for _, same := range []struct{ what, a, b string }{
			{"target", first.Target.Name + " " + first.Target.PartnerCode, run.Target.Name + " " + run.Target.PartnerCode},
			{"contract", first.Tool.Contract, run.Tool.Contract},
			{"version of mallcheck", first.Tool.Version, run.Tool.Version},
			{"permissions", ShowValue(first.Target.Allow), ShowValue(run.Target.Allow)},
			{"strictness", ShowValue(first.Policy), ShowValue(run.Policy)},
			{"selection", first.Selection.String(), run.Selection.String()},
			{"addresses", addressesOf(first), addressesOf(run)},
			{"faults", behaviourOf(first), behaviourOf(run)},
			{"seed", fmt.Sprint(first.Seed), fmt.Sprint(run.Seed)},
			{"number of shards", fmt.Sprint(first.Shard.Count), fmt.Sprint(run.Shard.Count)},
			{"digest of all settings", first.Settings, run.Settings},
		} {
			if same.a != same.b {
				return fmt.Errorf("%s and %s are not shards of the same run: they differ in %s: %s and %s", names[0], names[i], same.what, same.a, same.b)
			}
		}
		if other, twice := by[run.Shard.Index]; twice {
			return fmt.Errorf("shard %s is given twice: %s and %s", run.Shard, other, names[i])
		}
		by[run.Shard.Index] = names[i]
	}
	return missingShards(by, runs[0].Shard.Count)
}

// mostMissing is the number of missing shards that an error names.
const mostMissing = 8

// missingShards names the missing shards. count comes from a file and may be any number.
func missingShards(present map[int]string, count int) error {
	missing := count - len(present)
	if missing == 0 {
		return nil
	}
	var names []string
	for index := 1; index <= count && len(names) < min(missing, mostMissing); index++ {
		if present[index] == "" {
			names = append(names, Shard{index, count}.String())
		}
	}
	if more := missing - len(names); more > 0 {
		names = append(names, fmt.Sprintf("%d more", more))
	}
	return fmt.Errorf("shards are missing: %s", strings.Join(names, ", "))
}

// behaviourOf names the faults and variants of a sandbox.
func behaviourOf(run *Run) string {
	return ShowValue(slices.Concat(run.Target.Faults, run.Target.Variants))
}

// sandboxName is the name of the built-in sandbox; each shard starts its own.
const sandboxName = "sandbox"

// addressesOf are the addresses that a run called, which distinguish two targets with the same name.
func addressesOf(run *Run) string {
	if run.Target.Name == sandboxName {
		return ""
	}
	addresses := make([]string, len(run.Services))
	for i, service := range run.Services {
		addresses[i] = service.Name + " " + service.URL
	}
	slices.Sort(addresses)
	return strings.Join(addresses, ", ")
}

// tellOnce keeps an undocumented value only in the first result that reports it, as in an undivided run.
func tellOnce(results []Result) {
	told := map[[2]string]bool{}
	for i := range results {
		result := &results[i]
		kept := make([]Deviation, 0, len(result.Deviations))
		for _, d := range result.Deviations {
			key := [2]string{d.Clause, d.Actual}
			if d.Undocumented && told[key] {
				continue
			}
			told[key] = told[key] || d.Undocumented
			kept = append(kept, d)
		}
		if len(kept) == len(result.Deviations) {
			continue
		}
		result.Deviations = kept
		if result.Verdict == Finding && !slices.ContainsFunc(kept, func(d Deviation) bool { return d.Verdict == Finding }) {
			result.Verdict, result.Cause = Passed, ""
		}
	}
}

// addCodes adds up kinds of answer, in order.
func addCodes(codes, more []Code) []Code {
	for _, code := range more {
		at := slices.IndexFunc(codes, func(c Code) bool {
			return c.Operation == code.Operation && c.Status == code.Status && c.OperateCode == code.OperateCode
		})
		if at >= 0 {
			codes[at].Times += code.Times
			continue
		}
		codes = append(codes, code)
	}
	slices.SortFunc(codes, func(a, b Code) int {
		return cmp.Or(strings.Compare(a.Operation, b.Operation), cmp.Compare(a.Status, b.Status), strings.Compare(a.OperateCode,
			b.OperateCode))
	})
	return codes
}

// addServices keeps the worse outcome of each service.
func addServices(services, more []Service) []Service {
	for _, service := range more {
		at := slices.IndexFunc(services, func(s Service) bool { return s.Name == service.Name })
		switch {
		case at < 0:
			services = append(services, service)
		case !service.Reached:
			services[at] = service
		}
	}
	return services
}

// worseStop returns the more important reason: an interruption, a time limit, a budget.
func worseStop(a, b StopReason) StopReason {
	for _, reason := range []StopReason{Interrupted, TimedOut, OverBudget, FirstFailure} {
		if a == reason || b == reason {
			return reason
		}
	}
	return cmp.Or(a, b)
}

// addCoverage counts as missed what both runs missed.
func addCoverage(a, b *Coverage) *Coverage {
	if a == nil || b == nil {
		return nil
	}
	out := &Coverage{Operations: slices.Clone(a.Operations)}
	for i := range out.Operations {
		operation := &out.Operations[i]
		operation.Parts = slices.Clone(operation.Parts)
		for j := range operation.Parts {
			parts := &operation.Parts[j]
			missed := missedIn(b, operation.Operation, parts.Kind)
			parts.Missed = slices.DeleteFunc(slices.Clone(parts.Missed), func(m MissedPart) bool { return !missed[m.Part] })
			parts.Reached = parts.Total - len(parts.Missed)
		}
	}
	return out
}

// missedIn returns the parts of a kind that a run did not exercise.
func missedIn(c *Coverage, operation, kind string) map[string]bool {
	missed := map[string]bool{}
	for _, o := range c.Operations {
		for _, parts := range o.Parts {
			if o.Operation == operation && parts.Kind == kind {
				for _, m := range parts.Missed {
					missed[m.Part] = true
				}
			}
		}
	}
	return missed
}
