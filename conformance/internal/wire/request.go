package wire

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/mallcheck/mallcheck/gen/mall"
	"github.com/mallcheck/mallcheck/signing"
)

// ChangesPath reports whether the value of a path parameter would change the path, because clients and
// servers resolve such segments.
func ChangesPath(value string) bool { return mall.CheckPathParameter("", value) != nil }

// ParseMember reads "name=text", or "name:=JSON" for a value that is not a string.
func ParseMember(text string) (signing.Member, error) {
	name, value, found := strings.Cut(text, "=")
	if raw, isJSON := strings.CutSuffix(name, ":"); isJSON && raw != "" {
		var compact bytes.Buffer
		if err := json.Compact(&compact, []byte(value)); err != nil {
			return signing.Member{}, fmt.Errorf("%q: what follows := is not JSON; write name=text or name:=JSON", text)
		}
		return signing.Member{Name: raw, Value: compact.Bytes()}, nil
	}
	if !found || name == "" {
		return signing.Member{}, fmt.Errorf("%q names no member; write name=text or name:=JSON", text)
	}
	return signing.Member{Name: name, Value: Quote(value)}, nil
}

// Request is a request in the form that edits change.
type Request struct {
	// Method is the HTTP method.
	Method string
	// URL is the address without its query.
	URL *url.URL
	// Header are the header fields.
	Header http.Header
	// Members are the parameters of the query of a GET, or of the body.
	Members []signing.Member
	// Body, if not nil, is sent instead of the members.
	Body []byte

	// InQuery is set if the members are sent in the query, not in the body.
	InQuery bool
}

// Edit changes a request.
type Edit func(*Request)

// FromHTTP converts a net/http request, such as a generated builder returns, to the form that edits
// change. It reads the body.
func FromHTTP(request *http.Request) (*Request, error) {
	edited := &Request{Method: request.Method, URL: request.URL, Header: request.Header}
	if request.Body == nil {
		members, err := QueryMembers(request.URL.RawQuery)
		edited.Members, edited.URL.RawQuery, edited.InQuery = members, "", true
		return edited, err
	}
	body, err := io.ReadAll(request.Body)
	if err != nil {
		return nil, err
	}
	edited.Members, err = signing.ParseMembers(body)
	return edited, err
}

// QueryMembers returns the parameters of a query in order.
func QueryMembers(query string) ([]signing.Member, error) {
	var members []signing.Member
	for pair := range strings.SplitSeq(query, "&") {
		if pair == "" {
			continue
		}
		name, value, _ := strings.Cut(pair, "=")
		name, errName := url.QueryUnescape(name)
		value, errValue := url.QueryUnescape(value)
		if errName != nil || errValue != nil {
			return nil, fmt.Errorf("query %q is not percent-encoded", query)
		}
		members = append(members, signing.Member{Name: name, Value: Quote(value)})
	}
	return members, nil
}

// Bytes returns the bytes of the body: those in Body, or the members as one object.
func (w *Request) Bytes() []byte {
	if w.Body != nil || w.InQuery {
		return w.Body
	}
	size := len("{}")
	for _, member := range w.Members {
		size += len(member.Name) + len(member.Value) + len(`"":,`)
	}
	body := append(make([]byte, 0, size), '{')
	for i, member := range w.Members {
		if i > 0 {
			body = append(body, ',')
		}
		body = append(appendQuoted(body, member.Name), ':')
		body = append(body, member.Value...)
	}
	return append(body, '}')
}

// Address returns the URL, with the query if the members are in it.
func (w *Request) Address() *url.URL {
	address := *w.URL
	if !w.InQuery {
		return &address
	}
	var pairs []string
	for _, member := range w.Members {
		pairs = append(pairs, url.QueryEscape(member.Name)+"="+url.QueryEscape(Unquote(member.Value)))
	}
	address.RawQuery = strings.Join(pairs, "&")
	return &address
}

// Quote writes a string as JSON, without escapes for <, > and &.
func Quote(text string) []byte {
	return appendQuoted(make([]byte, 0, len(text)+len(`""`)), text)
}

// appendQuoted appends the result of Quote.
func appendQuoted(to []byte, text string) []byte {
	if isPlain(text) {
		return append(append(append(to, '"'), text...), '"')
	}
	var out strings.Builder
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(text); err != nil {
		return append(to, `""`...) // encoding a string cannot fail
	}
	return append(to, strings.TrimSuffix(out.String(), "\n")...)
}

// isPlain reports whether a string needs no escapes in JSON, as most do.
func isPlain[T string | []byte](text T) bool {
	for i := range len(text) {
		if c := text[i]; c < ' ' || c > '~' || c == '"' || c == '\\' {
			return false
		}
	}
	return true
}

// Unquote returns the value of a JSON string, and any other value unchanged.
func Unquote(value []byte) string {
	if end := len(value) - 1; end > 0 && value[0] == '"' && value[end] == '"' && isPlain(value[1:end]) {
		return string(value[1:end])
	}
	var text string
	if err := json.Unmarshal(value, &text); err != nil {
		return string(value)
	}
	return text
}
