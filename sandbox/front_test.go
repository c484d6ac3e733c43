package sandbox_test

import (
	"bufio"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/mallcheck/mallcheck/sandbox"
	"github.com/mallcheck/mallcheck/sandbox/store"
)

const verifyBody = `{"deviceCode":"89852420180910340793","languageCode":"1","mark":"0","partnerCode":"P000270","terminal":"1","tradeTime":"1645683857572","tradeType":"singleVerify","url":"https://dist.linksfield.net/login","version":"3.0","sign":"ea7a3bba7e345e0b8ca7f7e3b43d6e72"}`

func TestWrongPath(t *testing.T) {
	m := serve(t, sandbox.Config{})
	for path, words := range map[string]string{
		"/":                                      `"/": paths begin with /vshop/, /payment/ or /topup/, except GET /healthz`,
		"/mall/bundle-groups/bundles":            "paths begin with",
		"/topup_test/mall/bundle-groups/bundles": "paths begin with",
		"/vshop":                                 "the service vshop has POST /vshop/singleVerify, POST /vshop/singleServicePlanPage",
		"/vshop/":                                "ends in a slash",
		"/vshop/singleverify":                    "POST /vshop/singleVerify",
		"/vshop/singleVerify/":                   "ends in a slash",
		"/payment/nowhere":                       "the service payment has POST /payment/stripeSingleAuthorization",
		"/_sandbox/":                             "paths begin with",
		"/topup/mall/bundle-groups":              "GET /topup/async-result/{request_id}",
		"/topup//mall/bundle-groups/bundles":     "empty segment (//)",
		"/topup/../topup/mall/bundle-groups/bundles": ". and .. are not resolved",
		"/topup/./mall/bundle-groups/bundles":        ". and .. are not resolved",
		"/topup/async-result/":                       "its parameter, the last segment, is empty",
		"/topup/mall/bundle-groups//sims":            "empty segment (//)",
		"/topup/async-result/a/b":                    "no operation has the path",
		"/healthz/":                                  "paths begin with",
	} {
		m.refused(m.request(http.MethodGet, path, ""), http.StatusNotFound, words)
	}
}

func TestEscapedPathSeparatesNothing(t *testing.T) {
	m := serve(t, sandbox.Config{})
	m.refused(m.signed(m.fix.Partner, http.MethodGet, "/topup/async-result/RQ%2F1", ""), http.StatusOK, `request_id "RQ/1"`)
	if r := m.do(m.signed(m.fix.Partner, http.MethodGet, "/topup/m%61ll/bundle-groups/bundles", "")); r.code != store.CodeSuccess {
		t.Errorf("an escaped letter: %s", r.body)
	}
}

func TestWrongMethod(t *testing.T) {
	m := serve(t, sandbox.Config{})
	const sims = "/topup/mall/bundle-groups/G20230001/sims"
	for _, c := range []struct{ method, path, allow string }{
		{http.MethodGet, "/vshop/singleVerify", "POST"},
		{http.MethodPut, sims, "DELETE, GET, POST"},
		{http.MethodPatch, sims, "DELETE, GET, POST"},
		{"post", sims, "DELETE, GET, POST"},
		{http.MethodOptions, sims, "DELETE, GET, POST"},
		{http.MethodPost, "/topup/async-result/RQ-1", "GET"},
		{http.MethodPost, "/topup/mall/bundle-groups/bundles", "GET"},
		{http.MethodPost, "/healthz", "GET"},
	} {
		r := m.refused(m.request(c.method, c.path, ""), http.StatusMethodNotAllowed, "the path takes "+c.allow)
		if got := r.header.Get("Allow"); got != c.allow {
			t.Errorf("%s %s: Allow %q, want %q", c.method, c.path, got, c.allow)
		}
	}
	r := m.raw(m.request(http.MethodHead, sims, ""))
	if r.status != http.StatusMethodNotAllowed || r.header.Get("Allow") != "DELETE, GET, POST" {
		t.Errorf("HEAD: %d, Allow %q", r.status, r.header.Get("Allow"))
	}
}

