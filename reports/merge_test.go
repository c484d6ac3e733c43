package reports_test

import (
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/mallcheck/mallcheck/reports"
	"github.com/mallcheck/mallcheck/reports/internal/fixture"
)

// part returns a shard with results.
func part(index, count int, results ...reports.Result) *reports.Run {
	return &reports.Run{
		Schema: reports.SchemaVersion, Tool: reports.Tool{Name: "mallcheck", Version: "1"}, Target: reports.Target{Name: "uat", PartnerCode: "P1", Allow: []reports.Does{reports.Read}},
		Policy: reports.Policy{Strict: reports.Documented}, Seed: 7, Shard: &reports.Shard{Index: index, Count: count}, Results: results,
		Started: fixture.Epoch.Add(time.Duration(index) * time.Second), Ended: fixture.Epoch.Add(time.Duration(10-index) * time.Second),
		Services: []reports.Service{{Name: "topup", Reached: true}},
		Codes:    []reports.Code{{Operation: "listBundles", Status: 200, OperateCode: "S", Times: index}},
	}
}

func passedResult(id string) reports.Result {
	return fixture.Result(id, "r", reports.Passed, reports.Read, "listBundles")
}

func named(runs []*reports.Run) []string {
	return []string{"a.json", "b.json", "c.json", "d.json"}[:len(runs)]
}

func TestMerge(t *testing.T) {
	first, second := part(1, 2, passedResult("RID-002")), part(2, 2, passedResult("RID-001"))
	unknown := reports.Deviation{Clause: "c", Actual: "trace", Undocumented: true, Exchange: -1, Verdict: reports.Finding}
	for _, run := range []*reports.Run{first, second} {
		run.Results[0].Verdict, run.Results[0].Deviations = reports.Finding, []reports.Deviation{unknown}
		run.Cost = &reports.Cost{
			Calls: 3, Orders: 1, Payments: 1, Amount: "4.99", Currency: "USD", Sent: 10, Received: 20, Working: time.Second, Waiting: time.Minute,
			Operations: []reports.OperationCost{{Operation: "singleOrder", Calls: 3, Sent: 10, Received: 20, Working: time.Second}},
		}
		run.Left, run.Limited = []string{"left " + run.Results[0].ID}, &reports.Limited{Times: 1, Waited: time.Second}
	}
	first.Stopped, second.Stopped = reports.OverBudget, reports.TimedOut
	second.Services[0] = reports.Service{Name: "topup", Problem: "no answer"}
	covered := func(missed ...string) *reports.Coverage {
		var parts []reports.MissedPart
		for _, name := range missed {
			parts = append(parts, reports.MissedPart{Part: name, Reason: "not run"})
		}
		return &reports.Coverage{Operations: []reports.OperationCoverage{{Operation: "listBundles", Parts: []reports.CoveredParts{{Kind: "members", Total: 4, Reached: 4 - len(missed), Missed: parts}}}}}
	}
	first.Coverage, second.Coverage = covered("a", "b", "c"), covered("b", "c", "d")

	merged, err := reports.Merge([]*reports.Run{first, second}, []string{"a", "b"})
	if err != nil {
		t.Fatal(err)
	}
	if ids := []string{merged.Results[0].ID, merged.Results[1].ID}; !slices.Equal(ids, []string{"RID-001", "RID-002"}) {
		t.Errorf("results %q", ids)
	}
	if a, b := merged.Results[0], merged.Results[1]; a.Verdict != reports.Finding || b.Verdict != reports.Passed || len(b.Deviations) != 0 {
		t.Errorf("what no page names is told by %s %s and %s %s", a.ID, a.Verdict, b.ID, b.Verdict)
	}
	cost := &reports.Cost{
		Calls: 6, Orders: 2, Payments: 2, Amount: "9.98", Currency: "USD", Sent: 20, Received: 40, Working: 2 * time.Second, Waiting: 2 * time.Minute,
		Operations: []reports.OperationCost{{Operation: "singleOrder", Calls: 6, Sent: 20, Received: 40, Working: 2 * time.Second}},
	}
	if !reflect.DeepEqual(merged.Cost, cost) || first.Cost.Operations[0].Calls != 3 {
		t.Errorf("cost %+v, want %+v; that of the first part is %+v", merged.Cost, cost, first.Cost)
	}
	want := reports.CoveredParts{Kind: "members", Total: 4, Reached: 2, Missed: []reports.MissedPart{{Part: "b", Reason: "not run"}, {Part: "c", Reason: "not run"}}}
	if got := merged.Coverage.Operations[0].Parts[0]; !reflect.DeepEqual(got, want) {
		t.Errorf("coverage %+v, want %+v", got, want)
	}
	if merged.Shard != nil || merged.Stopped != reports.TimedOut || merged.Services[0].Reached || merged.Codes[0].Times != 3 || len(merged.Codes) != 1 ||
		len(merged.Left) != 2 || *merged.Limited != (reports.Limited{Times: 2, Waited: 2 * time.Second}) || merged.Started != fixture.Epoch.Add(time.Second) || merged.Ended != fixture.Epoch.Add(9*time.Second) {
		t.Errorf("merged %+v", merged)
	}
}

