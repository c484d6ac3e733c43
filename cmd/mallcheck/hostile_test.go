package main

import (
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/mallcheck/mallcheck/internal/hostile"
	"github.com/mallcheck/mallcheck/internal/testlevel"
)

// hostileServer starts one of the hostile servers.
func hostileServer(t *testing.T, name string) string {
	t.Helper()
	server := httptest.NewServer(hostile.Servers[name])
	t.Cleanup(server.Close)
	return server.URL
}

// A run against a hostile server ends soon, names the problem, and leaves its reports.
func TestHostileTargets(t *testing.T) {
	testlevel.Plain(t)
	t.Parallel()
	for _, test := range []struct {
		name  string
		limit string // of a call
		code  int
		want  string
	}{
		{"drips", "500ms", 3, "took longer than 500ms"},
		{"drips later", "500ms", 3, "the run no longer calls it"},
		{"hangs up", "10s", 3, "no answer"},
		{"never ends", "10s", 1, "larger than 8 MiB"},
	} {
		t.Run(test.name, func(t *testing.T) {
			dir := t.TempDir()
			started := time.Now()
			got := process{arguments: []string{"run", "--topup-url=" + hostileServer(t, test.name), "--partner-code=P1", "--group=G1", "--call-timeout=" + test.limit, "--strict=assumed"}, dir: dir}.run(t)
			if got.code != test.code || !strings.Contains(got.out, test.want) || len(got.out) > 1<<20 {
				t.Errorf("exit code %d, want %d and %q:\n%.4000s", got.code, test.code, test.want, got.out)
			}
			if took := time.Since(started); took > 30*time.Second {
				t.Errorf("it took %s", took)
			}
			for _, report := range []string{"junit.xml", "run.json"} {
				if info, err := os.Stat(filepath.Join(dir, "mallcheck-report", report)); err != nil || info.Size() > 32<<20 {
					t.Errorf("%s: %v, %+v", report, err, info)
				}
			}
		})
	}
}

// A call to a hostile server prints one line and exits with the code for no answer. An HTML page
// is an answer and is shown.
func TestHostileCalls(t *testing.T) {
	testlevel.Plain(t)
	for _, test := range []struct {
		name, limit string
		code        int
		want        string
	}{
		{"hangs", "500ms", 3, "took longer than 500ms"},
		{"drips", "500ms", 3, "took longer than 500ms"},
		{"hangs up", "10s", 3, "no answer"},
		{"never ends", "10s", 3, "larger than 8 MiB"},
		{"shows a page", "10s", 1, "did not accept the call"},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := process{arguments: []string{"call", "listBundles", "--topup-url=" + hostileServer(t, test.name), "--partner-code=P1", "--call-timeout=" + test.limit}}.run(t)
			if got.code != test.code || !strings.Contains(got.err, test.want) || strings.Count(got.err, "\n") > 2 || len(got.out) > 1<<20 {
				t.Errorf("exit code %d, want %d and %q:\n%.2000s\n%.2000s", got.code, test.code, test.want, got.err, got.out)
			}
		})
	}
}

// However a server breaks the protocol, a call and a run end soon, with a line that says so and
// no verdict that it passed.
func TestProtocolMisbehaviours(t *testing.T) {
	testlevel.Plain(t)
	if len(hostile.Misbehaviours) < 34 {
		t.Errorf("only %d misbehaviours", len(hostile.Misbehaviours))
	}
	for _, m := range hostile.Misbehaviours {
		t.Run(m.Name, func(t *testing.T) {
			t.Parallel()
			listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = listener.Close() }()
			go m.Serve(listener)
			at := []string{"--topup-url=http://" + listener.Addr().String(), "--partner-code=P1", "--call-timeout=1s"}
			commands := [][]string{{"call", "listBundles"}}
			if testlevel.Pick(false, false, true) {
				commands = append(commands, []string{"run", "--only=ENV-001/listBundles,SIG-001", "--timeout=5s", "--strict=assumed"})
			}
			for _, command := range commands {
				started := time.Now()
				got := process{arguments: append(command, at...)}.run(t)
				if took := time.Since(started); took > 25*time.Second {
					t.Errorf("%s took %s", command[0], took)
				}
				if known := got.code == 1 || got.code == 3 || got.code == 0 && m.Harmless; !known {
					t.Errorf("%s: exit code %d", command[0], got.code)
				}
				said := got.out + got.err
				if strings.Contains(said, "panic") || strings.Contains(said, "report a bug") || strings.Contains(said, "goroutine") || strings.Count(got.err, "\n") > 2 || len(said) > 1<<20 {
					t.Errorf("%s: %.2000s\n%.2000s", command[0], got.err, got.out)
				}
			}
		})
	}
}

// A signed call does not follow a redirect to another host.
func TestRedirectedCall(t *testing.T) {
	testlevel.Plain(t)
	reached := make(chan string, 10)
	other := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { reached <- r.URL.String() }))
	defer other.Close()
	for _, status := range []int{http.StatusMovedPermanently, http.StatusFound, http.StatusTemporaryRedirect, http.StatusPermanentRedirect} {
		first := httptest.NewServer(http.RedirectHandler(other.URL, status))
		got := process{arguments: []string{"call", "listBundles", "--topup-url=" + first.URL, "--partner-code=P1"}}.run(t)
		first.Close()
		if len(reached) != 0 {
			t.Fatalf("HTTP %d: the other host got %s", status, <-reached)
		}
		if got.code == 0 {
			t.Errorf("HTTP %d: exit code 0\n%s%s", status, got.out, got.err)
		}
	}
}
