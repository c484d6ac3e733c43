package conformance

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/mallcheck/mallcheck/conformance/target"
	"github.com/mallcheck/mallcheck/internal/testlevel"
	"github.com/mallcheck/mallcheck/openapi"
	"github.com/mallcheck/mallcheck/reports"
	"github.com/mallcheck/mallcheck/sandbox"
	"github.com/mallcheck/mallcheck/signing"
)

// strangeTo returns a target with the settings that fit the sandbox, served as any other
// server is, changed by one mistake.
func strangeTo(t *testing.T, handler http.Handler, mistake func(*target.Target)) *target.Target {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	fixtures := sandbox.NewFixtures()
	under := &target.Target{
		Name:            "strange",
		URLs:            map[string]string{"vshop": server.URL + "/vshop", "payment": server.URL + "/payment", "topup": server.URL + "/topup"},
		PartnerCode:     fixtures.Partner,
		SIMs:            fixtures.SIMs[:8],
		UnknownSIMs:     []string{fixtures.UnknownSIM},
		Group:           fixtures.Groups[0],
		Sign:            signing.Default(),
		RequestIDHeader: "request_id", TerminalStatus: []string{"completed"},
		Allow: target.Permissions{Read: true, Write: true}, Strict: "documented", Depth: "quick", Seed: 1,
		CallTimeout: 5 * time.Second, TaskTimeout: 2 * time.Second, Timeout: time.Minute,
		Only: []string{"area:RID", "area:SIG", "area:GRP", "VSH-001", "VSH-020", "ENV-001"}, Skip: []string{"SIG-001", "SIG-002"},
	}
	mistake(under)
	return under
}

func mall(t *testing.T, rules signing.Rules) http.Handler {
	t.Helper()
	s, err := sandbox.New(sandbox.Config{TaskDelay: time.Millisecond, Rules: rules})
	if err != nil {
		t.Fatal(err)
	}
	return s.Handler()
}

// page answers every request with a status and a body of one type.
func page(status int, media, body string, header ...string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", media)
		for i := 0; i+1 < len(header); i += 2 {
			w.Header().Set(header[i], header[i+1])
		}
		w.WriteHeader(status)
		fmt.Fprint(w, body)
	})
}

// A setting that does not fit is no violation of the provider: the run comes to no
// outcome, and says which setting it may be.
func TestSettingsThatDoNotFitAreNoViolation(t *testing.T) {
	withoutPath := signing.Default()
	withoutPath.Parts = signing.Query | signing.Body
	none := func(*target.Target) {}
	for i, test := range []struct {
		name    string
		handler http.Handler
		mistake func(*target.Target)
		says    string
	}{
		{"wrong path", mall(t, signing.Rules{}), func(u *target.Target) { u.URLs["topup"] += "x" }, "--topup-url"},
		{"wrong partner code", mall(t, signing.Rules{}), func(u *target.Target) { u.PartnerCode = "P999999" }, "--partner-code"},
		{"wrong parts of the sign", mall(t, withoutPath), none, "--sign-parts query,body"},
		{"wrong group", mall(t, signing.Rules{}), func(u *target.Target) { u.Group = "G404" }, "--group"},
		{"unknown SIM cards", mall(t, signing.Rules{}), func(u *target.Target) { u.SIMs = []string{"89850000000000000000"} }, "--sim"},
		{"another version", otherVersion(mall(t, signing.Rules{})), none, "version"},
		{"another API", page(http.StatusNotFound, "application/json", `{"error":"no such resource"}`), none, "-url right?"},
		{"another API that answers everything", page(http.StatusOK, "application/json", `{"items":[]}`), none, "-url right?"},
		{"a landing page", page(http.StatusOK, "text/html", "<!doctype html><title>Welcome</title>"), none, "HTML"},
		{"a redirect to a login", page(http.StatusFound, "text/html", "", "Location", "/login"), none, "redirects"},
	} {
		t.Run(test.name, func(t *testing.T) {
			if i%testlevel.Pick(3, 1, 1) != 0 {
				testlevel.Plain(t)
			}
			run, err := Run(t.Context(), strangeTo(t, test.handler, test.mistake), nil)
			if err != nil {
				t.Fatal(err)
			}
			var reasons strings.Builder
			for _, service := range run.Services {
				reasons.WriteString(service.Problem + "\n")
			}
			for _, r := range run.Results {
				if r.Verdict == reports.Failed {
					t.Errorf("%s failed: %+v", r.ID, r.Deviations)
				}
				if r.Verdict == reports.Inconclusive {
					reasons.WriteString(r.Reason + "\n")
				}
			}
			if code := ExitCode(run); code != ExitInconclusive {
				t.Errorf("exit code %d, want %d", code, ExitInconclusive)
			}
			if !strings.Contains(reasons.String(), test.says) {
				t.Errorf("the reasons do not name %q:\n%.2000s", test.says, reasons.String())
			}
			examined, err := Examine(t.Context(), strangeTo(t, test.handler, test.mistake))
			if err != nil {
				t.Fatal(err)
			}
			if told := told(examined); !strings.Contains(told, test.says) {
				t.Errorf("doctor does not name %q:\n%s", test.says, told)
			}
		})
	}
}

