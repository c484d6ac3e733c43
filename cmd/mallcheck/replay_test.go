package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/mallcheck/mallcheck/internal/testlevel"
	"github.com/mallcheck/mallcheck/reports"
	"github.com/mallcheck/mallcheck/reports/render"
)

// Replayed requests get the recorded answers from the same mall, and other answers from one that
// violates the checked clause.
func TestReplay(t *testing.T) {
	testlevel.Plain(t)
	dir := t.TempDir()
	ids := []string{
		"ENV-001/listBundles", "GRP-001", "ASY-001", "RID-001/addSims", "SIG-022/addSims", "SIG-022/singleOrder", "SIG-022/listBundles",
		"VSH-060", "PAY-031", "ORD-012", "ERR-010/singleVerify",
	}
	if got := (process{arguments: []string{"run", "--seed=1", "--format=json", "--only=" + strings.Join(ids, ",")}, dir: dir}).run(t); got.code != 0 {
		t.Fatalf("exit code %d:\n%s%s", got.code, got.out, got.err)
	}
	for _, id := range ids {
		got := process{arguments: []string{"replay", "mallcheck-report/run.json", id}, dir: dir}.run(t)
		if got.code != 0 || !strings.Contains(got.out, "answers agree with those recorded") {
			t.Errorf("%s: exit code %d:\n%s%s", id, got.code, got.out, got.err)
		}
	}
	for _, test := range []struct{ id, fault, want string }{
		{"SIG-022/addSims", "sign-wrong-accepted", `operateCode was "F", now "S"`},
		{"GRP-001", "data-missing", "/data was present (an object), now it is missing"},
	} {
		got := process{arguments: []string{"replay", "mallcheck-report/run.json", test.id, "--fault=" + test.fault}, dir: dir}.run(t)
		if got.code != 1 || !strings.Contains(got.out, test.want) {
			t.Errorf("%s with %s: exit code %d, want 1 and %q:\n%s%s", test.id, test.fault, got.code, test.want, got.out, got.err)
		}
	}
	s := serve(t, "--quiet", "--task-delay=5ms")
	got := process{arguments: []string{"replay", "mallcheck-report/run.json", "GRP-001"}, environ: s.env, dir: dir}.run(t)
	if got.code != 0 {
		t.Errorf("against another mall: exit code %d:\n%s%s", got.code, got.out, got.err)
	}
	if n := members(t, s.env); n != "0" {
		t.Errorf("the group holds %s SIM cards after a replay", n)
	}
	for _, test := range []struct {
		arguments []string
		want      string
	}{
		{[]string{"ENV-001"}, `mallcheck: mallcheck-report/run.json has no check "ENV-001"; it has variants of that check, such as ENV-001/listBundles`},
		{[]string{"ENV-001/listBundle"}, `mallcheck: mallcheck-report/run.json has no check "ENV-001/listBundle"; did you mean ENV-001/listBundles?`},
		{[]string{"GRP-001", "--allow=read"}, "mallcheck: GRP-001 does a write, which sandbox does not allow (--allow write)"},
		{[]string{"GRP-001", "--set=x"}, `mallcheck: --set: "x" gives no value; write NAME=VALUE`},
	} {
		got := process{arguments: append([]string{"replay", "mallcheck-report/run.json"}, test.arguments...), dir: dir}.run(t)
		if got.code != 2 || got.err != test.want+"\n" {
			t.Errorf("%q: exit code %d, %s want %s", test.arguments, got.code, got.err, test.want)
		}
	}
}

// A foreign run.json decides neither what a replay may do nor where it sends anything.
func TestReplayOfTamperedFile(t *testing.T) {
	testlevel.Plain(t)
	var target, elsewhere recorder
	mall, other := httptest.NewServer(&target), httptest.NewServer(&elsewhere)
	defer mall.Close()
	defer other.Close()
	dir := t.TempDir()
	got := process{arguments: []string{"run", "--seed=1", "--format=json", "--only=ENV-001/listBundles,ENV-001/addSims"}, dir: dir}.run(t)
	if got.code != 0 {
		t.Fatalf("exit code %d:\n%s%s", got.code, got.out, got.err)
	}
	bare := []string{"--topup-url=" + mall.URL, "--partner-code=P1", "--group=G1", "--header=X-Gateway-Token: hush"}
	for _, test := range []struct {
		name, id string
		tamper   func(*reports.Run, *reports.Result)
		flags    []string
		code     int
		want     string // in standard error
		sent     []string
	}{
		{"as recorded", "ENV-001/listBundles", func(*reports.Run, *reports.Result) {}, bare, 1, "", []string{"GET /mall/bundle-groups/bundles"}},
		{"a write that calls itself a read", "ENV-001/addSims", func(_ *reports.Run, result *reports.Result) { result.Does = reports.Read },
			bare, 2, "ENV-001/addSims does a write, which 127.0.0.1", nil},
		{"a write under the id of a read", "ENV-001/listBundles", func(run *reports.Run, result *reports.Result) {
			result.Exchanges = exchangesOf(run, "ENV-001/addSims")
		}, bare, 2, "ENV-001/listBundles does a write, which 127.0.0.1", nil},
		{"a write under the name of an operation that reads", "ENV-001/listBundles", func(run *reports.Run, result *reports.Result) {
			result.Exchanges = exchangesOf(run, "ENV-001/addSims")
			for i := range result.Exchanges {
				result.Exchanges[i].Operation = "listBundles"
			}
		}, bare, 3, `the method "POST" is not listBundles's GET`, nil},
		{"another path", "ENV-001/listBundles", func(_ *reports.Run, result *reports.Result) {
			request := &result.Exchanges[0].Request
			request.URL = strings.Replace(request.URL, "/mall/bundle-groups/bundles", "/mall/order", 1)
		}, bare, 3, "the path /mall/order is not listBundles's /mall/bundle-groups/bundles", nil},
		{"another host behind user information", "ENV-001/listBundles", func(run *reports.Run, result *reports.Result) {
			for i := range run.Services {
				run.Services[i].URL = "http://w"
			}
			result.Exchanges[0].Request.URL = "http://w@" + strings.TrimPrefix(other.URL, "http://") + "/mall/bundle-groups/bundles"
		}, bare, 1, "", []string{"GET /mall/bundle-groups/bundles"}},
		{"another host", "ENV-001/listBundles", func(run *reports.Run, result *reports.Result) {
			for i := range run.Services {
				run.Services[i].URL = other.URL
			}
			result.Exchanges[0].Request.URL = other.URL + "/mall/bundle-groups/bundles"
		}, bare, 1, "", []string{"GET /mall/bundle-groups/bundles"}},
		{"a header that overrides the method", "ENV-001/listBundles", func(_ *reports.Run, result *reports.Result) {
			result.Exchanges[0].Request.Header = append(result.Exchanges[0].Request.Header, reports.Header{Name: "X-HTTP-Method-Override", Value: "DELETE"})
		}, bare, 1, "", []string{"GET /mall/bundle-groups/bundles"}},
		{"a parameter that climbs", "ENV-001/addSims", func(_ *reports.Run, result *reports.Result) {
			for i := range result.Exchanges {
				request := &result.Exchanges[i].Request
				request.URL = strings.Replace(request.URL, "/G20230001/", "/%2e%2e/", 1)
			}
		}, append(bare, "--allow=read,write"), 3, "is not addSims's /mall/bundle-groups/{group_id}/sims", nil},
		{"a parameter that climbs where a server unescapes it", "ENV-001/addSims", func(_ *reports.Run, result *reports.Result) {
			for i := range result.Exchanges {
				request := &result.Exchanges[i].Request
				request.URL = strings.Replace(request.URL, "/G20230001/", "/x%2F..%2f..%5Corders/", 1)
			}
		}, append(bare, "--allow=read,write"), 3, "is not addSims's /mall/bundle-groups/{group_id}/sims", nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			target.reset()
			run := runFile(t, dir+"/mallcheck-report")
			at := slices.IndexFunc(run.Results, func(r reports.Result) bool { return r.ID == test.id })
			test.tamper(run, &run.Results[at])
			here := t.TempDir()
			if err := render.WriteFiles(here, []string{"json"}, run); err != nil {
				t.Fatal(err)
			}
			got := process{arguments: append([]string{"replay", "run.json", test.id}, test.flags...), dir: here}.run(t)
			if got.code != test.code || !strings.Contains(got.err, test.want) || strings.Count(got.err, "\n") > 1 {
				t.Errorf("exit code %d, want %d and %q:\n%s%s", got.code, test.code, test.want, got.out, got.err)
			}
			if sent := target.seen(); !slices.Equal(sent, test.sent) {
				t.Errorf("the target received %q, want %q", sent, test.sent)
			}
			if sent := elsewhere.seen(); len(sent) > 0 {
				t.Errorf("another host received %q", sent)
			}
		})
	}
}

// A rerun after a run that reached nothing runs its checks again.
func TestRerunOfNothing(t *testing.T) {
	testlevel.Plain(t)
	closed := httptest.NewServer(&recorder{})
	closed.Close()
	dir := t.TempDir()
	flags := []string{"--topup-url=" + closed.URL, "--partner-code=P1", "--only=op:listBundles", "--format=json"}
	if got := (process{arguments: append([]string{"run"}, flags...), dir: dir}).run(t); got.code != 3 {
		t.Fatalf("exit code %d:\n%s%s", got.code, got.out, got.err)
	}
	first := len(runFile(t, dir+"/mallcheck-report").Results)
	silent := process{arguments: []string{"rerun", "mallcheck-report/run.json", "--report-dir=again"}, dir: dir}.run(t)
	if want := "and no address is given; give the settings of that run, or --target sandbox"; silent.code != 2 || !strings.Contains(silent.err, want) {
		t.Errorf("without settings: exit code %d:\n%s%s", silent.code, silent.out, silent.err)
	}
	got := process{arguments: []string{"rerun", "mallcheck-report/run.json", "--report-dir=again", "--format=json", "--target=sandbox"}, dir: dir}.run(t)
	if again := len(runFile(t, dir+"/again").Results); got.code != 0 || again != first || first < 10 {
		t.Errorf("exit code %d, %d of %d checks:\n%s%s", got.code, again, first, got.out, got.err)
	}
}