func TestMergeRefuses(t *testing.T) {
	whole := part(1, 1, passedResult("TST-A"))
	whole.Shard = nil
	other := func(change func(*reports.Run)) *reports.Run {
		run := part(2, 2, passedResult("TST-B"))
		change(run)
		return run
	}
	one := part(1, 2, passedResult("TST-A"))
	for _, test := range []struct {
		name string
		runs []*reports.Run
		want string
	}{
		{"none", nil, "there is no run to merge"},
		{"a whole run", []*reports.Run{whole}, "a.json is not a shard"},
		{"one is missing", []*reports.Run{part(1, 3, passedResult("TST-A")), part(3, 3, passedResult("TST-C"))}, "shards are missing: 2/3"},
		{"one is there twice", []*reports.Run{one, part(2, 2, passedResult("TST-B")), part(2, 2, passedResult("TST-B"))}, "shard 2/2 is given twice: b.json and c.json"},
		{"another number", []*reports.Run{one, part(2, 3, passedResult("TST-B"))}, "differ in number of shards: 2 and 3"},
		{"another seed", []*reports.Run{one, other(func(r *reports.Run) { r.Seed = 8 })}, "differ in seed: 7 and 8"},
		{"another target", []*reports.Run{one, other(func(r *reports.Run) { r.Target.Name = "x" })}, "differ in target: uat P1 and x P1"},
		{"another contract", []*reports.Run{one, other(func(r *reports.Run) { r.Tool.Contract = "x" })}, "differ in contract:"},
		{"another strictness", []*reports.Run{one, other(func(r *reports.Run) { r.Policy.FailOnFinding = true })}, `differ in strictness: {"strict":`},
		{"another selection", []*reports.Run{one, other(func(r *reports.Run) { r.Selection.Only = []string{"SIG-*"} })}, "differ in selection: all checks and --only SIG-*"},
		{"another address", []*reports.Run{one, other(func(r *reports.Run) { r.Services[0].URL = "http://elsewhere" })}, "differ in addresses:"},
		{"another fault", []*reports.Run{one, other(func(r *reports.Run) { r.Target.Faults = []string{"async-lost"} })}, `["async-lost"]`},
		{"another setting", []*reports.Run{one, other(func(r *reports.Run) { r.Settings = "77" })}, "differ in digest of all settings:"},
		{"a check that both have run", []*reports.Run{one, part(2, 2, passedResult("TST-A"))}, "two shards ran TST-A"},
	} {
		t.Run(test.name, func(t *testing.T) {
			if _, err := reports.Merge(test.runs, named(test.runs)); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want %q", err, test.want)
			}
		})
	}
}