func TestOptionsOfTheWholeServer(t *testing.T) {
	m := serve(t, sandbox.Config{})
	conn, err := net.DialTimeout("tcp", strings.TrimPrefix(m.server.URL(), "http://"), limit)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if err := conn.SetDeadline(time.Now().Add(limit)); err != nil {
		t.Fatal(err)
	}
	if _, err := fmt.Fprint(conn, "OPTIONS * HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	res, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusNotFound || res.Header.Get("Content-Type") != "application/json" {
		t.Errorf("OPTIONS *: %d %v", res.StatusCode, res.Header)
	}
}

func TestHealth(t *testing.T) {
	m := serve(t, sandbox.Config{})
	if r := m.do(m.request(http.MethodGet, sandbox.HealthPath, "")); r.status != http.StatusOK || r.code != store.CodeSuccess {
		t.Errorf("health: %d %s", r.status, r.body)
	}
}

func TestMediaType(t *testing.T) {
	m := serve(t, sandbox.Config{})
	for _, c := range []struct {
		header, value string
		status        int
		words         string
	}{
		{"Content-Type", "application/json", 200, ""},
		{"Content-Type", "application/json; charset=utf-8", 200, ""},
		{"Content-Type", "Application/JSON;charset=UTF-8", 200, ""},
		{"Content-Encoding", "identity", 200, ""},
		{"Content-Type", "application/json; charset=gbk", 415, "charset=utf-8"},
		{"Content-Type", "application/json; version=1", 415, "charset=utf-8"},
		{"Content-Type", "text/json", 415, `Content-Type "text/json": send Content-Type: application/json`},
		{"Content-Type", "application/x-www-form-urlencoded", 415, "send Content-Type: application/json"},
		{"Content-Type", ";", 415, "send Content-Type: application/json"},
		{"Content-Type", "", 415, "the header Content-Type is missing"},
		{"Content-Encoding", "gzip", 415, "must not be encoded"},
	} {
		req := m.request(http.MethodPost, "/vshop/singleVerify", verifyBody)
		req.Header.Set(c.header, c.value)
		if c.value == "" {
			req.Header.Del(c.header)
		}
		if c.status == http.StatusOK {
			if r := m.do(req); r.code != store.CodeSuccess {
				t.Errorf("%s: %s: %s", c.header, c.value, r.body)
			}
			continue
		}
		m.refused(req, c.status, c.words)
	}
	twice := m.request(http.MethodPost, "/vshop/singleVerify", verifyBody)
	twice.Header.Add("Content-Type", "application/json")
	m.refused(twice, http.StatusUnsupportedMediaType, "appears 2 times")
}

func TestBodySize(t *testing.T) {
	m := serve(t, sandbox.Config{})
	padded := func(size int) string { return verifyBody + strings.Repeat(" ", size-len(verifyBody)) }
	for _, size := range []int{store.DefaultBody + 1, 3 * store.DefaultBody} {
		m.refused(m.request(http.MethodPost, "/vshop/singleVerify", padded(size)),
			http.StatusRequestEntityTooLarge, fmt.Sprintf("the body has %d bytes: the limit is 1048576", size))
		chunked := m.request(http.MethodPost, "/vshop/singleVerify", padded(size))
		chunked.ContentLength = -1
		m.refused(chunked, http.StatusRequestEntityTooLarge, "more than 1048576 bytes")
	}
	for _, length := range []int64{store.DefaultBody, -1} {
		req := m.request(http.MethodPost, "/vshop/singleVerify", padded(store.DefaultBody))
		req.ContentLength = length
		if r := m.do(req); r.code != store.CodeSuccess {
			t.Errorf("a body of the largest size, announced as %d: %s", length, r.body)
		}
	}
}

