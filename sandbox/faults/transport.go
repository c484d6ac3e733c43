package faults

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"

	"github.com/mallcheck/mallcheck/sandbox"
	"github.com/mallcheck/mallcheck/signing"
)

// transportFaults concern requests that are wrong as HTTP or as JSON.
func transportFaults() []Fault {
	return []Fault{
		{"unknown-path-as-text", "errors/unknown-path-refused",
			"answers an unknown path in plain text",
			onRefusal(because(sandbox.NoSuchPath), plain("404 page not found\n"))},
		{"other-method-as-text", "errors/refusals-in-the-envelope",
			"answers a wrong method in plain text",
			onRefusal(because(sandbox.WrongMethod), plain("Method Not Allowed\n"))},
		{"media-type-refused-without-body", "errors/refusals-in-the-envelope",
			"answers a wrong media type with a status and no body",
			onRefusal(because(sandbox.WrongMediaType), func(a *sandbox.Answer) { a.Body = nil })},
		{"too-large-in-plain-text", "errors/oversized-refused",
			"answers an oversized body in plain text, as proxies do", onRefusal(because(sandbox.TooLarge), plain("Request Entity Too Large\n"))},
		{"post-taken-for-get", "errors/other-method-refused",
			"treats a POST of asyncResult or listBundles as a GET",
			onMethod(http.MethodPost, http.MethodGet, "/async-result/", "/bundles")},
		{"put-taken-for-post", "errors/other-method-refused",
			"treats a PUT as a POST",
			onMethod(http.MethodPut, http.MethodPost, "/single", "/sims")},
		{"any-media-type-accepted", "errors/other-media-type-refused",
			"reads a body as JSON regardless of its Content-Type",
			always(sandbox.Interceptor{Incoming: func(r *http.Request) *sandbox.Answer {
				if r.ContentLength > 0 {
					r.Header.Set("Content-Type", "application/json")
				}
				return nil
			}})},
		{"missing-brace-accepted", "errors/malformed-json-refused",
			"accepts a body without its closing brace",
			onBody(func(_ *http.Request, body []byte) []byte {
				if bytes.HasPrefix(body, []byte("{")) && json.Valid(append(slices.Clone(body), '}')) {
					return append(body, '}')
				}
				return body
			})},
		{"second-body-ignored", "errors/malformed-json-refused",
			"ignores everything after the first JSON object of a body", onBody(firstObject)},
		{"body-in-list-accepted", verifyBody + "/type",
			"accepts a singleVerify body wrapped in a list",
			onBody(func(r *http.Request, body []byte) []byte {
				var list []json.RawMessage
				if strings.HasSuffix(r.URL.Path, "/singleVerify") && json.Unmarshal(body, &list) == nil && len(list) > 0 {
					return list[0]
				}
				return body
			})},
		{"empty-body-accepted", "errors/missing-body-refused",
			"answers singleVerify without a body with success, as a health check",
			always(sandbox.Interceptor{Incoming: func(r *http.Request) *sandbox.Answer {
				if r.ContentLength != 0 || r.Method != http.MethodPost || !strings.HasSuffix(r.URL.Path, "/singleVerify") {
					return nil
				}
				return &sandbox.Answer{Status: http.StatusOK, Header: http.Header{"Content-Type": {"application/json"}},
					Body: []byte(success(`{"partnerCode":"P000270","deviceCode":"89852420180910340793"}`))}
			}})},
		{"chinese-crashes", "envelope/no-server-error", "fails with HTTP 500 when a valid request asks for zh-CN",
			crash(func(c *sandbox.Call) bool { return c.Request.Header.Get("Accept-Language") == "zh-CN" })},
		{"body-without-object-crashes", "errors/no-server-error",
			"fails with HTTP 500 when a body is JSON but not an object", onRefusal(func(r *sandbox.Refusal) bool {
				return r.Reason == sandbox.BrokenConstraint && r.In == "body" && r.Name == ""
			}, func(a *sandbox.Answer) { a.Status = http.StatusInternalServerError })},
		{"unknown-group-crashes", "errors/no-server-error",
			"fails with HTTP 500 when a group does not exist", onRefusal(func(r *sandbox.Refusal) bool {
				return r.Reason == sandbox.NotFound && r.Name == "group_id"
			}, func(a *sandbox.Answer) { a.Status = http.StatusInternalServerError })},
		{"member-twice-accepted", "signature/ambiguous-request-refused",
			"uses the last of several body members with the same name", onBody(lastOfEach)},
		{"query-parameter-twice-accepted", "signature/ambiguous-request-refused",
			"uses the first of several query parameters with the same name",
			always(sandbox.Interceptor{Incoming: firstOfEach})},
		{"invalid-text-repaired", "signature/ambiguous-request-refused",
			"replaces invalid UTF-8 with U+FFFD", onBody(func(_ *http.Request, body []byte) []byte {
				return bytes.ToValidUTF8(body, []byte("\ufffd"))
			})},
	}
}

// plain answers in plain text, as many frameworks do.
func plain(text string) func(*sandbox.Answer) {
	return func(a *sandbox.Answer) {
		a.Set("Content-Type", "text/plain; charset=utf-8")
		a.Body = []byte(text)
	}
}

// onMethod treats one method as another on paths that contain one of the strings.
func onMethod(sent, taken string, paths ...string) newInterceptor {
	return always(sandbox.Interceptor{Incoming: func(r *http.Request) *sandbox.Answer {
		if r.Method == sent && slices.ContainsFunc(paths, func(path string) bool { return strings.Contains(r.URL.Path, path) }) {
			r.Method = taken
		}
		return nil
	}})
}

func firstObject(_ *http.Request, body []byte) []byte {
	decoder := json.NewDecoder(bytes.NewReader(body))
	var first, second json.RawMessage
	if decoder.Decode(&first) == nil && first[0] == '{' && decoder.Decode(&second) == nil {
		return first
	}
	return body
}

// lastOfEach keeps the last of several body members with the same name.
func lastOfEach(_ *http.Request, body []byte) []byte {
	decoder := json.NewDecoder(bytes.NewReader(body))
	if opening, err := decoder.Token(); err != nil || opening != json.Delim('{') {
		return body
	}
	var members []signing.Member
	for decoder.More() {
		name, err := decoder.Token()
		var value json.RawMessage
		if err != nil || decoder.Decode(&value) != nil {
			return body
		}
		members = append(slices.DeleteFunc(members, func(m signing.Member) bool { return m.Name == name }),
			signing.Member{Name: name.(string), Value: value})
	}
	if _, err := decoder.Token(); err != nil {
		return body
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return body
	}
	return writeObject(members)
}

// firstOfEach keeps the first of several query parameters with the same name.
func firstOfEach(r *http.Request) *sandbox.Answer {
	seen := map[string]bool{}
	var kept []string
	for pair := range strings.SplitSeq(r.URL.RawQuery, "&") {
		name, _, _ := strings.Cut(pair, "=")
		if !seen[name] {
			kept = append(kept, pair)
		}
		seen[name] = true
	}
	r.URL.RawQuery = strings.Join(kept, "&")
	return nil
}
