package main

import (
	"bufio"
	"bytes"
	"context"
	"crypto/md5"
	"encoding/hex"
	"encoding/json"
	"encoding/xml"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/mallcheck/mallcheck/internal/testlevel"
)

func md5Hex(text string) string {
	sum := md5.Sum([]byte(text))
	return hex.EncodeToString(sum[:])
}

func objects(t *testing.T, text string) int {
	t.Helper()
	var list []map[string]any
	if err := json.Unmarshal([]byte(text), &list); err != nil {
		t.Fatal(err)
	}
	return len(list)
}

// junit is the sum of the counts of a JUnit file's suites.
type junit struct{ Tests, Failures, Errors, Skipped int }

func readJUnit(t *testing.T, dir string) junit {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(dir, "mallcheck-report", "junit.xml"))
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Suites []struct {
			Tests    int `xml:"tests,attr"`
			Failures int `xml:"failures,attr"`
			Errors   int `xml:"errors,attr"`
			Skipped  int `xml:"skipped,attr"`
		} `xml:"testsuite"`
	}
	if err := xml.Unmarshal(data, &file); err != nil {
		t.Fatal(err)
	}
	var report junit
	for _, suite := range file.Suites {
		report.Tests += suite.Tests
		report.Failures += suite.Failures
		report.Errors += suite.Errors
		report.Skipped += suite.Skipped
	}
	if report.Tests == 0 {
		t.Error("the JUnit file has no test")
	}
	return report
}

// The default run passes, and a fault fails it.
func TestRunSandbox(t *testing.T) {
	dir := t.TempDir()
	got := process{arguments: []string{"run", "--seed=1"}, dir: dir}.run(t)
	if got.code != 0 || got.err != "" {
		t.Errorf("exit code %d, error %q:\n%s", got.code, got.err, got.out)
	}
	if report := readJUnit(t, dir); report.Failures+report.Errors+report.Skipped != 0 {
		t.Errorf("JUnit: %+v", report)
	}
	got = process{arguments: []string{"run", "--seed=1", "--only=RID-001", "--fault=request-id-missing-on-add"}, dir: dir}.run(t)
	if got.code != 1 || !strings.Contains(got.out, "RID-001/addSims") || !strings.Contains(got.out, "curl ") {
		t.Errorf("exit code %d:\n%s", got.code, got.out)
	}
	if report := readJUnit(t, dir); report.Failures == 0 {
		t.Errorf("JUnit: %+v", report)
	}
}

// A run against an unusable target soon exits with code 3 and a JUnit file that says why.
func TestUnusableTargets(t *testing.T) {
	testlevel.Plain(t)
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_ = closed.Close()
	server := func(handler http.HandlerFunc) string {
		s := httptest.NewServer(handler)
		t.Cleanup(s.Close)
		return s.URL
	}
	for _, test := range []struct{ name, url, want string }{
		{"a closed port", "http://" + closed.Addr().String(), "connection refused"},
		{"a server that hangs", server(func(_ http.ResponseWriter, r *http.Request) {
			select {
			case <-r.Context().Done():
			case <-time.After(20 * time.Second):
			}
		}), "took longer than 300ms"},
		{"a page of HTML", server(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/html")
			_, _ = w.Write([]byte("<!doctype html><title>Welcome</title>"))
		}), "HTML"},
		{"a gateway without a service", server(func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusBadGateway)
		}), "HTTP 502"},
	} {
		t.Run(test.name, func(t *testing.T) {
			dir := t.TempDir()
			got := process{arguments: []string{"run", "--topup-url=" + test.url, "--partner-code=P1", "--group=G1", "--call-timeout=300ms"}, dir: dir}.run(t)
			if got.code != 3 || !strings.Contains(got.out, test.want) {
				t.Errorf("exit code %d, want 3 and %q:\n%s", got.code, test.want, got.out)
			}
			if report := readJUnit(t, dir); report.Errors != 1 || report.Failures != 0 {
				t.Errorf("JUnit: %+v, want one error", report)
			}
		})
	}
}

// A run gives up a service after three calls time out.
func TestDiesInBetween(t *testing.T) {
	testlevel.Plain(t)
	asked := make(chan struct{}, 10000)
	dead := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked <- struct{}{}
		if len(asked) == 1 {
			w.Header().Set("Content-Type", "application/json")
			_, _ = w.Write([]byte(`{"data":[],"operateCode":"S","message":"success"}`))
			return
		}
		select {
		case <-r.Context().Done():
		case <-time.After(20 * time.Second):
		}
	}))
	defer dead.Close()
	dir := t.TempDir()
	started := time.Now()
	got := process{arguments: []string{"run", "--topup-url=" + dead.URL, "--partner-code=P1", "--group=G1", "--call-timeout=200ms", "--concurrency=1"}, dir: dir}.run(t)
	if got.code != 3 || !strings.Contains(got.out, "the run no longer calls it") {
		t.Errorf("exit code %d:\n%s", got.code, got.out)
	}
	if n := len(asked); n > 6 || time.Since(started) > 20*time.Second {
		t.Errorf("%d calls in %s", n, time.Since(started))
	}
	if report := readJUnit(t, dir); report.Errors == 0 || report.Failures != 0 {
		t.Errorf("JUnit: %+v", report)
	}
}

// A signed request does not follow a redirect to another host.
func TestRedirectIsNotFollowed(t *testing.T) {
	reached := make(chan string, 100)
	other := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { reached <- r.URL.String() }))
	defer other.Close()
	first := httptest.NewServer(http.RedirectHandler(other.URL, http.StatusTemporaryRedirect))
	defer first.Close()
	got := process{arguments: []string{"run", "--topup-url=" + first.URL, "--partner-code=P1", "--only=op:listBundles"}}.run(t)
	if len(reached) != 0 {
		t.Errorf("the other host got %s", <-reached)
	}
	if got.code == 0 {
		t.Errorf("exit code 0:\n%s", got.out)
	}
}

