package faults

import (
	"compress/gzip"
	"net/http"
	"slices"
	"strings"

	"github.com/mallcheck/mallcheck/sandbox"
)

// wireVariants change how responses are written and sent.
func wireVariants() []Variant {
	return []Variant{
		{"members-reversed", "writes object members in reverse order", nil,
			onAnswer(func(_ *sandbox.Call, a *sandbox.Answer) { a.Body = reversed(a.Body) })},
		{"white-space", "indents its responses", nil,
			onAnswer(func(_ *sandbox.Call, a *sandbox.Answer) { a.Body = indented(a.Body) })},
		{"text-in-escapes", "escapes non-ASCII characters and slashes in its responses", nil,
			onAnswer(func(_ *sandbox.Call, a *sandbox.Answer) {
				a.Body = []byte(strings.ReplaceAll(inASCII(string(a.Body)), "/", `\/`))
			})},
		{"media-type-with-charset", "sends its responses as application/json;charset=UTF-8", nil,
			onAnswer(func(_ *sandbox.Call, a *sandbox.Answer) { a.Set("Content-Type", "application/json;charset=UTF-8") })},
		{"header-case", "writes header names in lower case, and request_id in upper case", nil, onAnswer(headerCase)},
		{"chunked", "sends chunked responses without a Content-Length", nil, always(sandbox.Interceptor{Wire: chunked})},
		{"gzip", "compresses responses for clients that accept gzip", nil, always(sandbox.Interceptor{Wire: compressed})},
		{"connection-closed", "closes the connection after each response", nil,
			onAnswer(func(_ *sandbox.Call, a *sandbox.Answer) { a.Set("Connection", "close") })},
	}
}

func headerCase(_ *sandbox.Call, a *sandbox.Answer) {
	header := http.Header{}
	for name, values := range a.Header {
		header[strings.ToLower(name)] = values
	}
	a.Header = header
	if id := a.Get(requestIDHeader); id != "" {
		a.Set("REQUEST_ID", id)
	}
}

func chunked(_ *sandbox.Call, a *sandbox.Answer, w http.ResponseWriter) bool {
	a.WriteHead(w)
	for chunk := range slices.Chunk(a.Body, max(len(a.Body)/3, 1)) {
		if _, err := w.Write(chunk); err != nil {
			return true
		}
		if flusher, ok := w.(http.Flusher); ok {
			flusher.Flush()
		}
	}
	return true
}

func compressed(c *sandbox.Call, a *sandbox.Answer, w http.ResponseWriter) bool {
	if !strings.Contains(c.Request.Header.Get("Accept-Encoding"), "gzip") {
		return false
	}
	a.Set("Content-Encoding", "gzip")
	a.WriteHead(w)
	out := gzip.NewWriter(w)
	_, _ = out.Write(a.Body) // a connection error has no receiver
	_ = out.Close()
	return true
}