func TestMalformedBody(t *testing.T) {
	m := serve(t, sandbox.Config{})
	for _, c := range []struct {
		body   string
		status int
		words  string
	}{
		{" ", 400, "the body is empty: send the parameters as one JSON object"},
		{"{", 400, "the text ends in line 1, byte 2 of it (offset 1)"},
		{"{\n\"a\":1,\n}", 400, "in line 3, byte 1 of it (offset 9)"},
		{verifyBody + "{}", 400, "the end of the text expected, found '{'"},
		{`{"a":"1","a":"2"}`, 400, `duplicate member "a"`},
		{`{"a":{"b":1,"b":1}}`, 400, `duplicate member "b"`},
		{`{"a":"` + "\xff" + `"}`, 400, "not valid UTF-8"},
		{"\ufeff{}", 400, "byte order mark"},
		{`{"a":"\ud800"}`, 400, "lone surrogate"},
		{`{"a":01}`, 400, "not one JSON object in UTF-8"},
		{`deviceCode=1&mark=0`, 400, "one JSON object expected, found 'd'"},
		{`[]`, 200, "the body must be one JSON object: it is an array"},
		{`"text"`, 200, "it is a string"},
		{`7`, 200, `it is the number "7"`},
		{`null`, 200, "it is null"},
	} {
		m.refused(m.request(http.MethodPost, "/vshop/singleVerify", c.body), c.status, c.words)
	}
	req := m.request(http.MethodPost, "/vshop/singleVerify", "")
	req.Header.Set("Content-Type", "application/json")
	m.refused(req, http.StatusBadRequest, "the body is empty")
}

func TestQuery(t *testing.T) {
	m := serve(t, sandbox.Config{})
	for query, words := range map[string]string{
		"?version=3.0&version=3.0": `parameter "version" is repeated`,
		"?version=%zz":             "decoding it",
		"?version=%ff":             "not valid UTF-8",
		"":                         "version is missing from the query; partnerCode is missing from the query",
	} {
		m.refused(m.request(http.MethodGet, "/topup/mall/bundle-groups/bundles"+query, ""), http.StatusOK, words)
	}
	m.refused(m.request(http.MethodGet, "/topup/mall/bundle-groups/bundles?version=3.0", "{}"), http.StatusOK, "send no body (got 2 bytes)")
}

// Every answer is in the envelope, whatever the request.
func FuzzAnswer(f *testing.F) {
	f.Add("POST", "/vshop/singleVerify", "application/json", verifyBody)
	f.Add("GET", "/topup/mall/bundle-groups/bundles?version=3.0&partnerCode=P000270&sign=x", "", "")
	f.Add("DELETE", "/topup/mall/bundle-groups/G20230001/sims", "application/json", `{"sim_ids":[1]}`)
	f.Add("OPTIONS", "//..//%2F", "text/html", "<")
	mall, err := sandbox.New(sandbox.Config{})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, method, target, media, body string) {
		if len(body) > 1<<12 || len(target) > 1<<12 {
			return
		}
		req, err := http.NewRequest(method, "http://127.0.0.1"+target, strings.NewReader(body))
		if err != nil {
			return
		}
		req.Header.Set("Content-Type", media)
		w := httptest.NewRecorder()
		mall.Handler().ServeHTTP(w, req)
		code, message, ok := readEnvelope(w.Body.Bytes())
		if !ok || message == "" || w.Header().Get("Content-Type") != "application/json" {
			t.Fatalf("%s %s: not the envelope: %d %q", method, target, w.Code, w.Body)
		}
		switch w.Code {
		case 200:
		case 400, 404, 405, 413, 415:
			if code != store.CodeRefused {
				t.Fatalf("%s %s: %d with operateCode %q", method, target, w.Code, code)
			}
		default:
			t.Fatalf("%s %s: %d", method, target, w.Code)
		}
	})
}
