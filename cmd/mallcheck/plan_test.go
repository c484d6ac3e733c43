package main

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/mallcheck/mallcheck/conformance"
	"github.com/mallcheck/mallcheck/internal/testlevel"
	"github.com/mallcheck/mallcheck/reports"
)

// A plan counts the calls of a run with the same settings, except for the polling of tasks, which
// varies.
func TestPlanIsWhatARunDoes(t *testing.T) {
	testlevel.Plain(t)
	s := serve(t, "--quiet", "--task-delay=2ms")
	dir := t.TempDir()
	arguments := []string{"--seed=1", "--only=area:GRP,area:VSH,SIG-001", "--skip=VSH-003"}
	planned := process{arguments: append([]string{"plan", "--json"}, arguments...), environ: s.env, dir: dir}.run(t)
	var plan conformance.Plan
	if err := json.Unmarshal([]byte(planned.out), &plan); err != nil || planned.code != 0 {
		t.Fatalf("%v, exit code %d:\n%s%s", err, planned.code, planned.out, planned.err)
	}
	if got := (process{arguments: append([]string{"run"}, arguments...), environ: s.env, dir: dir}).run(t); got.code != 0 {
		t.Fatalf("exit code %d:\n%s%s", got.code, got.out, got.err)
	}
	file, err := os.Open(filepath.Join(dir, "mallcheck-report", "run.json"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = file.Close() }()
	run, err := reports.ReadJSON(file)
	if err != nil {
		t.Fatal(err)
	}
	if plan.Checks != len(run.Results) || plan.Orders == 0 || plan.GroupChanges == 0 {
		t.Errorf("the plan has %d checks, %d orders, %d changes of groups; the run has %d checks", plan.Checks, plan.Orders, plan.GroupChanges, len(run.Results))
	}
	made := map[string]int{}
	for _, code := range run.Codes {
		made[code.Operation] += code.Times
	}
	for _, calls := range plan.Calls {
		waits := slices.Contains([]string{"asyncResult", "singleQueryOrder", "queryAutoRenewalRecord"}, calls.Operation)
		if calls.Calls != made[calls.Operation] && !waits {
			t.Errorf("%d calls of %s are planned, %d were made", calls.Calls, calls.Operation, made[calls.Operation])
		}
	}
	if warned := strings.Join(plan.Warnings, "\n"); warned != "" {
		t.Errorf("a plan without a limit warns: %s", warned)
	}
}

// A plan sends no request, skips what the target lacks, and reports limits that are too low.
func TestPlanAsksNobody(t *testing.T) {
	testlevel.Plain(t)
	var asked atomic.Int64
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked.Add(1) }))
	defer server.Close()
	got := process{arguments: []string{
		"plan", "--vshop-url=" + server.URL, "--payment-url=" + server.URL, "--partner-code=P1", "--package=K", "--allow=read,purchase",
		"--sim=89852000000000000001", "--rate=2/s", "--timeout=1s", "--budget-purchases=7", "--budget-amount=1.50",
	}}.run(t)
	if got.code != 0 || asked.Load() != 0 {
		t.Errorf("exit code %d, %d requests reached the target:\n%s", got.code, asked.Load(), got.err)
	}
	for _, want := range []string{
		"the target has no address for the topup service", "at 2 calls a second", "is stopped after 1s (--timeout)",
		"is stopped after 7 (--budget-purchases)", "is stopped at 1.50 (--budget-amount)", "0 changes of groups",
	} {
		if !strings.Contains(got.out, want) {
			t.Errorf("the plan does not say %q:\n%s", want, got.out)
		}
	}
}
