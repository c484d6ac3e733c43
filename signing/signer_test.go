package signing

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"
)

func testSigner() *Signer {
	return &Signer{
		PartnerCode: "P000270", Templates: templates,
		Now: func() time.Time { return time.UnixMilli(1645683857572) },
	}
}

func newRequest(t *testing.T, method, url, body string) *http.Request {
	t.Helper()
	var reader io.Reader
	if body != "" {
		reader = strings.NewReader(body)
	}
	req, err := http.NewRequestWithContext(t.Context(), method, url, reader)
	if err != nil {
		t.Fatal(err)
	}
	return req
}

func bodyOf(t *testing.T, req *http.Request) string {
	t.Helper()
	if req.Body == nil {
		return ""
	}
	body, err := io.ReadAll(req.Body)
	if err != nil {
		t.Fatal(err)
	}
	req.Body = io.NopCloser(bytes.NewReader(body))
	return string(body)
}

// verifyRequest checks the sign of a request as a server does.
func verifyRequest(t *testing.T, s *Signer, req *http.Request) {
	t.Helper()
	members, err := MembersOf(req.Method, req.URL, []byte(bodyOf(t, req)), s.Templates, AllParts)
	if err != nil {
		t.Fatal(err)
	}
	sign, err := SignOf(members)
	if err != nil {
		t.Fatal(err)
	}
	if err := Verify(members, sign, s.Rules); err != nil {
		t.Fatal(err)
	}
}

// In what is wanted, SIGN stands for the sign, which is checked by verifying it.
func TestSignerQuery(t *testing.T) {
	for _, c := range []struct{ name, query, want string }{
		{"none", "", "version=3.0&partnerCode=P000270&sign=SIGN"},
		{"own parameters", "b=%e6%ac%a7&a=x+y", "b=%e6%ac%a7&a=x+y&version=3.0&partnerCode=P000270&sign=SIGN"},
		{"stale sign in place", "sign=old&b=1&partnerCode=P1&version=1.0", "sign=SIGN&b=1&partnerCode=P1&version=1.0"},
		{"empty globals in place", "partnerCode=&b=1&version&sign", "partnerCode=P000270&b=1&version=3.0&sign=SIGN"},
		{"empty trade time", "tradeTime=&b=1", "tradeTime=1645683857572&b=1&version=3.0&partnerCode=P000270&sign=SIGN"},
		{"trade time", "tradeTime=5", "tradeTime=5&version=3.0&partnerCode=P000270&sign=SIGN"},
		{"escaped name", "%73ign=&a=1", "%73ign=SIGN&a=1&version=3.0&partnerCode=P000270"},
		{"odd separators", "&a=1&&", "&a=1&&version=3.0&partnerCode=P000270&sign=SIGN"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := testSigner()
			req := newRequest(t, http.MethodGet, "https://h/topup/async-result/RQ-1?"+c.query, "")
			if err := s.Sign(t.Context(), req); err != nil {
				t.Fatal(err)
			}
			verifyRequest(t, s, req)
			once := req.URL.RawQuery
			if got := maskSign(once); got != c.want {
				t.Errorf("%s, want %s", got, c.want)
			}
			if err := s.Sign(t.Context(), req); err != nil || req.URL.RawQuery != once {
				t.Errorf("signed again: %s, error %v, want %s", req.URL.RawQuery, err, once)
			}
		})
	}
}

// maskSign writes SIGN for the 32 hexadecimal digits in text.
func maskSign(text string) string {
	for i := 0; i+32 <= len(text); i++ {
		if strings.Trim(text[i:i+32], "0123456789abcdef") == "" {
			return text[:i] + "SIGN" + text[i+32:]
		}
	}
	return text
}

