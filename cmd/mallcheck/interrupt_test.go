package main

import (
	"bytes"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/mallcheck/mallcheck/internal/testlevel"
)

// A command that waits for an answer ends soon after Ctrl-C, whatever --call-timeout is,
// and says what may have happened.
func TestInterruptedWhileWaiting(t *testing.T) {
	testlevel.Plain(t)
	t.Parallel() // it waits
	dir := t.TempDir()
	if got := (process{arguments: []string{"run", "--only=SIG-022/listBundles", "--fault=sign-wrong-accepted", "--format=json"}, dir: dir}).run(t); got.code != 1 {
		t.Fatalf("exit code %d: %s%s", got.code, got.out, got.err)
	}
	for name, test := range map[string]struct {
		arguments []string
		want      string // in standard error
	}{
		"a call that reads":  {[]string{"call", "singleVerify"}, "mallcheck: interrupted before the answer came\n"},
		"a call that orders": {[]string{"call", "singleOrder"}, "mallcheck: interrupted before the answer came: the target may have executed singleOrder\n"},
		"replay":             {[]string{"replay", "mallcheck-report/run.json", "SIG-022/listBundles"}, "mallcheck: interrupted before the last answer was complete\n"},
		"doctor":             {[]string{"doctor"}, ""},
		"learn":              {[]string{"learn", "--output=o.yaml"}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			silent, came := silentServer(t)
			settings := []string{"--vshop-url=" + silent, "--topup-url=" + silent, "--partner-code=P1", "--sim=89852000000000000001", "--call-timeout=1m"}
			cmd := process{arguments: append(test.arguments, settings...), dir: dir}.command(t.Context())
			var said bytes.Buffer
			cmd.Stderr = &said
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			<-came
			if err := cmd.Process.Signal(os.Interrupt); err != nil {
				t.Fatal(err)
			}
			interrupted := time.Now()
			var exited *exec.ExitError
			if err := cmd.Wait(); !errors.As(err, &exited) || exited.ExitCode() != 130 || !strings.Contains(said.String(), test.want) {
				t.Errorf("it ended with %v: %s", err, said.String())
			}
			if took := time.Since(interrupted); took > 20*time.Second {
				t.Errorf("it took %s to end", took)
			}
		})
	}
}

// silentServer returns the address of a server that never answers, and a channel that reports its requests.
func silentServer(t *testing.T) (address string, came chan struct{}) {
	t.Helper()
	came = make(chan struct{}, 100)
	over := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		came <- struct{}{}
		select {
		case <-r.Context().Done():
		case <-over:
		}
	}))
	t.Cleanup(func() {
		close(over)
		server.Close()
	})
	return server.URL, came
}
