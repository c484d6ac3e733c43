package quiet_test

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/mallcheck/mallcheck/internal/quiet"
)

const (
	secret = "s3cr3t-of-the-gateway"
	extra  = "HTTP/1.1 200 OK\r\nX-Token: " + secret + "\r\nContent-Length: 1\r\n\r\n!"
	good   = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
	pause  = 30 * time.Millisecond
)

// output is what package log prints during a test.
type output struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String()
}

func capture(t *testing.T) *output {
	out := new(output)
	log.SetOutput(out)
	t.Cleanup(func() { log.SetOutput(os.Stderr) })
	return out
}

// server answers each request on a connection with the portions, a pause before each but the first.
type server struct {
	banner   string
	portions []string

	connections atomic.Int64
}

func (s *server) serve(connection net.Conn) {
	defer connection.Close()
	s.connections.Add(1)
	_, _ = io.WriteString(connection, s.banner) // the client may have gone
	reader := bufio.NewReader(connection)
	for {
		request, err := http.ReadRequest(reader)
		if err != nil {
			return
		}
		_, _ = io.Copy(io.Discard, request.Body)
		for i, portion := range s.portions {
			if i > 0 {
				time.Sleep(pause)
			}
			_, _ = io.WriteString(connection, portion)
		}
	}
}

// start serves connections, with TLS if a configuration is given, and returns the address.
func (s *server) start(t *testing.T, config *tls.Config) string {
	var listener net.Listener
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	scheme := "http://"
	if config != nil {
		listener, scheme = tls.NewListener(listener, config), "https://"
	}
	t.Cleanup(func() { _ = listener.Close() })
	go func() {
		for {
			connection, err := listener.Accept()
			if err != nil {
				return
			}
			go s.serve(connection)
		}
	}()
	return scheme + listener.Addr().String()
}

// certificate returns the configurations of a server and of its client.
func certificate(t *testing.T) (ours, theirs *tls.Config) {
	throwaway := httptest.NewTLSServer(nil)
	defer throwaway.Close()
	trusted := x509.NewCertPool()
	trusted.AddCert(throwaway.Certificate())
	return &tls.Config{Certificates: throwaway.TLS.Certificates, MinVersion: tls.VersionTLS12},
		&tls.Config{RootCAs: trusted, MinVersion: tls.VersionTLS12}
}

// ask sends a request and returns the body of the answer.
func ask(t *testing.T, client *http.Client, method, url string) (string, error) {
	request, err := http.NewRequestWithContext(t.Context(), method, url, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	response, err := client.Do(request)
	if err != nil {
		return "", err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	return string(text), err
}

var unasked = map[string]struct {
	method string
	server *server
}{
	"with the answer":            {"GET", &server{portions: []string{good + extra}}},
	"with the header":            {"GET", &server{portions: []string{"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n" + extra}}},
	"with chunks":                {"GET", &server{portions: []string{"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2;x\r\nok\r\n0\r\nT: t\r\n\r\n" + extra}}},
	"with a split chunk":         {"GET", &server{portions: []string{"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r", "\nok\r\n0\r\n\r\n" + extra}}},
	"with no content":            {"GET", &server{portions: []string{"HTTP/1.1 204 No Content\r\n\r\n" + extra}}},
	"with an answer to HEAD":     {"HEAD", &server{portions: []string{"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n" + extra}}},
	"after an early hint":        {"GET", &server{portions: []string{"HTTP/1.1 103 Hints\r\nA: b\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok" + extra}}},
	"as something else":          {"GET", &server{portions: []string{good + secret}}},
	"later":                      {"GET", &server{portions: []string{good, extra}}},
	"before the request":         {"GET", &server{banner: "220 " + secret + "\r\n", portions: []string{good}}},
	"before the request as HTTP": {"GET", &server{banner: extra, portions: []string{good}}},
}

// What a server sends without being asked is not logged. The same servers make net/http log.
func TestNothingUnaskedIsLogged(t *testing.T) {
	ours, theirs := certificate(t)
	logged := 0
	for name, test := range unasked {
		for security, configs := range map[string][2]*tls.Config{"": {}, " over TLS": {ours, theirs}} {
			t.Run(name+security, func(t *testing.T) {
				out := capture(t)
				url := (&server{banner: test.server.banner, portions: test.server.portions}).start(t, configs[0])
				plain := &http.Client{Transport: &http.Transport{TLSClientConfig: configs[1]}}
				_, _ = ask(t, plain, test.method, url) // net/http may take what came early for the answer
				time.Sleep(2 * pause)
				logged += strings.Count(out.String(), secret)
				plain.CloseIdleConnections()

				out = capture(t)
				client := &http.Client{Transport: quiet.Transport(&http.Transport{TLSClientConfig: configs[1]})}
				defer client.CloseIdleConnections()
				for range 2 {
					if _, err := ask(t, client, test.method, url); err != nil && test.server.banner == "" {
						t.Errorf("%v", err)
					}
					time.Sleep(2 * pause)
				}
				if out.String() != "" {
					t.Errorf("logged %s", out)
				}
			})
		}
	}
	if logged < len(unasked) {
		t.Errorf("net/http itself logged %d times; do the servers still send what was not asked for?", logged)
	}
}

// What a server sends after an answer is never taken for the answer to the next request, which is sent on
// another connection.
func TestSurplusIsNoAnswer(t *testing.T) {
	server := &server{portions: []string{good + extra}}
	url := server.start(t, nil)
	client := &http.Client{Transport: quiet.Transport(&http.Transport{})}
	defer client.CloseIdleConnections()
	for range 50 {
		if got, err := ask(t, client, http.MethodPost, url); got != "ok" || err != nil {
			t.Fatalf("received %q, %v", got, err)
		}
	}
	if n := server.connections.Load(); n != 50 {
		t.Errorf("%d connections for 50 requests", n)
	}
}

// Connections of a well-behaved server are used again, with and without TLS and HTTP/2, and answers of
// each kind and size arrive unchanged.
func TestConnectionsAreUsedAgain(t *testing.T) {
	large := strings.Repeat("0123456789abcdef\r\n", 1<<16)
	for _, kind := range []string{"http", "https", "http2"} {
		t.Run(kind, func(t *testing.T) {
			var connections atomic.Int64
			upstream := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Path == "/chunked" {
					w.WriteHeader(http.StatusOK)
					w.(http.Flusher).Flush()
				}
				fmt.Fprint(w, r.Proto, large)
			}))
			upstream.Config.ConnState = func(_ net.Conn, state http.ConnState) {
				if state == http.StateNew {
					connections.Add(1)
				}
			}
			transport := &http.Transport{TLSHandshakeTimeout: time.Minute, Protocols: new(http.Protocols)}
			transport.Protocols.SetHTTP1(true)
			transport.Protocols.SetHTTP2(true)
			want := "HTTP/1.1"
			if kind == "http" {
				upstream.Start()
			} else {
				upstream.EnableHTTP2 = kind == "http2"
				upstream.StartTLS()
				trusted := x509.NewCertPool()
				trusted.AddCert(upstream.Certificate())
				transport.TLSClientConfig = &tls.Config{RootCAs: trusted, MinVersion: tls.VersionTLS12}
			}
			if kind == "http2" {
				want = "HTTP/2.0"
			}
			defer upstream.Close()
			client := &http.Client{Transport: quiet.Transport(transport)}
			for _, path := range []string{"/", "/chunked", "/", "/chunked"} {
				response, err := client.Get(upstream.URL + path)
				if err != nil {
					t.Fatal(err)
				}
				text, err := io.ReadAll(response.Body)
				_ = response.Body.Close()
				if err != nil || string(text) != want+large {
					t.Errorf("%s: received %d bytes, %v", path, len(text), err)
				}
				if (response.TLS != nil) != (kind != "http") || response.Request.URL.Path != path {
					t.Errorf("%s: TLS %v, request %v", path, response.TLS, response.Request)
				}
			}
			if n := connections.Load(); n != 1 {
				t.Errorf("%d connections", n)
			}
		})
	}
}

