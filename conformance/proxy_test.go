package conformance_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/mallcheck/mallcheck/conformance"
	"github.com/mallcheck/mallcheck/conformance/partner/proxy"
	"github.com/mallcheck/mallcheck/conformance/target"
	"github.com/mallcheck/mallcheck/openapi"
	"github.com/mallcheck/mallcheck/reports"
)

func TestProxySignsWhatComes(t *testing.T) {
	under, server := foreign(t, nil, allowing)
	before := heldBy(t, server)
	p := startProxy(t, under, proxy.Config{})
	sim := under.SIMs[0]
	for _, test := range []struct{ name, method, path, body string }{
		{"a query without parameters", "GET", "/topup/mall/bundle-groups/bundles", ""},
		{"a path parameter", "GET", groupSims, ""},
		{"an old sign", "GET", groupSims + "?version=3.0&sign=00000000000000000000000000000000", ""},
		{"a body with spaces and escapes", "POST", groupSims, "{ \"sim_ids\" : [ \"" + sim + "\" ] , \"\\u0076ersion\" : \"3.0\" }\n"},
		{"a body of DELETE", "DELETE", groupSims, `{"sim_ids":["` + sim + `"],"sign":null}`},
		{"an order", "POST", "/vshop/singleVerify", `{"deviceCode":"` + sim + `","languageCode":"0","mark":"0","terminal":"0","tradeTime":"","tradeType":"singleVerify"}`},
	} {
		got := p.send(test.method, test.path, test.body)
		if !got.accepted() || got.header.Get(proxy.VerdictHeader) != "passed" || got.header.Get(proxy.DeviationsHeader) != "[]" {
			t.Errorf("%s: %+v", test.name, got)
		}
	}
	added := p.send("POST", groupSims, `{"sim_ids":["`+sim+`","`+under.SIMs[1]+`"]}`)
	if id := added.header.Get("request_id"); id == "" || !p.send("GET", "/topup/async-result/"+id, "").accepted() {
		t.Errorf("the result of %+v is not found", added)
	}
	broken := p.send("POST", groupSims, `{"sim_ids":[`)
	if note := broken.header.Get(proxy.NoteHeader); broken.status != http.StatusBadRequest || !strings.HasPrefix(note, "not signed: reading the body") {
		t.Errorf("malformed JSON: %+v", broken)
	}
	run := p.stop()
	if after := heldBy(t, server); after != before {
		t.Errorf("the target holds %s, before %s", after, before)
	}
	want := map[string]reports.Verdict{
		"PRX-001/listBundles": "passed", "PRX-001/listGroupSims": "passed", "PRX-001/addSims": "passed", "PRX-001/removeSims": "passed",
		"PRX-001/singleVerify": "passed", "PRX-001/asyncResult": "passed",
	}
	if got := verdictsOf(run); !equalVerdicts(got, want) || conformance.ExitCode(run) != conformance.ExitPassed || len(run.Left) > 0 {
		t.Errorf("verdicts %v, exit code %d, left %v", got, conformance.ExitCode(run), run.Left)
	}
	if run.Coverage == nil || len(run.Coverage.Operations) == 0 {
		t.Error("no coverage was counted")
	}
	if n := len(resultOf(run, "PRX-001/addSims").Exchanges); n != 3 {
		t.Errorf("%d exchanges of addSims, want 3", n)
	}
}

