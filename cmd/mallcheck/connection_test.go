package main

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/mallcheck/mallcheck/internal/testlevel"
)

// discard is the log of servers that are spoken to wrongly on purpose.
var discard = log.New(io.Discard, "", 0)

// bundles answers listBundles, and keeps the requests.
type bundles struct {
	mu       sync.Mutex
	requests []*http.Request
}

func (b *bundles) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.requests = append(b.requests, r)
	w.Header().Set("Content-Type", "application/json")
	fmt.Fprint(w, `{"data":[],"operateCode":"S","message":"success"}`)
}

func (b *bundles) seen() []*http.Request {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.requests)
}

// secure serves listBundles over TLS as the configuration says.
func secure(t *testing.T, config *tls.Config) (*httptest.Server, *bundles) {
	t.Helper()
	asked := &bundles{}
	server := httptest.NewUnstartedServer(asked)
	server.TLS = config
	server.EnableHTTP2 = true
	server.Config.ErrorLog = discard
	server.StartTLS()
	t.Cleanup(server.Close)
	return server, asked
}

// Only trusted servers get requests, and the run presents the configured certificate.
func TestTLS(t *testing.T) {
	testlevel.Plain(t)
	ca := newAuthority(t)
	_, _, named := ca.issue(t, "127.0.0.1")
	_, _, misnamed := ca.issue(t, "mall.example.com")
	clientCert, clientKey, _ := ca.issue(t, "partner")
	pool := x509.NewCertPool()
	pool.AddCert(ca.certificate)
	known := &tls.Config{Certificates: []tls.Certificate{named}}
	mutual := &tls.Config{Certificates: []tls.Certificate{named}, ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: pool}
	const trust = ", tls-ca-file: ca.pem"
	for _, test := range []struct {
		name     string
		server   *tls.Config
		settings string
		want     string // standard error
		protocol string
	}{
		{"a server that nobody knows", known, "", "mallcheck: listBundles: no answer: tls: failed to verify certificate: x509: certificate signed by unknown authority; --tls-ca-file FILE trusts the certificates of a file\n", ""},
		{"a CA file", known, trust, "", "HTTP/2.0"},
		{"HTTP/2 switched off", known, trust + ", http2: off", "", "HTTP/1.1"},
		{"HTTP/2 alone", known, trust + ", http2: only", "", "HTTP/2.0"},
		{"a wrong name", &tls.Config{Certificates: []tls.Certificate{misnamed}}, trust, "mallcheck: listBundles: no answer: tls: failed to verify certificate: x509: cannot validate certificate for 127.0.0.1", ""},
		{"no client certificate", mutual, trust, "mallcheck: listBundles: no answer: ", ""},
		{"a client certificate", mutual, trust + ", tls-client-cert: client.pem, tls-client-key: client.key", "", "HTTP/2.0"},
		{"an old version of TLS", &tls.Config{Certificates: []tls.Certificate{named}, MaxVersion: tls.VersionTLS12}, trust + ", tls-min-version: 1.3",
			"mallcheck: listBundles: no answer: ", ""},
		{"version 1.2 of TLS", &tls.Config{Certificates: []tls.Certificate{named}, MaxVersion: tls.VersionTLS12}, trust, "", "HTTP/2.0"},
	} {
		t.Run(test.name, func(t *testing.T) {
			server, asked := secure(t, test.server)
			dir := inFolder(t, map[string]string{
				"ca.pem": string(ca.pem()), "client.pem": string(clientCert), "client.key": string(clientKey),
				"mallcheck.yaml": "default: uat\ntargets:\n  uat: {partner-code: P1, topup-url: '" + server.URL + "'" + test.settings + "}\n",
			})
			// The files are beside the file of targets, wherever the tool is started.
			got := process{arguments: []string{"call", "listBundles", "--config=" + filepath.Join(dir, "mallcheck.yaml")}}.run(t)
			if test.want != "" {
				if got.code != 3 || !strings.HasPrefix(got.err, test.want) || strings.Count(got.err, "\n") != 1 || len(asked.seen()) != 0 {
					t.Errorf("exit code %d, %s and %d requests, want %s", got.code, got.err, len(asked.seen()), test.want)
				}
				return
			}
			if requests := asked.seen(); got.code != 0 || len(requests) != 1 || requests[0].Proto != test.protocol {
				t.Errorf("exit code %d, %d requests, %s", got.code, len(requests), got.err)
			}
		})
	}
}