// A run leaves out SIM cards that are not what the settings say, and names them. Nothing is concluded from a
// target that verifies any card.
func TestWrongSIMCardsAreLeftOut(t *testing.T) {
	existing := sandbox.NewFixtures().SIMs[7]
	wrong := func(u *target.Target) {
		u.Depth = "standard"
		u.SIMs = append([]string{"89850000000000000000"}, u.SIMs[:3]...)
		u.UnknownSIMs = append([]string{existing}, u.UnknownSIMs...)
		u.Only = []string{"area:RID", "area:GRP", "ASY-*", "VSH-001"}
	}
	under := strangeTo(t, mall(t, signing.Rules{}), wrong)
	run, err := Run(t.Context(), under, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range run.Results {
		if r.Verdict == reports.Failed || r.Verdict == reports.Inconclusive {
			t.Errorf("%s: %s %+v %s", r.ID, r.Verdict, r.Deviations, r.Reason)
		}
		for _, x := range r.Exchanges {
			if strings.Contains(x.Request.URL+string(x.Request.Body), "89850000000000000000") {
				t.Errorf("%s uses the card that does not exist", r.ID)
			}
		}
	}
	if told := strings.Join(run.LeftOut, "\n"); len(run.LeftOut) != 2 || !strings.Contains(told, existing+" (--unknown-sim)") ||
		!strings.Contains(told, "89850000000000000000 (--sim)") {
		t.Errorf("left out: %q", run.LeftOut)
	}
	if len(under.SIMs) != 4 || len(under.UnknownSIMs) != 2 {
		t.Error("the run changed the caller's settings")
	}
	lenient, err := sandbox.New(sandbox.Config{TaskDelay: time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	verifies := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/singleVerify") {
			page(http.StatusOK, "application/json", `{"operateCode":"S","message":"success"}`).ServeHTTP(w, r)
			return
		}
		lenient.ServeHTTP(w, r)
	})
	run, err = Run(t.Context(), strangeTo(t, verifies, func(u *target.Target) { u.Only = []string{"VSH-001", "GRP-001"} }), nil)
	if err != nil || len(run.LeftOut) > 0 {
		t.Errorf("a target that verifies any card: left out %q (%v)", run.LeftOut, err)
	}
}

// A request id in another header than the settings say is no violation: the header that
// has it is named.
func TestAnotherHeaderOfTheRequestID(t *testing.T) {
	run, err := Run(t.Context(), strangeTo(t, mall(t, signing.Rules{}), func(u *target.Target) { u.RequestIDHeader = "X-Task" }), nil)
	if err != nil {
		t.Fatal(err)
	}
	named := 0
	for _, r := range run.Results {
		if r.Verdict == reports.Failed {
			t.Errorf("%s failed: %+v", r.ID, r.Deviations)
		}
		if strings.Contains(r.Reason, "(--request-id-header Request_id)") {
			named++
		}
	}
	if code := ExitCode(run); code != ExitInconclusive || named == 0 {
		t.Errorf("exit code %d, %d results name the header", code, named)
	}
}

// A service that answers every request with a server error fails by one check for each
// operation.
func TestServerErrorsEverywhere(t *testing.T) {
	broken := page(http.StatusInternalServerError, "application/json", `{"operateCode":"F","message":"internal error"}`)
	run, err := Run(t.Context(), strangeTo(t, broken, func(u *target.Target) { u.Only = append(u.Only, "area:ENV") }), nil)
	if err != nil {
		t.Fatal(err)
	}
	failed := 0
	for _, r := range run.Results {
		switch {
		case r.Verdict == reports.Failed && strings.HasPrefix(r.ID, "ENV-001/"):
			failed++
		case r.Verdict != reports.Inconclusive && r.Verdict != reports.Skipped:
			t.Errorf("%s %s", r.ID, r.Verdict)
		}
	}
	if code := ExitCode(run); code != ExitViolation || failed == 0 || failed > 18 {
		t.Errorf("exit code %d, %d failed", code, failed)
	}
}

