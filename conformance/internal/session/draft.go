package session

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/mallcheck/mallcheck/gen/mall"
	"github.com/mallcheck/mallcheck/openapi"
	"github.com/mallcheck/mallcheck/reports"
	"github.com/mallcheck/mallcheck/signing"
)

// Draft is a request that is not sent yet: valid when it is made, and changed by
// edits before or after it is signed.
type Draft struct {
	// Operation is the operation it calls.
	Operation openapi.Operation

	wire          *Wire
	before, after []Edit
	signer        Signer
	rules         *signing.Rules // nil for those of the target
	loan          *loan          // what the request needs; nil when the check made it itself
	valid         bool           // it keeps the contract in spite of its edits
}

// Signer makes a sign of parameters under a target's rules, as signing.Sign does.
type Signer func(members []signing.Member, rules signing.Rules) (string, error)

// Wire is a request in the form in which edits change it.
type Wire struct {
	// Method is the HTTP method.
	Method string
	// URL is the address without its query.
	URL *url.URL
	// Header are the header fields.
	Header http.Header
	// Members are the parameters of the query of a GET, or of the body.
	Members []signing.Member
	// Body, when it is not nil, is sent instead of the members.
	Body []byte

	// InQuery says that the members are sent in the query, not in the body.
	InQuery bool
}

// Edit changes a request.
type Edit func(*Wire)

// Before adds edits that are made before the request is signed: the sign fits them.
func (d *Draft) Before(edits ...Edit) *Draft {
	d.before = append(d.before, edits...)
	return d
}

// After adds edits that are made after the request is signed: the sign does not know of them.
func (d *Draft) After(edits ...Edit) *Draft {
	d.after = append(d.after, edits...)
	return d
}

// Valid says that the draft keeps every clause of the contract in spite of its edits.
func (d *Draft) Valid() *Draft {
	d.valid = true
	return d
}

// keepsContract reports whether the draft is sent as it was made, or is valid all the same.
func (d *Draft) keepsContract() bool {
	return d.valid || d.pristine()
}

// Twin returns the same request as a draft of its own: what is changed of one is
// not changed of the other.
func (d *Draft) Twin() *Draft {
	twin := *d
	twin.before, twin.after = slices.Clone(d.before), slices.Clone(d.after)
	return &twin
}

// pristine reports whether the request is still as it was made.
func (d *Draft) pristine() bool {
	return len(d.before) == 0 && len(d.after) == 0 && d.signer == nil && d.rules == nil
}

// Names returns the names of the parameters of its query or body, but for the
// sign, in their order and as they are without the draft's edits.
func (d *Draft) Names() []string {
	var names []string
	for _, member := range d.wire.Members {
		if member.Name != "sign" {
			names = append(names, member.Name)
		}
	}
	return names
}

// SignedBy makes the draft's sign in another way than signing.Sign, for a sign that
// is wrong in a chosen way. The signer is given the parameters that the target's
// rules sign, in the order query, path, body and without the sign; it must not change them.
func (d *Draft) SignedBy(signer Signer) *Draft {
	d.signer = signer
	return d
}

// Under signs the draft by other rules than those of the target.
func (d *Draft) Under(rules signing.Rules) *Draft {
	d.rules = &rules
	return d
}

// As speaks as another partner.
func (d *Draft) As(partnerCode string) *Draft { return d.Before(Set("partnerCode", partnerCode)) }

// Set writes a member with a string value, in place when it is there, else at the end.
func Set(name, value string) Edit {
	return SetRaw(name, string(quote(value)))
}

// SetRaw writes a member with a value given as JSON text.
func SetRaw(name, value string) Edit {
	return func(w *Wire) {
		for i := range w.Members {
			if w.Members[i].Name == name {
				w.Members[i].Value = []byte(value)
				return
			}
		}
		w.Members = append(w.Members, signing.Member{Name: name, Value: []byte(value)})
	}
}

// Drop leaves a member out.
func Drop(name string) Edit {
	return func(w *Wire) {
		w.Members = slices.DeleteFunc(w.Members, func(m signing.Member) bool { return m.Name == name })
	}
}

// Reverse sends the members in the opposite order.
func Reverse(w *Wire) { slices.Reverse(w.Members) }

