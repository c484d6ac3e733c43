package signing

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

var bodySeeds = []string{
	singleVerifyBody, plansBody, pushBody, empties, `{}`, `{`, ``, `[]`, `{}{}`, "\xef\xbb\xbf{}",
	`{"a":1,"\u0061":2}`, `{"a":{"b":[{"c":1,"c":2}]}}`, `{"a":"\ud83d\ude00\ud83d"}`, `{"a":"\ufffd"}`,
	`{"a":-0.0e+00,"b":01}`, "{\"a\":\"\xff\"}", "{\"a\\\"\\n\":\"\u2028\x7f\"}", `{"a":[[[[]]],{}]}`, `{"sign":1,"":null}`,
}

// FuzzParseMembers compares with encoding/json, which reads the same grammar but is less strict.
func FuzzParseMembers(f *testing.F) {
	for _, seed := range bodySeeds {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		members, err := ParseMembers(body)
		if strict := strictObject(body); (err == nil) != strict {
			t.Fatalf("%q: error %v, a strict reading with encoding/json accepts it: %v", body, err, strict)
		}
		if err != nil {
			var syntax *SyntaxError
			if !errors.As(err, &syntax) || syntax.Offset < 0 || syntax.Offset > len(body) || syntax.Reason == "" {
				t.Fatalf("%q: malformed error %#v", body, err)
			}
			return
		}
		var reference map[string]json.RawMessage
		if err := json.Unmarshal(body, &reference); err != nil {
			t.Fatal(err)
		}
		if len(members) != len(reference) {
			t.Fatalf("%q: %d members, want %d", body, len(members), len(reference))
		}
		for _, m := range members {
			if want, known := reference[m.Name]; !known || !bytes.Equal(want, m.Value) {
				t.Fatalf("%q: member %q is %q, want %q", body, m.Name, m.Value, want)
			}
		}
	})
}

// strictObject reports, by way of encoding/json, whether body is what ParseMembers accepts.
func strictObject(body []byte) bool {
	if !json.Valid(body) || !utf8.Valid(body) || loneSurrogate(body) {
		return false
	}
	decoder := json.NewDecoder(bytes.NewReader(body))
	first, err := decoder.Token()
	return err == nil && first == json.Delim('{') && strictRest(decoder, true, 1)
}

// strictRest reads an object or array behind its opening bracket.
func strictRest(decoder *json.Decoder, object bool, depth int) bool {
	names := map[string]bool{}
	for decoder.More() {
		token, err := decoder.Token()
		if err != nil {
			return false
		}
		if object {
			name, _ := token.(string)
			if names[name] {
				return false
			}
			names[name] = true
			if token, err = decoder.Token(); err != nil {
				return false
			}
		}
		if open, nested := token.(json.Delim); nested && (depth == MaxDepth || !strictRest(decoder, open == '{', depth+1)) {
			return false
		}
	}
	_, err := decoder.Token()
	return err == nil
}

// replacement finds escapes for U+FFFD, and escaped backslashes, behind which there are none.
var replacement = regexp.MustCompile(`\\\\|\\u[fF]{3}[dD]`)

// loneSurrogate reports whether valid JSON has an escape for half a surrogate pair, which
// encoding/json replaces by U+FFFD.
func loneSurrogate(body []byte) bool {
	written := replacement.ReplaceAllStringFunc(string(body), func(escape string) string {
		if escape == `\\` {
			return ""
		}
		return "\ufffd"
	})
	decoder := json.NewDecoder(bytes.NewReader(body))
	read := 0
	for {
		token, err := decoder.Token()
		if err != nil {
			return !errors.Is(err, io.EOF) || read != strings.Count(written, "\ufffd")
		}
		if text, ok := token.(string); ok {
			read += strings.Count(text, "\ufffd")
		}
	}
}

// FuzzSignBody checks what must hold of the content of every body that can be signed.
func FuzzSignBody(f *testing.F) {
	for _, seed := range bodySeeds {
		f.Add([]byte(seed), uint8(0), uint8(0))
		f.Add([]byte(seed), uint8(EmptyContainersToo), uint8(NestedSorted))
	}
	f.Fuzz(func(t *testing.T, body []byte, empty, nested uint8) {
		rules := Rules{Empty: Empty(empty % 4), Nested: Nested(nested % 2)}
		sign, err := SignBody(body, rules)
		members, parseErr := ParseMembers(body)
		if (err == nil) != (parseErr == nil) {
			t.Fatalf("%q: SignBody %v, ParseMembers %v", body, err, parseErr)
		}
		if err != nil {
			return
		}
		slices.Reverse(members)
		if err := Verify(members, sign, rules); err != nil {
			t.Fatalf("%q: from members: %v", body, err)
		}
		content, err := ContentOfBody(body, rules)
		if err != nil || !json.Valid(content) {
			t.Fatalf("%q: content %q, error %v", body, content, err)
		}
		if again, err := ContentOfBody(content, rules); err != nil || !bytes.Equal(again, content) {
			t.Fatalf("%q: content %q, content of it %q, error %v", body, content, again, err)
		}
		sorted, err := ParseMembers(content)
		if err != nil || !slices.IsSortedFunc(sorted, func(a, b Member) int { return strings.Compare(a.Name, b.Name) }) {
			t.Fatalf("%q: content %q is not in order, error %v", body, content, err)
		}
	})
}