func TestSignerBody(t *testing.T) {
	for _, c := range []struct{ name, method, body, want string }{
		{"none", "DELETE", "", `{"version":"3.0","partnerCode":"P000270","sign":"SIGN"}`},
		{"empty object", "POST", "{ }\n", `{"version":"3.0","partnerCode":"P000270","sign":"SIGN" }` + "\n"},
		{"own members", "PUT", "{\n \"b\" : [ \"\\/\" ],\n \"a\": 1.0\n}", "{\n \"b\" : [ \"\\/\" ],\n \"a\": 1.0,\"version\":\"3.0\",\"partnerCode\":\"P000270\",\"sign\":\"SIGN\"\n}"},
		{"stale sign in place", "POST", `{"sign":"old","b":"1","partnerCode":"P1","version":"1.0"}`, `{"sign":"SIGN","b":"1","partnerCode":"P1","version":"1.0"}`},
		{"sign that is no string", "POST", `{"sign": {"a":1} ,"partnerCode":"P1","version":1}`, `{"sign": "SIGN" ,"partnerCode":"P1","version":1}`},
		{"empty globals in place", "POST", `{"partnerCode": "" ,"b":"1","version":null}`, `{"partnerCode": "P000270" ,"b":"1","version":"3.0","sign":"SIGN"}`},
		{"empty trade time", "POST", `{"tradeTime":"","version":"1","partnerCode":"P"}`, `{"tradeTime":"1645683857572","version":"1","partnerCode":"P","sign":"SIGN"}`},
		{"trade time that is null", "POST", `{"tradeTime":null,"version":"1","partnerCode":"P"}`, `{"tradeTime":"1645683857572","version":"1","partnerCode":"P","sign":"SIGN"}`},
		{"trade time", "POST", `{"tradeTime":5,"version":"1","partnerCode":"P"}`, `{"tradeTime":5,"version":"1","partnerCode":"P","sign":"SIGN"}`},
		{"escaped name", "POST", `{"\u0073ign":"","version":"1","partnerCode":"P"}`, `{"\u0073ign":"SIGN","version":"1","partnerCode":"P"}`},
		{"brace in a string", "POST", `{"a":"}","version":"1","partnerCode":"P"}`, `{"a":"}","version":"1","partnerCode":"P","sign":"SIGN"}`},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := testSigner()
			req := newRequest(t, c.method, "https://h/topup/mall/bundle-groups/G1/sims", c.body)
			if err := s.Sign(t.Context(), req); err != nil {
				t.Fatal(err)
			}
			verifyRequest(t, s, req)
			once := bodyOf(t, req)
			if got := maskSign(once); got != c.want {
				t.Errorf("%s, want %s", got, c.want)
			}
			if req.ContentLength != int64(len(once)) {
				t.Errorf("ContentLength %d, want %d", req.ContentLength, len(once))
			}
			again, err := req.GetBody()
			if err != nil {
				t.Fatal(err)
			}
			if text, err := io.ReadAll(again); err != nil || string(text) != once {
				t.Errorf("GetBody: %s, error %v, want %s", text, err, once)
			}
			if err := s.Sign(t.Context(), req); err != nil || bodyOf(t, req) != once {
				t.Errorf("signed again: %s, error %v, want %s", bodyOf(t, req), err, once)
			}
		})
	}
}

func TestSignerContentType(t *testing.T) {
	for _, c := range []struct{ body, set, want string }{
		{"", "", "application/json"}, {"", "text/plain", "text/plain"}, {"{}", "", ""},
	} {
		req := newRequest(t, http.MethodPost, "https://h/x", c.body)
		if c.set != "" {
			req.Header.Set("Content-Type", c.set)
		}
		if err := testSigner().Sign(t.Context(), req); err != nil {
			t.Fatal(err)
		}
		if got := req.Header.Get("Content-Type"); got != c.want {
			t.Errorf("body %q, Content-Type %q: is now %q, want %q", c.body, c.set, got, c.want)
		}
	}
}

func TestSignerFollowsItsSettings(t *testing.T) {
	const url = "https://h/topup/async-result/RQ-1?a=1&b="
	signs := map[string]string{}
	for name, s := range map[string]*Signer{
		"default":      {PartnerCode: "P", Templates: templates},
		"version":      {PartnerCode: "P", Templates: templates, Version: "1.0"},
		"partner":      {PartnerCode: "Q", Templates: templates},
		"no templates": {PartnerCode: "P"},
		"empty":        {PartnerCode: "P", Templates: templates, Rules: Rules{Empty: EmptyNothing}},
		"upper":        {PartnerCode: "P", Templates: templates, Rules: Rules{Hex: UpperHex}},
		"path alone":   {PartnerCode: "P", Templates: templates, Rules: Rules{Parts: Path}},
	} {
		req := newRequest(t, http.MethodGet, url, "")
		if err := s.Sign(t.Context(), req); err != nil {
			t.Fatal(err)
		}
		sign := req.URL.Query().Get("sign")
		if other, twice := signs[sign]; twice {
			t.Errorf("%s and %s give the same sign", name, other)
		}
		signs[sign] = name
	}
	withoutPath := &Signer{PartnerCode: "P", Templates: templates, Rules: Rules{Parts: Query | Body}}
	req := newRequest(t, http.MethodGet, url, "")
	if err := withoutPath.Sign(t.Context(), req); err != nil {
		t.Fatal(err)
	}
	if sign := req.URL.Query().Get("sign"); signs[sign] != "no templates" {
		t.Errorf("without the path in the rules the sign is that of %q, want that of no templates", signs[sign])
	}
}