// The doctor describes the TLS connection.
func TestDoctorOverTLS(t *testing.T) {
	ca := newAuthority(t)
	_, _, named := ca.issue(t, "127.0.0.1")
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Date", time.Now().Add(-time.Hour).UTC().Format(http.TimeFormat))
		(&bundles{}).ServeHTTP(w, nil)
	}))
	server.TLS = &tls.Config{Certificates: []tls.Certificate{named}}
	server.StartTLS()
	defer server.Close()
	dir := inFolder(t, map[string]string{"ca.pem": "\ufeff" + string(ca.pem())})
	got := process{arguments: []string{"doctor", "--topup-url=" + server.URL, "--partner-code=P1", "--tls-ca-file=ca.pem"}, dir: dir}.run(t)
	for _, want := range []string{"reached, HTTP/1.1, TLS 1.3, certificate until ", "(1 days)", " a call (median of ", "its clock is 1h0m0s behind"} {
		if got.code != 0 || !strings.Contains(got.out, want) {
			t.Errorf("exit code %d, no %q in\n%s%s", got.code, want, got.out, got.err)
		}
	}
}

// The setting http2 also applies without TLS, where no protocol is negotiated.
func TestHTTP2WithoutTLS(t *testing.T) {
	testlevel.Plain(t)
	asked := &bundles{}
	server := httptest.NewUnstartedServer(asked)
	server.Config.Protocols = new(http.Protocols)
	server.Config.Protocols.SetUnencryptedHTTP2(true)
	server.Start()
	defer server.Close()
	call := []string{"call", "listBundles", "--topup-url=" + server.URL, "--partner-code=P1"}
	if got := (process{arguments: append(call, "--http2=only")}).run(t); got.code != 0 || len(asked.seen()) != 1 || asked.seen()[0].ProtoMajor != 2 {
		t.Errorf("exit code %d, %s", got.code, got.err)
	}
	if got := (process{arguments: call}).run(t); got.code != 3 {
		t.Errorf("HTTP/1.1 to a server of HTTP/2: exit code %d", got.code)
	}
}

// Extra headers are sent, and secret ones appear in no report.
func TestHeaders(t *testing.T) {
	testlevel.Plain(t)
	const secret = "5ec2e7c0ffee5ec2"
	asked := &bundles{}
	server := httptest.NewServer(asked)
	defer server.Close()
	dir := withTargets(t, "default: uat\ntargets:\n  uat:\n    partner-code: P1\n    topup-url: "+server.URL+
		"\n    only: ENV-001/listBundles\n    header:\n      X-Gateway: a, b\n      X-Gateway-Token: ${TOKEN}\n")
	got := process{arguments: []string{"run"}, environ: []string{"TOKEN=" + secret}, dir: dir}.run(t)
	report, err := os.ReadFile(filepath.Join(dir, "mallcheck-report", "run.json"))
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(got.out+got.err+string(report), secret) || !strings.Contains(string(report), "X-Gateway") {
		t.Error("the token is told, or the header is not")
	}
	requests := asked.seen()
	if len(requests) == 0 {
		t.Fatalf("no request\n%s%s", got.out, got.err)
	}
	for _, r := range requests {
		if r.Header.Get("X-Gateway") != "a, b" || r.Header.Get("X-Gateway-Token") != secret {
			t.Errorf("headers %v", r.Header)
		}
	}
	// A variable holds one header a line, since values hold commas.
	before := len(asked.seen())
	got = process{arguments: []string{"call", "listBundles", "--topup-url=" + server.URL, "--partner-code=P1"}, environ: []string{"MALLCHECK_HEADER=X-A: 1, 2\nX-B: 3"}}.run(t)
	if r := asked.seen()[before]; got.code != 0 || r.Header.Get("X-A") != "1, 2" || r.Header.Get("X-B") != "3" {
		t.Errorf("exit code %d, headers %v", got.code, r.Header)
	}
}

// httpProxy is an HTTP proxy that counts what goes through it: requests and tunnels.
type httpProxy struct {
	mu       sync.Mutex
	asked    []string
	password []string
	forward  httputil.ReverseProxy
}

func newProxy(t *testing.T) (*httpProxy, *httptest.Server) {
	t.Helper()
	p := &httpProxy{forward: httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		r.Out.URL, r.Out.Host = r.In.URL, r.In.Host
	}, ErrorLog: discard}}
	server := httptest.NewServer(p)
	t.Cleanup(server.Close)
	return p, server
}

