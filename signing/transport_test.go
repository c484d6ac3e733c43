package signing

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"
)

// received is what the server of TestTransport was sent.
type received struct {
	uri, body string
	length    int64
}

func TestTransport(t *testing.T) {
	var mu sync.Mutex
	var last received
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if r.URL.Path == "/moved" {
			http.Redirect(w, r, "/mall/bundle-groups/G9/sims", http.StatusTemporaryRedirect)
			return
		}
		mu.Lock()
		defer mu.Unlock()
		last = received{r.RequestURI, string(body), r.ContentLength}
	}))
	defer server.Close()
	s := testSigner()
	client := &http.Client{Transport: s.Transport(nil), Timeout: 10 * time.Second}

	for _, c := range []struct{ method, path, body string }{
		{"GET", "/async-result/RQ-1?a=%e6", ""},
		{"GET", "/async-result/RQ-1?a=x+y", ""},
		{"POST", "/mall/bundle-groups/G1/sims", `{ "sim_ids": ["1"] }`},
		{"DELETE", "/mall/bundle-groups/G1/sims", ""},
		{"POST", "/moved", `{"a":"欧"}`},
		{"POST", "/x", `[]`},
	} {
		req := newRequest(t, c.method, server.URL+c.path, c.body)
		resp, err := client.Do(req)
		if refused := c.body == "[]" || strings.Contains(c.path, "%e6"); (err != nil) != refused {
			t.Errorf("%s %s %s: error %v", c.method, c.path, c.body, err)
		}
		if got := req.URL.String(); got != server.URL+c.path {
			t.Errorf("the caller's URL is now %s", got)
		}
		if len(req.Header) > 0 || req.ContentLength != int64(len(c.body)) {
			t.Errorf("the caller's request is now %d bytes long and has headers %v", req.ContentLength, req.Header)
		}
		if err != nil {
			continue
		}
		resp.Body.Close()
		members, err := MembersOf(c.method, parseURL(t, last.uri), []byte(last.body), templates, AllParts)
		if err != nil {
			t.Fatal(err)
		}
		sign, err := SignOf(members)
		if err != nil {
			t.Fatal(err)
		}
		if err := Verify(members, sign, Default()); err != nil {
			t.Errorf("%s %s: received %+v: %v", c.method, c.path, last, err)
		}
		if last.length != int64(len(last.body)) {
			t.Errorf("%s %s: Content-Length %d of %d bytes", c.method, c.path, last.length, len(last.body))
		}
	}
}

// closing records whether a body was closed.
type closing struct {
	io.Reader
	closed bool
}

func (c *closing) Close() error { c.closed = true; return nil }

func TestTransportClosesTheBody(t *testing.T) {
	next := roundTripper(func(req *http.Request) (*http.Response, error) { return nil, errors.New("not sent") })
	for _, body := range []string{"{}", "[]"} {
		watched := &closing{Reader: strings.NewReader(body)}
		req := newRequest(t, http.MethodPost, "https://h/x", "")
		req.Body = watched
		if _, err := testSigner().Transport(next).RoundTrip(req); err == nil {
			t.Fatal("no error")
		}
		if !watched.closed {
			t.Errorf("body %s is not closed", body)
		}
	}
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }
