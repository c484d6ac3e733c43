package transport

import (
	"bytes"
	"log"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/mallcheck/mallcheck/conformance/target"
	"github.com/mallcheck/mallcheck/internal/hostile"
)

// What a server sends without being asked does not reach the log of the program.
func TestUnsolicitedAnswersAreNotLogged(t *testing.T) {
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = listener.Close() }()
	go hostile.Unsolicited(listener, "s3cr3t-of-the-gateway")
	var logged bytes.Buffer
	log.SetOutput(&logged)
	defer log.SetOutput(os.Stderr)

	client := New(&target.Target{CallTimeout: time.Minute})
	defer client.Close()
	for range 3 {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+listener.Addr().String(), http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		if got := client.Do(t.Context(), "listBundles", request); got.Problem != "" || string(got.Response.Body) != hostile.Success {
			t.Errorf("received %v, %s", got.Response, got.Problem)
		}
		time.Sleep(50 * time.Millisecond) // the server sends more after 20 ms
	}
	if logged.Len() > 0 {
		t.Errorf("logged %s", &logged)
	}
}

// A connection that is refused, as by a firewall, and a host without an address say what to look at.
func TestAdviceAboutTheConnection(t *testing.T) {
	for _, err := range []error{
		&url.Error{Op: "Get", URL: "http://h/", Err: &net.OpError{Op: "dial", Net: "tcp", Err: syscall.ECONNREFUSED}},
		&url.Error{Op: "Get", URL: "http://h/", Err: &net.OpError{Op: "dial", Net: "tcp", Err: &net.DNSError{Err: "no such host", Name: "h"}}},
	} {
		if got := advice(err); !strings.Contains(got, "firewall") || !strings.Contains(got, "--proxy") {
			t.Errorf("%v: advice %q", err, got)
		}
	}
	if got := advice(&net.OpError{Op: "read", Err: syscall.ECONNRESET}); got != "" {
		t.Errorf("advice for a connection that was reset: %q", got)
	}
}
