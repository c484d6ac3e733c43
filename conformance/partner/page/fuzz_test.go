package page_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/mallcheck/mallcheck/conformance/partner/client/tap"
	"github.com/mallcheck/mallcheck/conformance/partner/page"
	"github.com/mallcheck/mallcheck/openapi"
	"github.com/mallcheck/mallcheck/sandbox"
)

// Whatever a client sends to the sandbox, the page shows it as events of one line of JSON each. Whatever
// is sent to the page without its token changes nothing, and every response has its policy.
func FuzzPage(f *testing.F) {
	for _, request := range []string{
		"GET /_ui/ HTTP/1.1\r\nHost: localhost\r\n\r\n",
		"POST /_ui/clear HTTP/1.1\r\nHost: localhost\r\nX-Mallcheck-Token: x\r\n\r\n",
		"POST /_ui/control/reset HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 2\r\n\r\n{}",
		"POST /_ui/../_ui/clear HTTP/1.1\r\nHost: [::1]\r\n\r\n",
		"GET /_ui/requests.har HTTP/1.1\r\nHost: evil.example\r\nOrigin: http://evil.example\r\n\r\n",
		"POST /vshop/singleVerify?a=\x1b%0a HTTP/1.1\r\nHost: localhost\r\nX-A: \"</script>\r\nContent-Length: 19\r\n\r\n{\"a\":\"\\u2028\n\n\xff\"}\n\n",
	} {
		f.Add([]byte(request))
	}
	contract, err := openapi.Mall()
	if err != nil {
		f.Fatal(err)
	}
	p, err := page.New(contract, page.Config{Version: "v1"})
	if err != nil {
		f.Fatal(err)
	}
	served, err := sandbox.New(sandbox.Config{Control: true, Interceptors: []sandbox.Interceptor{tap.Interceptor()}})
	if err != nil {
		f.Fatal(err)
	}
	defer served.Close()
	handler := p.Wrap(served)
	f.Fuzz(func(t *testing.T, raw []byte) {
		request, err := http.ReadRequest(bufio.NewReader(bytes.NewReader(raw)))
		if err != nil || strings.HasPrefix(request.URL.Path, sandbox.ControlPath) || strings.HasPrefix(request.URL.Path, page.Path+"events") {
			return // the control path is no part of the page, and the stream of events has no end
		}
		request.RemoteAddr = "127.0.0.1:1"
		first := httptest.NewRequest(http.MethodPost, "/vshop/singleVerify", strings.NewReader("{}"))
		handler.ServeHTTP(httptest.NewRecorder(), first)
		response := httptest.NewRecorder()
		handler.ServeHTTP(response, request)
		if strings.HasPrefix(request.URL.Path, page.Path) {
			if response.Header().Get("Content-Security-Policy") == "" || request.Method == http.MethodPost && response.Code < http.StatusBadRequest {
				t.Errorf("HTTP %d, header %v", response.Code, response.Header())
			}
		}
		lines := strings.Split(eventsOf(handler), "\n")
		requests := 0
		for i, line := range lines {
			if data, isData := strings.CutPrefix(line, "data: "); isData && !json.Valid([]byte(data)) {
				t.Errorf("an event is no JSON: %q", data)
			}
			if line == "event: request" && i+1 < len(lines) && strings.HasPrefix(lines[i+1], "data: ") {
				requests++
			}
		}
		if requests == 0 {
			t.Errorf("the request before it is gone: %q", lines)
		}
	})
}

// eventsOf returns what the stream of events has at first.
func eventsOf(handler http.Handler) string {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	request := httptest.NewRequest(http.MethodGet, page.Path+"events", nil).WithContext(ctx)
	request.RemoteAddr, request.Host = "127.0.0.1:1", "localhost"
	stream := &stream{ResponseRecorder: httptest.NewRecorder(), flushed: cancel}
	handler.ServeHTTP(stream, request)
	return stream.Body.String()
}

// stream ends a stream when what is there has been written.
type stream struct {
	*httptest.ResponseRecorder
	flushed func()
}

// SetWriteDeadline is that of a connection.
func (s *stream) SetWriteDeadline(time.Time) error { return nil }

// FlushError is that of a response.
func (s *stream) FlushError() error { s.flushed(); return nil }
