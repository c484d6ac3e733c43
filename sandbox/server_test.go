package sandbox_test

import (
	"context"
	"errors"
	"io"
	"log"
	"log/slog"
	"net"
	"net/http"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/mallcheck/mallcheck/sandbox"
	"github.com/mallcheck/mallcheck/sandbox/store"
)

// wire sends a request over a connection of its own and returns the answer as it came.
func (m *served) wire(req *http.Request) string {
	m.Helper()
	conn, err := net.DialTimeout("tcp", strings.TrimPrefix(m.server.URL(), "http://"), limit)
	if err != nil {
		m.Fatal(err)
	}
	defer conn.Close()
	if err := conn.SetDeadline(time.Now().Add(limit)); err != nil {
		m.Fatal(err)
	}
	req.Close = true
	if err := req.Write(conn); err != nil {
		m.Fatal(err)
	}
	answer, err := io.ReadAll(conn)
	if err != nil {
		m.Fatal(err)
	}
	return string(answer)
}

// ours returns the stacks of the goroutines that run code of the sandbox or its server.
func ours() string {
	buffer := make([]byte, 1<<20)
	var found []string
	for stack := range strings.SplitSeq(string(buffer[:runtime.Stack(buffer, true)]), "\n\n") {
		if strings.Contains(stack, "sandbox.(*") || strings.Contains(stack, "http.(*conn).serve") {
			found = append(found, stack)
		}
	}
	return strings.Join(found, "\n\n")
}

func start(t *testing.T, cfg sandbox.Config) *sandbox.Server {
	t.Helper()
	server, err := sandbox.Start(context.Background(), cfg, "")
	if err != nil {
		t.Fatal(err)
	}
	return server
}

// With idle connections, and with one on which nothing was ever sent, Close is quick and leaves nothing behind.
func TestCloseLeavesNothing(t *testing.T) {
	server := start(t, sandbox.Config{})
	fresh, err := net.Dial("tcp", strings.TrimPrefix(server.URL(), "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer fresh.Close()
	client := &http.Client{Transport: &http.Transport{}, Timeout: limit}
	defer client.CloseIdleConnections()
	res, err := client.Get(server.URL() + sandbox.HealthPath)
	if err != nil {
		t.Fatal(err)
	}
	_, _ = io.Copy(io.Discard, res.Body)
	_ = res.Body.Close()
	if ours() == "" {
		t.Fatal("no goroutine of the server is found while it runs: this test would see nothing")
	}
	began := time.Now()
	for range 2 {
		if err := server.Close(context.Background()); err != nil {
			t.Errorf("closing: %v", err)
		}
	}
	if took := time.Since(began); took > 2*time.Second {
		t.Errorf("closing took %v", took)
	}
	<-server.Done()
	for began := time.Now(); ours() != ""; time.Sleep(time.Millisecond) {
		if time.Since(began) > time.Second {
			t.Fatalf("still running:\n%s", ours())
		}
	}
	if _, err := client.Get(server.URL() + sandbox.HealthPath); err == nil {
		t.Error("the server still answers")
	}
}

// slow is an interceptor that answers after release was closed, or when the client is gone.
func slow(entered chan<- struct{}, release <-chan struct{}) store.Interceptor {
	return store.Interceptor{Wire: func(c *store.Call, _ *store.Answer, _ http.ResponseWriter) bool {
		entered <- struct{}{}
		select {
		case <-release:
		case <-c.Request.Context().Done():
		}
		return false
	}}
}

func TestCloseWaitsForAnswers(t *testing.T) {
	entered, release, answered := make(chan struct{}, 1), make(chan struct{}), make(chan error, 1)
	server := start(t, sandbox.Config{Interceptors: []store.Interceptor{slow(entered, release)}})
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: limit}
	go func() {
		res, err := client.Get(server.URL() + sandbox.HealthPath)
		if err == nil {
			_, err = io.Copy(io.Discard, res.Body)
			_ = res.Body.Close()
		}
		answered <- err
	}()
	<-entered
	closed := make(chan error, 1)
	go func() { closed <- server.Close(context.Background()) }()
	select {
	case err := <-closed:
		t.Fatalf("the server did not wait: %v", err)
	case <-time.After(50 * time.Millisecond):
	}
	close(release)
	if err := <-closed; err != nil {
		t.Errorf("closing: %v", err)
	}
	if err := <-answered; err != nil {
		t.Errorf("the answer: %v", err)
	}
}

func TestCloseGivesUp(t *testing.T) {
	entered := make(chan struct{}, 1)
	server := start(t, sandbox.Config{Interceptors: []store.Interceptor{slow(entered, nil)}})
	client := &http.Client{Transport: &http.Transport{}, Timeout: limit}
	failed := make(chan error, 1)
	go func() {
		res, err := client.Get(server.URL() + sandbox.HealthPath)
		if err == nil {
			_ = res.Body.Close()
		}
		failed <- err
	}()
	<-entered
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Millisecond)
	defer cancel()
	if err := server.Close(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("closing: %v", err)
	}
	if err := <-failed; err == nil {
		t.Error("the request was answered")
	}
}