// Requests that are not allowed never reach the target.
func TestProxyRefuses(t *testing.T) {
	reached := 0
	silent := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !strings.HasSuffix(r.URL.Path, "/bundles") && !strings.HasSuffix(r.URL.Path, "/singleVerify") && r.Method != http.MethodGet {
			reached++
		}
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, `{"operateCode":"F","message":"no"}`)
	}))
	defer silent.Close()
	at := func(change func(*target.Settings)) *target.Target {
		given := target.Settings{VshopURL: silent.URL + "/vshop", TopupURL: silent.URL + "/topup", PartnerCode: "P1", ReportDir: t.TempDir()}
		change(&given)
		under, err := target.Resolve(target.Flags(given))
		if err != nil {
			t.Fatal(err)
		}
		return under
	}
	reading := func(*target.Settings) {}
	production := at(func(s *target.Settings) { s.Allow = []string{"read", "write"} })
	production.Production = true
	for _, test := range []struct {
		name, method, path, body, reason, says string
		under                                  *target.Target
		status                                 int
		edit                                   func(*http.Request)
	}{
		{"no permission to write", "POST", groupSims, `{}`, "permission", "--allow read,write", at(reading), 403, nil},
		{"no permission to buy", "POST", "/vshop/singleOrder", `{}`, "permission", "--allow read,purchase", at(reading), 403, nil},
		{"another method", "PUT", groupSims, `{}`, "permission", "--allow read,write", at(reading), 403, nil},
		{"another method of an order", "GET", "/vshop/singleOrder", ``, "permission", "--allow read,purchase", at(reading), 403, nil},
		{"production", "POST", groupSims, `{}`, "permission", "--yes-production", production, 403, nil},
		{"no address", "POST", "/payment/resultQuery", `{}`, "path", "--payment-url", at(reading), 403, nil},
		{"no operation", "POST", "/topup/admin", `{}`, "path", "not the path of an operation", at(allowing), 404, nil},
		{"a dot segment", "POST", "/topup/mall/bundle-groups/%2e%2e/sims", `{}`, "path", "not the path of an operation", at(allowing), 404, nil},
		{"no service", "GET", "/", ``, "path", "/vshop", at(reading), 404, nil},
		{"a page", "GET", "/topup/mall/bundle-groups/bundles", ``, "browser", "web page", at(reading), 403,
			func(r *http.Request) { r.Header.Set("Origin", "http://127.0.0.1:1") }},
		{"a page of this machine", "GET", "/topup/mall/bundle-groups/bundles", ``, "browser", "web page", at(reading), 403,
			func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "same-site") }},
		{"another name", "GET", "/topup/mall/bundle-groups/bundles", ``, "browser", "--allow-host evil.example", at(reading), 403,
			func(r *http.Request) { r.Host = "evil.example:80" }},
		{"a large body", "POST", groupSims, strings.Repeat(" ", 33<<20), "size", "32 MiB", at(allowing), 413, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			p := startProxy(t, test.under, proxy.Config{})
			edit := test.edit
			if edit == nil {
				edit = func(*http.Request) {}
			}
			got := p.send(test.method, test.path, test.body, edit)
			var words struct{ RefusedBy, Message string }
			err := json.Unmarshal([]byte(got.body), &words)
			if err != nil || got.status != test.status || got.header.Get(proxy.ReasonHeader) != test.reason ||
				words.RefusedBy != "mallcheck proxy" || !strings.Contains(words.Message, test.says) {
				t.Errorf("%v: %+v", err, got)
			}
			if run := p.stop(); conformance.ExitCode(run) != conformance.ExitUsage {
				t.Errorf("exit code %d although nothing was forwarded", conformance.ExitCode(run))
			}
		})
	}
	if reached > 0 {
		t.Errorf("%d refused requests reached the target", reached)
	}
}

// TestProxyKeepsTheBudget places as many orders as the budget allows.
func TestProxyKeepsTheBudget(t *testing.T) {
	under, _ := foreign(t, nil, func(s *target.Settings) { allowing(s); s.BudgetPurchases = "2" })
	p := startProxy(t, under, proxy.Config{})
	var answers []int
	for _, number := range []string{"O1", "O1", "O2", "O3", "O4"} { // the second is refused and costs nothing
		answers = append(answers, p.send("POST", "/vshop/singleOrder", order(under.SIMs[0], number)).status)
	}
	if !slices.Equal(answers, []int{200, 200, 200, 403, 403}) {
		t.Errorf("answers %v", answers)
	}
	run := p.stop()
	if run.Stopped != reports.OverBudget || len(run.Left) != 1 || !strings.Contains(run.Left[0], "2 orders") {
		t.Errorf("stopped %q, left %v", run.Stopped, run.Left)
	}
}

