package proxy

import (
	"bufio"
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/mallcheck/mallcheck/conformance/internal/session"
	"github.com/mallcheck/mallcheck/conformance/target"
	"github.com/mallcheck/mallcheck/openapi"
)

// Whatever a caller sends and the target answers: a request is either refused, and the target sees
// nothing of it, or it is forwarded once, with the target's header fields. What the proxy adds to a
// response is printable, bounded, and JSON where it says so.
func FuzzServeHTTP(f *testing.F) {
	for _, request := range []string{
		"GET /topup/mall/bundle-groups/bundles?version=3.0&sign=0 HTTP/1.1\r\nHost: 127.0.0.1:1\r\n\r\n",
		"POST /topup/mall/bundle-groups/G1/sims HTTP/1.1\r\nHost: localhost\r\nContent-Length: 13\r\n\r\n{\"sim_ids\":[]",
		"DELETE /topup/mall/bundle-groups/%2e%2e/sims HTTP/1.1\r\nHost: [::1]:80\r\n\r\n",
		"POST /vshop/singleOrder HTTP/1.1\r\nHost: localhost\r\nX-Secret: mine\r\nConnection: X-Secret\r\nContent-Length: 2\r\n\r\n{}",
		"HEAD http://evil.example/vshop/singleVerify HTTP/1.1\r\nHost: evil.example\r\n\r\n",
	} {
		f.Add([]byte(request), []byte(`{"operateCode":"S","message":"m","data":[]}`), uint16(200))
	}
	f.Add([]byte("GET /topup/mall/order?sim_id=1 HTTP/1.1\r\nHost: localhost\r\n\r\n"), []byte("\x1b<html>\xff"), uint16(503))
	contract, err := openapi.Mall()
	if err != nil {
		f.Fatal(err)
	}
	var seen, foreign atomic.Int64
	var answer atomic.Pointer[http.HandlerFunc]
	mall := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		seen.Add(1)
		if got := r.Header["X-Secret"]; len(got) != 1 || got[0] != "hush" {
			foreign.Add(1)
		}
		(*answer.Load())(w, r)
	}))
	defer mall.Close()
	under, err := target.Resolve(target.Flags(target.Settings{
		TopupURL: mall.URL + "/t", VshopURL: mall.URL + "/v", PartnerCode: "P1", Allow: []string{"read", "write"}, Rate: "1000000/s",
		Header: []string{"X-Secret: hush"}, CallTimeout: "5s",
	}))
	if err != nil {
		f.Fatal(err)
	}
	connection, err := session.Connect(under, contract)
	if err != nil {
		f.Fatal(err)
	}
	defer connection.Close()
	p := New(under, contract, connection, Config{})
	f.Fuzz(func(t *testing.T, raw, body []byte, status uint16) {
		request, err := http.ReadRequest(bufio.NewReader(bytes.NewReader(raw)))
		if err != nil {
			return
		}
		handler := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(200 + int(status)%229) // 429 has the next request wait
			_, _ = w.Write(body)
		})
		answer.Store(&handler)
		before := seen.Load()
		started := time.Now()
		response := httptest.NewRecorder()
		p.ServeHTTP(response, request)
		if took := time.Since(started); took > 20*time.Second {
			t.Errorf("it took %s", took)
		}
		forwarded, refused := seen.Load()-before, response.Header().Get(ReasonHeader)
		switch {
		case refused == "" && forwarded != 1, refused != "" && refused != noAnswer && forwarded != 0, forwarded > 1:
			t.Errorf("forwarded %d times, refused because of %q", forwarded, refused)
		case foreign.Load() > 0:
			t.Error("the target received another X-Secret than that of the settings")
		}
		for _, name := range []string{ReasonHeader, VerdictHeader, DeviationsHeader, NoteHeader} {
			value := response.Header().Get(name)
			if len(value) > mostListed*6*longestText || strings.ContainsFunc(value, func(c rune) bool { return c < ' ' || c > '~' }) {
				t.Errorf("%s: %q", name, value)
			}
		}
		if list := response.Header().Get(DeviationsHeader); refused == "" && !json.Valid([]byte(list)) {
			t.Errorf("%s is no JSON: %s", DeviationsHeader, list)
		}
		if refused != "" && !json.Valid(response.Body.Bytes()) {
			t.Errorf("a refusal is no JSON: %q", response.Body)
		}
	})
}