func TestStartFails(t *testing.T) {
	server := start(t, sandbox.Config{})
	defer func() { _ = server.Close(context.Background()) }()
	if _, err := sandbox.Start(context.Background(), sandbox.Config{}, strings.TrimPrefix(server.URL(), "http://")); err == nil || !strings.Contains(err.Error(), "listening on 127.0.0.1:") {
		t.Errorf("an address in use: %v", err)
	}
	for _, cfg := range []sandbox.Config{{TaskDelay: -1}, {Bounds: store.Bounds{Body: -1}}, {Bounds: store.Bounds{Groups: -1}}} {
		if _, err := sandbox.Start(context.Background(), cfg, ""); err == nil || !strings.Contains(err.Error(), "negative") {
			t.Errorf("%+v: %v", cfg, err)
		}
	}
}

// The settings name what a run needs beside the fixtures.
func TestSettings(t *testing.T) {
	m := serve(t, sandbox.Config{})
	got := m.server.Settings()
	for key, want := range map[string]string{
		"vshop-url": m.server.URL() + "/vshop", "payment-url": m.server.URL() + "/payment", "topup-url": m.server.URL() + "/topup",
		"package": m.fix.Packages[0], "pm-success": store.MethodPays, "pm-failure": store.MethodFails, "pm-open": store.MethodStaysOpen,
		"amount": "4.99", "currency": "USD",
		"path": "stripeSingleAuthorization=/stripeSingleAuthorization,stripeSubscriptionAuthorization=/stripeSubscriptionAuthorization,confirmPaymentResult=/confirmPaymentResult",
	} {
		if got[key] != want {
			t.Errorf("%s is %q, want %q", key, got[key], want)
		}
	}
}

func TestServerListensOnLoopback(t *testing.T) {
	server := start(t, sandbox.Config{})
	defer func() { _ = server.Close(context.Background()) }()
	if !strings.HasPrefix(server.URL(), "http://127.0.0.1:") {
		t.Errorf("listening at %s", server.URL())
	}
}

func TestLog(t *testing.T) {
	var out lines
	m := serve(t, sandbox.Config{Log: slog.New(slog.NewTextHandler(&out, nil))})
	m.add(m.fix.Partner, m.fix.Groups[0], m.fix.SIMs[0])
	m.do(m.request(http.MethodGet, "/nowhere?secret=1", ""))
	text := out.String()
	for _, want := range []string{
		"method=POST path=/topup/mall/bundle-groups/G20230001/sims status=200 took=",
		"operation=addSims partner=P000270 request_id=RQ-",
		"method=GET path=/nowhere status=404",
		`refused="no operation has the path`,
	} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in:\n%s", want, text)
		}
	}
	if strings.Count(text, "\n") != 2 || strings.Contains(text, "secret") || strings.Contains(text, m.fix.SIMs[0]) {
		t.Errorf("not a line a request, or too much in it:\n%s", text)
	}
}

// A sandbox without a log writes nothing to the log of the process either, not even when a handler
// that wraps it panics.
func TestNothingIsLoggedWithoutALog(t *testing.T) {
	var out lines
	log.SetOutput(&out)
	defer log.SetOutput(os.Stderr)
	server := start(t, sandbox.Config{Wrap: func(*sandbox.Sandbox) http.Handler {
		return http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("hush") })
	}})
	response, err := http.Get(server.URL())
	if err == nil {
		_ = response.Body.Close()
		t.Errorf("HTTP %d", response.StatusCode)
	}
	if err := server.Close(context.Background()); err != nil {
		t.Error(err)
	}
	if text := out.String(); text != "" {
		t.Errorf("logged: %s", text)
	}
}