// exchangesOf returns a copy of the exchanges of a result.
func exchangesOf(run *reports.Run, id string) []reports.Exchange {
	at := slices.IndexFunc(run.Results, func(r reports.Result) bool { return r.ID == id })
	return slices.Clone(run.Results[at].Exchanges)
}

// recorder is a mall that refuses everything and notes what it was asked.
type recorder struct {
	mu    sync.Mutex
	asked []string
}

// ServeHTTP implements http.Handler.
func (r *recorder) ServeHTTP(w http.ResponseWriter, request *http.Request) {
	r.mu.Lock()
	defer r.mu.Unlock()
	asked := request.Method + " " + request.URL.Path
	if override := request.Header.Get("X-Http-Method-Override"); override != "" {
		asked = override + " instead of " + asked
	}
	r.asked = append(r.asked, asked)
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write([]byte(`{"operateCode":"F","message":"no","data":null}`))
}

func (r *recorder) reset() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.asked = nil
}

func (r *recorder) seen() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.asked)
}

// Masked SIM numbers are replaced by matching ones of the target.
func TestReplayMasked(t *testing.T) {
	testlevel.Plain(t)
	dir := t.TempDir()
	run := process{arguments: []string{"run", "--seed=1", "--format=json", "--only=GRP-001", "--mask=sims"}, dir: dir}
	if got := run.run(t); got.code != 0 {
		t.Fatalf("exit code %d:\n%s%s", got.code, got.out, got.err)
	}
	got := process{arguments: []string{"replay", "mallcheck-report/run.json", "GRP-001"}, dir: dir}.run(t)
	if got.code != 0 || !strings.Contains(got.out, "answers agree with those recorded") {
		t.Errorf("exit code %d:\n%s%s", got.code, got.out, got.err)
	}
	s := serve(t, "--quiet", "--task-delay=5ms")
	got = process{arguments: []string{"replay", "mallcheck-report/run.json", "GRP-001", "--sim=89852000000000000001"}, environ: s.env, dir: dir}.run(t)
	if got.code != 3 || !strings.Contains(got.err, "was masked, and no single SIM card of the target matches it; name it with --sim or --unknown-sim; the SIM number ") {
		t.Errorf("with another SIM card: exit code %d:\n%s%s", got.code, got.out, got.err)
	}
}

// A rerun runs the failed checks and no others.
func TestRerun(t *testing.T) {
	testlevel.Plain(t)
	dir := t.TempDir()
	run := process{arguments: []string{"run", "--seed=5", "--only=SIG-022,ENV-001/listBundles", "--fault=sign-wrong-accepted-on-remove"}, dir: dir}
	if got := run.run(t); got.code != 1 {
		t.Fatalf("exit code %d:\n%s%s", got.code, got.out, got.err)
	}
	again := process{arguments: []string{"rerun", "mallcheck-report/run.json", "--report-dir=again"}, dir: dir}.run(t)
	results := runFile(t, dir+"/again").Results
	if again.code != 0 || len(results) != 1 || results[0].ID != "SIG-022/removeSims" {
		t.Errorf("exit code %d, %d results:\n%s%s", again.code, len(results), again.out, again.err)
	}
	if seed := runFile(t, dir+"/again").Seed; seed != 5 {
		t.Errorf("seed %d, want that of the run", seed)
	}
	for _, test := range []struct {
		arguments []string
		code      int
		want      string
	}{
		{[]string{"rerun", "again/run.json"}, 2, "mallcheck: again/run.json: every check that could run passed: there is nothing to run again\n"},
		{[]string{"rerun", "mallcheck-report/run.json", "--only=RID-001"}, 2, "mallcheck: --only and --skip cannot be used with rerun, which runs what failed\n"},
		{[]string{"rerun", "none.json"}, 2, "mallcheck: none.json does not exist; name the run.json of a run\n"},
	} {
		got := process{arguments: test.arguments, dir: dir}.run(t)
		if got.code != test.code || fmt.Sprint(got.out, got.err) != test.want {
			t.Errorf("%q: exit code %d, %s%s want %d %s", test.arguments, got.code, got.out, got.err, test.code, test.want)
		}
	}
}
