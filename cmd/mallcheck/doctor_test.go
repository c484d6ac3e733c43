package main

import (
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/mallcheck/mallcheck/conformance/target"
	"github.com/mallcheck/mallcheck/internal/testlevel"
	"github.com/mallcheck/mallcheck/openapi"
	"github.com/mallcheck/mallcheck/sandbox"
	"github.com/mallcheck/mallcheck/sandbox/faults"
)

// examined is the output of mallcheck doctor --json.
type examined struct {
	Target   string
	Services []struct{ Name, Problem, Protocol, TLS string }
	Answers  []struct{ Topic, Question, Answer, Open string }
	Settings []struct {
		Key    string
		Values []string
	}
}

// answer returns the answer to the question that begins with a text.
func (e *examined) answer(question string) string {
	for _, a := range e.Answers {
		if strings.HasPrefix(a.Question, question) {
			return a.Answer + a.Open
		}
	}
	return "not among the questions"
}

func examine(t *testing.T, p process) examined {
	t.Helper()
	p.arguments = append([]string{"doctor", "--json"}, p.arguments...)
	got := p.run(t)
	var report examined
	if err := json.Unmarshal([]byte(got.out), &report); err != nil || got.code != 0 || got.err != "" {
		t.Fatalf("exit code %d, %v\n%s%s", got.code, err, got.out, got.err)
	}
	return report
}

// asFile writes the settings of a served sandbox as a file of targets, without
// those that are to be found out.
func asFile(t *testing.T, env []string, without ...string) string {
	t.Helper()
	names := map[string]string{}
	for _, key := range target.Keys() {
		names[target.EnvironmentName(key)] = key
	}
	text := "default: served\ntargets:\n  served:\n"
	for _, line := range env {
		name, value, _ := strings.Cut(line, "=")
		key := names[name]
		switch {
		case slices.Contains(without, key):
		case key == "path":
			text += "    path:\n      " + strings.ReplaceAll(strings.ReplaceAll(value, "=", ": "), ",", "\n      ") + "\n"
		default:
			text += fmt.Sprintf("    %s: %q\n", key, value)
		}
	}
	return withTargets(t, text)
}

// The doctor's settings for an unusual target are the ones that a run needs: with them the run
// passes, and without them it fails.
func TestDoctorFindsOut(t *testing.T) {
	testlevel.Plain(t)
	t.Parallel()
	for _, test := range []struct {
		variant string
		lines   string // of the doctor, "" for none
	}{
		{"path-not-signed", "    sign-parts: [query, body]\n"},
		{"null-signed", "    sign-empty: string\n"},
		{"request-id-header", "    request-id-header: X-Request-Id\n"},
		{"refusals-as-4xx", ""},
	} {
		t.Run(test.variant, func(t *testing.T) {
			if test.variant != "request-id-header" {
				testlevel.Long(t)
			}
			s := serve(t, "--quiet", "--task-delay=2ms", "--push-backoff=5ms", "--variant="+test.variant)
			var told []string
			for _, variant := range faults.Variants() {
				for key := range variant.Settings {
					told = append(told, key)
				}
			}
			dir := asFile(t, s.env, told...)
			got := process{arguments: []string{"doctor"}, dir: dir}.run(t)
			_, lines, found := strings.Cut(got.out, "in place of its current values:\n")
			if got.code != 0 || got.err != "" || lines != test.lines || found != (test.lines != "") {
				t.Fatalf("exit code %d, %s lines\n%s want\n%s from\n%s", got.code, got.err, lines, test.lines, got.out)
			}
			run := process{arguments: []string{"run", "--strict=documented", "--seed=3", "--skip=area:GEN"}, dir: dir}
			if want := map[string]int{"path-not-signed": 3, "request-id-header": 3}[test.variant]; want != 0 {
				before := run
				before.arguments = append(before.arguments, "--only=ASY-015,RID-001", "--report-dir=before")
				if before := before.run(t); before.code != want {
					t.Errorf("without the lines: exit code %d, want %d", before.code, want)
				}
			}
			file := filepath.Join(dir, target.FileName)
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(file, append(text, lines...), 0o600); err != nil {
				t.Fatal(err)
			}
			run.arguments = append(run.arguments, "--config="+file)
			if after := run.run(t); after.code != 0 {
				t.Errorf("with the lines: exit code %d\n%s%s", after.code, after.out, after.err)
			}
			if again := (process{arguments: []string{"doctor"}, dir: dir}).run(t); !strings.Contains(again.out, "The settings fit") {
				t.Errorf("asked again with the lines:\n%s", again.out)
			}
		})
	}
}

