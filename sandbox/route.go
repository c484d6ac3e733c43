package sandbox

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/mallcheck/mallcheck/signing"
)

// The base paths of the services, below one address.
const (
	vshopBase   = "/vshop"
	paymentBase = "/payment"
	topupBase   = "/topup"
)

// HealthPath answers a GET with a success as soon as requests are served. It is below no service
// and needs no sign.
const HealthPath = "/healthz"

// operation is one method of one path, with what its parameters must keep and who carries it out.
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

// place is where the operation's parameters are: documented for the global ones as the query of a
// GET and the body of every other method.
func (o *operation) place() string {
	if o.method == http.MethodGet {
		return inQuery
	}
	return inBody
}

// match compares a path with the template and returns the path parameters. An empty segment matches
// nothing.
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

// segmentsOf returns the decoded segments of a path: a %2F in one of them separates nothing.
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
func (s *Sandbox) route(c *Call) *Refusal {
	path := segmentsOf(c.Request.URL)
	c.Service = serviceOf(path[0])
	var allowed []string
	for _, o := range s.operations {
		values, ok := o.match(path)
		if !ok {
			continue
		}
		if o.method == c.Request.Method {
			c.op, c.Operation, c.Path = o, o.id, values
			return nil
		}
		allowed = append(allowed, o.method)
	}
	if allowed == nil {
		return &Refusal{Reason: NoSuchPath, Status: http.StatusNotFound, Message: s.missing(c, path)}
	}
	slices.Sort(allowed)
	return wrongMethod(c.Request, strings.Join(allowed, ", "))
}

func wrongMethod(r *http.Request, allowed string) *Refusal {
	return &Refusal{Reason: WrongMethod, Status: http.StatusMethodNotAllowed, Allow: allowed,
		Message: fmt.Sprintf("%s %s: the path is right, the method is not: it takes %s",
			shownMethod(r.Method), r.URL.EscapedPath(), allowed)}
}

// shownMethod bounds a method for a message.
func shownMethod(method string) string {
	const limit = 16
	if len(method) > limit {
		return method[:limit] + "..."
	}
	return method
}

func serviceOf(segment string) string {
	switch base := "/" + segment; base {
	case vshopBase, paymentBase, topupBase:
		return segment
	}
	return ""
}

// missing says what is wrong with a path that no operation has, and what there is instead.
func (s *Sandbox) missing(c *Call, path []string) string {
	what := fmt.Sprintf("no operation has the path %s", shown(c.Request.URL.EscapedPath()))
	if c.Service == "" {
		return fmt.Sprintf("%s: paths begin with %s/, %s/ or %s/; GET %s is the only other one",
			what, vshopBase, paymentBase, topupBase, HealthPath)
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

// takesParameter reports whether a path with an empty last segment is an operation's that wants a
// parameter there.
func (s *Sandbox) takesParameter(path []string) bool {
	filled := slices.Clone(path)
	filled[len(filled)-1] = "x"
	return slices.ContainsFunc(s.operations, func(o *operation) bool {
		_, ok := o.match(filled)
		return ok && strings.HasPrefix(o.segments[len(o.segments)-1], "{")
	})
}