// Deviations are reported to the caller and in the run.
func TestProxyJudges(t *testing.T) {
	under, _ := foreign(t, []string{"detail-without-message"}, allowing)
	p := startProxy(t, under, proxy.Config{})
	added := p.send("POST", groupSims, `{"sim_ids":["`+under.SIMs[0]+`"]}`)
	var result reply
	for range 100 { // until the task has ended
		if result = p.send("GET", "/topup/async-result/"+url.PathEscape(added.header.Get("request_id")), ""); strings.Contains(result.body, "completed") {
			break
		}
		time.Sleep(5 * time.Millisecond)
	}
	var told []struct{ Verdict, Clause, At, Summary string }
	err := json.Unmarshal([]byte(result.header.Get(proxy.DeviationsHeader)), &told)
	if err != nil || len(told) == 0 || !strings.HasPrefix(told[0].At, "/data/details") || result.header.Get(proxy.VerdictHeader) != "failed" {
		t.Errorf("%v: %v", err, result.header)
	}
	run := p.stop()
	failed := resultOf(run, "PRX-001/asyncResult")
	if failed.Verdict != reports.Failed || failed.Deviations[0].Clause == failed.Clause || failed.Exchanges[0].Request.Signed == nil {
		t.Errorf("%+v", failed)
	}
	if conformance.ExitCode(run) != conformance.ExitViolation {
		t.Errorf("exit code %d", conformance.ExitCode(run))
	}
}

// TestProxyJudgesSigns forwards signs as they come, and names the mistake in a wrong one.
func TestProxyJudgesSigns(t *testing.T) {
	under, _ := foreign(t, nil, allowing)
	p := startProxy(t, under, proxy.Config{KeepSign: true})
	wrong := p.send("GET", "/topup/mall/bundle-groups/bundles?version=3.0&partnerCode="+under.PartnerCode+"&sign=0123456789abcdef0123456789abcdef", "")
	if wrong.accepted() || wrong.header.Get(proxy.VerdictHeader) != "failed" || !strings.Contains(wrong.header.Get(proxy.DeviationsHeader), "the sign of the request is wrong") {
		t.Errorf("%+v", wrong)
	}
	none := p.send("GET", groupSims+"?version=3.0&partnerCode="+under.PartnerCode, "")
	if none.accepted() || !strings.Contains(none.header.Get(proxy.DeviationsHeader), "has no sign") {
		t.Errorf("%+v", none)
	}
	run := p.stop()
	want := map[string]reports.Verdict{"PRX-001/listBundles": "passed", "PRX-001/listGroupSims": "passed", "PRX-002/listBundles": "failed", "PRX-002/listGroupSims": "failed"}
	if got := verdictsOf(run); !equalVerdicts(got, want) {
		t.Errorf("verdicts %v", got)
	}
}

// A proxy with KeepChanges ends without undoing the changes, and a sweep undoes them.
func TestProxyKeepsChanges(t *testing.T) {
	under, server := foreign(t, nil, allowing)
	before := heldBy(t, server)
	p := startProxy(t, under, proxy.Config{KeepChanges: true})
	if !p.send("POST", groupSims, `{"sim_ids":["`+under.SIMs[0]+`"]}`).accepted() {
		t.Fatal("not added")
	}
	run := p.stop()
	if held := heldBy(t, server); held == before || len(run.Left) == 0 || !strings.Contains(run.Left[0], "sweep") {
		t.Errorf("the target holds %s, left %v", held, run.Left)
	}
	contract, err := openapi.Mall()
	if err != nil {
		t.Fatal(err)
	}
	connection, err := conformance.Connect(under, contract)
	if err != nil {
		t.Fatal(err)
	}
	defer connection.Close()
	swept, err := connection.Sweep(under.ReportDir + "/" + conformance.JournalFile)
	if err != nil || !swept.Undone || heldBy(t, server) != before {
		t.Errorf("%v: %+v, the target holds %s", err, swept, heldBy(t, server))
	}
}