// What the baseline needs is made only where the target permits it.
func TestABaselineThatMayOnlyReadReads(t *testing.T) {
	run, err := Run(t.Context(), strangeTo(t, mall(t, signing.Rules{}), func(u *target.Target) {
		u.Allow = target.Permissions{Read: true}
	}), nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, code := range run.Codes {
		if operation, known := openapi.OperationOf(code.Operation); known && operation.Does != openapi.Read {
			t.Errorf("a run that may only read sent %d requests of %s", code.Times, code.Operation)
		}
	}
	if len(run.Codes) == 0 {
		t.Error("nothing was sent")
	}
}

// told is what an examination says of the addresses and of the settings.
func told(report *Examination) string {
	var text strings.Builder
	for _, service := range report.Services {
		text.WriteString(service.Problem + "\n")
	}
	for _, answer := range report.Answers {
		if answer.Topic == "settings" {
			text.WriteString(answer.Answer + "\n")
		}
	}
	return text.String()
}

// otherVersion refuses version 3.0 before the mall is asked.
func otherVersion(mall http.Handler) http.Handler {
	refusal := page(http.StatusOK, "application/json", `{"operateCode":"V1","message":"this version is not served any more"}`)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodGet && r.URL.Query().Get("version") != "3.0" {
			mall.ServeHTTP(w, r)
			return
		}
		refusal.ServeHTTP(w, r)
	})
}

// Settings that fit are told to fit.
func TestSettingsThatFitPass(t *testing.T) {
	run, err := Run(t.Context(), strangeTo(t, mall(t, signing.Rules{}), func(*target.Target) {}), nil)
	if err != nil {
		t.Fatal(err)
	}
	if code := ExitCode(run); code != ExitPassed {
		for _, r := range run.Results {
			if r.Verdict == reports.Failed || r.Verdict == reports.Inconclusive {
				t.Errorf("%s %s %s %+v", r.ID, r.Verdict, r.Reason, r.Deviations)
			}
		}
		t.Errorf("exit code %d", code)
	}
}

// A target that shows each result only once is tested all the same: what it does is no
// matter of settings, and the check of repeated reading tells of it.
func TestResultsReadOnceAreNoMatterOfSettings(t *testing.T) {
	handler := resultsReadOnce(mall(t, signing.Rules{}))
	run, err := Run(t.Context(), strangeTo(t, handler, func(u *target.Target) {
		u.Only = []string{"RID-006", "RID-007", "RID-009", "ENV-001/asyncResult", "ERR-001/asyncResult", "SIG-020/asyncResult"}
	}), nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range run.Results {
		want := reports.Passed
		if r.ID == "RID-009" {
			want = reports.Finding
		}
		if strings.HasPrefix(r.ID, "RID-") && r.Verdict != want {
			t.Errorf("%s is %s, want %s: %s %+v", r.ID, r.Verdict, want, r.Reason, r.Deviations)
		}
		for _, d := range r.Deviations {
			if d.Clause != "request-id/repeated-reading" {
				t.Errorf("%s reports %s: %s", r.ID, d.Clause, d.Summary)
			}
		}
	}
}

// resultsReadOnce refuses a request_id whose result the mall has shown.
func resultsReadOnce(mall http.Handler) http.Handler {
	var shown sync.Map
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, again := shown.Load(r.URL.Path); again {
			page(http.StatusOK, "application/json", `{"operateCode":"2005","message":"no such request_id"}`).ServeHTTP(w, r)
			return
		}
		answer := httptest.NewRecorder()
		mall.ServeHTTP(answer, r)
		if strings.Contains(answer.Body.String(), `"completed"`) {
			shown.Store(r.URL.Path, true)
		}
		maps.Copy(w.Header(), answer.Header())
		w.WriteHeader(answer.Code)
		_, _ = w.Write(answer.Body.Bytes())
	})
}

// A mock that answers every request with the printed example is no mall: it accepts wrong
// signs, which a page forbids.
func TestADumbMockDoesNotPass(t *testing.T) {
	const result = `{"data":{"request_id":"RQ-20231001123456","action_code":"70","status":"completed","details":[` +
		`{"sim_id":"89852202306250040073","result":"10","message":"success"}]},"operateCode":"S","message":"success"}`
	contract, err := openapi.Mall()
	if err != nil {
		t.Fatal(err)
	}
	document, err := contract.SharedDocument()
	if err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	for _, operation := range contract.Operations() {
		body := result
		for _, example := range document.Paths.Value(operation.Path).GetOperation(operation.Method).Responses.Value("200").Value.Content["application/json"].Examples {
			if value, isObject := example.Value.Value.(map[string]any); isObject && value["operateCode"] == "S" {
				body = jsonText(t, value)
			}
		}
		mux.Handle(operation.Method+" /"+operation.Service+operation.Path, page(http.StatusOK, "application/json", body, "request_id", "RQ-20231001123456"))
	}
	run, err := Run(t.Context(), strangeTo(t, mux, func(*target.Target) {}), nil)
	if err != nil {
		t.Fatal(err)
	}
	if code := ExitCode(run); code != ExitViolation && code != ExitInconclusive {
		t.Errorf("exit code %d", code)
	}
}

func jsonText(t *testing.T, value any) string {
	t.Helper()
	text, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
