package reports

import (
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
)

// part returns a shard with results.
func part(index, count int, results ...Result) *Run {
	return &Run{
		Schema: SchemaVersion, Tool: Tool{Name: "mallcheck", Version: "1"}, Target: Target{Name: "uat", PartnerCode: "P1", Allow: []Does{Read}},
		Policy: Policy{Strict: Documented}, Seed: 7, Shard: &Shard{index, count}, Results: results,
		Started: epoch.Add(time.Duration(index) * time.Second), Ended: epoch.Add(time.Duration(10-index) * time.Second),
		Services: []Service{{Name: "topup", Reached: true}},
		Codes:    []Code{{"listBundles", 200, "S", index}},
	}
}

func passedResult(id string) Result { return sampleResult(id, "r", Passed, Read, "listBundles") }

func named(runs []*Run) []string {
	return []string{"a.json", "b.json", "c.json", "d.json"}[:len(runs)]
}

func TestMerge(t *testing.T) {
	first, second := part(1, 2, passedResult("RID-002")), part(2, 2, passedResult("RID-001"))
	unknown := Deviation{Clause: "c", Actual: "trace", Undocumented: true, Exchange: -1, Verdict: Finding}
	for _, run := range []*Run{first, second} {
		run.Results[0].Verdict, run.Results[0].Deviations = Finding, []Deviation{unknown}
		run.Left, run.Limited = []string{"left " + run.Results[0].ID}, &Limited{Times: 1, Waited: time.Second}
	}
	first.Stopped, second.Stopped = OverBudget, TimedOut
	second.Services[0] = Service{Name: "topup", Problem: "no answer"}
	covered := func(missed ...string) *Coverage {
		var parts []MissedPart
		for _, name := range missed {
			parts = append(parts, MissedPart{Part: name, Reason: "not run"})
		}
		return &Coverage{Operations: []OperationCoverage{{Operation: "listBundles", Parts: []CoveredParts{{Kind: "members", Total: 4, Reached: 4 - len(missed), Missed: parts}}}}}
	}
	first.Coverage, second.Coverage = covered("a", "b", "c"), covered("b", "c", "d")

	merged, err := Merge([]*Run{first, second}, []string{"a", "b"})
	if err != nil {
		t.Fatal(err)
	}
	if ids := []string{merged.Results[0].ID, merged.Results[1].ID}; !slices.Equal(ids, []string{"RID-001", "RID-002"}) {
		t.Errorf("results %q", ids)
	}
	if a, b := merged.Results[0], merged.Results[1]; a.Verdict != Finding || b.Verdict != Passed || len(b.Deviations) != 0 {
		t.Errorf("what no page names is told by %s %s and %s %s", a.ID, a.Verdict, b.ID, b.Verdict)
	}
	want := CoveredParts{Kind: "members", Total: 4, Reached: 2, Missed: []MissedPart{{"b", "not run"}, {"c", "not run"}}}
	if got := merged.Coverage.Operations[0].Parts[0]; !reflect.DeepEqual(got, want) {
		t.Errorf("coverage %+v, want %+v", got, want)
	}
	if merged.Shard != nil || merged.Stopped != TimedOut || merged.Services[0].Reached || merged.Codes[0].Times != 3 || len(merged.Codes) != 1 ||
		len(merged.Left) != 2 || *merged.Limited != (Limited{2, 2 * time.Second}) || merged.Started != epoch.Add(time.Second) || merged.Ended != epoch.Add(9*time.Second) {
		t.Errorf("merged %+v", merged)
	}
}

func TestMergeRefuses(t *testing.T) {
	whole := part(1, 1, passedResult("TST-A"))
	whole.Shard = nil
	other := func(change func(*Run)) *Run {
		run := part(2, 2, passedResult("TST-B"))
		change(run)
		return run
	}
	one := part(1, 2, passedResult("TST-A"))
	for _, test := range []struct {
		name string
		runs []*Run
		want string
	}{
		{"none", nil, "there is no run to merge"},
		{"a whole run", []*Run{whole}, "a.json is no shard"},
		{"one is missing", []*Run{part(1, 3, passedResult("TST-A")), part(3, 3, passedResult("TST-C"))}, "2/3 missing"},
		{"one is there twice", []*Run{one, part(2, 2, passedResult("TST-B")), part(2, 2, passedResult("TST-B"))}, "shard 2/2 is there twice: b.json and c.json"},
		{"another number", []*Run{one, part(2, 3, passedResult("TST-B"))}, "number of shards is 2 and 3"},
		{"another seed", []*Run{one, other(func(r *Run) { r.Seed = 8 })}, "the seed is 7 and 8"},
		{"another target", []*Run{one, other(func(r *Run) { r.Target.Name = "x" })}, "the target is uat P1 and x P1"},
		{"another contract", []*Run{one, other(func(r *Run) { r.Tool.Contract = "x" })}, "the contract is"},
		{"another strictness", []*Run{one, other(func(r *Run) { r.Policy.FailOnFinding = true })}, "the strictness is"},
		{"another selection", []*Run{one, part(2, 2, passedResult("TST-A"))}, "two shards have run TST-A"},
	} {
		t.Run(test.name, func(t *testing.T) {
			if _, err := Merge(test.runs, named(test.runs)); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want %q", err, test.want)
			}
		})
	}
}
