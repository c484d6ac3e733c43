package signing

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"net/url"
)

// MembersOf collects the signed parameters of a request from the given parts, in the order
// query, path, body. A server calls it before Verify, a Signer before it signs.
//
// A query parameter is a JSON string, percent-decoded with + as a space. Path parameters are
// found with templates as in an OpenAPI document ("/async-result/{request_id}"), which match
// the end of the URL's path segment by segment. The template with the most literal segments
// wins, among equals the first. A body, unless it is empty, is one JSON object.
//
// It is an error if a query parameter is repeated, if two parts have different values for
// the same name, or if a GET or HEAD has a body. A name with the same value in several parts
// is returned once. Values of a body alias it.
func MembersOf(method string, u *url.URL, body []byte, templates []string, parts Parts) ([]Member, error) {
	if len(body) > 0 && inQuery(method) {
		return nil, errGetBody
	}
	var members []Member
	if parts.Has(Query) && u.RawQuery != "" {
		parameters, err := queryParameters(u.RawQuery)
		if err != nil {
			return nil, fmt.Errorf("reading the query: %w", err)
		}
		members = make([]Member, len(parameters))
		for i := range parameters {
			members[i] = parameters[i].Member
		}
	}
	if parts.Has(Path) && len(templates) > 0 {
		more, err := pathMembers(u, templates)
		if err == nil {
			members, err = MergeMembers(members, more)
		}
		if err != nil {
			return nil, fmt.Errorf("reading the path: %w", err)
		}
	}
	if parts.Has(Body) && len(body) > 0 {
		more, err := ParseMembers(body)
		if err == nil {
			members, err = MergeMembers(members, more)
		}
		if err != nil {
			return nil, fmt.Errorf("reading the body: %w", err)
		}
	}
	return members, nil
}

var errGetBody = errors.New("a GET has its parameters in the query, but this one has a body")

// inQuery reports whether requests of a method carry the global parameters in the
// query (documented for GET), and not in the body (documented for POST, PUT and DELETE).
func inQuery(method string) bool {
	return method == "" || method == http.MethodGet || method == http.MethodHead
}

// MergeMembers appends to members those of more that it does not contain yet. It is an error if a name
// has different values in members and more.
func MergeMembers(members, more []Member) ([]Member, error) {
	if len(members) == 0 {
		return more, nil
	}
	if len(more) == 0 {
		return members, nil
	}
	known := make(map[string]int, len(members))
	for i := range members {
		known[members[i].Name] = i
	}
	for _, m := range more {
		i, twice := known[m.Name]
		if !twice {
			members = append(members, m)
		} else if !sameValue(members[i], m) {
			return nil, fmt.Errorf("parameter %s has different values in two parts of the request", quoteShort(m.Name))
		}
	}
	return members, nil
}

// sameValue reports whether two values are the same text, or the same string spelt differently.
func sameValue(a, b Member) bool {
	if bytes.Equal(a.Value, b.Value) {
		return true
	}
	textA, okA := a.StringValue()
	textB, okB := b.StringValue()
	return okA && okB && textA == textB
}