func TestSignerRefusesAndLeavesTheRequestAlone(t *testing.T) {
	const sims = "https://h/mall/bundle-groups/G1/sims"
	for _, c := range []struct {
		name   string
		signer *Signer
		method string
		url    string
		body   string
		want   string
	}{
		{"no object", testSigner(), "POST", sims, `[1]`, "one JSON object expected"},
		{"form", testSigner(), "POST", sims, `a=1&b=2`, "one JSON object expected"},
		{"white space", testSigner(), "POST", sims, " \n", "one JSON object expected"},
		{"duplicate", testSigner(), "POST", sims, `{"a":1,"a":2}`, `duplicate member "a"`},
		{"repeated query parameter", testSigner(), "GET", sims + "?a=1&a=2", "", `parameter "a" is repeated`},
		{"body of a GET", testSigner(), "GET", sims, "{}", "a GET has its parameters in the query"},
		{"path contradicts body", testSigner(), "POST", sims, `{"group_id":"G2"}`, `"group_id" has different values`},
		{"sign in the query of a POST", testSigner(), "POST", sims + "?sign=x", `{}`, `"sign" has different values`},
		{"version in the query of a POST", testSigner(), "POST", sims + "?version=1", `{}`, `"version" has different values`},
		{"no partner code", &Signer{}, "POST", sims, `{}`, "neither the request nor the signer has a partner code"},
		{"malformed template", &Signer{PartnerCode: "P", Templates: []string{"/{a}b"}}, "POST", sims, `{}`, "neither literal text nor a single {parameter}"},
		{"partner code in another encoding", &Signer{PartnerCode: "\xff"}, "POST", sims, `{}`, "not valid UTF-8"},
		{"partner code in another encoding, GET", &Signer{PartnerCode: "\xff"}, "GET", sims, ``, "not valid UTF-8"},
	} {
		t.Run(c.name, func(t *testing.T) {
			req := newRequest(t, c.method, c.url, c.body)
			length := req.ContentLength
			err := c.signer.Sign(t.Context(), req)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Fatalf("error %v, want one with %q", err, c.want)
			}
			if req.URL.String() != c.url || bodyOf(t, req) != c.body || req.ContentLength != length || len(req.Header) != 0 {
				t.Errorf("the request is now %s %s, %d bytes, headers %v", req.URL, bodyOf(t, req), req.ContentLength, req.Header)
			}
		})
	}
}

func TestSignerRefusesWhatItCannotRead(t *testing.T) {
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	if err := testSigner().Sign(cancelled, newRequest(t, "GET", "https://h/", "")); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled context: %v", err)
	}
	if err := testSigner().Sign(t.Context(), &http.Request{}); err == nil {
		t.Error("a request without URL is signed")
	}
	broken := errors.New("broken pipe")
	req := newRequest(t, "POST", "https://h/", "")
	req.Body = io.NopCloser(io.MultiReader(strings.NewReader("{"), errorReader{broken}))
	if err := testSigner().Sign(t.Context(), req); !errors.Is(err, broken) {
		t.Errorf("body that breaks: %v", err)
	}
}

type errorReader struct{ err error }

func (r errorReader) Read([]byte) (int, error) { return 0, r.err }

// A request made by hand may have no headers and no method.
func TestSignerAcceptsBareRequests(t *testing.T) {
	post := &http.Request{Method: "POST", URL: parseURL(t, "https://h/x")}
	if err := testSigner().Sign(t.Context(), post); err != nil {
		t.Fatal(err)
	}
	verifyRequest(t, testSigner(), post)
	get := &http.Request{URL: parseURL(t, "https://h/x")}
	if err := testSigner().Sign(t.Context(), get); err != nil {
		t.Fatal(err)
	}
	verifyRequest(t, testSigner(), get)
}

func TestSignerIsSafeForConcurrentUse(t *testing.T) {
	s := testSigner()
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 50 {
				req := httptest.NewRequest("POST", "https://h/mall/bundle-groups/G1/sims", strings.NewReader(`{"tradeTime":""}`))
				if err := s.Sign(context.Background(), req); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
}
