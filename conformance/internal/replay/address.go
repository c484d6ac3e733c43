package replay

import (
	"fmt"
	"net/url"
	"strings"

	"github.com/mallcheck/mallcheck/openapi"
)

// address returns where to send a recorded request: to the target's address, on the path that the
// contract gives the operation. Only the parameters of path and query come from the recorded address.
func (r *replay) address(operation openapi.Operation, recorded string) (*url.URL, error) {
	target := r.session.Target()
	base := target.URLs[operation.Service]
	if base == "" {
		return nil, fmt.Errorf("the target has no address for the %s service (--%s-url)", operation.Service, operation.Service)
	}
	was, err := url.Parse(recorded)
	if err != nil {
		return nil, fmt.Errorf("the recorded address of %s: %w", operation.ID, err)
	}
	path := target.Paths[operation.ID]
	if operation.PathKnown || path == "" {
		if path, err = r.path(operation, was); err != nil {
			return nil, err
		}
	}
	address, err := url.Parse(base + path)
	if err != nil {
		return nil, fmt.Errorf("the address of %s: %w", operation.ID, err)
	}
	address.RawQuery, err = r.query(was.RawQuery)
	return address, err
}

// path returns the path of an operation with the recorded values of its parameters.
func (r *replay) path(operation openapi.Operation, was *url.URL) (string, error) {
	below := was.EscapedPath()
	if from, err := url.Parse(r.from[operation.Service]); err == nil {
		below = strings.TrimPrefix(below, strings.TrimSuffix(from.EscapedPath(), "/"))
	}
	recorded, named := strings.Split(below, "/"), strings.Split(operation.Path, "/")
	wrong := fmt.Errorf("%w: the path %s is not %s's %s", errNotReplayed, below, operation.ID, operation.Path)
	if len(recorded) != len(named) {
		return "", wrong
	}
	for i, segment := range named {
		if !strings.HasPrefix(segment, "{") {
			if recorded[i] != segment {
				return "", wrong
			}
			continue
		}
		plain, err := url.PathUnescape(recorded[i])
		if err != nil {
			return "", wrong
		}
		if plain, err = r.fill(plain); err != nil {
			return "", err
		}
		// Some servers unescape a slash before they resolve the dots beside it.
		if plain == "" || plain == "." || plain == ".." || strings.ContainsAny(plain, `/\`) {
			return "", wrong
		}
		named[i] = url.PathEscape(plain)
	}
	return strings.Join(named, "/"), nil
}

// query fills the recorded parameters of a query.
func (r *replay) query(recorded string) (string, error) {
	pairs := strings.Split(recorded, "&")
	for i, pair := range pairs {
		name, value, _ := strings.Cut(pair, "=")
		plain, err := url.QueryUnescape(value)
		if err != nil {
			continue // sent unchanged
		}
		filled, err := r.fill(plain)
		if err != nil {
			return "", err
		}
		if filled != plain {
			pairs[i] = name + "=" + url.QueryEscape(filled)
		}
	}
	return strings.Join(pairs, "&"), nil
}
