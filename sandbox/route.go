package sandbox

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/mallcheck/mallcheck/sandbox/store"
	"github.com/mallcheck/mallcheck/signing"
)

// HealthPath answers GET with success once the sandbox serves requests. It needs no sign.
const HealthPath = "/healthz"

// operation is one method of one path with the rules of its parameters and its handler.
type operation struct {
	id       string
	method   string
	service  string
	base     string
	path     string   // template, below base
	segments []string // of base and path
	globals  []rule
	rules    []rule
	handle   http.HandlerFunc
}

// parametersIn is where the operation's parameters are: in the query of a GET and in the body of every other
// method (documented for the global parameters).
func (o *operation) parametersIn() string {
	if o.method == http.MethodGet {
		return store.InQuery
	}
	return store.InBody
}

// operationKey is the key of a call's operation among its notes.
type operationKey struct{}

// operationOf returns the operation of a call whose path and method are matched.
func operationOf(c *store.Call) *operation {
	o, _ := c.Noted(operationKey{}).(*operation)
	return o
}

// match compares a path with the template and returns the path parameters. An empty segment never
// matches.
func (o *operation) match(path []string) ([]signing.Member, bool) {
	if len(path) != len(o.segments) {
		return nil, false
	}
	var values []signing.Member
	for i, want := range o.segments {
		switch parameter := strings.HasPrefix(want, "{"); {
		case path[i] == "" || !parameter && path[i] != want:
			return nil, false
		case parameter:
			values = append(values, signing.StringMember(strings.Trim(want, "{}"), path[i]))
		}
	}
	return values, true
}

// segmentsOf returns the decoded segments of a path. An encoded slash (%2F) does not separate segments.
func segmentsOf(u *url.URL) []string {
	path := strings.TrimPrefix(u.Path, "/")
	if u.RawPath == "" || u.EscapedPath() != u.RawPath {
		return strings.Split(path, "/")
	}
	segments := strings.Split(strings.TrimPrefix(u.RawPath, "/"), "/")
	for i, s := range segments {
		if decoded, err := url.PathUnescape(s); err == nil {
			segments[i] = decoded
		}
	}
	return segments
}

// route finds the operation of a call and its path parameters.
func (s *Sandbox) route(c *store.Call) *store.Refusal {
	path := segmentsOf(c.Request.URL)
	c.Service = serviceOf(path[0])
	var allowed []string
	for _, o := range s.operations {
		values, ok := o.match(path)
		if !ok {
			continue
		}
		if o.method == c.Request.Method {
			c.Operation, c.Path = o.id, values
			c.Note(operationKey{}, o)
			return nil
		}
		allowed = append(allowed, o.method)
	}
	if allowed == nil {
		return &store.Refusal{Reason: store.NoSuchPath, Status: http.StatusNotFound, Message: s.missing(c, path)}
	}
	slices.Sort(allowed)
	return wrongMethod(c.Request, strings.Join(allowed, ", "))
}

func wrongMethod(r *http.Request, allowed string) *store.Refusal {
	return &store.Refusal{Reason: store.WrongMethod, Status: http.StatusMethodNotAllowed, Allow: allowed,
		Message: fmt.Sprintf("%s %s: the path takes %s",
			shownMethod(r.Method), r.URL.EscapedPath(), allowed)}
}

// shownMethod shortens a method for a message.
func shownMethod(method string) string {
	const limit = 16
	if len(method) > limit {
		return method[:limit] + "..."
	}
	return method
}

func serviceOf(segment string) string {
	switch base := "/" + segment; base {
	case store.VshopBase, store.PaymentBase, store.TopupBase:
		return segment
	}
	return ""
}

// missing explains what is wrong with an unknown path and lists the paths that exist.
func (s *Sandbox) missing(c *store.Call, path []string) string {
	what := fmt.Sprintf("no operation has the path %s", store.Shown(c.Request.URL.EscapedPath()))
	if c.Service == "" {
		return fmt.Sprintf("%s: paths begin with %s/, %s/ or %s/, except GET %s",
			what, store.VshopBase, store.PaymentBase, store.TopupBase, HealthPath)
	}
	switch {
	case path[len(path)-1] == "" && len(path) > 2 && s.takesParameter(path):
		return what + ": its parameter, the last segment, is empty"
	case slices.Contains(path[:len(path)-1], ""):
		return what + ": it has an empty segment (//)"
	case slices.Contains(path, ".."), slices.Contains(path, "."):
		return what + ": . and .. are not resolved"
	case path[len(path)-1] == "":
		what += ", which ends in a slash"
	}
	var there []string
	for _, o := range s.operations {
		if o.service == c.Service {
			there = append(there, o.method+" "+o.base+o.path)
		}
	}
	if there == nil {
		return fmt.Sprintf("%s: this sandbox has no operations of the service %s", what, c.Service)
	}
	return fmt.Sprintf("%s: the service %s has %s", what, c.Service, strings.Join(there, ", "))
}

// takesParameter reports whether some operation takes a parameter in the empty last segment of a path.
func (s *Sandbox) takesParameter(path []string) bool {
	filled := slices.Clone(path)
	filled[len(filled)-1] = "x"
	return slices.ContainsFunc(s.operations, func(o *operation) bool {
		_, ok := o.match(filled)
		return ok && strings.HasPrefix(o.segments[len(o.segments)-1], "{")
	})
}