// Any query that can be signed keeps its own parameters, a server finds the sign right, and signing again
// changes nothing.
func FuzzSignerQuery(f *testing.F) {
	for _, seed := range []string{
		"", "a=1&b=2", "sign=old&a=1", "version=&partnerCode&tradeTime=", "a=%E6%AC%A7+%2B", "&&a&&", "=", "a=1&a=2", "a=%zz", "a;b", "request_id=1", "%73ign=1",
	} {
		f.Add(seed)
	}
	s := testSigner()
	f.Fuzz(func(t *testing.T, query string) {
		req := &http.Request{Method: http.MethodGet, URL: &url.URL{Scheme: "https", Host: "h", Path: "/async-result/RQ-1", RawQuery: query}}
		before := req.URL
		if err := s.Sign(t.Context(), req); err != nil {
			if req.URL != before || before.RawQuery != query {
				t.Fatalf("%q: a failure changed the query to %q", query, req.URL.RawQuery)
			}
			return
		}
		verifyRequest(t, s, req)
		sent, err := url.ParseQuery(req.URL.RawQuery)
		if err != nil {
			t.Fatalf("%q: %v", req.URL.RawQuery, err)
		}
		own, err := url.ParseQuery(query)
		if err != nil {
			t.Fatalf("%q is signed, but not a query: %v", query, err)
		}
		for _, name := range []string{"version", "partnerCode", "tradeTime", "sign"} {
			if len(own[name]) > 0 && own.Get(name) != "" && name != "sign" && own.Get(name) != sent.Get(name) {
				t.Fatalf("%q: %s is now %q", query, name, sent.Get(name))
			}
			delete(own, name)
			delete(sent, name)
		}
		if !maps.EqualFunc(own, sent, slices.Equal) {
			t.Fatalf("%q: %v was sent, want %v", query, sent, own)
		}
		once := req.URL.RawQuery
		if err := s.Sign(t.Context(), req); err != nil || req.URL.RawQuery != once {
			t.Fatalf("%q: once %q, twice %q, error %v", query, once, req.URL.RawQuery, err)
		}
	})
}

// Any body that can be signed keeps its own members, byte for byte and in order, a server finds the sign
// right, and signing again changes nothing.
func FuzzSignerBody(f *testing.F) {
	for _, seed := range bodySeeds {
		f.Add([]byte(seed))
	}
	filled := []string{"version", "partnerCode", "tradeTime", "sign"}
	own := func(t *testing.T, body string) string {
		members, err := ParseMembers([]byte(body))
		if err != nil {
			t.Fatal(err)
		}
		return describe(slices.DeleteFunc(members, func(m Member) bool { return slices.Contains(filled, m.Name) }))
	}
	s := testSigner()
	f.Fuzz(func(t *testing.T, body []byte) {
		req := newRequest(t, http.MethodPost, "https://h/mall/bundle-groups/G1/sims", string(body))
		if err := s.Sign(t.Context(), req); err != nil {
			if bodyOf(t, req) != string(body) {
				t.Fatalf("%q: a failure changed the body to %q", body, bodyOf(t, req))
			}
			return
		}
		verifyRequest(t, s, req)
		once := bodyOf(t, req)
		if len(body) > 0 && own(t, string(body)) != own(t, once) {
			t.Fatalf("%q: was sent as %q", body, once)
		}
		if err := s.Sign(t.Context(), req); err != nil || bodyOf(t, req) != once {
			t.Fatalf("%q: once %q, twice %q, error %v", body, once, bodyOf(t, req), err)
		}
	})
}

// A path made from a template by inserting values yields these values again.
func FuzzPathTemplates(f *testing.F) {
	f.Add("/async-result/{request_id}", "RQ-1")
	f.Add("/mall/bundle-groups/{group_id}/sims", "a/b ?%")
	f.Add("/{x}/{y}", "欧")
	f.Add("/a{x}", "1")
	f.Fuzz(func(t *testing.T, template, value string) {
		u := &url.URL{Scheme: "https", Host: "h"}
		for segment := range strings.SplitSeq(strings.TrimPrefix(template, "/"), "/") {
			if strings.HasPrefix(segment, "{") {
				segment = value
			}
			u = u.JoinPath("/", url.PathEscape(segment))
		}
		members, err := MembersOf(http.MethodGet, u, nil, []string{template}, Path)
		if err != nil {
			return
		}
		for _, m := range members {
			if text, ok := m.StringValue(); !ok || text != value {
				t.Fatalf("template %q, path %q: %s, want %q", template, u.EscapedPath(), describe(members), value)
			}
		}
	})
}

// Only signatures that a PushSigner writes are accepted.
func FuzzPushVerifier(f *testing.F) {
	header := http.Header{}
	if err := testPushSigner().SignHeader(header, []byte(pushBody)); err != nil {
		f.Fatal(err)
	}
	f.Add(PushVersion, PushAlgorithm, "1645683857572", header.Get(HeaderPushSignature), []byte(pushBody))
	f.Add("", "md5", "x", "key1/", []byte("{}"))
	f.Fuzz(func(t *testing.T, version, algorithm, timestamp, signature string, body []byte) {
		sent := http.Header{}
		sent.Set(HeaderPushVersion, version)
		sent.Set(HeaderPushAlgorithm, algorithm)
		sent.Set(HeaderPushTimestamp, timestamp)
		sent.Set(HeaderPushSignature, signature)
		v := testPushVerifier()
		v.Tolerance = -1
		if v.Verify(sent, body) != nil {
			return
		}
		keyID, given, _ := strings.Cut(signature, "/")
		content, err := PushContent(body, version, algorithm, timestamp, JoinBodyColonHeaders)
		if err != nil || EncodingBase64.encode(pushMAC(v.Keys[keyID], content)) != given {
			t.Fatalf("%v with body %q is accepted, error %v", sent, body, err)
		}
	})
}
