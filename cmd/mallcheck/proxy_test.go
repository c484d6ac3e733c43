package main

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/mallcheck/mallcheck/reports"
)

// serveProxy starts a proxy and waits until it listens; the address ends what it printed first.
func serveProxy(t *testing.T, p process) (address string, _ *served) {
	t.Helper()
	p.arguments = append([]string{"proxy", "--listen=127.0.0.1:0"}, p.arguments...)
	s, lines := started(t, p, "Allowed")
	_, address, _ = strings.Cut(s.printed, "listens on ")
	address, _, _ = strings.Cut(address, "\n")
	if address == "" {
		t.Fatalf("no proxy: %s%s", s.printed, s.log.String())
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for lines.Scan() {
			s.printed += lines.Text() + "\n"
		}
	}()
	s.read = done
	return address, s
}

// ask sends a request without a sign and returns the response.
func ask(t *testing.T, method, address, body string) *http.Response {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, address, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	_ = response.Body.Close()
	return response
}

// TestProxy drives the command from its start to Ctrl-C, in front of a sandbox with a fault.
func TestProxy(t *testing.T) {
	dir := t.TempDir()
	address, s := serveProxy(t, process{dir: dir, arguments: []string{"--fault=bundle-without-package", "--format=json,har,junit"}})
	response := ask(t, http.MethodGet, address+"/topup/mall/bundle-groups/bundles", "")
	if response.StatusCode != http.StatusOK || response.Header.Get("Mallcheck-Verdict") == "" {
		t.Errorf("HTTP %d: %v", response.StatusCode, response.Header)
	}
	s.stop()
	data, err := os.ReadFile(filepath.Join(dir, "mallcheck-report", "run.json"))
	if err != nil {
		t.Fatalf("%v: %s", err, s.log.String())
	}
	var run reports.Run
	if err := json.Unmarshal(data, &run); err != nil {
		t.Fatal(err)
	}
	at := slices.IndexFunc(run.Results, func(r reports.Result) bool { return r.ID == "PRX-001/listBundles" })
	if at < 0 || run.Results[at].Verdict != reports.Failed || response.Header.Get("Mallcheck-Verdict") != "failed" {
		t.Errorf("result %d of %d; %v", at, len(run.Results), response.Header)
	}
	if code := s.cmd.ProcessState.ExitCode(); code != 1 || run.Stopped != "" || !strings.Contains(s.printed, "reports in") || !strings.Contains(s.log.String(), "operation=listBundles") {
		t.Errorf("exit code %d; stopped %q\n%s%s", code, run.Stopped, s.printed, s.log.String())
	}
}

func TestProxyMisuse(t *testing.T) {
	for _, test := range []struct{ argument, want string }{
		{"--listen=127.0.0.1:x", "mallcheck: --listen: "},
		{"--format=pdf", "mallcheck: --format"},
		{"--target=uat", "mallcheck: --target"},
	} {
		got := process{arguments: []string{"proxy", test.argument}}.run(t)
		if got.code != 2 || !strings.HasPrefix(got.err, test.want) || strings.Count(got.err, "\n") != 1 {
			t.Errorf("%s: exit code %d, %s", test.argument, got.code, got.err)
		}
	}
}