func (p *httpProxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	p.asked = append(p.asked, r.Method+" "+r.URL.Host)
	p.password = append(p.password, r.Header.Get("Proxy-Authorization"))
	p.mu.Unlock()
	if r.Method != http.MethodConnect {
		// Read whole beforehand: an answer that comes while net/http still looks for the
		// end of the request would be cut off here.
		body, err := io.ReadAll(r.Body)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadGateway)
			return
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		p.forward.ServeHTTP(w, r)
		return
	}
	there, err := (&net.Dialer{}).DialContext(r.Context(), "tcp", r.Host)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadGateway)
		return
	}
	defer there.Close()
	w.WriteHeader(http.StatusOK)
	here, buffered, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return
	}
	defer here.Close()
	go func() { _, _ = io.Copy(there, buffered) }()
	_, _ = io.Copy(here, there)
}

// through returns what went through a proxy.
func (p *httpProxy) through() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.asked)
}

// Every call of a full run goes through the HTTP proxy, whose password appears in no report.
func TestRunThroughProxy(t *testing.T) {
	testlevel.Plain(t)
	t.Parallel()
	const password = "5ec2e7c0ffee5ec2"
	s := serve(t, "--quiet", "--task-delay=2ms", "--push-backoff=5ms")
	between, server := newProxy(t)
	dir := asFile(t, s.env)
	address := strings.Replace(server.URL, "http://", "http://user:"+password+"@", 1)
	got := process{arguments: []string{"run"}, environ: []string{"MALLCHECK_PROXY=" + address}, dir: dir}.run(t)
	if got.code != 0 {
		t.Errorf("exit code %d\n%s%s", got.code, got.out, got.err)
	}
	report, err := os.ReadFile(filepath.Join(dir, "mallcheck-report", "run.json"))
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(got.out+got.err+string(report), password) {
		t.Error("the password of the proxy is told")
	}
	var run struct {
		Services []struct{ URL string }
		Results  []struct{ Exchanges []json.RawMessage }
	}
	if err := json.Unmarshal(report, &run); err != nil {
		t.Fatal(err)
	}
	recorded := 0
	for _, result := range run.Results {
		recorded += len(result.Exchanges)
	}
	if n := len(between.through()); n < 1000 || n < recorded/2 || between.password[0] == "" {
		t.Errorf("%d calls went through the proxy, %d exchanges are in the report", n, recorded)
	}
	before := len(between.through())
	got = process{arguments: []string{"call", "listBundles", "--proxy=none"}, environ: []string{"HTTP_PROXY=" + server.URL}, dir: dir}.run(t)
	if got.code != 0 || len(between.through()) != before {
		t.Errorf("--proxy none: exit code %d, %d calls through the proxy", got.code, len(between.through())-before)
	}
}

// TLS ends at the target, not at the proxy, and an unreachable proxy is reported as such.
func TestTunnelThroughProxy(t *testing.T) {
	testlevel.Plain(t)
	ca := newAuthority(t)
	_, _, named := ca.issue(t, "127.0.0.1")
	target, asked := secure(t, &tls.Config{Certificates: []tls.Certificate{named}})
	between, server := newProxy(t)
	dir := inFolder(t, map[string]string{"ca.pem": string(ca.pem())})
	call := []string{"call", "listBundles", "--topup-url=" + target.URL, "--partner-code=P1", "--tls-ca-file=ca.pem"}
	host, err := url.Parse(target.URL)
	if err != nil {
		t.Fatal(err)
	}
	got := process{arguments: append(call, "--proxy="+server.URL), dir: dir}.run(t)
	if through := between.through(); got.code != 0 || len(asked.seen()) != 1 || len(through) != 1 || through[0] != "CONNECT "+host.Host {
		t.Errorf("exit code %d, through the proxy %q, %s", got.code, through, got.err)
	}
	got = process{arguments: append(call, "--proxy=http://"+freeAddress(t)), dir: dir}.run(t)
	if got.code != 3 || !strings.Contains(got.err, "no answer: proxyconnect tcp: ") || strings.Count(got.err, "\n") != 1 {
		t.Errorf("no proxy: exit code %d, %s", got.code, got.err)
	}
}

// Neither headers nor signs reach the host of a redirect, whatever its status.
func TestSecureRedirectIsNotFollowed(t *testing.T) {
	testlevel.Plain(t)
	other := &bundles{}
	elsewhere := httptest.NewServer(other)
	defer elsewhere.Close()
	for _, status := range []int{301, 302, 303, 307, 308} {
		first := httptest.NewServer(http.RedirectHandler(elsewhere.URL, status))
		got := process{arguments: []string{"call", "listBundles", "--topup-url=" + first.URL, "--partner-code=P1", "--header=X-Token: t"}}.run(t)
		first.Close()
		if got.code != 1 || len(other.seen()) != 0 || !strings.HasPrefix(got.err, fmt.Sprintf("HTTP %d ", status)) {
			t.Errorf("HTTP %d: exit code %d, %d requests elsewhere, %s", status, got.code, len(other.seen()), got.err)
		}
	}
}