// No answer of a target affects the caller's headers, and a missing answer is reported.
func TestProxyOfHostileTarget(t *testing.T) {
	hostile := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		w.Header().Set(proxy.VerdictHeader, "passed")
		w.Header().Set("Connection", "X-Hop")
		w.Header().Set("X-Hop", "1")
		switch r.Header.Get("X-Want") {
		case "cut":
			w.Header().Set("Content-Length", "100")
			return
		case "limit":
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		_, _ = io.WriteString(w, `{"operateCode":"S","message":"\r\nSet-Cookie: a=b\u202e","data":{"x":"`+strings.Repeat("y", 100_000)+`"}}`)
	}))
	defer hostile.Close()
	under, err := target.Resolve(target.Flags(target.Settings{TopupURL: hostile.URL, PartnerCode: "P1", ReportDir: t.TempDir()}))
	if err != nil {
		t.Fatal(err)
	}
	p := startProxy(t, under, proxy.Config{})
	got := p.send("GET", "/topup/mall/bundle-groups/bundles", "")
	list := got.header.Get(proxy.DeviationsHeader)
	if !json.Valid([]byte(list)) || len(list) > 10*2000 || got.header.Get(proxy.VerdictHeader) == "passed" ||
		got.header.Get("Set-Cookie") != "" || got.header.Get("X-Hop") != "" || len(got.body) < 100_000 {
		t.Errorf("%+v", got.header)
	}
	cut := p.send("GET", "/topup/mall/bundle-groups/bundles", "", func(r *http.Request) { r.Header.Set("X-Want", "cut") })
	if cut.status != http.StatusBadGateway || cut.header.Get(proxy.VerdictHeader) != "inconclusive" || !strings.Contains(cut.body, "ended before") {
		t.Errorf("%+v", cut)
	}
	down := p.send("GET", "/topup/mall/bundle-groups/bundles", "", func(r *http.Request) { r.Header.Set("X-Want", "limit") })
	if down.status != http.StatusServiceUnavailable || down.header.Get(proxy.VerdictHeader) != "inconclusive" {
		t.Errorf("%+v", down)
	}
	result := resultOf(p.stop(), "PRX-001/listBundles")
	if result.Verdict == reports.Passed || !strings.Contains(result.Reason, "2 of 3 requests got no answer") {
		t.Errorf("%s: %s", result.Verdict, result.Reason)
	}
}

// TestProxyOfAnAbsentTarget ends inconclusive.
func TestProxyOfAnAbsentTarget(t *testing.T) {
	under, err := target.Resolve(target.Flags(target.Settings{TopupURL: "http://127.0.0.1:9", PartnerCode: "P1", ReportDir: t.TempDir()}))
	if err != nil {
		t.Fatal(err)
	}
	p := startProxy(t, under, proxy.Config{})
	if got := p.send("GET", "/topup/mall/bundle-groups/bundles", ""); got.status != http.StatusBadGateway || !strings.Contains(got.body, "connection refused") {
		t.Errorf("%+v", got)
	}
	if run := p.stop(); conformance.ExitCode(run) != conformance.ExitInconclusive {
		t.Errorf("exit code %d", conformance.ExitCode(run))
	}
}

// TestProxyKeepsTheRate measures that calls are not sent faster than allowed.
func TestProxyKeepsTheRate(t *testing.T) {
	under, _ := foreign(t, nil, func(s *target.Settings) { s.Rate = "50/s" })
	p := startProxy(t, under, proxy.Config{})
	started := time.Now()
	for range 10 {
		p.send("GET", "/topup/mall/bundle-groups/bundles", "")
	}
	if took := time.Since(started); took < 170*time.Millisecond {
		t.Errorf("10 calls at 50/s took %s", took)
	}
}