// Through a proxy, requests arrive, connections are used again, and what arrives on idle ones is not
// logged.
func TestProxies(t *testing.T) {
	ours, theirs := certificate(t)
	forward := &httputil.ReverseProxy{Rewrite: func(*httputil.ProxyRequest) {}, Transport: quiet.Transport(&http.Transport{})}
	tunnel := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodConnect {
			forward.ServeHTTP(w, r)
			return
		}
		upstream, err := (&net.Dialer{}).DialContext(r.Context(), "tcp", r.Host)
		if err != nil {
			w.WriteHeader(http.StatusBadGateway)
			return
		}
		defer upstream.Close()
		connection, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			return
		}
		defer connection.Close()
		_, _ = io.WriteString(connection, "HTTP/1.1 200 OK\r\n\r\n")
		go func() {
			_, _ = io.Copy(upstream, connection)
			_ = upstream.Close()
		}()
		_, _ = io.Copy(connection, upstream)
	}))
	defer tunnel.Close()
	address, err := url.Parse(tunnel.URL)
	if err != nil {
		t.Fatal(err)
	}
	for name, config := range map[string]*tls.Config{"http": nil, "https": ours} {
		for _, portions := range [][]string{{good}, {good, extra}} {
			t.Run(fmt.Sprintf("%s with %d portions", name, len(portions)), func(t *testing.T) {
				out := capture(t)
				server := &server{portions: portions}
				url := server.start(t, config)
				client := &http.Client{Transport: quiet.Transport(&http.Transport{
					Proxy: http.ProxyURL(address), TLSClientConfig: theirs})}
				defer client.CloseIdleConnections()
				for range 3 {
					if got, err := ask(t, client, http.MethodGet, url); got != "ok" || err != nil {
						t.Errorf("received %q, %v", got, err)
					}
					time.Sleep(2 * pause)
				}
				if strings.Contains(out.String(), secret) {
					t.Errorf("logged %s", out)
				}
				if n := server.connections.Load(); len(portions) == 1 && n != 1 {
					t.Errorf("%d connections", n)
				}
			})
		}
	}
}

// A server that never ends the TLS handshake meets the transport's time limit, not that of the call.
func TestHandshakeHasATimeLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		transport := &http.Transport{
			TLSHandshakeTimeout: 10 * time.Second,
			DialContext: func(context.Context, string, string) (net.Conn, error) {
				near, far := net.Pipe()
				go func() { _, _ = io.Copy(io.Discard, far) }()
				return near, nil
			},
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, "https://mall.invalid/", http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		_, err = quiet.Transport(transport).RoundTrip(request)
		if err == nil || errors.Is(err, context.DeadlineExceeded) || !strings.Contains(err.Error(), "TLS handshake timeout") {
			t.Errorf("got %v", err)
		}
	})
}