// Without permission the doctor writes nothing, and lists each open question with the way to
// answer it.
func TestDoctorReadsOnly(t *testing.T) {
	testlevel.Plain(t)
	s := serve(t, "--quiet", "--control")
	dir := asFile(t, s.env, "allow", "group")
	report := examine(t, process{dir: dir})
	if got := report.answer("which response header"); got != "only a write request can show this: --allow read,write" {
		t.Errorf("the header of the request id: %s", got)
	}
	if got := report.answer("is the path parameter signed (GET"); got != "yes" {
		t.Errorf("the path of a GET: %s", got)
	}
	if len(report.Settings) != 1 || report.Settings[0].Key != "group" {
		t.Errorf("settings %+v, want the group that is listed", report.Settings)
	}
	asked := received(t, s.env)
	for _, id := range asked {
		if operation, known := openapi.OperationOf(id); known && operation.Does != openapi.Read {
			t.Errorf("the target was asked to do a %s: %s", operation.Does, id)
		}
	}
	if !slices.Contains(asked, "listBundles") || !slices.Contains(asked, "singleVerify") {
		t.Errorf("the target was asked %q", asked)
	}
}

// received returns the operations that a served sandbox was asked for.
func received(t *testing.T, env []string) []string {
	t.Helper()
	at := slices.IndexFunc(env, func(line string) bool { return strings.HasPrefix(line, "MALLCHECK_TOPUP_URL=") })
	base := strings.TrimSuffix(strings.TrimPrefix(env[at], "MALLCHECK_TOPUP_URL="), "/topup")
	response, err := http.Get(base + sandbox.ControlPath + "requests")
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	var answer struct {
		Data []struct{ Operation string }
	}
	if err := json.NewDecoder(response.Body).Decode(&answer); err != nil {
		t.Fatal(err)
	}
	var operations []string
	for _, request := range answer.Data {
		operations = append(operations, request.Operation)
	}
	return operations
}

// The doctor reports habits and mistakes of a target.
func TestDoctorReports(t *testing.T) {
	testlevel.Plain(t)
	for _, test := range []struct{ arguments, question, want string }{
		{"--variant=refusals-as-4xx", "a wrong sign (listBundles)", `HTTP 401, operateCode "E401"`},
		{"--variant=data-everywhere", "a group that does not exist", `data "null"`},
		{"--variant=unknown-members", "which members does", "timestamp, traceId"},
		{"--variant=media-type-with-charset", "which media types", "application/json;charset=UTF-8"},
		{"--fault=sign-wrong-accepted", "is the sign checked", "no: "},
		{"--variant=request-id-header", "which response header", "X-Request-Id: its value finds a result"},
		{"--variant=slow-tasks", "which status ends a task", "completed, as configured"},
	} {
		t.Run(test.arguments, func(t *testing.T) {
			report := examine(t, process{arguments: []string{test.arguments, "--seed=1"}})
			if got := report.answer(test.question); !strings.Contains(got, test.want) {
				t.Errorf("%s: %s, want %s", test.question, got, test.want)
			}
		})
	}
}

// The doctor does not call settings fitting under which the target accepts nothing, and exits with code 3.
func TestDoctorRefused(t *testing.T) {
	testlevel.Plain(t)
	for name, answer := range map[string]http.HandlerFunc{
		"nothing there": http.NotFound,
		"another API":   func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, `{"items":[]}`) },
	} {
		server := httptest.NewServer(answer)
		got := process{arguments: []string{"doctor", "--topup-url=" + server.URL, "--partner-code=P1", "--group=G1"}}.run(t)
		server.Close()
		if got.code != 3 || !strings.Contains(got.out, "accepted under these settings: no: ") || !strings.Contains(got.out, "\nThe settings do not fit: ") {
			t.Errorf("%s: exit code %d\n%s%s", name, got.code, got.out, got.err)
		}
	}
	got := process{arguments: []string{"doctor", "--partner-code=P9", "--seed=1"}}.run(t)
	if got.code != 3 || !strings.Contains(got.out, "is the sign checked: the target accepts no request of listBundles") {
		t.Errorf("another partner: exit code %d\n%s%s", got.code, got.out, got.err)
	}
}

// The doctor reports a target that it cannot reach, and exits with code 3.
func TestDoctorUnreached(t *testing.T) {
	testlevel.Plain(t)
	closed, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_ = closed.Close()
	got := process{arguments: []string{"doctor", "--topup-url=http://" + closed.Addr().String(), "--partner-code=P1", "--allow=read,write", "--group=G1", "--unknown-sim=89"}}.run(t)
	if got.code != 3 || !strings.Contains(got.out, "could not be tested: no answer: ") || strings.Contains(got.out, "The settings fit") {
		t.Errorf("exit code %d\n%s%s", got.code, got.out, got.err)
	}
	if got := (process{arguments: []string{"doctor", "--topup-url=h"}}).run(t); got.code != 2 || strings.Count(got.err, "\n") != 1 {
		t.Errorf("exit code %d\n%s", got.code, got.err)
	}
}