// served is a running mallcheck serve.
type served struct {
	cmd     *exec.Cmd
	env     []string
	printed string
	log     bytes.Buffer  // standard error; whole once stop returned
	read    chan struct{} // closed once all is printed, nil if nobody reads on
}

// stop ends the sandbox as Ctrl-C does.
func (s *served) stop() {
	_ = s.cmd.Process.Signal(os.Interrupt)
	if s.read != nil {
		<-s.read
	}
	_ = s.cmd.Wait()
}

// started starts a process that serves until the test ends, and reads what it prints up to the line that
// begins with last. The scanner has the rest.
func started(t *testing.T, p process, last string) (*served, *bufio.Scanner) {
	t.Helper()
	cmd := p.command(context.Background())
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	s := &served{cmd: cmd}
	cmd.Stderr = &s.log
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		s.printed += lines.Text() + "\n"
		if strings.HasPrefix(lines.Text(), last) {
			break
		}
	}
	return s, lines
}

// serve starts the sandbox and waits until it listens.
func serve(t *testing.T, arguments ...string) *served {
	t.Helper()
	file := filepath.Join(t.TempDir(), "env")
	arguments = append([]string{"serve", "--listen=127.0.0.1:0", "--env-file=" + file, "--push-to=http://" + freeAddress(t) + "/push"}, arguments...)
	s, _ := started(t, process{arguments: arguments}, "Ctrl-C")
	env, err := os.ReadFile(file)
	if err != nil {
		t.Fatalf("%v\n%s", err, s.printed)
	}
	s.env = strings.Split(strings.TrimSpace(string(env)), "\n")
	return s
}

// freeAddress returns an address on which nothing listens: that of the receiver of
// pushes has to be known before the run that listens there.
func freeAddress(t *testing.T) string {
	t.Helper()
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = listener.Close() }()
	return listener.Addr().String()
}

// A served sandbox passes the full suite with its environment file, its printed curl line works,
// and it stops cleanly.
func TestServe(t *testing.T) {
	testlevel.Plain(t)
	s := serve(t, "--quiet", "--task-delay=2ms", "--push-backoff=5ms")
	dir := t.TempDir()
	got := process{arguments: []string{"run"}, environ: s.env, dir: dir}.run(t)
	if got.code != 0 {
		t.Errorf("exit code %d:\n%s%s", got.code, got.out, got.err)
	}
	if report := readJUnit(t, dir); report.Skipped != 0 {
		t.Errorf("JUnit: %+v, want nothing skipped:\n%s", report, got.out)
	}
	if _, err := exec.LookPath("curl"); err != nil {
		t.Log("curl is not installed: the printed line was not tried")
	} else {
		line := regexp.MustCompile(`(?m)^ *(curl .*)$`).FindStringSubmatch(s.printed)
		if line == nil {
			t.Fatalf("no curl line in\n%s", s.printed)
		}
		answer, err := exec.CommandContext(t.Context(), "sh", "-c", line[1]).Output()
		if err != nil || !strings.Contains(string(answer), `"operateCode":"S"`) {
			t.Errorf("%s\n%s %v", line[1], answer, err)
		}
	}
	if err := s.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := s.cmd.Wait(); err != nil {
		t.Errorf("stopping: %v", err)
	}
}

// Ctrl-C ends a run with reports and exit code 130, and the run's additions to the group are
// undone.
func TestInterrupt(t *testing.T) {
	testlevel.Plain(t)
	t.Parallel()
	s := serve(t, "--quiet", "--task-delay=700ms")
	dir := t.TempDir()
	b := begin(process{arguments: []string{"run", "--only=GRP-001,GRP-002,ASY-013,ASY-011", "--task-timeout=10s"}, environ: s.env, dir: dir}, t)
	b.signal(os.Interrupt) // while a task of 700 ms runs
	if code := b.wait(); code != 130 {
		t.Errorf("exit code %d, want 130:\n%s%s", code, b.out.String(), b.err.String())
	}
	if report := readJUnit(t, dir); report.Skipped == 0 {
		t.Errorf("JUnit: %+v, want skipped checks", report)
	}
	after := process{arguments: []string{"run", "--only=GRP-022", "--task-timeout=10s"}, environ: s.env, dir: dir}.run(t)
	if after.code != 0 {
		t.Errorf("the group is not as it was: exit code %d\n%s", after.code, after.out)
	}
	if n := members(t, s.env); n != "0" {
		t.Errorf("the group holds %s SIM cards after the interruption", n)
	}
}

// members returns the sim_count of the group that a run was given.
func members(t *testing.T, env []string) string {
	t.Helper()
	values := map[string]string{}
	for _, line := range env {
		name, value, _ := strings.Cut(line, "=")
		values[strings.TrimPrefix(name, "MALLCHECK_")] = value
	}
	partner, group := values["PARTNER_CODE"], values["GROUP"]
	sign := md5Hex(`{"group_id":"` + group + `","partnerCode":"` + partner + `","version":"3.0"}`)
	response, err := http.Get(values["TOPUP_URL"] + "/mall/bundle-groups/" + group + "/sims?version=3.0&partnerCode=" + partner + "&sign=" + sign)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	var answer struct {
		Data struct {
			SIMCount string `json:"sim_count"`
		} `json:"data"`
	}
	if err := json.NewDecoder(response.Body).Decode(&answer); err != nil {
		t.Fatal(err)
	}
	return answer.Data.SIMCount
}