// Header sets a header field; an empty value removes it.
func Header(name, value string) Edit {
	return func(w *Wire) {
		if value == "" {
			w.Header.Del(name)
			return
		}
		w.Header.Set(name, value)
	}
}

// Method sends the request with another HTTP method.
func Method(method string) Edit { return func(w *Wire) { w.Method = method } }

// RawBody changes the bytes of the body as they would be sent.
func RawBody(change func(body []byte) []byte) Edit {
	return func(w *Wire) { w.Body = change(w.body()) }
}

// NewDraft returns a draft of an operation that sends a request as given.
func NewDraft(operation openapi.Operation, wire *Wire) *Draft {
	return &Draft{Operation: operation, wire: wire}
}

// newDraft takes over what a generated request builder made.
func (s *Session) newDraft(operation string, request *http.Request, err error) *Draft {
	op, known := s.Contract().Operation(operation)
	if err == nil && !known {
		err = fmt.Errorf("the contract has no operation %q", operation)
	}
	var wire *Wire
	if err == nil {
		wire, err = toWire(request)
	}
	if leaves := new(mall.PathParameterError); errors.As(err, &leaves) {
		panic(End{Verdict: reports.Inconclusive, Reason: fmt.Sprintf("%s: %v; nothing was sent", operation, leaves)})
	}
	if err != nil {
		panic(broken(fmt.Errorf("building a request of %s: %w", operation, err)))
	}
	if path := s.Target().Paths[operation]; path != "" {
		base, parseErr := url.Parse(s.Target().URLs[op.Service] + path)
		if parseErr != nil {
			panic(broken(fmt.Errorf("the path of %s: %w", operation, parseErr)))
		}
		wire.URL = base
	}
	return &Draft{Operation: op, wire: wire}
}

func toWire(request *http.Request) (*Wire, error) {
	wire := &Wire{Method: request.Method, URL: request.URL, Header: request.Header}
	if request.Body == nil {
		members, err := QueryMembers(request.URL.RawQuery)
		wire.Members, wire.URL.RawQuery, wire.InQuery = members, "", true
		return wire, err
	}
	body, err := io.ReadAll(request.Body)
	if err != nil {
		return nil, err
	}
	wire.Members, err = signing.ParseMembers(body)
	return wire, err
}

// QueryMembers returns the parameters of a query in their order.
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
		members = append(members, signing.Member{Name: name, Value: quote(value)})
	}
	return members, nil
}

// body returns the bytes that are sent: those set, or the members as one object.
func (w *Wire) body() []byte {
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

// address returns the URL with the query, when the members travel there.
func (w *Wire) address() *url.URL {
	address := *w.URL
	if !w.InQuery {
		return &address
	}
	var pairs []string
	for _, member := range w.Members {
		pairs = append(pairs, url.QueryEscape(member.Name)+"="+url.QueryEscape(unquote(member.Value)))
	}
	address.RawQuery = strings.Join(pairs, "&")
	return &address
}

// quote writes a text as a JSON string, without escapes for <, > and &.
func quote(text string) []byte {
	return appendQuoted(make([]byte, 0, len(text)+len(`""`)), text)
}

// appendQuoted appends what quote writes.
func appendQuoted(to []byte, text string) []byte {
	if isPlain(text) {
		return append(append(append(to, '"'), text...), '"')
	}
	var out strings.Builder
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(text); err != nil {
		return append(to, `""`...) // a string always encodes
	}
	return append(to, strings.TrimSuffix(out.String(), "\n")...)
}

// isPlain reports whether a JSON string writes a text as it is, as it does most.
func isPlain[T string | []byte](text T) bool {
	for i := range len(text) {
		if c := text[i]; c < ' ' || c > '~' || c == '"' || c == '\\' {
			return false
		}
	}
	return true
}

// unquote returns the text of a JSON string, and any other value as it is written.
func unquote(value []byte) string {
	if end := len(value) - 1; end > 0 && value[0] == '"' && value[end] == '"' && isPlain(value[1:end]) {
		return string(value[1:end])
	}
	var text string
	if err := json.Unmarshal(value, &text); err != nil {
		return string(value)
	}
	return text
}
